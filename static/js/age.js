// Says how old the page is. Nothing for five seconds of silence, then an amber status bar, after thirty seconds a bar across
// the page, after two minutes every live panel shows that it is no longer live; and once, when it is over, what was missed.
import { alarm, announce, MINE } from "./announce.js";
import { digits } from "./digits.js";
import { count, say } from "./words.js";

const STEPS = [[120, "stale"], [30, "off"], [5, "slow"]];
const CAUGHT_UP_IN = 2000;
const BACK_SHOWN_FOR = 6000;
const root = document.documentElement;
let heardAt = performance.now();
let toldAt = heardAt; // by whatever came, whether or not the page is whole
let isBehind = false;
let lostAt = 0;
let triesAt = 0;
let missed = 0;
let isReturning = false;
let manner = "live"; // or "polling"

/** Something true arrived just now, by socket ("live") or by asking ("polling"). */
export function heard(how) {
  toldAt = performance.now();
  if (isBehind) return;
  [heardAt, manner, lostAt, triesAt] = [toldAt, how, 0, 0];
  if (root.dataset.net && !isReturning) comeBack();
  show();
}

/** Nothing can be heard any more, since now or since the last that was heard; the next attempt begins in `wait` ms. */
export function lost({ silently = false, wait = 0 } = {}) {
  if (!lostAt && !isReturning) missed = 0;
  lostAt ||= silently ? heardAt : performance.now();
  if (wait) triesAt = performance.now() + wait;
}

const since = (moment) => Math.floor((performance.now() - moment) / 1000);

/** Seconds since anything came from the server. */
export const silence = () => since(toldAt);

/** One more line is there. True when it is told together with the others that were missed. */
export function arrived() {
  missed += 1;
  return isReturning || lostAt > 0;
}

// While a part of the page cannot be fetched, whatever else arrives does not make the page live.
document.addEventListener("nasaq:fetched", ({ detail: isWhole }) => {
  if (isWhole && !isBehind) return;
  isBehind = !isWhole;
  if (isBehind) lost();
  else heard(manner);
});

function comeBack() {
  isReturning = true;
  setTimeout(() => {
    isReturning = false;
    if (lostAt) return;
    const words = [say("backAloud"), missed ? count("new", missed) : ""].filter(Boolean).join(" · ");
    for (const place of document.querySelectorAll("[data-back-words]")) place.textContent = words;
    announce(MINE, "connection", words);
    root.dataset.back = "";
    setTimeout(() => delete root.dataset.back, BACK_SHOWN_FOR);
  }, CAUGHT_UP_IN);
}

function show() {
  const now = performance.now();
  const silent = lostAt ? (now - lostAt) / 1000 : 0;
  const step = STEPS.find(([from]) => silent >= from)?.[1] ?? "";
  if (step === "off" && root.dataset.net === "slow") alarm(say("lostAloud"));
  if (step) root.dataset.net = step;
  else delete root.dataset.net;
  root.dataset.heard = manner;
  const tries = Math.ceil((triesAt - now) / 1000);
  fill("[data-age]", say(step ? "lost" : manner, since(heardAt)));
  for (const place of document.querySelectorAll("[data-age-words]")) place.textContent = place.dataset.ageWords.replace("#", digits(since(heardAt)));
  fill("[data-next-try]", tries > 0 ? say("tries", tries) : say("trying"));
}

function fill(places, words) {
  for (const place of document.querySelectorAll(places)) place.textContent = words;
}

setInterval(show, 1000);
