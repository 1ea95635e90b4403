// Changes the appearance at once, and tells the server, which keeps the choice.
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-switch] button");
  if (!choice) return;
  event.preventDefault();
  document.documentElement.dataset.theme = choice.value;
  for (const each of choice.form.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === choice));
  fetch(choice.form.action, { method: "POST", body: new FormData(choice.form, choice) }).catch(() => choice.form.requestSubmit(choice));
});
