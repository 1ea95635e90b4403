// The list of shortcuts: what this very page answers to, before what every page does.

/** Write the list anew. */
export function list() {
  const place = document.getElementById("shortcut-list");
  const controls = [...document.querySelectorAll("[data-key]:not([type=radio], dialog *, details *)")];
  for (const each of place.querySelectorAll("[data-here]")) each.remove();
  place.prepend(...controls.map(row));
}

function row(control) {
  const item = document.createElement("li");
  item.dataset.here = "";
  const label = control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent ?? control.querySelector("span:not(.av)")?.textContent ?? control.textContent;
  const keys = control.dataset.key.replace("Shift+Slash", "?").replace(/Key|Digit/g, "").replace("Slash", "/").replace("BracketLeft", "[").replace("BracketRight", "]");
  const key = Object.assign(document.createElement("kbd"), { className: "kbd", textContent: keys });
  item.append(label.replace("?", "").trim(), key);
  return item;
}
