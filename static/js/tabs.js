// Tabs that show one part of a page at a time: a text in one language of several. What somebody chose stays chosen when the
// part is renewed. The arrows follow the eye: the left one goes left in every language.
const chosen = new Map(); // id of the tabs → the code that is shown

const tabsOf = (list) => [...list.querySelectorAll("[role=tab]:not(:disabled)")];

function show(list) {
  const tabs = tabsOf(list);
  const code = chosen.get(list.dataset.tabs);
  const on = tabs.find((each) => each.dataset.tabOf === code) ?? tabs.find((each) => each.ariaSelected === "true") ?? tabs[0];
  for (const tab of tabs) {
    const part = document.getElementById(tab.getAttribute("aria-controls"));
    tab.ariaSelected = String(tab === on);
    tab.tabIndex = tab === on ? 0 : -1;
    if (part) part.hidden = tab !== on;
    part?.closest("[data-tabbed]").setAttribute("data-on", "");
  }
}

function choose(tab) {
  const list = tab.closest("[role=tablist]");
  chosen.set(list.dataset.tabs, tab.dataset.tabOf);
  show(list);
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role=tab]");
  if (tab) choose(tab);
});

document.addEventListener("keydown", (event) => {
  const list = event.target.closest?.("[data-tabs]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!list || !step) return;
  const tabs = tabsOf(list);
  const forward = getComputedStyle(list).direction === "rtl" ? -step : step;
  const next = tabs[(tabs.indexOf(event.target) + forward + tabs.length) % tabs.length];
  event.preventDefault();
  choose(next);
  next.focus();
});

const showAll = () => document.querySelectorAll("[data-tabs]").forEach(show);
document.addEventListener("htmx:after:swap", showAll);
showAll();
