// A line at the foot that says what happened and takes it back. The server asks for one with
// HX-Trigger: {"jishi:toast": {"text": "…", "undo": "/…"}}.
import { say } from "./data.js";
import htmx from "./htmx.js";

const STAY_MS = 8000;

export function toast(text, { undo = "" } = {}) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const line = document.createElement("div");
  const words = document.createElement("span");
  line.className = "toast";
  words.textContent = text;
  line.append(words);
  let timer = 0;
  const leave = () => line.remove();
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, STAY_MS);
  };
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = say("undo");
    button.addEventListener("click", () => {
      leave();
      htmx.ajax("POST", undo, { swap: "none" }).then(() => toast(say("undone")));
    });
    line.append(button);
  }
  for (const pause of ["pointerenter", "focusin"]) line.addEventListener(pause, () => clearTimeout(timer));
  for (const go of ["pointerleave", "focusout"]) line.addEventListener(go, wait);
  region.append(line);
  wait();
}

export function startToasts() {
  document.addEventListener("jishi:toast", (event) => toast(event.detail.text, event.detail));
  document.addEventListener("htmx:sendError", () => toast(say("cannotReach")));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    toast(plain && xhr.responseText ? xhr.responseText.slice(0, 300) : say("cannotReach"));
  });
}
