// The parts of the room: on narrow screens one at a time, on middling ones those below the statement; the log by kinds of
// lines, older lines on request.
import { markDays, seen } from "./news.js";

const feed = document.getElementById("feed");
const places = { tab: document.documentElement, under: document.getElementById("room") };

function openPart(part, kind = "tab") {
  places[kind].dataset[kind] = part;
  for (const tab of document.querySelectorAll(`[data-${kind}-for]`)) {
    tab.ariaCurrent = tab.getAttribute(`data-${kind}-for`) === part ? "true" : null;
  }
  if (part === "log") seen();
}

// What the address names is shown: its part opens, its panel and its fold too.
function arrive() {
  const there = document.getElementById(location.hash.slice(1));
  const part = there?.closest("[data-p]")?.dataset.p;
  if (location.hash.startsWith("#line-")) openPart("log"); // it may be an older one
  if (!part) return;
  openPart(part);
  if (document.querySelector(`[data-under-for=${part}]`)) openPart(part, "under");
  there.closest("[data-shut]")?.removeAttribute("data-shut");
  const fold = there.closest("details");
  if (fold) fold.open = true;
  fold?.firstChild.focus();
  there.scrollIntoView();
}

function sift(button) {
  feed.dataset.show = button.dataset.filter;
  for (const each of document.querySelectorAll("[data-filter]")) each.setAttribute("aria-pressed", String(each === button));
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab-for]");
  const under = event.target.closest("[data-under-for]");
  const link = event.target.closest("a[href*='#']");
  const filter = event.target.closest("[data-filter]");
  const older = event.target.closest("#older");
  if (tab || under || older) event.preventDefault();
  else if (link?.href === location.href) arrive(); // once more: the address does not change
  if (tab) openPart(tab.dataset.tabFor);
  if (under) openPart(under.dataset.underFor, "under");
  if (filter) sift(filter);
  if (older) import("./older.js").then(({ fetchOlder }) => fetchOlder(older));
});

addEventListener("hashchange", arrive);
openPart(document.querySelector("[data-tab-for][aria-current]").dataset.tabFor);
openPart("org", "under");
markDays();
arrive();
