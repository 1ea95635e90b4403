// Going about in a page by keys: from panel to panel, from row to row.
const PANELS = "main .panel, main [role=region], main form.edit, .rail, main > section, main > aside, .netbar";
const ROWS = ".feed > li, .inc .card, .list > li, .panel ul > li:has(a), tbody tr:has(a, button), ol > li:has(a)";
const USABLE = "a[href], button:not(:disabled), input:not([type=hidden]), textarea, select, summary, [tabindex='0']";

const isThere = (each) => each.offsetParent !== null && each.getClientRects().length > 0;

function go(place) {
  if (!place) return;
  if (!place.matches(USABLE)) place.tabIndex = -1;
  place.focus();
  place.scrollIntoView({ block: "nearest" });
}

function beside(all, step) {
  const at = all.findLastIndex((each) => each.contains(document.activeElement));
  return all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length];
}

/** The focus goes to the next panel of the page, round and round; `step` 1 or -1. */
export function nextPanel(step) {
  if (document.querySelector("dialog[open]")) return;
  go(beside([...document.querySelectorAll(PANELS)].filter(isThere), step));
}

/** The focus goes to the next row: of the panel one is in, else of the first that has rows. Enter then opens it. */
export function nextRow(step) {
  const here = document.activeElement.closest?.(".panel, table, main");
  const rowsIn = (place) => [...(place?.querySelectorAll(ROWS) ?? [])].filter(isThere);
  const mine = here?.matches("main") ? [] : rowsIn(here);
  const rows = mine.length ? mine : rowsIn(document.querySelector("main"));
  const at = rows.findIndex((each) => each.contains(document.activeElement));
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  go(row?.querySelector("h3 a, a[href], button") ?? row);
}
