// The order in which things are said aloud, without flooding: one polite sentence in eight seconds, the latest of each key,
// a digest of three or more, no news while somebody types, nothing twice in half a minute. It knows no page and no time of
// its own: whoever makes one brings both.
export const [URGENT, MINE, NEWS] = [1, 2, 3];
const HEARD = { all: NEWS, mine: MINE, urgent: URGENT, none: 0 };
const GATHERED = 250; // what happens at once is said together
const EVERY = 8000;
const CLEARED_AFTER = 5000;
const NOT_AGAIN_FOR = 30000;

/** A queue: `wish` all, mine, urgent or none; `now()` and `after(ms, act)` are its time; `polite` and `alert` where it writes
    (`textContent`); `isTyping()`; `digest(items)` makes one sentence of several {key, text}. */
export function queueOf({ wish, now, after, polite, alert, isTyping, digest }) {
  const waiting = new Map();
  const said = new Map();
  let quietUntil = 0;
  let isDue = false;

  const isStale = ({ text }) => now() - (said.get(text) ?? -Infinity) < NOT_AGAIN_FOR;
  const isWanted = ({ level }) => level !== NEWS || !isTyping();

  function write(place, text) {
    said.set(text, now());
    place.textContent = place.textContent === text ? `${text}\u00a0` : text; // said anew, so it must differ
    const written = place.textContent;
    after(CLEARED_AFTER, () => place.textContent === written && (place.textContent = ""));
  }

  function speak() {
    isDue = false;
    const items = [...waiting.values()].filter((each) => isWanted(each) && !isStale(each));
    waiting.clear();
    if (!items.length) return;
    const text = items.length < 3 ? items.map((each) => each.text).join(". ") : digest(items);
    for (const each of items) said.set(each.text, now());
    quietUntil = now() + EVERY;
    write(polite, text);
  }

  return {
    /** Say `text` in its turn, or at once when it is urgent; a later one of the same `key` takes its place. */
    announce(level, key, text) {
      const item = { level, key, text };
      if (!text || level > (HEARD[wish] ?? NEWS) || !isWanted(item)) return;
      if (level === URGENT) return isStale(item) || write(alert, text);
      waiting.delete(key);
      waiting.set(key, item);
      if (isDue) return;
      isDue = true;
      after(Math.max(GATHERED, quietUntil - now()), speak);
    },
    /** Say it now, because somebody asked. */
    read: (text) => write(polite, text),
  };
}
