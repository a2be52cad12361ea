// Ctrl/⌘+K: customers, people and places from the server, actions from this page's own keys.
// Prefixes: > actions, @ people, # customers, ? help.
import { announce, data, part, say } from "./data.js";
import { bindings, keyCaps, onKey } from "./keys.js";

const WAIT_MS = 90;

function localActions(query) {
  const wanted = query.replace(/^[>?]\s*/, "").toLowerCase();
  return bindings().filter(
    ({ keys, label }) => keys !== "Mod+K" && label.toLowerCase().includes(wanted),
  );
}

function actionSection(actions, close) {
  const section = document.createElement("section");
  const title = document.createElement("h3");
  title.id = "hits-actions";
  title.textContent = say("actions");
  const list = document.createElement("ul");
  for (const { keys, label, run } of actions) {
    const item = document.createElement("li");
    const hit = document.createElement("a");
    const hint = document.createElement("span");
    hit.className = "hit";
    hit.href = "#";
    hit.textContent = label;
    hint.className = "hint";
    hint.append(keyCaps(keys));
    hit.append(hint);
    hit.addEventListener("click", (event) => {
      event.preventDefault();
      close();
      run(event);
    });
    item.append(hit);
    list.append(item);
  }
  section.append(title, list);
  return section;
}

export function startPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog || !data.palette) return;
  const input = dialog.querySelector("input");
  const results = dialog.querySelector(".results");
  let timer = 0;
  let request = null;
  let answered = Promise.resolve();
  let chosen = -1;

  const hits = () => [...results.querySelectorAll(".hit")];
  const close = () => dialog.close();

  function choose(index) {
    const all = hits();
    if (!all.length) {
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    chosen = (index + all.length) % all.length;
    all.forEach((hit, at) => hit.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  }

  // The server sends plain lists of links; here they become the options of a combobox.
  function show(found) {
    results.replaceChildren(found);
    for (const section of results.querySelectorAll("section")) {
      section.setAttribute("role", "group");
      section.setAttribute("aria-labelledby", section.querySelector("h3").id);
    }
    for (const plain of results.querySelectorAll("h3, ul, li")) {
      plain.removeAttribute("aria-labelledby"); // a named list would stay a list
      plain.setAttribute("role", "none");
    }
    hits().forEach((hit, index) => {
      hit.setAttribute("role", "option");
      hit.id = `hit-${index}`;
      hit.tabIndex = -1;
    });
    choose(0);
    announce(hits().length ? `${hits().length} ${say("results")}` : say("nothingFound"));
  }

  async function search() {
    const query = input.value.trim().replace(/^[＞》]/, ">").replace(/^＃/, "#").replace(/^＠/, "@").replace(/^？/, "?");
    request?.abort();
    request = new AbortController();
    const actions = /^[#@]/.test(query) ? [] : localActions(query);
    const local = actions.length ? [actionSection(actions, close)] : [];
    if (/^[>?]/.test(query)) {
      const box = document.createElement("div");
      box.className = "found";
      box.append(...local);
      show(box);
      return;
    }
    try {
      const address = `${data.palette}?${new URLSearchParams({ q: query })}`;
      const options = { signal: request.signal, target: "palette-results" };
      const found = await part(address, ".found", options);
      if (local.length) {
        found.querySelector(".none")?.remove();
        found.append(...local);
      }
      show(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      const text = document.createElement("p");
      text.className = "none";
      text.textContent = say("cannotReach");
      results.replaceChildren(text);
      choose(0);
      announce(say("cannotReach"));
    }
  }

  function now() {
    clearTimeout(timer);
    timer = 0;
    answered = search();
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(now, WAIT_MS);
  };

  // A key pressed before the answer to what was typed is meant for that answer, not for
  // the list that still stands there.
  const onAnswer = (act) => async () => {
    if (timer) now();
    for (let seen = null; seen !== answered; ) {
      seen = answered;
      await seen;
    }
    if (dialog.open) act();
  };

  function open() {
    if (dialog.open) {
      input.select();
      return;
    }
    input.value = "";
    dialog.showModal();
    input.focus();
    now();
  }

  input.addEventListener("input", (event) => {
    if (!event.isComposing) soon();
  });
  input.addEventListener("compositionend", soon);
  dialog.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  onKey(input, {
    ArrowDown: onAnswer(() => choose(chosen + 1)),
    ArrowUp: onAnswer(() => choose(chosen - 1)),
    Enter: onAnswer(() => hits()[chosen]?.click()),
    "Mod+Enter": onAnswer(() => {
      const hit = hits()[chosen];
      if (hit && hit.getAttribute("href") !== "#") window.open(hit.href, "_blank", "noopener");
    }),
  });

  const opener = document.querySelector("[data-palette-open]");
  if (opener) {
    opener.readOnly = true;
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", open);
    onKey(opener, { Enter: open, Space: open, ArrowDown: open });
  }
}
