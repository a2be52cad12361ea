// Fills the lists of fields of a wide file, which the page carries once.
export function startFields() {
  const all = document.getElementById("all-fields");
  if (!all) return;
  for (const select of document.querySelectorAll("select[data-fields]")) {
    const chosen = select.value;
    select.options.length = 1;
    select.append(all.content.cloneNode(true));
    for (const option of select.options) option.defaultSelected = option.value === chosen;
    select.value = chosen;
  }
}
