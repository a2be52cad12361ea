// Columns of the big table made wider and narrower by the edge of their heading. What is chosen goes to
// the address (?w.column=120), as the fields of the column menu do.
import { visit } from "./swap.js";

const STEP = 8;
const NARROWEST = 64;
const WIDEST = 480;

const cellsOf = (grid, heading) => {
  const number = [...heading.parentElement.children].indexOf(heading) + 1;
  return [...grid.querySelectorAll(`tr > :nth-child(${number})`)];
};
const fitting = (px) => Math.min(WIDEST, Math.max(NARROWEST, Math.round(px / STEP) * STEP));

function show(cells, px) {
  for (const cell of cells) {
    cell.style.inlineSize = `${px}px`;
    cell.style.flexGrow = "0";
  }
}

function choose(heading, px) {
  const address = new URL(location.href);
  address.searchParams.set(`w.${heading.dataset.column}`, String(fitting(px)));
  visit(address.href);
}

// As wide as the widest thing in it.
function fit(grid, heading) {
  const cells = cellsOf(grid, heading);
  show(cells, NARROWEST);
  const range = document.createRange();
  const widths = cells.map((cell) => {
    const inside = [...cell.children].filter((one) => !one.matches(".edge"));
    const cut = Math.max(0, ...inside.map((one) => one.scrollWidth - one.clientWidth));
    range.selectNodeContents(cell);
    return Math.max(cell.scrollWidth, range.getBoundingClientRect().width + cut + 22);
  });
  choose(heading, Math.ceil(Math.max(...widths) / STEP) * STEP);
}

function hold(grid, heading, edge, start) {
  const cells = cellsOf(grid, heading);
  const from = heading.getBoundingClientRect().width;
  let px = from;
  edge.setPointerCapture(start.pointerId);
  edge.classList.add("is-held");
  const move = (event) => {
    px = fitting(from + event.clientX - start.clientX);
    show(cells, px);
  };
  const end = (event) => {
    edge.removeEventListener("pointermove", move);
    edge.classList.remove("is-held");
    if (event.type === "pointerup" && px !== from) choose(heading, px);
  };
  edge.addEventListener("pointermove", move);
  edge.addEventListener("pointerup", end, { once: true });
  edge.addEventListener("pointercancel", end, { once: true });
}

export function startWidths(grid) {
  if (!grid.dataset.sizable) return;
  for (const heading of grid.querySelectorAll("th[data-column]")) {
    const edge = document.createElement("span");
    edge.className = "edge";
    edge.title = grid.dataset.sizable;
    edge.setAttribute("aria-hidden", "true");
    edge.addEventListener("pointerdown", (event) => {
      if (event.button === 0) hold(grid, heading, edge, event);
    });
    edge.addEventListener("dblclick", () => fit(grid, heading));
    heading.append(edge);
  }
}
