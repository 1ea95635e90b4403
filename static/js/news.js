// Puts new lines into the log. Somebody who reads further down is not moved: a button says how many are new.
import { tell } from "./announce.js";
import { digits, value } from "./digits.js";
import { count } from "./words.js";

const feed = document.getElementById("feed");
const scroller = document.getElementById("feed-scroll");
const pill = document.getElementById("news");
const SPOKEN = 160; // letters; the rest is in the log
let unseen = 0;

/** Put a line (its HTML) at its place, once; `quietly` when it is told together with others. */
export function addLine(html, quietly) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const line = template.content.querySelector("li");
  if (!line || document.getElementById(line.id)) return;
  const seq = Number(line.dataset.seq);
  const older = [...feed.children].find((each) => Number(each.dataset.seq) < seq) ?? null;
  const stays = older?.getBoundingClientRect().top;
  const isSeen = sees();
  feed.insertBefore(line, older);
  if (isSeen) line.classList.add("fresh");
  else notice(older, stays);
  if (!quietly) tell(`${line.dataset.name === "statement.answered" ? "answer" : "line"}:${seq}`, spoken(line));
  markDays();
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = digits(value(place.textContent) + 1);
}

/** Show the name of the day above the first line of each day but today. */
export function markDays() {
  let day = feed.dataset.today;
  for (const line of feed.children) {
    line.classList.toggle("newday", line.dataset.day !== day);
    day = line.dataset.day;
  }
}

function spoken(line) {
  const words = [...line.querySelectorAll(".k b, .by bdi, .say, .body")].map((each) => each.textContent.trim());
  return words.join(" ").slice(0, SPOKEN);
}

const scrolls = () => scroller.scrollHeight > scroller.clientHeight + 1;

function sees() {
  if (feed.offsetParent === null) return false; // another part of the room is open
  return scrolls() ? scroller.scrollTop < 40 : feed.getBoundingClientRect().top > 0;
}

function notice(older, stays) {
  unseen += 1;
  const moved = older ? older.getBoundingClientRect().top - stays : 0;
  if (moved) (scrolls() ? scroller : document.scrollingElement).scrollTop += moved;
  show();
}

function show() {
  pill.hidden = unseen === 0;
  pill.querySelector("span").textContent = count("new", unseen);
  for (const badge of document.querySelectorAll("[data-new-count]")) {
    badge.hidden = unseen === 0;
    badge.textContent = digits(unseen);
  }
}

/** Everything in the log has been seen. */
export function seen() {
  unseen = 0;
  show();
}

pill.addEventListener("click", () => {
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (scrolls()) scroller.scrollTo({ top: 0, behavior });
  else document.getElementById("p-log").scrollIntoView({ behavior });
  scroller.focus({ preventScroll: true }); // the button is about to go
  seen();
});
addEventListener("scroll", () => unseen && sees() && seen(), { capture: true, passive: true });
