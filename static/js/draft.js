// What somebody writes in the composer of alerts is kept on this device with every keystroke, until it has been sent. One
// place for each person and incident; whichever page follows a sending forgets it.
import { keep, recall } from "./kept.js";

const place = `nasaq:${document.body.dataset.me}:alert:${location.pathname.split("/").slice(1, 3).join("/")}`;
const OURS = ["csrf_token", "_key", "_form", "revision", "seen", "then"];

const fieldsOf = (form) => [...new FormData(form)].filter(([name]) => !OURS.includes(name));
const pageOf = (form) => `${location.pathname}${location.search} ${form.revision?.value ?? ""}`;

/** Keep what is in the form now; `isSent` when it is on its way to the server. */
export const keepDraft = (form, isSent = false) => keep(place, { page: pageOf(form), fields: fieldsOf(form), isSent });

/** The fields that were kept of this very page, where they say something else than it; else null. */
export function keptDraft(form) {
  const { page, fields } = recall(place);
  return page === pageOf(form) && JSON.stringify(fields) !== JSON.stringify(fieldsOf(form)) ? fields : null;
}

/** Nothing is kept any more: of what was sent, or at all. */
export function forgetDraft(always = false) {
  if (always || recall(place).isSent) keep(place, {});
}
