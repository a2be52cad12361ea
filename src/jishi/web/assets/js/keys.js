// Keys, in one place. An input method's keys never count: Enter that picks a character is not Enter.
// Elements declare keys with data-key="N", "Mod+K" or "g t"; scripts add others with bind(). The
// overlay lists exactly what is bound.
import { data, say } from "./data.js";

const WIDE_FORMS = { "？": "?", "＞": ">", "》": ">", "＃": "#", "＠": "@", "／": "/" };
const SEQUENCE_MS = 1200;

const composing = (event) => event.isComposing || event.keyCode === 229;

// The name of what was pressed ("J", "Mod+K", "Shift+Tab", "Space"), or "" while composing.
export function pressed(event) {
  if (composing(event) || event.getModifierState?.("AltGraph")) return "";
  let name = WIDE_FORMS[event.key] ?? event.key;
  if (name === " ") name = "Space";
  if (name.length === 1) name = name.toUpperCase();
  const named = name.length > 1 || /[A-Z]/.test(name);
  return [
    (event.ctrlKey || event.metaKey) && "Mod",
    event.altKey && "Alt",
    event.shiftKey && named && "Shift",
    name,
  ]
    .filter(Boolean)
    .join("+");
}

// Calls run(event) for the named key on an element, unless an input method is at work.
export function onKey(element, handlers) {
  element.addEventListener("keydown", (event) => {
    const run = handlers[pressed(event)];
    if (run && run(event) !== false) event.preventDefault();
  });
}

const bound = [];
let singleKeys = data.singleKeys !== false;

export function useSingleKeys(on) {
  singleKeys = on;
}

// keys: "J", "Mod+K" or a sequence "g t". Returns what takes the binding away again.
export function bind(keys, label, run) {
  const binding = { keys: tidy(keys), label, run };
  bound.push(binding);
  return () => bound.splice(bound.indexOf(binding), 1);
}

const tidy = (keys) =>
  keys
    .split(" ")
    .map((one) => (one.length === 1 ? one.toUpperCase() : one))
    .join(" ");

const labelOf = (element) =>
  element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim();

function activate(element) {
  if (element.matches("input, select, textarea") && !("paletteOpen" in element.dataset)) {
    element.focus();
  } else {
    element.click();
  }
}

// Everything that can be pressed on this page now: [{keys, label, run}].
export function bindings() {
  const declared = [...document.querySelectorAll("[data-key]")].map((element) => ({
    keys: tidy(element.dataset.key),
    label: labelOf(element),
    run: () => activate(element),
  }));
  const seen = new Set();
  return [...declared, ...bound].filter(({ keys }) => !seen.has(keys) && seen.add(keys));
}

const isSingle = (keys) => keys.split(" ").every((one) => one.length === 1);

const typing = (target) =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]") !== null;

let waiting = { keys: "", until: 0 };

function handle(event) {
  const name = pressed(event);
  if (!name || event.defaultPrevented) return;
  if (!name.includes("Mod+") && (typing(event.target) || document.querySelector("dialog:modal"))) return;
  const sequence = Date.now() < waiting.until ? `${waiting.keys} ${name}` : "";
  waiting = { keys: "", until: 0 };
  const all = bindings().filter(({ keys }) => singleKeys || !isSingle(keys));
  const hit = all.find(({ keys }) => keys === sequence) ?? all.find(({ keys }) => keys === name);
  if (hit) {
    if (hit.run(event) !== false) event.preventDefault();
  } else if (all.some(({ keys }) => keys.startsWith(`${name} `))) {
    waiting = { keys: name, until: Date.now() + SEQUENCE_MS };
  }
}

// Tells assistive technology; it knows no sequences.
export function declareKeys(root) {
  for (const element of root.querySelectorAll("[data-key]")) {
    const keys = tidy(element.dataset.key);
    if (keys.includes(" ")) continue;
    const spoken = keys.startsWith("Mod+")
      ? `${keys.replace("Mod", "Control")} ${keys.replace("Mod", "Meta")}`
      : keys;
    element.setAttribute("aria-keyshortcuts", spoken);
  }
}

const onApple = /Mac|iP(hone|ad)/.test(navigator.platform);

// "Mod+K" → ["Ctrl", "K"]; a sequence keeps its order with "then" between.
export function keyCaps(keys) {
  const caps = document.createDocumentFragment();
  keys.split(" ").forEach((one, index) => {
    if (index) caps.append(` ${say("then")} `);
    one.split(/\+(?=.)/).forEach((cap, part) => {
      if (part) caps.append(" ");
      const element = document.createElement("kbd");
      element.textContent = cap === "Mod" ? (onApple ? "⌘" : "Ctrl") : cap;
      caps.append(element);
    });
  });
  return caps;
}

export function startKeys() {
  document.addEventListener("keydown", handle);
  // Some engines submit a form for an Enter that only ends a composition.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing && event.key === "Enter" && event.keyCode !== 229) event.preventDefault();
    },
    true,
  );
  declareKeys(document);
  document.addEventListener("htmx:load", (event) => declareKeys(event.target));
}
