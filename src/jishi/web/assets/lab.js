// The laboratory: sliders and number boxes that move together, and the lists that answer at once.
// <form data-lab data-preview="/lab/preview"> … </form> <div id="lab-panels">
import { say, announce } from "./js/data.js";
import htmx from "./js/htmx.js";
import { onKey } from "./js/keys.js";
import { normalise, rebalance } from "./js/weights.js";

const WAIT_MS = 70;

function startLab(form) {
  const sliders = [...form.querySelectorAll("[data-slider]")].map((element) => ({
    box: element.querySelector("input[type=number]"),
    range: element.querySelector("input[type=range]"),
    lock: element.querySelector("[data-lock]"),
    element,
  }));
  const balance = form.querySelector("[data-balance]");
  const sum = form.querySelector("[data-sum]");
  let timer = 0;

  const weights = () => Object.fromEntries(sliders.map(({ box }) => [box.name, Number(box.value) || 0]));
  const isLocked = ({ lock }) => lock?.getAttribute("aria-pressed") === "true";
  const locked = () => new Set(sliders.filter(isLocked).map(({ box }) => box.name));

  function write(next) {
    for (const { box, range } of sliders) {
      box.value = next[box.name];
      range.value = next[box.name];
    }
    const total = Object.values(next).reduce((a, b) => a + b, 0);
    if (sum) {
      sum.textContent = `${total}%`;
      sum.classList.toggle("off", total !== 100);
    }
  }

  function query() {
    const params = new URLSearchParams(new FormData(form));
    params.delete("csrfmiddlewaretoken");
    for (const name of locked()) params.append("locked", name);
    return params;
  }

  // The address is the state: reload and share give the same lists.
  function refresh() {
    clearTimeout(timer);
    if (!form.dataset.preview) return;
    timer = setTimeout(async () => {
      const params = query();
      history.replaceState(history.state, "", `?${params}`);
      const panels = document.getElementById("lab-panels");
      panels.setAttribute("aria-busy", "true");
      await htmx.ajax("POST", form.dataset.preview, {
        source: form,
        target: "#lab-panels",
        swap: "innerHTML",
        values: { locked: [...locked()] },
      });
      panels.removeAttribute("aria-busy");
      const finding = panels.querySelector("[data-finding]");
      if (finding) announce(finding.textContent.trim());
    }, WAIT_MS);
  }

  function change(slider, value) {
    const next = weights();
    if (!balance || balance.checked) {
      write(rebalance(next, slider.box.name, value, { locked: locked() }));
    } else {
      write({ ...next, [slider.box.name]: Math.max(0, Math.min(100, Math.round(value))) });
    }
    refresh();
  }

  for (const slider of sliders) {
    slider.range.addEventListener("input", () => change(slider, Number(slider.range.value)));
    onKey(slider.box, { Enter: () => change(slider, Number(slider.box.value) || 0) });
    slider.box.addEventListener("change", () => change(slider, Number(slider.box.value) || 0));
    for (const button of slider.element.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () =>
        change(slider, Number(slider.box.value) + Number(button.dataset.step)),
      );
    }
    slider.lock?.addEventListener("click", () => {
      const on = !isLocked(slider);
      slider.lock.setAttribute("aria-pressed", String(on));
      slider.range.disabled = on;
      slider.box.readOnly = on;
      announce(`${slider.range.getAttribute("aria-label")} ${say("locked")}: ${say(on ? "on" : "off")}`);
      refresh();
    });
    if (isLocked(slider)) {
      slider.range.disabled = true;
      slider.box.readOnly = true;
    }
  }
  form.querySelector("[data-normalise]")?.addEventListener("click", () => {
    write(normalise(weights(), { locked: locked() }));
    refresh();
  });
  for (const other of form.querySelectorAll("select, input:not([type=range], [type=number])")) {
    if ("reload" in other.dataset) {
      // Another scheme has other sliders: its button asks for the page anew.
      const button = form.querySelector('button[name="then"][value="scheme"]');
      if (button) button.hidden = true;
      other.addEventListener("change", () => form.requestSubmit(button));
    } else if (other !== balance) {
      other.addEventListener("change", refresh);
    }
  }
  for (const other of form.querySelectorAll("input[type=number]")) {
    if (other.closest("[data-slider]")) continue;
    onKey(other, { Enter: refresh });
    other.addEventListener("input", refresh);
  }
  write(weights());
}

document.querySelectorAll("form[data-lab]").forEach(startLab);
