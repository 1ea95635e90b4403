// Parts of the page that are this person's alone are fetched anew from the page's own address, with their own rights.
import { busyUntil } from "./busy.js";
import { tellWhatIsAsked } from "./mine.js";
import { leftAlone, morph } from "./morph.js";

const SPREAD = 1200; // so that a full room does not ask in the same instant
const PATIENCE = 8000;
const wanted = new Set();
let timer = 0;

/** Fetch these parts (ids) of the page again soon; asked several times at once, they are fetched once. */
export function refetch(ids, within = SPREAD) {
  for (const id of ids) wanted.add(id);
  timer ||= setTimeout(fetchNow, Math.random() * within);
}

async function fetchNow() {
  timer = 0;
  const parts = [...wanted].map((id) => document.getElementById(id)).filter(Boolean);
  wanted.clear();
  // What somebody works in is fetched when they are done, so that it is as of then.
  const free = parts.filter((part) => {
    const left = leftAlone(part);
    left?.then(() => refetch([part.id], 1));
    return !left;
  });
  if (free.length) await busyUntil(free, renew(free));
}

async function renew(parts) {
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, signal }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const there = page.getElementById(part.id);
    if (part.isConnected && there) await morph(part, there.outerHTML);
  }
  tellWhatIsAsked();
}
