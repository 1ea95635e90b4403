// Whoever changes the language of a page finds in it what they had typed; what is secret is typed anew.
const PLACE = "nasaq:typed";
const SECRET = "[type=hidden], [type=password], [autocomplete=one-time-code]";
const fields = () => [...document.querySelectorAll("main form :is(input, textarea, select)[id]")].filter((each) => !each.matches(SECRET));

/** Typed fields by their id, on the page where they were typed; a browser that keeps nothing loses them. */
function keep() {
  const typed = fields().filter((each) => each.value).map((each) => [each.id, each.value]);
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ at: location.pathname, typed }));
  } catch {
    // Forbidden by the browser.
  }
}

function giveBack() {
  try {
    const { at, typed } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
    sessionStorage.removeItem(PLACE);
    if (at === location.pathname) for (const [id, value] of typed) (document.getElementById(id) ?? {}).value = value;
  } catch {
    // Forbidden by the browser.
  }
}

for (const form of document.querySelectorAll(".langs")) form.addEventListener("submit", keep);
giveBack();
