// Asks before a page is left on which something was typed and not sent.
export function startLeaving() {
  const form = document.querySelector("form[data-typed]");
  if (!form) return;
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", (event) => {
    const fields = [...form.querySelectorAll("input[type=text], textarea")];
    const typed = form.dataset.typed || fields.some((field) => field.value !== field.defaultValue);
    if (typed && !sending) event.preventDefault();
  });
}
