// A link from what is wrong to a field that is folded away, or in a language that is not in front, opens what hides it and goes there.
const FROM = "#wrong a[href^='#'], #error-summary a[href^='#']";

function reveal(id) {
  const field = id && document.getElementById(id);
  if (!field) return null;
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const tab = document.getElementById(field.closest("[data-tab]")?.dataset.tab);
  if (tab) tab.checked = true;
  return field;
}

document.addEventListener("click", (event) => {
  const field = reveal(event.target.closest?.(FROM)?.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea") ? field : (field.querySelector("input:not([type=hidden]), select, textarea") ?? field);
  control.focus();
  control.scrollIntoView({ block: "center" });
});

// A browser that cannot show what a closed section holds has all of them open where there is room.
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 44.01rem)").matches)
  for (const fold of document.querySelectorAll(".folds-when-narrow")) fold.open = true;
