// What a screen reader says by itself, without flooding: one polite sentence in eight seconds, the latest of each kind,
// nothing while somebody types, nothing twice in half a minute. Urgent ones go to the alert region at once.
const POLITE_EVERY = 8000;
const CLEARED_AFTER = 5000;
const NOT_AGAIN_FOR = 30000;
const wish = document.body.dataset.announce ?? "all"; // all, mine, urgent or none
const waiting = new Map();
const said = new Map();
let quietUntil = 0;
let timer = 0;

/** Say `text` in its turn; a later one of the same `kind` takes its place. */
export function announce(kind, text) {
  if (wish !== "all") return;
  waiting.set(kind, text);
  timer ||= setTimeout(speak, Math.max(0, quietUntil - Date.now()));
}

/** Say it now, interrupting: only for what cannot wait. */
export function alarm(text) {
  if (wish !== "none") put("sr-alert", text);
}

/** Say on demand what the page is about; nothing holds it back. */
export function readAloud(text) {
  put("sr-polite", text, true);
}

function speak() {
  timer = 0;
  const texts = [...waiting.values()];
  waiting.clear();
  if (!texts.length || isTyping()) return;
  quietUntil = Date.now() + POLITE_EVERY;
  put("sr-polite", texts.join(". "));
}

const isTyping = () => document.activeElement?.matches("input, textarea") && document.activeElement.value !== "";

function put(id, text, asked = false) {
  const now = Date.now();
  if (!asked && now - (said.get(text) ?? 0) < NOT_AGAIN_FOR) return;
  said.set(text, now);
  const region = document.getElementById(id);
  region.textContent = text;
  setTimeout(() => region.textContent === text && (region.textContent = ""), CLEARED_AFTER);
}
