// What the server told this page's scripts: language, addresses and words.
const element = document.getElementById("shell-data");
export const data = element ? JSON.parse(element.textContent) : { strings: {} };

export const say = (key) => data.strings[key] ?? key;

export function announce(text) {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
}

// A part of a page, asked for the way htmx asks. Redirects (a login) and errors throw.
export async function part(url, { signal, target = "" } = {}) {
  const headers = { "HX-Request": "true", ...(target && { "HX-Target": target }) };
  const response = await fetch(url, { headers, signal, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...parsed.body.childNodes];
}
