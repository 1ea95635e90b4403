"""What is wrong with a page that somebody looks at: for axe, for the browser, at every width, and
in which language it speaks."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.parts import words

AXE: Final = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text("utf-8")
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WIDTHS: Final = ((1920, 1080), (1280, 720), (820, 1180), (390, 844))
JUDGED: Final = (1280, 390)
"""At these widths axe looks too."""

_SCROLLS: Final = """() => {
  const root = document.documentElement;
  const wide = (each) => `${each.scrollWidth} > ${each.clientWidth}`;
  const scrolls = (each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1
    && /auto|scroll/.test(getComputedStyle(each).overflowX);
  const known = (each) => each.tabIndex >= 0 && (each.ariaLabel
    || each.hasAttribute("aria-labelledby")) || each.querySelector("a, button, input, [tabindex]");
  const lost = [...document.body.querySelectorAll("*")].filter((e) => scrolls(e) && !known(e));
  return [
    ...(root.scrollWidth > root.clientWidth ? [`the page: ${wide(root)}`] : []),
    ...lost.map((e) => `<${e.localName} class="${e.className}">, not by keys: ${wide(e)}`),
  ];
}"""
_MISPLACED: Final = """() => {
  const words = "span, b, i, em, strong, small, bdi, time, output, label, button, p, h1, h2, h3";
  const blocks = "div, p, ul, ol, dl, table, section, article, header, footer, form, details";
  const found = document.body.querySelectorAll(`:is(${words}) :is(${blocks})`);
  return [...found].map((e) => `<${e.localName} class="${e.className}"> stands among words`);
}"""
"""What may stand within words is words (HTML, content models); the Nu checker says more of it, and
is not asked every day."""
_LOOK: Final = """() => {
  const { lang, dataset } = document.documentElement;
  return `${lang} ${dataset.theme ?? ""}`;
}"""

_SPOKEN: Final = """() => {
  const root = document.documentElement;
  const code = "script, style, kbd, code";
  const ours = (each) => each.closest("[lang]") === root && !each.closest(code);
  const named = ["aria-label", "aria-description", "title", "placeholder", "alt"];
  const told = [["heading", document.title]];
  for (const each of document.querySelectorAll(named.map((name) => `[${name}]`).join()))
    for (const name of named)
      if (ours(each) && each.hasAttribute(name)) told.push([name, each.getAttribute(name)]);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    if (ours(texts.currentNode.parentElement)) told.push(["", texts.currentNode.data]);
  const links = [...document.querySelectorAll("[hreflang]")];
  return { lang: root.lang, dir: root.dir, told, links: links.map((e) => [e.hreflang, e.lang]) };
}"""
_PLACE: Final = re.compile(r"[%]\(\w+\)s|\{\w+\}|[\d٠-٩]+")


def plain(told: str) -> str:
    """The words of a sentence, whatever stands between them; what is filled in is `#`."""
    return _PLACE.sub("#", " ".join(told.split()))


@cache
def sentences(language: str) -> frozenset[str]:
    """What the product says in that language."""
    of = words.po_file(language if language in words.LANGUAGES else words.LANGUAGES[0])
    with of.open("rb") as file:
        told = [each for each in read_po(file) if each.id]
    if language not in words.LANGUAGES:
        ids = (each.id if isinstance(each.id, tuple) else (each.id,) for each in told)
        return frozenset(plain(one) for each in ids for one in each)
    return frozenset(plain(one) for each in told for one in words.forms(each))


@cache
def foreign(language: str) -> frozenset[str]:
    """What the product says in another language only; a sign or a letter alone is of none."""
    others = {"ar", "en", "fr"} - {language}
    said = frozenset[str]().union(*map(sentences, others)) - sentences(language)
    return frozenset(each for each in said if re.search(r"[^\W\d_]{2}", each))


class Eyes:
    """Watches one window, and says what was wrong since it last looked.

    Whatever the console says counts, warnings too, and so does each request that failed, unless the
    page was left meanwhile or the connection was lost on purpose.
    """

    def __init__(self, page: Page) -> None:
        self.page, self._seen = page, list[str]()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._seen.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def wrong(self, judged: Collection[int] = JUDGED) -> Iterator[str]:
        """Whatever is wrong with the page that is open now, at each width; for axe at `judged`."""
        look = self.page.evaluate(_LOOK)
        for width, height in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": height})
            sideways = self.page.evaluate(_SCROLLS)
            yield from (f"{look} {width}: sideways: {each}" for each in sideways)
            if width in judged:
                yield from (f"{look} {width}: {each}" for each in self._violations())
        yield from (f"{look}: {each}" for each in self.page.evaluate(_MISPLACED))
        yield from (f"{look}: {each}" for each in self._misspoken())
        yield from self._seen
        self._seen.clear()

    def _misspoken(self) -> Iterator[str]:
        """Whatever is not said in the language this window asked for."""
        cookies = self.page.context.cookies()
        asked = next(str(each.get("value")) for each in cookies if each.get("name") == "lang")
        page = self.page.evaluate(_SPOKEN)
        if (page["lang"], page["dir"]) != (asked, "rtl" if asked == "ar" else "ltr"):
            yield f"asked for {asked}, it says lang={page['lang']} dir={page['dir']}"
        for name, told in page["told"]:
            said = plain(told)
            letters = [each for each in said if each.isalpha()]
            other = bool(letters) and all(
                ("a" <= e.lower() <= "z") == (asked == "ar") for e in letters
            )
            is_code = said.upper() == said or "@" in said
            if said in foreign(asked) or (name and other and not is_code):
                yield f"{name or 'text'} not in {asked}: {told.strip()}"
            if name == "heading" and not letters:
                yield f"it has no title in {asked}: {told}"
        for hreflang, lang in page["links"]:
            if hreflang not in {"ar", "en", "fr", "x-default"} or lang not in ("", hreflang):
                yield f"a link says hreflang={hreflang} lang={lang}"

    def _violations(self) -> Iterator[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        result = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})",
            list(RULES),
        )
        for each in result["violations"]:
            for node in each["nodes"]:
                yield f"axe: {each['id']} ({each['help']}) at {node['target']}"

    def _said(self, message: ConsoleMessage) -> None:
        # A refused or missing page is itself told of as a resource that did not load.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self._seen.append(f"console: {message.text} [{message.location.get('url', '')}]")

    def _failed(self, request: Request) -> None:
        if request.failure not in ("net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED"):
            self._seen.append(f"request: {request.failure} {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self._seen.append(f"request: {response.status} {response.url}")
