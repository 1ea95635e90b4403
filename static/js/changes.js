// From one change to the next: the brackets, or the two buttons, lead to each [data-change] of the page in turn.
const places = () => [...document.querySelectorAll("[data-change]")].filter((each) => each.offsetParent);
const fieldOf = (place) => place.closest(".row")?.querySelector("textarea") ?? place;

function step(by) {
  const all = places().map(fieldOf);
  if (!all.length) return;
  const row = document.activeElement?.closest(".row");
  const at = all.findIndex((each) => each === document.activeElement || (row && row.contains(each)));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
  if (!next.matches("textarea")) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "center" });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]");
  if (button) step(Number(button.dataset.step));
});
