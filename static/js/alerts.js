// The composer of alerts: while somebody types, the server counts anew who gets it, how many parts it takes and what it costs.
// Without this script the button “Count again” does the same.
import "./app.js";
import { announce, MINE } from "./announce.js";
import { morph } from "./morph.js";

const PAUSE = 400;
const form = document.getElementById("compose");
const LIVE = ["audience-sum", "length-ar", "length-en", "length-fr", "phones", "cost", "wrong", "second"];
let timer = 0;
let asking = null;

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
};

/** Ask what the text comes to now; of several questions only the last one's answer counts. */
async function look() {
  asking?.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  body.set("then", "look");
  body.delete("_key");
  const headers = { Accept: "text/html", "X-CSRFToken": body.get("csrf_token") };
  const answer = await fetch(form.action, { method: "POST", body, headers, signal: asking.signal }).catch(() => null);
  if (answer?.ok && !answer.redirected) await show(await answer.text());
}

async function show(html) {
  const before = partsNow();
  const fresh = new DOMParser().parseFromString(html, "text/html");
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
