// While there is no connection, a button that needs the server says so instead of failing, and nothing of the kind is kept
// to be sent later. A note is: its button says when it will go.
import { alarm } from "./announce.js";
import { say } from "./words.js";

const root = document.documentElement;
const kept = new Map(); // button → what it said
const isCut = () => Boolean(root.dataset.net) || !navigator.onLine;
const isQueued = (form) => form?.id === "note";
const needsServer = (button) => button.form?.method === "post" && button.type === "submit";

function mark(button) {
  if (kept.has(button)) return;
  kept.set(button, ["aria-disabled", "aria-label", "title"].map((name) => [name, button.getAttribute(name)]));
  button.title = say(isQueued(button.form) ? "sentLater" : "needsServer");
  if (isQueued(button.form)) button.setAttribute("aria-label", button.title);
  else button.setAttribute("aria-disabled", "true");
}

function restore(button, was) {
  for (const [name, value] of was) value === null ? button.removeAttribute(name) : button.setAttribute(name, value);
}

function show() {
  if (isCut()) return [...document.querySelectorAll("button")].filter(needsServer).forEach(mark);
  delete root.dataset.asked;
  for (const [button, was] of kept) restore(button, was);
  kept.clear();
}

function refuse(event) {
  const form = event.target;
  if (!isCut() || isQueued(form) || form.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const place = form.querySelector("[data-unsent]");
  if (place) {
    place.hidden = false;
    place.querySelector("span").textContent = say("needsServer");
  }
  alarm(say("needsServer"));
}

// A page that shows the last known state is not left for one that cannot come.
function stay(event) {
  const link = event.target.closest?.("a[href]");
  if (!root.dataset.net || !link || link.origin !== location.origin || link.matches("[data-dialog], [href^='#'], [target]")) return;
  if (link.pathname === location.pathname && link.hash) return;
  event.preventDefault();
  root.dataset.asked = ""; // the bar that says why is there at once
  alarm(say("lostAloud"));
}

addEventListener("click", stay, { capture: true });
addEventListener("submit", refuse, { capture: true });
addEventListener("online", show);
addEventListener("offline", show);
new MutationObserver(show).observe(root, { attributeFilter: ["data-net"] });
