// What a screen reader says by itself: the one queue of this page, with its two live regions and the reader's own wish.
import { NEWS, queueOf, URGENT } from "./queue.js";
import { count } from "./words.js";

export { MINE, NEWS, URGENT } from "./queue.js";

const TYPING = 3000; // so long after a keystroke somebody is typing still
const COUNTED = { line: "new", answer: "answers" };
let typedAt = -Infinity;

addEventListener("input", () => (typedAt = performance.now()), { capture: true, passive: true });

// Lines and answers are counted, everything else is said in full: “4 new lines. 2 entities answered”.
function digest(items) {
  const kind = ({ key }) => COUNTED[key.split(":")[0]];
  const told = items.filter((each) => !kind(each)).map((each) => each.text);
  for (const name of Object.values(COUNTED)) {
    const n = items.filter((each) => kind(each) === name).length;
    if (n) told.push(count(name, n));
  }
  return told.join(". ");
}

const queue = queueOf({
  wish: document.body.dataset.announce ?? "all",
  now: () => performance.now(),
  after: (ms, act) => setTimeout(act, ms),
  polite: document.getElementById("sr-polite"),
  alert: document.getElementById("sr-alert"),
  isTyping: () => performance.now() - typedAt < TYPING,
  digest,
});

/** Say `text` in its turn: `level` URGENT, MINE or NEWS; a later one of the same `key` takes its place. */
export const announce = queue.announce;

/** Say it now, interrupting: only for what cannot wait. */
export const alarm = (text) => announce(URGENT, text, text);

/** Say what is new in the room. */
export const tell = (key, text) => announce(NEWS, key, text);

/** Say on demand what the page is about; nothing holds it back. */
export const readAloud = queue.read;
