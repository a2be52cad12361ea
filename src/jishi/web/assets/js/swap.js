// A list that answers in place: sorting, filters, pages and columns replace <div id="x" data-swap>
// instead of the whole page. The links and forms stay ordinary ones; whatever goes wrong, they work.
import { announce, part } from "./data.js";
import { declareKeys } from "./keys.js";
import { adoptDrawer } from "./layers.js";
import htmx from "./htmx.js";

// What the list shows, without the drawer that may lie over it.
function listed(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("peek");
  url.searchParams.delete("counts");
  return url.href;
}

let shown = listed(location.href);
let request = null;

// Where the keyboard was, as something that can be found again in the new list.
function place(region, element) {
  if (!element || !region.contains(element)) return null;
  const column = element.closest("th[data-column]")?.dataset.column;
  if (column) return `th[data-column="${CSS.escape(column)}"] a`;
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.closest(".pager")) return ".pager a";
  if (element.closest("[data-columns]")) return "details:has([data-columns]) > summary";
  if (element.closest("[data-facets]")) return "[data-facets] summary";
  if (element.closest(".chips")) return ".chips a[aria-current]";
  return "h1";
}

async function load(region, address, started) {
  const before = document.activeElement;
  const focus = place(region, before);
  const left = region.querySelector(".grid-wrap")?.scrollLeft ?? 0;
  region.setAttribute("aria-busy", "true");
  // Only the last question counts: whoever presses Back twice sees one answer.
  request?.abort();
  request = new AbortController();
  shown = listed(address);
  let next;
  try {
    const options = { target: region.id, signal: request.signal };
    next = await part(address, `#${CSS.escape(region.id)}`, options);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  }
  region.replaceWith(next);
  next.querySelector(".grid-wrap")?.scrollTo(left, 0);
  htmx.process(next);
  declareKeys(next);
  adoptDrawer();
  started(next);
  if (focus) {
    const target = next.querySelector(focus) ?? next;
    if (!target.matches("a, button, input, select, summary")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
  const range = next.querySelector(".pager span.range");
  if (range) announce(range.textContent.trim());
  askLater(next, started);
}

// A large list comes before what it adds up to; this asks for the rest.
function askLater(region, started) {
  const link = region?.querySelector("a[data-later]");
  if (link) load(region, link.href, started);
}

// Shows another address of the page one is on, in place where the page has a list.
export let visit = (address) => location.assign(address);

export function startSwap(started) {
  askLater(document.querySelector("[data-swap]"), started);
  const regionOf = (element) => (element instanceof Element ? element.closest("[data-swap]") : null);
  const here = (url) => url.origin === location.origin && url.pathname === location.pathname;

  function go(region, address) {
    history.pushState(null, "", address);
    load(region, address, started);
  }
  visit = (address) => {
    const region = document.querySelector("[data-swap]");
    if (region) go(region, address);
    else location.assign(address);
  };

  document.addEventListener("click", (event) => {
    const region = regionOf(event.target);
    const link = region && event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || !here(link)) return;
    event.preventDefault();
    go(region, link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const region = regionOf(form);
    const address = new URL(form.action);
    if (!region || form.method !== "get" || !here(address)) return;
    event.preventDefault();
    const said = [...new FormData(form)].filter(([name, value]) => value || !name.startsWith("w."));
    address.search = new URLSearchParams(said).toString();
    go(region, address.href);
  });
  window.addEventListener("popstate", () => {
    const region = document.querySelector("[data-swap]");
    if (region && listed(location.href) !== shown) load(region, location.href, started);
  });
}
