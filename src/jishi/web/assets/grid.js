// The big table by keyboard: J/K and arrows walk the rows, Enter opens, Space looks inside.
import { openDrawer } from "./js/layers.js";
import { bind, onKey } from "./js/keys.js";
import { say } from "./js/data.js";
import { startSwap } from "./js/swap.js";
import { startWidths } from "./js/widths.js";

const rowsOf = (grid) => [...grid.querySelectorAll("tbody tr[data-row]")];

function focusRow(row) {
  const grid = row.closest("[data-grid]");
  grid.querySelector('tr[tabindex="0"]')?.setAttribute("tabindex", "-1");
  row.tabIndex = 0;
  row.focus();
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function walk(grid, by) {
  const rows = rowsOf(grid);
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement?.closest?.("tr[data-row]"));
  const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by));
  focusRow(rows[next]);
  return true;
}

const current = (grid) => {
  const row = document.activeElement;
  return row?.matches?.("tr[data-row]") && grid.contains(row) ? row : null;
};

function open(grid) {
  const row = current(grid);
  if (!row?.dataset.href) return false;
  location.assign(row.dataset.href);
  return true;
}

function peek(grid) {
  const row = current(grid);
  if (!row?.dataset.peek) return false;
  openDrawer(row.dataset.peek, row.dataset.row, row).catch(() => open(grid));
  return true;
}

function startGrid(grid) {
  startWidths(grid);
  const rows = rowsOf(grid);
  if (!rows.length) return;
  rows[0].tabIndex = 0;
  onKey(grid, {
    ArrowDown: () => current(grid) && walk(grid, 1),
    ArrowUp: () => current(grid) && walk(grid, -1),
    Home: () => (current(grid) ? focusRow(rowsOf(grid)[0]) : false),
    End: () => (current(grid) ? focusRow(rowsOf(grid).at(-1)) : false),
    Enter: () => open(grid),
    Space: () => peek(grid),
  });
}

function startColumns(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const row = button?.closest("li");
    if (!row) return;
    if (button.dataset.move === "-1") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    button.focus();
  });
}

function start(root) {
  root.querySelectorAll("[data-grid]").forEach(startGrid);
  root.querySelectorAll("form[data-columns]").forEach(startColumns);
}

// Bound once; they act on whatever table the page shows at the time.
function bindRows() {
  const first = (act) => () => {
    const grid = document.querySelector("[data-grid]");
    return grid ? act(grid) : false;
  };
  bind("J", say("nextRow"), first((grid) => walk(grid, 1)));
  bind("K", say("previousRow"), first((grid) => walk(grid, -1)));
  bind("Enter", say("openRow"), first(open));
  bind("Space", say("peekRow"), first(peek));
}

if (document.querySelector("[data-grid]")) bindRows();
start(document);
startSwap(start);
