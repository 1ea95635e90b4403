// A place that is still to be filled is named beside the text: one press selects it there, to be written over.
const cellOf = (link) => document.getElementById(link.hash.slice(1));

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-place]");
  const cell = link && cellOf(link);
  if (!cell) return;
  event.preventDefault();
  const pick = document.querySelector(`.pick [value=${cell.lang}]`);
  if (pick) pick.checked = true;
  cell.focus();
  const at = cell.value.indexOf(link.dataset.place);
  if (at >= 0) cell.setSelectionRange(at, at + link.dataset.place.length);
});

// What was written over meanwhile is no longer asked for.
document.addEventListener("input", ({ target }) => {
  for (const link of document.querySelectorAll(`[data-place][href="#${CSS.escape(target.id)}"]`)) link.hidden = !target.value.includes(link.dataset.place);
});
