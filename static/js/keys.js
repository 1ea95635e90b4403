// Shortcuts by the place of a key, so that they work on an Arabic keyboard. They do nothing while somebody types, and
// can be switched off on one's own page. data-key="KeyN" on a control makes it answer to that key, "KeyG KeyD" to one
// after the other, "Alt+Digit1" to both at once, which works while typing too.
import { readAloud } from "./announce.js";

const isOn = document.body.dataset.shortcuts !== "off";
const TYPES = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const FIRST_KEY_COUNTS = 1500;
const SITUATION = "h1, .ihead :is(.sev, [role=timer]), .phase [aria-current], [data-aloud]";
const ROWS = { KeyJ: 1, KeyK: -1 };
let first = "";

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.altKey && event.code === "KeyL") return done(event, readSituation());
  if (event.code === "F6") return done(event, go("nextPanel", event.shiftKey ? -1 : 1));
  const isTyping = event.target.matches?.(TYPES);
  if (!isOn || (isTyping && !event.altKey)) return;
  const isHelp = !event.altKey && (event.key === "?" || event.key === "؟");
  const code = isHelp ? "Shift+Slash" : `${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${event.code}`;
  const control = controlOf(`${first}${code}`) ?? controlOf(code);
  if (control) return done(event, use(control));
  if (ROWS[code]) return done(event, go("nextRow", ROWS[code]));
  if (document.querySelector(`[data-key^="${CSS.escape(code)} "]`)) begin(code);
});

const done = (event) => event.preventDefault();

function begin(code) {
  first = `${code} `;
  setTimeout(() => (first = ""), FIRST_KEY_COUNTS);
}

function controlOf(code) {
  const within = document.querySelector("dialog[open]") ?? document;
  const found = [...within.querySelectorAll(`[data-key="${CSS.escape(code)}"]`)];
  return found.find((each) => each.offsetParent !== null || each.matches(".vh, .statusbar *, .rail *"));
}

function use(control) {
  first = "";
  if (control.matches("[type=radio]")) control.click();
  if (control.matches(`${TYPES}, [type=radio]`)) control.focus();
  else control.click();
}

/** In one breath: how grave, which phase, what is due, how far it is agreed, who is silent. */
function readSituation() {
  const parts = [...document.querySelectorAll(SITUATION)].filter((each) => !each.closest("dialog, [hidden]"));
  const words = parts.map((each) => each.getAttribute("aria-label") ?? each.textContent.trim().replace(/\s+/g, " "));
  readAloud([...new Set(words)].filter(Boolean).join(". "));
}

// What few people do is fetched when somebody does it.
const go = (where, step) => import("./places.js").then((places) => places[where](step));
document.querySelector("[data-open=shortcuts]")?.addEventListener("click", () => import("./help.js").then(({ list }) => list()));
