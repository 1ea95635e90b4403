"""What is wrong with a page that somebody looks at: for axe, for the browser, at every width."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import ConsoleMessage, Page, Request, Response

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
_LOOK: Final = """() => {
  const { lang, dataset } = document.documentElement;
  return `${lang} ${dataset.theme ?? ""}`;
}"""


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
        yield from self._seen
        self._seen.clear()

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
