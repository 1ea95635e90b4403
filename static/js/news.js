// Puts new lines into the log. Somebody who reads further down is not moved: a button says how many are new.
import { announce } from "./announce.js";
import { count } from "./words.js";

const feed = document.getElementById("feed");
const scroller = document.getElementById("feed-scroll");
const pill = document.getElementById("news");
let unseen = 0;

/** Put a line (its HTML) at its place, once. */
export function addLine(html) {
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
  markDays();
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = Number(place.textContent) + 1;
}

/** Show the name of the day above the first line of each day but today. */
export function markDays() {
  let day = feed.dataset.today;
  for (const line of feed.children) {
    line.classList.toggle("newday", line.dataset.day !== day);
    day = line.dataset.day;
  }
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
  announce("lines", count("new", unseen));
}

function show() {
  pill.hidden = unseen === 0;
  pill.querySelector("span").textContent = count("new", unseen);
  for (const badge of document.querySelectorAll("[data-new-count]")) {
    badge.hidden = unseen === 0;
    badge.textContent = unseen;
  }
}

/** Everything in the log has been seen. */
export function seen() {
  unseen = 0;
  show();
}

pill.addEventListener("click", () => {
  if (scrolls()) scroller.scrollTo({ top: 0, behavior: "smooth" });
  else document.getElementById("p-log").scrollIntoView({ behavior: "smooth" });
  seen();
});
addEventListener("scroll", () => unseen && sees() && seen(), { capture: true, passive: true });
