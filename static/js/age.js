// Says how old the page is. Nothing for five seconds of silence, then an amber status bar, after thirty seconds a bar
// across the page, after two minutes every live panel shows that it is no longer live.
import { alarm, announce } from "./announce.js";
import { say } from "./words.js";

const STEPS = [[120, "stale"], [30, "off"], [5, "slow"]];
let heardAt = performance.now();
let lostAt = 0;
let manner = "live"; // or "polling"

/** Something true arrived just now, by socket ("live") or by asking ("polling"). */
export function heard(how) {
  heardAt = performance.now();
  manner = how;
  if (document.documentElement.dataset.net) announce("connection", say("backAloud"));
  lostAt = 0;
  show();
}

/** Nothing can be heard any more, as far as one knows. */
export function lost() {
  lostAt ||= performance.now();
}

/** Seconds since something was heard. */
export const age = () => Math.floor((performance.now() - heardAt) / 1000);

function show() {
  const root = document.documentElement;
  const silent = lostAt ? (performance.now() - lostAt) / 1000 : 0;
  const step = STEPS.find(([from]) => silent >= from)?.[1] ?? "";
  if (step === "off" && root.dataset.net !== "off") alarm(say("lostAloud"));
  if (step) root.dataset.net = step;
  else delete root.dataset.net;
  root.dataset.heard = manner;
  for (const place of document.querySelectorAll("[data-age]")) place.textContent = say(step ? "lost" : manner, age());
  for (const place of document.querySelectorAll("[data-age-words]")) place.textContent = place.dataset.ageWords.replace("#", age());
}

setInterval(show, 1000);
