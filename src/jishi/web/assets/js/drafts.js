// What was typed into a form and not sent outlives a closed tab and a lost connection: it stays on this
// device, for this person and this address, until the server says that it was carried out, until it is
// discarded, or until the person signs out.
import { data, say } from "./data.js";

const PREFIX = "draft:";
const SIGNED_OUT = "signed-out";
const DAYS_KEPT = 30;
const DAY_MS = 86_400_000;
const SENT = /(?:^|; )jishi_sent=([\w-]+)/;
const NOT_TYPED = new Set(["csrfmiddlewaretoken"]);
const NEVER = "input[type=password], input[type=file]";

const keys = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
};
const tokenOf = (form) => form.elements.form_token.value;
const placeOf = () => `${PREFIX}${data.user}:${location.pathname}:`;

// Once somebody has signed out, in this tab or another, what still stands in a form is kept no more.
let over = false;

function valuesOf(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (!NOT_TYPED.has(name) && typeof value === "string") (found[name] ??= []).push(value);
  }
  return found;
}

// What a person sees and types, as one text to compare.
function seen(form, values) {
  const shown = [...form.elements].filter((one) => one.name && one.type !== "hidden");
  return JSON.stringify([...new Set(shown.map((one) => one.name))].map((name) => values[name] ?? []));
}

function fill(form, values) {
  for (const one of form.elements) {
    if (!one.name || NOT_TYPED.has(one.name) || one.type === "submit") continue;
    const wanted = values[one.name] ?? [];
    if (one.type === "checkbox" || one.type === "radio") one.checked = wanted.includes(one.value);
    else if (one.multiple) for (const option of one.options) option.selected = wanted.includes(option.value);
    else one.value = wanted[0] ?? "";
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function moment(at) {
  const day = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  const date = [day.getFullYear(), two(day.getMonth() + 1), two(day.getDate())].join("-");
  return `${date} ${two(day.getHours())}:${two(day.getMinutes())}`;
}

function notice(form, text, buttons = []) {
  const box = document.createElement("div");
  box.className = "note calm draft";
  box.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  for (const [label, act] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = label;
    button.addEventListener("click", () => {
      box.remove();
      act();
    });
    box.append(button);
  }
  form.before(box);
  return box;
}

function offer(form) {
  const place = placeOf();
  const own = place + tokenOf(form);
  const others = keys().filter((name) => name.startsWith(place) && name !== own);
  const drafts = others.map((name) => ({ name, ...read(name) })).filter((one) => one.values);
  const latest = drafts.sort((a, b) => b.at - a.at)[0];
  if (!latest) return;
  if (seen(form, latest.values) === seen(form, valuesOf(form))) {
    localStorage.removeItem(latest.name);
    return;
  }
  notice(form, say("draftFound").replace("%s", moment(latest.at)), [
    [say("draftRestore"), () => {
      // Under the token it was typed with: what was carried out after all is not carried out again.
      fill(form, latest.values);
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    }],
    [say("draftDiscard"), () => localStorage.removeItem(latest.name)],
  ]);
}

function keep(form, blank) {
  if (over) return;
  const values = valuesOf(form);
  const name = placeOf() + tokenOf(form);
  try {
    if (seen(form, values) === blank) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // No room or not allowed: the form works as it did.
  }
}

function watchConnection(form) {
  let box = null;
  const tell = () => {
    box?.remove();
    box = navigator.onLine ? null : notice(form, say("draftOffline"));
  };
  addEventListener("offline", tell);
  addEventListener("online", tell);
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    tell();
    box.scrollIntoView({ block: "center" });
  }, { capture: true });
  if (!navigator.onLine) tell();
}

function forget() {
  const sent = SENT.exec(document.cookie)?.[1];
  const oldest = Date.now() - DAYS_KEPT * DAY_MS;
  for (const name of keys()) {
    if ((sent && name.endsWith(`:${sent}`)) || !(read(name)?.at > oldest)) localStorage.removeItem(name);
  }
  if (sent) document.cookie = "jishi_sent=; path=/; max-age=0; samesite=lax";
}

function start() {
  forget();
  for (const out of document.querySelectorAll('form[action$="/logout/"]')) {
    out.addEventListener("submit", () => {
      over = true;
      keys().forEach((name) => localStorage.removeItem(name));
      localStorage.setItem(SIGNED_OUT, Date.now());
    });
  }
  addEventListener("storage", ({ key }) => {
    if (key === SIGNED_OUT) over = true;
  });
  const form = document.querySelector("main form [name=form_token]")?.form;
  if (!form || !data.user || form.querySelector(NEVER)) return;
  const blank = seen(form, valuesOf(form));
  const refused = form.querySelector(".errors, .error");
  offer(form);
  let due = 0;
  const soon = () => {
    clearTimeout(due);
    due = setTimeout(() => keep(form, refused ? "" : blank), 250);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  addEventListener("pagehide", () => {
    if (due) keep(form, refused ? "" : blank);
  });
  watchConnection(form);
}

export function startDrafts() {
  try {
    start();
  } catch (error) {
    // A browser that keeps nothing: the form works as it did.
    if (error.name !== "SecurityError") throw error;
  }
}
