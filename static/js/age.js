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
let lostAt = 0;
let triesAt = 0;
let missed = 0;
let isReturning = false;
let manner = "live"; // or "polling"

/** Something true arrived just now, by socket ("live") or by asking ("polling"). */
export function heard(how) {
  [heardAt, manner, lostAt, triesAt] = [performance.now(), how, 0, 0];
  if (root.dataset.net && !isReturning) comeBack();
  show();
}

/** Nothing can be heard any more, since now or since the last that was heard; the next attempt begins in `wait` ms. */
export function lost({ silently = false, wait = 0 } = {}) {
  if (!lostAt && !isReturning) missed = 0;
  lostAt ||= silently ? heardAt : performance.now();
  if (wait) triesAt = performance.now() + wait;
}

/** Seconds since something was heard. */
export const age = () => Math.floor((performance.now() - heardAt) / 1000);

/** One more line is there. True when it is told together with the others that were missed. */
export function arrived() {
  missed += 1;
  return isReturning || lostAt > 0;
}

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
  fill("[data-age]", say(step ? "lost" : manner, age()));
  for (const place of document.querySelectorAll("[data-age-words]")) place.textContent = place.dataset.ageWords.replace("#", digits(age()));
  fill("[data-next-try]", tries > 0 ? say("tries", tries) : say("trying"));
}

function fill(places, words) {
  for (const place of document.querySelectorAll(places)) place.textContent = words;
}

setInterval(show, 1000);
