// Theme, row height and colours change at once and are kept by the server; the language reloads.
import { say } from "./data.js";
import { useSingleKeys } from "./keys.js";
import { toast } from "./toasts.js";

const root = document.documentElement;
const YEAR_S = 31_536_000;

function apply(name, value) {
  if (name === "theme" && value === "system") delete root.dataset.theme;
  else root.dataset[name] = value;
}

async function keep(form, body) {
  try {
    const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    toast(say("cannotReach"));
  }
}

export function startPreferences() {
  const form = document.querySelector("form[data-preferences]");
  form?.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.name === "language") return;
    event.preventDefault();
    apply(button.name, button.value);
    for (const other of button.parentElement.children) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    const body = new FormData(form);
    body.append(button.name, button.value);
    keep(form, body);
  });

  const single = document.querySelector("[data-single-keys]");
  single?.addEventListener("change", () => {
    useSingleKeys(single.checked);
    if (!form) return;
    const body = new FormData(form);
    body.append("single_keys", single.checked ? "on" : "off");
    keep(form, body);
  });

  document.querySelector("[data-rail-toggle]")?.addEventListener("click", () => {
    root.dataset.rail = root.dataset.rail === "narrow" ? "wide" : "narrow";
    document.cookie = `rail=${root.dataset.rail}; path=/; max-age=${YEAR_S}; samesite=lax`;
  });
}
