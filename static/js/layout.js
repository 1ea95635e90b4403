// How somebody likes the room: which panels stand open (kept on this device), the brief on paper; and the arrow keys go from pin to pin of the ribbon.
import { keep, recall } from "./kept.js";

const place = `nasaq:${document.body.dataset.me}:panels`;
const shut = new Set(recall(place)?.shut ?? []);

function arrange() {
  for (const panel of document.querySelectorAll("[data-panel-of]")) panel.toggleAttribute("data-shut", shut.has(panel.dataset.panelOf));
  for (const box of document.querySelectorAll("[data-panel]")) box.checked = !shut.has(box.dataset.panel);
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-panel]")) return;
  if (target.checked) shut.delete(target.dataset.panel);
  else shut.add(target.dataset.panel);
  keep(place, { shut: [...shut] });
  arrange();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  const menu = document.querySelector(".pick-panels[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".pick-panels[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  const step = event.target.closest?.(".cad-list") && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const pins = [...event.target.closest(".cad-list").querySelectorAll("a")];
  const forward = document.dir === "rtl" ? -step : step;
  pins[pins.indexOf(event.target) + forward]?.focus();
  event.preventDefault();
});

arrange();
