// Who is in the room: the row of people in the head, and the mark beside each name below.
import { morph } from "./morph.js";

/** Show who is here, as the pulse says. */
export async function showPresent(html) {
  const row = document.getElementById("presence");
  if (html && row) await morph(row, html);
  markPresent();
}

/** Set the mark of everybody who is named on the page. */
export function markPresent() {
  const here = new Set([...document.querySelectorAll("#presence [data-person]")].map((each) => each.dataset.person));
  for (const mark of document.querySelectorAll(".here[data-person]")) {
    mark.classList.toggle("ok", here.has(mark.dataset.person));
    mark.classList.toggle("dim", !here.has(mark.dataset.person));
  }
}
