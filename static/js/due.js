// Says when a promised update comes near: ten, five and one minute before, and at once when it is late.
import { alarm, announce, MINE } from "./announce.js";
import { serverNow } from "./clock.js";
import { count, say } from "./words.js";

const TOLD_AT = [0, 1, 5, 10];
const told = new Map(); // moment → the last of these that was passed

function look() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const minutes = Math.ceil((Date.parse(place.dataset.until) - serverNow()) / 60000);
    place.dataset.name ??= place.getAttribute("aria-label");
    const left = minutes > 0 ? count("minutes", minutes) : say("overdue");
    const name = `${place.dataset.name}: ${left}`;
    if (place.getAttribute("aria-label") !== name) place.setAttribute("aria-label", name);
    tell(place, TOLD_AT.find((each) => minutes <= each) ?? Infinity, name);
  }
}

function tell(place, passed, name) {
  const moment = place.dataset.until;
  const before = told.get(moment) ?? passed; // what was passed when the page opened is no news
  told.set(moment, passed);
  if (passed >= before) return;
  const title = place.closest("article")?.querySelector("h3")?.textContent.trim();
  const words = [title, name].filter(Boolean).join(". ");
  if (passed === 0) alarm(words);
  else announce(MINE, `due:${moment}`, words);
}

look();
setInterval(look, 1000);
