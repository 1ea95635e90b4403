// Parts of the page that are this person's alone are fetched anew with their own rights: from the page's own address, or from
// the one that data-from names.
import { tellWhatIsAsked } from "./mine.js";
import { become, busyUntil, whenLeft } from "./morph.js";

const SPREAD = 1200; // so that a full room does not ask in the same instant
const PATIENCE = 8000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const wanted = new Set();
const shown = new Map(); // part → when what it shows was asked for: an older answer may come last
let timer = 0;
let wait = FIRST_WAIT;
let turn = 0;

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
  const addressOf = (part) => part.dataset.from ?? location.pathname + location.search;
  const addresses = [...new Set(parts.map(addressOf))];
  const renewed = addresses.map((each) => renewFrom(each, parts.filter((part) => addressOf(part) === each)));
  const stale = (await Promise.all(renewed)).flat();
  document.dispatchEvent(new CustomEvent("nasaq:fetched", { detail: !stale.length }));
  if (stale.length) again(stale);
  else wait = FIRST_WAIT;
  tellWhatIsAsked();
}

/** Renew the parts that stand at this address; those that could not be are returned. */
async function renewFrom(address, parts) {
  const mine = ++turn;
  const page = await pageAt(address).catch(() => null);
  if (!page) return parts;
  for (const part of parts) {
    const there = page.getElementById(part.id);
    if (!part.isConnected || !there || shown.get(part.id) > mine) continue;
    shown.set(part.id, mine);
    await become(part, there.outerHTML);
  }
  return [];
}

/** The page at this address as it is now, an empty one when it has moved; throws when it cannot be had. */
export async function pageAt(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw Error(answer.status);
  return new DOMParser().parseFromString(answer.redirected ? "" : await answer.text(), "text/html");
}

// The longer it fails, the less often it is tried.
function again(parts) {
  for (const { id } of parts) ask(id, wait * (0.7 + Math.random() * 0.3));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}
