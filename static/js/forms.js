// Forms that htmx sends: a dialog closes when its act is done, and an answer that is not the form's page never takes the
// place of what somebody typed.
import { busyUntil, unanswered } from "./morph.js";
import { say } from "./words.js";

const formOf = (event) => event.target.closest?.("form[data-hx-post]");

document.addEventListener("htmx:before:swap", (event) => {
  const form = formOf(event);
  const { response, select, text } = event.detail.ctx;
  if (!form || !response || !select) return;
  if (response.raw.ok && response.raw.redirected && form.closest("section.dlg")) {
    event.preventDefault();
    return location.assign(response.raw.url);
  }
  if (text.includes(`id="${select.slice(1)}"`) && response.status < 500) return response.raw.ok && unanswered.delete(form);
  event.preventDefault();
  const isOut = response.status === 401 || new URL(response.raw.url).pathname === "/signin";
  complain(form, say(isOut ? "signedOut" : "unsent"));
  if (response.status < 400 && !isOut) location.reload();
});

// What is being fetched anew keeps what it shows, and says when it takes long.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  unanswered.add(ctx.sourceElement);
  const ended = new Promise((end) => document.addEventListener("htmx:finally:request", end, { once: true }));
  if (ctx.target instanceof Element) busyUntil([ctx.target], ended);
});

document.addEventListener("htmx:after:swap", (event) => {
  const { response, sourceElement, target } = event.detail.ctx;
  if (!response || !sourceElement?.matches("form[data-hx-post]")) return; // what is only asked for while one types closes nothing
  if (response.status < 400) {
    if (sourceElement.isConnected) sourceElement.reset();
    target?.closest?.("dialog")?.close();
  } else attend(target?.querySelector?.("[aria-invalid='true'], .err:not([hidden])"));
});

document.addEventListener("htmx:error", (event) => {
  const form = formOf(event);
  if (form) complain(form, say("unsent"));
});

function complain(form, words) {
  const place = form.querySelector("[data-unsent]");
  place.hidden = false;
  place.querySelector("span").textContent = words;
  attend(place);
}

// Words that are no control can have the focus too.
function attend(place) {
  if (place?.matches("p")) place.tabIndex = -1;
  place?.focus();
}
