// The statement editor: every keystroke is kept on this device, a pause of two seconds saves it on the server.
// Somebody else's edit never overwrites: the page then shows both texts.
import "./app.js";
import { alarm } from "./announce.js";
import { digits } from "./digits.js";
import { keep, recall } from "./kept.js";
import { refetch } from "./refetch.js";
import { newKey } from "./send.js";

const PAUSE = 2000;
const PATIENCE = 8000;
const form = document.getElementById("edit");
const based = form.elements.based_on;
const place = `nasaq:${document.body.dataset.me}:statement:${based.dataset.kept}`;
const told = document.getElementById("saved");
const clash = document.getElementById("conflict-note");
let timer = 0;
let saving = null;
let unanswered = null; // what was sent and not answered is sent again as it was, so that it is done once
/** Whether somebody typed before this script was there. */
const early = [...form.querySelectorAll("textarea")].some((cell) => cell.value !== cell.defaultValue);
let saved = early ? "" : written();

/** The text as it would be sent, in order, without what belongs to one sending. */
function written() {
  const fields = [...new FormData(form)].filter(([name]) => !["csrf_token", "_key", "_form", "based_on", "then"].includes(name));
  return JSON.stringify(fields);
}

const say = (word, time = "") => (told.textContent = told.dataset[word].replace("#", time));

function changed() {
  keep(place, { based: based.value, text: written() });
  clearTimeout(timer);
  if (clash.hidden) timer = setTimeout(save, PAUSE);
}

/** Send what changed; asked again while it runs, it runs once more afterwards. */
async function save() {
  if (saving) return saving.then(changed);
  unanswered ??= { text: written(), key: newKey(), fields: new FormData(form) };
  const { text } = unanswered;
  if (text === saved) return void (unanswered = null);
  saving = post(unanswered).finally(() => (saving = null));
  const answer = await saving;
  if (answer) unanswered = null;
  if (answer?.ok) {
    [based.value, saved] = [answer.revision, text];
    if (written() === text) keep(place, {});
    else changed();
    say("saved", answer.at);
    refetch(["check", "consequence", "versions", "state"], 1);
  } else if (answer?.code === "edited_meanwhile") conflict();
  else say("kept");
  if (!answer) timer = setTimeout(save, PAUSE);
}

function conflict() {
  clash.hidden = false;
  alarm(clash.textContent.trim());
}

/** What the server answers; nothing when nobody knows whether it arrived. */
async function post({ key, fields }) {
  say("saving");
  const body = new URLSearchParams(fields);
  body.set("_key", key);
  const headers = { Accept: "application/json", "Idempotency-Key": key, "X-CSRFToken": body.get("csrf_token") };
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(form.action, { method: "POST", body, headers, signal }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.status === 429) return null;
  return answer.json().catch(() => null);
}

/** There is always an empty paragraph to go on in. */
function grow() {
  const rows = form.querySelectorAll("[data-row]");
  const last = rows[rows.length - 1];
  if (![...last.querySelectorAll("textarea")].some((cell) => cell.value.trim())) return;
  const next = last.cloneNode(true);
  for (const cell of next.querySelectorAll("textarea")) [cell.value, cell.id] = ["", `${cell.id}-n`];
  next.querySelector("select").value = "";
  next.querySelector(".no").textContent = `¶ ${digits(rows.length + 1)}`;
  last.after(next);
}

function restore({ based: at, text }) {
  if (!text || at !== based.value || text === saved || !clash.hidden) return;
  const fields = JSON.parse(text);
  for (const name of new Set(fields.map(([each]) => each))) {
    const values = fields.filter(([each]) => each === name).map(([, value]) => value);
    const box = () => [...form.querySelectorAll(`[name="${name}"]`)];
    if (box()[0]?.type === "checkbox") continue;
    values.forEach((value, n) => (box()[n] ?? (grow(), box()[n])) && (box()[n].value = value, grow()));
  }
  changed();
}

form.addEventListener("input", () => (grow(), changed()));
form.addEventListener("change", changed);
form.addEventListener("submit", () => clearTimeout(timer));
restore(recall(place));
if (early) (grow(), changed());
addEventListener("online", save);
