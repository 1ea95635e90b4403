// The statement editor: every keystroke is kept on this device, a pause of two seconds saves it on the server.
// Where saving ends signatures, only a press saves.
// Somebody else's edit never overwrites: the page then shows both texts.
import { alarm } from "./announce.js";
import "./changes.js";
import "./filling.js";
import "./follow.js";
import { keep, recall } from "./kept.js";
import { refetch } from "./refetch.js";
import { grow, refill } from "./rows.js";
import { newKey, post } from "./send.js";

const PAUSE = 2000;
const form = document.getElementById("edit");
form.autocomplete = "off"; // or who comes back would find old words in the fields of a newer text
const based = form.elements.based_on;
const place = `nasaq:${document.body.dataset.me}:statement:${based.dataset.kept}`;
const told = document.getElementById("saved");
const clash = document.getElementById("conflict-note");
let timer = 0;
let saving = null;
let unanswered = null; // what was sent and not answered is sent again as it was, so that it is done once
let leaving = null; // the press that waits for it
/** Whether somebody typed before this script was there. */
const early = [...form.querySelectorAll("textarea")].some((cell) => cell.value !== cell.defaultValue);
let saved = early ? "" : written();

/** The text as it would be sent, in order, without what belongs to one sending. */
function written() {
  const fields = [...new FormData(form)].filter(([name]) => !["csrf_token", "_key", "_form", "based_on", "then", "valid", "left_out"].includes(name));
  return JSON.stringify(fields);
}

/** Whether any change would end signatures: they may have been given while somebody writes. */
const isSigned = () => document.querySelector("#consequence [data-signed]") !== null;

const say = (word, time = "") => (told.textContent = told.dataset[word].replace("#", time));

function changed() {
  keep(place, { based: based.value, text: written() });
  clearTimeout(timer);
  if (isSigned()) say("kept");
  else if (clash.hidden) timer = setTimeout(() => save(), PAUSE);
}

/** Send what changed; asked again while it runs, it runs once more afterwards. */
async function save() {
  if (saving) return saving.then(changed);
  unanswered ??= { text: written(), key: newKey(), fields: new FormData(form) };
  const { text, fields } = unanswered;
  fields.delete("left_out"); // a language is left out by a press, never by a pause
  if (text === saved && !fields.has("valid")) return void (unanswered = null);
  say("saving");
  saving = post(form.action, fields, unanswered.key).then((told) => told?.json()).catch(() => null).finally(() => (saving = null));
  const answer = await saving;
  if (answer) unanswered = null;
  if (answer?.ok) {
    [based.value, saved] = [answer.revision, text];
    for (const each of form.querySelectorAll("input[name=valid]")) if (fields.getAll("valid").includes(each.value)) each.remove();
    if (written() === text) keep(place, {});
    else changed();
    say("saved", answer.at);
    refetch([...document.querySelectorAll("#check, #consequence, #versions, #state, [data-said]")].map((each) => each.id), 1);
  } else if (answer?.code === "edited_meanwhile") conflict();
  else say("kept");
  if (!answer) timer = setTimeout(() => save(), PAUSE);
}

function conflict() {
  clash.hidden = false;
  alarm(clash.textContent.trim());
}

function restore({ based: at, text, isSent }) {
  const isOlder = at !== based.value;
  if (!text || text === saved || !clash.hidden || (isSent && isOlder)) return;
  refill(JSON.parse(text));
  based.value = at;
  if (isOlder) conflict();
  changed();
}

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  clearTimeout(timer);
  if (button?.name === "valid" && clash.hidden) {
    event.preventDefault();
    stillHolds(button);
  } else if (unanswered && leaving !== "now") {
    event.preventDefault();
    leaving ??= leave(button);
  } else keep(place, { based: based.value, text: written(), isSent: true });
});

/** Send the form by this button once what is on its way has arrived, else one's own words would be somebody else's edit. Where
 *  nothing answers, the press goes all the same: the browser says then what is wrong. */
async function leave(button) {
  await save();
  if (unanswered) await save();
  leaving = "now";
  form.requestSubmit(button);
  leaving = null;
}

/** A translation that still holds: what was typed is saved with it, and the work goes on in that field. */
function stillHolds(button) {
  button.closest(".in-ar, .in-en, .in-fr").querySelector("textarea").focus();
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "valid", value: button.value }));
  save();
}

form.addEventListener("input", ({ target }) => {
  // Whoever found it true compared it with the text as it was: what is not saved yet holds until another language changes.
  for (const each of form.querySelectorAll("input[name=valid]")) if (target.lang && !each.value.startsWith(target.lang)) each.remove();
  grow();
  changed();
});
form.addEventListener("change", changed);
restore(recall(place));
if (early) (grow(), changed());
addEventListener("online", () => isSigned() || save());
