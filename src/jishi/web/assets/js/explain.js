// A number's explanation, loaded from its link into a popover beside it.
import { part, say } from "./data.js";
import htmx from "./htmx.js";

const GAP = 8;
let anchor = null;

const supported = "popover" in HTMLElement.prototype;

function place(pop) {
  if (!anchor?.isConnected) return;
  const docked = matchMedia("(max-width: 760px)").matches;
  pop.classList.toggle("docked", docked);
  if (docked) {
    pop.style.removeProperty("left");
    pop.style.removeProperty("top");
    return;
  }
  const from = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = pop;
  const left = Math.max(12, Math.min(from.left, innerWidth - width - 12));
  const below = from.bottom + GAP;
  const fits = below + height <= innerHeight - 12;
  const top = fits ? below : Math.max(12, from.top - GAP - height);
  pop.style.left = `${left}px`;
  pop.style.top = `${top}px`;
}

async function open(link) {
  const pop = document.getElementById("explain");
  if (anchor === link && pop.matches(":popover-open")) {
    pop.hidePopover();
    return;
  }
  anchor?.removeAttribute("aria-expanded");
  anchor = link;
  link.setAttribute("aria-expanded", "true");
  let content;
  try {
    content = await part(link.href, ".explained", { target: "explain" });
  } catch {
    content = document.createElement("a");
    content.href = link.href;
    content.textContent = say("explainFailed");
  }
  if (anchor !== link) return;
  pop.replaceChildren(content);
  htmx.process(pop);
  pop.showPopover();
  place(pop);
  (pop.querySelector("[tabindex]") ?? pop.querySelector("a"))?.focus({ preventScroll: true });
}

export function startExplain() {
  if (!supported) return;
  const pop = document.getElementById("explain");
  if (!pop) return;
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-explain]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || pop.contains(link)) return;
    event.preventDefault();
    open(link);
  });
  pop.addEventListener("toggle", (event) => {
    if (event.newState !== "closed" || !anchor) return;
    anchor.removeAttribute("aria-expanded");
    if (pop.contains(document.activeElement) || document.activeElement === document.body) {
      anchor.focus({ preventScroll: true });
    }
    anchor = null;
  });
  addEventListener("scroll", () => place(pop), { capture: true, passive: true });
  addEventListener("resize", () => place(pop), { passive: true });
}
