// The form of an audience: while its rule changes, the server tells who would be in it.
import "./app.js";
import { morph } from "./morph.js";

const form = document.getElementById("audience");
let timer = 0;

async function look() {
  const body = new URLSearchParams(new FormData(form));
  for (const name of [...body.keys()]) if (!["csrf_token", "ministries", "duties", "languages", "members"].includes(name)) body.delete(name);
  const headers = { Accept: "text/html", "X-CSRFToken": body.get("csrf_token") };
  const answer = await fetch("/office/audiences/count", { method: "POST", body, headers }).catch(() => null);
  const count = document.getElementById("audience-count");
  if (answer?.ok && !answer.redirected && count) await morph(count, await answer.text());
}

form.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 250);
});
