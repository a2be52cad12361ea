// Menus, dialogs, the drawer and the overlay of shortcuts.
import { part, say } from "./data.js";
import { bind, bindings, keyCaps, onKey } from "./keys.js";

const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

// --- menus: one open at a time, Escape and a click elsewhere close ------------------------------
function startMenus() {
  document.addEventListener("click", (event) => {
    const inside = closest(event, "details[data-menu]");
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== inside) menu.open = false;
    }
  });
  onKey(document, {
    Escape: (event) => {
      const menu = document.querySelector("details[data-menu][open]");
      if (!menu || event.defaultPrevented) return false;
      menu.open = false;
      menu.querySelector("summary").focus();
      return true;
    },
  });
}

// --- chips: Backspace removes --------------------------------------------------------------------
function startChips() {
  const remove = (event) => {
    const chip = closest(event, "[data-remove]");
    if (chip) chip.click();
    return Boolean(chip);
  };
  onKey(document, { Backspace: remove, Delete: remove });
}

// --- files: dropped anywhere on <div class="drop">, they land in its file input ------------------------
function startDrops() {
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = closest(event, ".drop");
      const input = zone?.querySelector("input[type=file]");
      if (!input) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

// --- forms: Ctrl/⌘+Enter saves ---------------------------------------------------------------------
function startForms() {
  if (!document.querySelector("main form[method=post]")) return;
  bind("Mod+Enter", say("submitForm"), (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[method=post]") : null;
    form?.requestSubmit();
    return Boolean(form);
  });
}

// --- shortcuts -----------------------------------------------------------------------------------
function showShortcuts() {
  const sheet = document.getElementById("shortcuts");
  const rows = bindings().map(({ keys, label }) => {
    const row = document.createElement("li");
    const name = document.createElement("span");
    const caps = document.createElement("span");
    name.textContent = label;
    caps.append(keyCaps(keys));
    row.append(name, caps);
    return row;
  });
  sheet.querySelector(".keys").replaceChildren(...rows);
  sheet.showModal();
}

// --- the drawer: looks into a record; its address is the page's with ?peek= ------------------------
let opener = null;

const drawer = () => document.getElementById("drawer");

function showDrawer(element) {
  element.removeAttribute("open"); // close() would tell the listener below
  element.showModal();
  element.addEventListener("close", () => {
    const back = element.dataset.back;
    element.remove();
    if (history.state?.drawer) history.back();
    else if (back) history.replaceState(null, "", back);
    opener?.focus();
  });
}

export async function openDrawer(url, key, from) {
  const found = await part(url, "#drawer", { target: "drawer" });
  opener = from;
  drawer()?.remove();
  document.body.append(found);
  const address = new URL(location.href);
  address.searchParams.set("peek", key);
  if (history.state?.drawer) history.replaceState({ drawer: key }, "", address);
  else history.pushState({ drawer: key }, "", address);
  showDrawer(found);
}

// A drawer that came open with the page or with a list becomes a modal one.
export function adoptDrawer() {
  const open = drawer();
  if (open && !open.matches(":modal")) showDrawer(open);
}

function startDrawer() {
  adoptDrawer();
  window.addEventListener("popstate", (event) => {
    if (!event.state?.drawer) drawer()?.close();
    else if (!drawer()) location.reload();
  });
}

export function startLayers() {
  startMenus();
  startChips();
  startForms();
  startDrops();
  startDrawer();
  // On a narrow screen the tabs scroll; the current one must be seen.
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const hidden = tab.getBoundingClientRect().right - tab.parentElement.getBoundingClientRect().right;
    if (hidden > 0) tab.parentElement.scrollLeft += hidden;
  }
  document.addEventListener("click", (event) => {
    const close = closest(event, "dialog [data-close]");
    if (close) {
      event.preventDefault();
      close.closest("dialog").close();
    } else if (closest(event, "[data-shortcuts]")) {
      showShortcuts();
    } else if (event.target instanceof HTMLDialogElement) {
      event.target.close(); // a click on the backdrop
    }
  });
}
