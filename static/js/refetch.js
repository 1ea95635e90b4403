// Parts of the page that are this person's alone are fetched anew from the page's own address, with their own rights.
import { busyUntil } from "./busy.js";
import { tellWhatIsAsked } from "./mine.js";
import { become, whenLeft } from "./morph.js";

const SPREAD = 1200; // so that a full room does not ask in the same instant
const PATIENCE = 8000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const wanted = new Set();
let timer = 0;
let wait = FIRST_WAIT;

/** Fetch these parts (ids) of the page again soon; asked several times at once, they are fetched once. What somebody works
 *  in is fetched when they are done, so that it is as of then. */
export function refetch(ids, within = SPREAD) {
  for (const id of ids) {
    const part = document.getElementById(id);
    if (part) whenLeft(part, () => ask(id, Math.random() * within));
  }
}

function ask(id, delay) {
  wanted.add(id);
  timer ||= setTimeout(fetchNow, delay);
}

function fetchNow() {
  timer = 0;
  const parts = [...wanted].map((id) => document.getElementById(id)).filter(Boolean);
  wanted.clear();
  if (parts.length) return busyUntil(parts, renew(parts));
}

async function renew(parts) {
  const text = await fetchPage().catch(() => null);
  document.dispatchEvent(new CustomEvent("nasaq:fetched", { detail: text !== null }));
  if (text === null) return again(parts);
  wait = FIRST_WAIT;
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const part of parts) {
    const there = page.getElementById(part.id);
    if (part.isConnected && there) await become(part, there.outerHTML);
  }
  tellWhatIsAsked();
}

/** The page as it is now, "" when it has moved; throws when it cannot be had. */
async function fetchPage() {
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, signal });
  if (!answer.ok) throw Error(answer.status);
  return answer.redirected ? "" : answer.text();
}

// The longer it fails, the less often it is tried.
function again(parts) {
  for (const { id } of parts) ask(id, wait * (0.7 + Math.random() * 0.3));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}
