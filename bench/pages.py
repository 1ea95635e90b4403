"""How long a slow telephone on a slow line waits for text, and for a button that works.

The real server, a real browser that remembers nothing, 400 kbit/s with 400 ms on the way, and a
processor four times slower. Beside each page stands a bare one with the same text and nothing else,
on the same line; rounds are interleaved, so that whatever else this machine does meets both alike.
"""

import argparse
import gzip
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.parts import tools
from tests.parts.browser import DESKTOP, PHONE, QUIET
from tests.screenshots import a_demo_office, walk
from tests.under_way import Places

AIM_SECONDS: Final = 2.5
LINE: Final = {"offline": False, "latency": 400, "downloadThroughput": 50_000}
SLOWER: Final = 4
_TEXT: Final = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
SETTLED_MS: Final = 300


@dataclass(frozen=True)
class Place:
    """A page, how large the window is, and the control that must work; none where one reads."""

    screen: str
    window: tuple[int, int]
    control: str = ""
    undo: str = ""
    """What takes the press back; without it, the control is tried and not pressed."""


PLACES: Final = (
    Place("acknowledge", PHONE, "button[value=have]"),
    Place("approval", PHONE, "#approve button", ".undo button"),
    Place("newsroom", PHONE),
    Place("warroom", PHONE, ".who a[data-key=KeyS]"),
    Place("warroom", DESKTOP, "#note button"),
)


@dataclass(frozen=True)
class Waited:
    """Seconds from setting out to the first text, and to a control that works."""

    text: float
    works: float = 0
    answered: float = 0
    """From the press to the page that says so."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="at least 3 for an honest median")
    parser.add_argument("--only", help="one screen, by its name: warroom")
    asked = parser.parse_args()
    rounds = max(asked.rounds, 3)
    with a_demo_office() as (served, places), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        wanted = [each for each in PLACES if asked.only in (None, each.screen)]
        ways = [Way(browser, served.url, places, place) for place in wanted]
        with bare_pages({f"/{n}": way.text for n, way in enumerate(ways)}) as bare:
            for _ in range(rounds):
                for n, way in enumerate(ways):
                    way.walked.append(way.walk())
                    way.bare.append(way.walk_bare(f"{bare}/{n}"))
        browser.close()
    report(ways, rounds)


class Way:
    """One page, opened again and again as if for the first time."""

    def __init__(self, browser: Browser, base_url: str, places: Places, place: Place) -> None:
        self.browser, self.base_url, self.place = browser, base_url, place
        self.walked, self.bare = list[Waited](), list[Waited]()
        context = self._context(None)
        page = context.new_page()
        looks = repeat(("ar", "light"))
        _, self.path = next(walk(page, base_url, places, looks, [place.screen]))
        page.goto(self.path)
        self.text = page.locator("body").inner_text()
        self.known: Any = context.storage_state()
        context.close()

    def walk(self) -> Waited:
        context = self._context(self.known)
        page = slow(context.new_page())
        page.goto(self.path, wait_until="commit")
        works = answered = 0.0
        if self.place.control:
            control = page.locator(self.place.control).first
            control.click(trial=True)
            works = since_start(page)
        page.wait_for_load_state("load")
        page.wait_for_timeout(SETTLED_MS)
        text = page.evaluate(_TEXT)
        if self.place.undo:
            with page.expect_response(lambda told: told.request.method == "POST") as answer:
                control.click()
            assert answer.value.status == 303
            answered = answer.value.request.timing["responseStart"] / 1000
            page.locator(self.place.undo).click()
            page.locator(self.place.control).wait_for()
        context.close()
        return Waited(text, works, answered)

    def walk_bare(self, address: str) -> Waited:
        context = self._context(None)
        page = slow(context.new_page())
        page.goto(address)
        page.wait_for_timeout(SETTLED_MS)
        text = page.evaluate(_TEXT)
        context.close()
        return Waited(text)

    def _context(self, known: Any) -> BrowserContext:
        width, height = self.place.window
        context = self.browser.new_context(
            base_url=self.base_url,
            locale="ar",
            storage_state=known,
            viewport={"width": width, "height": height},
            is_mobile=width < 600,
            has_touch=width < 600,
        )
        context.set_default_timeout(20_000)
        return context


def slow(page: Page) -> Page:
    """The same page on a slow line, in a slow telephone."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", {**LINE, "uploadThroughput": 50_000})
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def since_start(page: Page) -> float:
    """Seconds since whoever reads set out for this page."""
    return float(page.evaluate("performance.now()")) / 1000


@contextmanager
def bare_pages(texts: dict[str, str]) -> Iterator[str]:
    """These texts as HTML and nothing else, packed; where they are served."""
    pages = {path: gzip.compress(bare_html(text).encode(), 9) for path, text in texts.items()}

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = pages.get(self.path, b"")
            self.send_response(200 if body else 404)
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(body))),
                *((("Content-Encoding", "gzip"),) if body else ()),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is said of who came."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


def bare_html(text: str) -> str:
    lines = "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())
    return f'<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>.</title>{lines}'


def report(ways: list[Way], rounds: int) -> None:
    print(
        f"400 kbit/s, 400 ms, a processor {SLOWER}× slower; medians of {rounds} rounds, seconds\n"
    )
    print(f"{'page':<24}{'text':>7}{'button':>8}{'answer':>8}{'bare':>7}{'ratio':>8}")
    for way in ways:
        text, works, answered = (
            statistics.median(getattr(each, name) for each in way.walked)
            for name in ("text", "works", "answered")
        )
        bare = statistics.median(each.text for each in way.bare)
        name = f"{way.place.screen}, {way.place.window[0]} px"
        late = " (aim missed)" if max(text, works) > AIM_SECONDS else ""
        print(
            f"{name:<24}{text:>7.2f}{works or text:>8.2f}"
            f"{f'{answered:.2f}' if answered else '':>8}{bare:>7.2f}{text / bare:>7.1f}×{late}"
        )
    print(f"\nAim: text and a working button within {AIM_SECONDS} s.")


if __name__ == "__main__":
    main()
