// What the server told this page's scripts: language, addresses and words.
const element = document.getElementById("shell-data");
export const data = element ? JSON.parse(element.textContent) : { strings: {} };

export const say = (key) => data.strings[key] ?? key;

export function announce(text) {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
}

// The element `selector` of a page part, asked for the way htmx asks. A redirect (to the login),
// an error, or an answer without that element throws.
export async function part(url, selector, { signal, target = "" } = {}) {
  const headers = { "HX-Request": "true", ...(target && { "HX-Target": target }) };
  const response = await fetch(url, { headers, signal, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = parsed.querySelector("main") ? null : parsed.querySelector(selector);
  if (!found) throw new Error(`no ${selector}`);
  return document.adoptNode(found);
}
