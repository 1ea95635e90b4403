// Older lines of the log, on request.
import { markDays } from "./news.js";
import { pageAt } from "./refetch.js";

const feed = document.getElementById("feed");

/** Put what `link` leads to below the lines that are here. */
export async function fetchOlder(link) {
  const page = await pageAt(link.href).catch(() => null);
  if (!page) return;
  const lines = page.querySelectorAll("#feed > li");
  feed.append(...[...lines].filter((line) => !document.getElementById(line.id)));
  const next = page.getElementById("older");
  if (next) link.replaceWith(next);
  else link.parentElement.remove();
  markDays();
  feed.querySelector(`#${lines[0]?.id} a`)?.focus({ preventScroll: true });
}
