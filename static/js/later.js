// What few people need is fetched when somebody reaches for it, by hand or by key: data-later names the page where it stands.
import { alarm } from "./announce.js";
import { busyUntil } from "./busy.js";
import { become } from "./morph.js";
import { pageAt } from "./refetch.js";
import { say } from "./words.js";

const coming = new Set();
const missed = new WeakSet();

/** Let the part become what it is there; `isAsked`: somebody pressed for it, and hears when it cannot come. */
async function bring(part, isAsked) {
  if (coming.has(part) || (missed.has(part) && !isAsked)) return;
  coming.add(part);
  const page = await busyUntil([part], pageAt(part.dataset.later)).catch(() => null);
  coming.delete(part);
  const there = page?.getElementById(part.id);
  if (there) return part.isConnected && become(part, there.outerHTML);
  missed.add(part);
  if (isAsked) alarm(say("needsServer"));
}

function reach({ type, target }) {
  const dialog = target.closest?.("[data-dialog]")?.dataset.dialog;
  const part = dialog ? document.querySelector(`#${dialog} [data-later]`) : target.closest?.("[data-later]");
  if (part && !(type === "click" && target.closest("[data-later] a"))) bring(part, type === "click");
}

for (const type of ["pointerover", "focusin", "click"]) document.addEventListener(type, reach);

// What was done leads back to the room as it opens; where somebody had unfolded something, it stays unfolded.
document.addEventListener("htmx:after:swap", () => {
  const part = document.querySelector("[data-later]:has(details[open])");
  if (part) bring(part);
});
