// What somebody typed, kept on this device for as long as they are signed in. A browser that keeps nothing is no reason to
// stop: the words then live as long as the page.

/** What was kept under `place`, else nothing. */
export function recall(place) {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "{}");
  } catch {
    return {};
  }
}

/** Keep `what` under `place`. */
export function keep(place, what) {
  try {
    localStorage.setItem(place, JSON.stringify(what));
  } catch {
    // Full, or forbidden by the browser.
  }
}
