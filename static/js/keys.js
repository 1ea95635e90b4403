// Shortcuts by the place of a key, so that they work on an Arabic keyboard. They do nothing while somebody types, and
// can be switched off on one's own page. data-key="KeyN" on a control makes it answer to that key.
import { readAloud } from "./announce.js";

const isOn = document.body.dataset.shortcuts !== "off";
const types = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.altKey && event.code === "KeyL") return readSituation(event);
  if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(types)) return;
  const code = event.shiftKey ? `Shift+${event.code}` : event.code;
  const within = document.querySelector("dialog[open]") ?? document;
  const control = [...within.querySelectorAll(`[data-key="${code}"]`)].find((each) => each.offsetParent !== null || each.matches(".vh"));
  if (!control) return;
  event.preventDefault();
  if (control.matches("[type=radio]")) control.click();
  if (control.matches(types) || control.matches("[type=radio]")) control.focus();
  else control.click();
});

function readSituation(event) {
  event.preventDefault();
  const parts = ["h1", ".ihead .sev, .card .sev", ".phase [aria-current]", "#presence"].map((each) => document.querySelector(each));
  readAloud(parts.filter(Boolean).map((each) => each.getAttribute("aria-label") ?? each.textContent.trim()).join(". "));
}

// The list of shortcuts is what this very page answers to.
document.getElementById("shortcuts")?.addEventListener("toggle", (event) => {
  const rows = [...document.querySelectorAll("[data-key]:not([type=radio], dialog *)")].map((control) => {
    const row = document.createElement("li");
    const name = control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent ?? control.querySelector("span")?.textContent ?? control.textContent;
    const key = Object.assign(document.createElement("kbd"), { className: "kbd" });
    key.textContent = control.dataset.key.replace("Key", "").replace("Shift+Slash", "?").replace("Slash", "/");
    row.append(name.replace("?", "").trim(), key);
    return row;
  });
  if (event.newState !== "closed") document.getElementById("shortcut-list").replaceChildren(...rows);
});
