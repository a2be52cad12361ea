// A line at the foot that says what happened, and takes it back or leads to it. The server asks with
// HX-Trigger: {"jishi:toast": {"text": "…", "undo": "/…"}}, or for several with {"lines": […]}; a line
// with {"url": "/…", "action": "…"} stays until it is closed.
import { say } from "./data.js";
import htmx from "./htmx.js";

const STAY_MS = 8000;

export function toast(text, { undo = "", url = "", action = "" } = {}) {
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
    if (!url) timer = setTimeout(leave, STAY_MS);
  };
  if (url) {
    const link = document.createElement("a");
    const close = document.createElement("button");
    link.href = url;
    link.textContent = action;
    close.type = "button";
    close.textContent = say("close");
    close.addEventListener("click", leave);
    line.append(link, close);
  }
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

// Whoever was signed out gets the login page for an answer; it belongs in no part of this one.
function watchSession() {
  let told = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const login = new URL(document.querySelector("form[action$='/logout/']")?.action ?? location.href);
    login.pathname = login.pathname.replace("/logout/", "/login/");
    if (!xhr.responseURL || new URL(xhr.responseURL).pathname !== login.pathname) return;
    event.detail.shouldSwap = false;
    login.search = new URLSearchParams({ next: location.pathname + location.search });
    if (!told) toast(say("signedOut"), { url: login.href, action: say("signInAgain") });
    told = true;
  });
}

export function startToasts() {
  watchSession();
  document.addEventListener("jishi:toast", ({ detail }) => {
    for (const one of detail.lines ?? [detail]) toast(one.text, one);
  });
  document.addEventListener("htmx:sendError", () => toast(say("cannotReach")));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    toast(plain && xhr.responseText ? xhr.responseText.slice(0, 300) : say("cannotReach"));
  });
}
