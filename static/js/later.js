// What few people need is fetched when somebody reaches for it, by hand or by key: data-later names the page where it stands.
import { alarm } from "./announce.js";
import { become, busyUntil } from "./morph.js";
import { pageAt } from "./refetch.js";
import { say } from "./words.js";

const coming = new Map(); // part → whether somebody pressed for it
const missed = new WeakSet();
let left = null; // where the focus was in a form of the acts while they were renewed

/** Let the part become what it is there; `isAsked`: somebody pressed for it, and hears when it cannot come. */
async function bring(part, isAsked) {
  const isComing = coming.has(part);
  if (isAsked || !isComing) coming.set(part, isAsked);
  if (isComing) return;
  const page = await busyUntil([part], pageAt(part.dataset.later)).catch(() => null);
  const wasAsked = coming.get(part);
  coming.delete(part);
  const there = page?.getElementById(part.id);
  const here = document.getElementById(part.id); // it may have been renewed meanwhile
  if (!there) missed.add(part);
  else if (here) await become(here, there.outerHTML);
  comeBack();
  if (there || !wasAsked) return;
  if (page) location.assign(part.dataset.later); // it has moved, or one is signed out: that page says so
  else alarm(say("needsServer"));
}

function reach({ type, target }) {
  const isAsked = type === "click";
  const dialog = target.closest?.("[data-dialog]")?.dataset.dialog;
  const part = dialog ? document.querySelector(`#${dialog} [data-later]`) : target.closest?.("[data-later]");
  if (part && (isAsked ? !target.closest("[data-later] a") : !missed.has(part))) bring(part, isAsked);
}

for (const type of ["pointerover", "focusin", "click"]) document.addEventListener(type, reach);

// What was done leads back to the room as it opens; where somebody had unfolded something, it stays unfolded, and the focus
// where it was, counted from the end of the form.
document.addEventListener("htmx:before:swap", () => {
  const at = document.activeElement;
  if (at.form?.closest("#acts")) left = [at.form.id, [...at.form].indexOf(at) - at.form.length, at.closest("details").id];
});

document.addEventListener("htmx:after:swap", () => {
  const part = document.querySelector("[data-later]:has(details[open])");
  if (part) bring(part);
  else comeBack();
});

function comeBack() {
  if (left && document.activeElement.matches("body, #acts")) {
    const [form, place, fold] = left;
    const there = [...(document.getElementById(form) ?? [])].at(place) ?? document.querySelector(`#${fold} summary`);
    (there ?? document.querySelector("#acts summary"))?.focus({ preventScroll: true });
  }
  left = null;
}
