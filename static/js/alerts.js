// The composer of alerts: while somebody types, the server counts anew who gets it, how many parts it takes and what it costs.
// Without this script the button “Count again” does the same.
import "./app.js";
import { announce, MINE } from "./announce.js";
import { forgetDraft, keepDraft, keptDraft } from "./draft.js";
import { become, morph } from "./morph.js";
import "./reveal.js";

const PAUSE = 400;
const PATIENCE = 8000;
const AGAIN = 3000;
const form = document.getElementById("compose");
form.autocomplete = "off"; // or who comes back would find old words in the fields of a newer text
const ONCE = ["audience-sum", "phones", "cost", "wrong", "second", "said-who", "said-text", "said-how", "said-price"];
const LIVE = [...ONCE, ...["ar", "en", "fr"].flatMap((each) => [`length-${each}`, `stands-${each}`, `carried-${each}`, `mailed-${each}`])];
let timer = 0;
let asking = null;
let isPuttingBack = false;

const later = () => {
  if (isPuttingBack) return; // or what is here now would be kept in its place
  keepDraft(form);
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
};

/** Ask what the text comes to now; of several questions only the last one's answer counts. */
async function look() {
  const page = await asked(new URLSearchParams(new FormData(form)));
  if (page) await show(page);
}

/** The page of the composer for these fields, else null. */
async function asked(body) {
  asking?.abort();
  const mine = (asking = new AbortController());
  setTimeout(() => mine.abort(), PATIENCE);
  body.set("then", "look");
  body.delete("_key");
  const headers = { Accept: "text/html", "X-CSRFToken": body.get("csrf_token") };
  const answered = fetch(form.action, { method: "POST", body, headers, signal: mine.signal });
  const html = await answered.then((answer) => answer.ok && !answer.redirected && answer.text()).catch(() => null);
  return html ? new DOMParser().parseFromString(html, "text/html") : null;
}

/** What was written here before, and not sent, stands in the fields again; the page says so. */
async function putBack(fields, tries = 10) {
  const body = new URLSearchParams([...fields, ...["csrf_token", "_form", "revision"].map((each) => [each, form[each]?.value ?? ""])]);
  isPuttingBack = true;
  const young = (await asked(body))?.getElementById("compose");
  if (!young && tries > 1) return void setTimeout(() => putBack(fields, tries - 1), AGAIN);
  isPuttingBack = false;
  if (!young) return;
  const at = document.activeElement;
  at.blur(); // a field that has the focus would be left as it is
  await become(form, young.outerHTML);
  at.focus({ preventScroll: true });
  document.getElementById("put-back").hidden = false;
  later();
}

async function show(fresh) {
  const before = partsNow();
  for (const id of LIVE) {
    const there = fresh.getElementById(id);
    if (there) await morph(document.getElementById(id), there.outerHTML);
  }
  const now = partsNow();
  if (now && now !== before) announce(MINE, "parts", now);
}

/** How many parts the text of the open language takes, in words. */
function partsNow() {
  const tab = form.querySelector("[name=tab]:checked")?.value;
  return document.querySelector(`#length-${tab} [role=img]`)?.getAttribute("aria-label") ?? "";
}

form.addEventListener("input", later);
// A click on a template takes it while nothing is written; whoever goes through them by the arrows says when.
form.addEventListener("change", (event) => {
  if (event.target.name !== "template") return later();
  if (event.target.matches(":focus-visible")) return;
  const written = [...form.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue);
  if (!written) form.requestSubmit(document.getElementById("take"));
});
form.addEventListener("submit", () => keepDraft(form, true));
form.addEventListener("click", ({ target }) => {
  if (target.closest("#put-back button")) forgetDraft(true), location.reload();
});

const kept = keptDraft(form);
const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
if (form.querySelector("[data-as-sent]") && !isReloaded) keepDraft(form);
else if (kept) putBack(kept);
else forgetDraft();
