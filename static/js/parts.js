// The parts of the room: on narrow screens one at a time, the log by kinds of lines, older lines on request.
import { markDays, seen } from "./news.js";

const root = document.documentElement;
const feed = document.getElementById("feed");

function openPart(part) {
  root.dataset.tab = part;
  for (const tab of document.querySelectorAll("[data-tab-for]")) {
    if (tab.dataset.tabFor === part) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  if (part === "log") seen();
}

function sift(button) {
  feed.dataset.show = button.dataset.filter;
  for (const each of document.querySelectorAll("[data-filter]")) each.setAttribute("aria-pressed", String(each === button));
}

async function fetchOlder(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const lines = page.querySelectorAll("#feed > li");
  feed.append(...[...lines].filter((line) => !document.getElementById(line.id)));
  const next = page.getElementById("older");
  if (next) link.replaceWith(next);
  else link.parentElement.remove();
  markDays();
  feed.querySelector(`#${lines[0]?.id} a`)?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab-for]");
  const filter = event.target.closest("[data-filter]");
  const older = event.target.closest("#older");
  if (tab || older) event.preventDefault();
  if (tab) openPart(tab.dataset.tabFor);
  if (filter) sift(filter);
  if (older) fetchOlder(older);
});

// A link to a line of the log opens the log.
addEventListener("hashchange", () => location.hash.startsWith("#line-") && openPart("log"));
openPart(location.hash.startsWith("#line-") ? "log" : document.querySelector("[data-tab-for][aria-current]").dataset.tabFor);
markDays();
