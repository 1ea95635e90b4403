// What concerns this person is said before other news: what newly waits for them, and an incident of the gravest level.
import { alarm, announce, MINE } from "./announce.js";

const ASKED = "#waiting a, #statement-acts a.primary";
const GRAVEST = "#now .card:has(.sev.s4) h3";
const known = new Set();

function fresh(places) {
  const found = [...document.querySelectorAll(places)].map((each) => [each.getAttribute("href") ?? each.id, each]);
  const unknown = found.filter(([key, each]) => !known.has(key + each.textContent));
  for (const [key, each] of found) known.add(key + each.textContent);
  return unknown;
}

/** Say what is asked of this person that was not when the page was last looked at. */
export function tellWhatIsAsked() {
  for (const [key, each] of fresh(ASKED)) announce(MINE, `asked:${key}`, each.textContent.trim());
  for (const [, each] of fresh(GRAVEST)) alarm(`${each.closest(".card").querySelector(".sev").getAttribute("aria-label")}. ${each.textContent.trim()}`);
}

fresh(`${ASKED}, ${GRAVEST}`);
