// Writing a line. Every keystroke is kept on this device; a line is sent under one key until it is answered, so that it is
// written once however often it is sent; while there is no connection, lines wait here in order.
import { alarm } from "./announce.js";
import { keep, recall } from "./kept.js";
import { isLive } from "./socket.js";
import { catchUp } from "./live.js";
import { newKey, send } from "./send.js";
import { say } from "./words.js";

const form = document.getElementById("note");
const box = form?.elements.text;
const place = form && `nasaq:${document.body.dataset.me}:${box.dataset.kept}`;
const kept = form ? { draft: "", queue: [], ...recall(place) } : null;
const known = new Set(kept?.queue.map(({ key }) => key));
let sending = false;

/** Keep it all, and with it what another tab keeps here: under its key it is written once, whoever sends it. */
function store() {
  for (const line of recall(place).queue ?? []) if (!known.has(line.key)) known.add(line.key), kept.queue.push(line);
  keep(place, kept);
}

/** Send what waits, in order, until the server cannot be reached. */
export async function flush() {
  if (!form || sending) return;
  sending = true;
  for (let line; (line = kept.queue.find((each) => !each.why)); ) {
    const answer = await send(form.getAttribute("action"), { _form: "note", text: line.text }, line.key);
    if (answer.unknown) break;
    if (answer.done) kept.queue.splice(kept.queue.indexOf(line), 1);
    else alarm((line.why = answer.refused));
    store();
    show();
    if (!isLive()) catchUp();
  }
  sending = false;
  show();
}

function submit(event) {
  event.preventDefault();
  const text = box.value.trim();
  if (!text) return box.focus();
  const key = newKey();
  known.add(key);
  kept.queue.push({ key, text });
  box.value = kept.draft = "";
  store();
  setTimeout(show, 600); // a line that arrives at once never shows as waiting
  flush();
}

function show() {
  const list = document.getElementById("outbox");
  list.hidden = !kept.queue.length;
  list.replaceChildren(...kept.queue.map(row));
}

function row(line) {
  const item = document.createElement("li");
  const text = item.appendChild(document.createElement("span"));
  text.append(line.text);
  text.dir = "auto";
  const state = item.appendChild(document.createElement(line.why ? "button" : "span"));
  state.className = line.why ? "btn sm bad" : "st warn";
  state.append(line.why ? `${line.why} ${say("refused")}` : say("waiting"));
  if (line.why) state.addEventListener("click", () => takeBack(line));
  return item;
}

function takeBack(line) {
  kept.queue.splice(kept.queue.indexOf(line), 1);
  box.value = kept.draft = [line.text, box.value].filter(Boolean).join("\n");
  store();
  show();
  box.focus();
}

if (form) {
  box.value ||= kept.draft;
  box.addEventListener("input", () => ((kept.draft = box.value), store()));
  box.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.requestSubmit());
  form.addEventListener("submit", submit);
  addEventListener("online", flush);
  setInterval(() => kept.queue.length && flush(), 3000);
  flush();
}
