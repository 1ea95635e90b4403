// Older lines of the log, on request.
import { alarm } from "./announce.js";
import { markDays } from "./news.js";
import { pageAt } from "./refetch.js";
import { say } from "./words.js";

const feed = document.getElementById("feed");

/** Put what `link` leads to below the lines that are here. */
export async function fetchOlder(link) {
  const page = await pageAt(link.href).catch(() => null);
  if (!page) return alarm(say("needsServer"));
  const lines = page.querySelectorAll("#feed > li");
  feed.append(...[...lines].filter((line) => !document.getElementById(line.id)));
  const next = page.getElementById("older");
  if (next) link.replaceWith(next);
  else link.parentElement.remove();
  markDays();
  feed.querySelector(`#${lines[0]?.id} a`)?.focus({ preventScroll: true });
}
