// Parts of the page that are this person's alone are fetched anew from the page's own address, with their own rights.
import { morph } from "./morph.js";

const SPREAD = 1200; // so that a full room does not ask in the same instant
const wanted = new Set();
let timer = 0;

/** Fetch these parts (ids) of the page again soon; asked several times at once, they are fetched once. */
export function refetch(ids, within = SPREAD) {
  for (const id of ids) wanted.add(id);
  timer ||= setTimeout(fetchNow, Math.random() * within);
}

async function fetchNow() {
  timer = 0;
  const ids = [...wanted].filter((id) => document.getElementById(id));
  wanted.clear();
  if (!ids.length) return;
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ids) {
    const here = document.getElementById(id);
    const there = page.getElementById(id);
    if (here && there) await morph(here, there.outerHTML);
  }
}
