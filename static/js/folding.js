// Keeps the log short to read: the hour stands above the first line of each hour gone by, and of three or more lines alike
// that the system wrote within two minutes of each other only the newest is shown, with a button for the rest.
import { count } from "./words.js";

const feed = document.getElementById("feed");
const WITHIN = 120_000;
const ENOUGH = 3;

const at = (line) => Date.parse(line.querySelector("time").dateTime);
const FOLDS = /^(alert|approver|duty)\./; // beside all that is only for the record
const isAlike = (one, other) => one.dataset.name === other.dataset.name && (one.dataset.tone === "system" || FOLDS.test(one.dataset.name)) && !one.querySelector(".body");

function runs() {
  const found = [];
  for (const line of feed.querySelectorAll(":scope > [data-seq]")) {
    const before = found.at(-1)?.at(-1);
    if (before && isAlike(before, line) && at(before) - at(line) <= WITHIN) found.at(-1).push(line);
    else found.push([line]);
  }
  return found;
}

function fold(run) {
  const [newest, ...rest] = run;
  const isOpen = run.length < ENOUGH || run.some((line) => "open" in line.dataset || line.matches(":target, :focus-within"));
  for (const line of run) line.toggleAttribute("data-open", isOpen && run.length >= ENOUGH);
  for (const line of rest) line.classList.toggle("folded", !isOpen);
  const button = newest.querySelector(".alike");
  for (const line of rest) line.querySelector(".alike")?.remove();
  if (isOpen) return button?.remove();
  const words = count("alike", rest.length);
  if (button?.textContent === words) return;
  const shown = button ?? newest.querySelector("article > div").appendChild(document.createElement("button"));
  Object.assign(shown, { type: "button", className: "alike", textContent: words });
}

function markHours(lines) {
  let before = null;
  for (const line of lines) {
    line.classList.toggle("newhour", before !== null && before.dataset.day === line.dataset.day && before.dataset.hour !== line.dataset.hour);
    before = line;
  }
}

function tidy() {
  feed.querySelector(":scope > .empty")?.remove();
  const found = runs();
  found.forEach(fold);
  markHours(found.map(([newest]) => newest));
}

feed.addEventListener("click", (event) => {
  const line = event.target.closest(".alike")?.closest("li");
  if (!line) return;
  line.dataset.open = "";
  line.querySelector(".at").focus({ preventScroll: true }); // the button is about to go
  tidy();
});

if (feed.querySelector(":scope > [data-seq]")) tidy();
new MutationObserver(tidy).observe(feed, { childList: true });
addEventListener("hashchange", tidy);
