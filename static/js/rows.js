// The paragraphs of the editor: always an empty one to go on in, and Alt with 1, 2, 3 to the same one in another language.
import { digits } from "./digits.js";

const form = document.getElementById("edit");
const isOn = document.body.dataset.shortcuts !== "off";

/** There is always an empty paragraph to go on in. */
export function grow() {
  const rows = form.querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  if (![...last.querySelectorAll("textarea")].some((cell) => cell.value.trim())) return;
  const next = last.cloneNode(true);
  for (const cell of next.querySelectorAll("textarea")) [cell.value, cell.id] = ["", `edit-${cell.name}-${rows.length}`];
  for (const said of next.querySelectorAll("[data-said]")) {
    said.id = said.id.replace(/\d+$/, rows.length + 1);
    said.replaceChildren();
  }
  next.querySelector("select").value = "";
  next.querySelector(".no").textContent = `¶ ${digits(rows.length + 1)}`;
  last.after(next);
}

/** Put what was kept on this device back into the fields. */
export function refill(fields) {
  for (const name of new Set(fields.map(([each]) => each))) {
    const values = fields.filter(([each]) => each === name).map(([, value]) => value);
    const box = () => [...form.querySelectorAll(`[name="${name}"]`)];
    if (box()[0]?.type === "checkbox") continue;
    values.forEach((value, n) => (box()[n] ?? (grow(), box()[n])) && (box()[n].value = value, grow()));
  }
}

form.addEventListener("keydown", (event) => {
  const place = ["Digit1", "Digit2", "Digit3"].indexOf(event.code);
  if (!isOn || !event.altKey || event.ctrlKey || place < 0) return;
  event.preventDefault();
  const cell = event.target.closest(".row")?.querySelectorAll("textarea")[place];
  const pick = cell && document.querySelector(`.pick [value=${cell.lang}]`);
  if (pick) pick.checked = true;
  cell?.focus();
});
