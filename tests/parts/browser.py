"""A real browser, in which any error on a page, or breach of its content policy, is a failure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.parts import tools

DESKTOP = (1440, 900)
PHONE = (390, 844)
PATIENCE = 30_000
"""So many milliseconds the busiest machine is given to show what it shows; a quick one waits for
nothing."""

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
_REPORT_BREACHES = """
document.addEventListener('securitypolicyviolation', event => console.error(
  `content policy breached: ${event.violatedDirective} by ${event.blockedURI || event.sample}`
  + ` (${event.sourceFile}:${event.lineNumber})`));
"""


@dataclass
class Visit:
    """One person's browser window, and what went wrong in it.

    `forgiven` are regular expressions of errors the test causes on purpose, such as
    `ERR_CONNECTION_REFUSED` while the server is dead.
    """

    page: Page
    forgiven: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def unforgiven(self) -> list[str]:
        return [e for e in self.errors if not any(re.search(f, e) for f in self.forgiven)]

    def watch(self, page: Page) -> None:
        """Note every error of this page."""
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.errors.append(f"{page.url}: {said.text} [{said.location.get('url', '')}]")
                if said.type == "error"
                else None
            ),
        )


class OpenWindow(Protocol):
    """Open a window of its own (own cookies, own language) and return the visit."""

    def __call__(
        self,
        base_url: str,
        *,
        lang: Literal["ar", "en", "fr"] = "ar",
        theme: Literal["light", "dark"] = "light",
        viewport: tuple[int, int] = DESKTOP,
        javascript: bool = True,
        forgiven: Sequence[str] = (),
    ) -> Visit: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; windows of it share nothing."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        chromium = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def open_window(browser: Browser) -> Iterator[OpenWindow]:
    """Opens windows; after the test each must be free of errors and of breaches of the CSP."""
    visits: list[Visit] = []

    def open_(
        base_url: str,
        *,
        lang: Literal["ar", "en", "fr"] = "ar",
        theme: Literal["light", "dark"] = "light",
        viewport: tuple[int, int] = DESKTOP,
        javascript: bool = True,
        forgiven: Sequence[str] = (),
    ) -> Visit:
        context = browser.new_context(
            base_url=base_url,
            locale=lang,
            color_scheme=theme,
            viewport={"width": viewport[0], "height": viewport[1]},
            is_mobile=viewport[0] < 600,
            has_touch=viewport[0] < 600,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies(
            [
                {"name": n, "value": v, "url": base_url}
                for n, v in (("lang", lang), ("theme", theme))
            ]
        )
        context.add_init_script(_REPORT_BREACHES)
        visit = Visit(context.new_page(), list(forgiven))
        visit.watch(visit.page)
        context.on("page", visit.watch)
        visits.append(visit)
        return visit

    yield open_
    errors = [error for visit in visits for error in visit.unforgiven()]
    for visit in visits:
        visit.context.close()
    assert not errors, "A page reported errors:\n" + "\n".join(errors)
