// The one way in which a part of the page becomes its newer self. A part in which somebody works is left alone until they
// leave it, or for five seconds; then it still never touches the field that has focus nor what was typed elsewhere, never
// closes what somebody opened, never sets back a clock, and never renews the key of a form that was sent and not yet answered.
// While it is fetched it keeps what it shows; when that takes long, a thin line says so.
import htmx from "../vendor/htmx.js";

const PATIENCE = 5000;
const LATE = 400;
const FIELDS = "input, textarea, select";
const TYPED = "textarea, input:not([type=hidden], [type=radio], [type=checkbox])";
const held = new Map(); // part → {act}
const unsent = new Set(); // fields with words that nobody sent yet

/** Forms that keep their idempotency key: what they ask may already have been done. */
export const unanswered = new WeakSet();

/** Do this to the element once nobody works in it: at once, or when they have left it, or five seconds have passed. Of what
 *  was to be done meanwhile, only the last. */
export function whenLeft(element, act) {
  if (held.has(element)) return void (held.get(element).act = act);
  if (!element.contains(document.activeElement) || document.activeElement === document.body) return act();
  const wish = { act };
  const leave = (event) => element.contains(event.relatedTarget) || end();
  const end = () => {
    clearTimeout(timer);
    element.removeEventListener("focusout", leave);
    if (held.get(element) !== wish) return;
    held.delete(element);
    if (element.isConnected) wish.act();
  };
  const timer = setTimeout(end, PATIENCE);
  held.set(element, wish);
  element.addEventListener("focusout", leave);
}

/** Turn the element into what `html` says it is now, once nobody works in it: into the latest that was said. */
export const morph = (element, html) => whenLeft(element, () => become(element, html));

/** The same at once, for whoever has waited already. */
export async function become(element, html) {
  const at = element.contains(document.activeElement) && document.activeElement;
  const typed = [...element.querySelectorAll(TYPED)].filter((field) => field.value !== field.defaultValue);
  for (const field of typed) unsent.add(field);
  await htmx.swap({ sourceElement: element, target: element, text: html, swap: "outerMorph" });
  for (const field of typed) unsent.delete(field);
  if (at && !at.isConnected) keepPlace(document.getElementById(at.id) ?? element);
}

/** Mark the elements until `ends` is over, however it ends; returns what it comes to. */
export async function busyUntil(elements, ends) {
  for (const each of elements) each.setAttribute("aria-busy", "true");
  const late = setTimeout(() => elements.forEach((each) => each.setAttribute("data-late", "")), LATE);
  try {
    return await ends;
  } finally {
    clearTimeout(late);
    for (const each of elements) each.removeAttribute("aria-busy"), each.removeAttribute("data-late");
  }
}

// What had the focus is gone: it stays in this part of the page, or in what frames it where the part has no box of its own.
export function keepPlace(there) {
  const place = there.getClientRects().length ? there : there.closest(".panel, header");
  if (!place.matches(`${FIELDS}, a[href], button, [tabindex]`)) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

// An answer to what was sent here is younger than anything that waited.
document.addEventListener("htmx:after:swap", ({ target }) => {
  for (const part of held.keys()) if (part === target || part.contains(target) || target.contains?.(part)) held.delete(part);
});

function Refused() {
  throw new Error("Nothing in a page is code.");
}

const isTypedInto = (element) => unsent.has(element) || (element === document.activeElement && element.matches(FIELDS));
const isSameClock = (old, young) => old.dataset?.since !== undefined && old.dataset.since === young.dataset?.since;

htmx.registerExtension("nasaq", {
  init: (api) => api.initSecurity(null, Refused, Refused),
  htmx_before_morph_node: (_, { oldNode, newNode }) => !(oldNode instanceof Element && (isTypedInto(oldNode) || isSameClock(oldNode, newNode))),
  htmx_before_morph_attr: (element, { attrName }) => {
    if (attrName === "open" && element.matches("details, dialog")) return false;
    return !(attrName === "value" && element.name === "_key" && unanswered.has(element.form));
  },
});
