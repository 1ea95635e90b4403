// Opens dialogs from links that otherwise lead to the same form on a page of its own, and closes them; and the bar's further places.
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const opener = event.target.closest("[data-dialog], [data-open]");
  const dialog = opener && document.getElementById(opener.dataset.dialog ?? opener.dataset.open);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.target.closest("[data-close]")) {
    event.target.closest("dialog")?.close();
  }
});

// Ctrl+Enter sends the form one is in, as its main button does; a signature is never given in passing.
document.addEventListener("keydown", (event) => {
  const form = event.target.form;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form || event.defaultPrevented || ["note", "approve"].includes(form.id)) return;
  form.requestSubmit([...form.elements].find((each) => each.matches("button.primary:not([type=button])")));
});

// On a phone the further places of the bar close by a press beside them, or by Escape.
const places = document.querySelector(".more-places");
const leave = ({ key, target }) => {
  if (!places?.open || (key ? key !== "Escape" : places.contains(target))) return;
  if (places.contains(document.activeElement)) places.firstElementChild.focus();
  places.open = false;
};
document.addEventListener("click", leave);
document.addEventListener("keydown", leave);
