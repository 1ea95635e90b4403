// A part of the page that is being fetched keeps what it shows; when that takes long, a thin line says so.
const LATE = 400;

/** Mark the elements until `ends` is over, however it ends; returns what it comes to. */
export async function busyUntil(elements, ends) {
  for (const each of elements) each.setAttribute("aria-busy", "true");
  const late = setTimeout(() => elements.forEach((each) => each.setAttribute("data-late", "")), LATE);
  try {
    return await ends;
  } finally {
    clearTimeout(late);
    for (const each of elements) each.removeAttribute("aria-busy"), each.removeAttribute("data-late");
  }
}
