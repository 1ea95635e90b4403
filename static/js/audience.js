// The form of an audience: while its rule changes, the server tells who would be in it.
import "./app.js";
import { morph } from "./morph.js";
import "./reveal.js";

const LIVE = ["audience-count", "said-ministries", "said-duties", "said-members"];

const form = document.getElementById("audience");
let timer = 0;
let asking = null;

/** Ask who is in it now; of several questions only the last one's answer counts. */
async function look() {
  asking?.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  body.set("then", "look");
  body.delete("_key");
  const headers = { Accept: "text/html", "X-CSRFToken": body.get("csrf_token") };
  const isForm = (answer) => !answer.redirected && [200, 422].includes(answer.status);
  const asked = fetch(form.action, { method: "POST", body, headers, signal: asking.signal });
  const html = await asked.then((answer) => isForm(answer) && answer.text()).catch(() => null);
  if (!html) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const id of LIVE) if (page.getElementById(id)) await morph(document.getElementById(id), page.getElementById(id).outerHTML);
}

form.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 250);
});
