// The one way in which a part of the page becomes its newer self. It never touches the field that has focus,
// never closes what somebody opened, never sets back a clock, and never renews the key of a form that was sent and not yet answered.
import htmx from "../vendor/htmx.js";

const unanswered = new WeakSet();

/** Keep the idempotency key of this form: what it asks may already have been done. */
export const keepKeyOf = (form) => unanswered.add(form);

/** Turn the element into what `html` says it is now. */
export function morph(element, html) {
  return htmx.swap({ sourceElement: element, target: element, text: html, swap: "outerMorph" });
}

function Refused() {
  throw new Error("Nothing in a page is code.");
}

const isTypedInto = (element) => element === document.activeElement && element.matches("input, textarea, select");
const isSameClock = (old, young) => old.dataset?.since !== undefined && old.dataset.since === young.dataset?.since;

htmx.registerExtension("nasaq", {
  init: (api) => api.initSecurity(null, Refused, Refused),
  htmx_before_morph_node: (_, { oldNode, newNode }) => !(oldNode instanceof Element && (isTypedInto(oldNode) || isSameClock(oldNode, newNode))),
  htmx_before_morph_attr: (element, { attrName }) => {
    if (attrName === "open" && element.matches("details, dialog")) return false;
    return !(attrName === "value" && element.name === "_key" && unanswered.has(element.form));
  },
});
