"""A page of our own with our own scripts and no server: for trying one module by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

STATIC = Path(__file__).resolve().parents[2] / "static"
PLACE = "http://scripts.test"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}

OpenPage = Callable[[str], Page]
"""Open a page with this HTML in its body; `import('/static/js/….js')` works in it."""


@pytest.fixture
def bare_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages that hold only what the test puts there; an error on them is a failure."""
    context = browser.new_context(base_url=PLACE)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))

    def open_(body: str) -> Page:
        def serve(route: Route) -> None:
            path = route.request.url.removeprefix(PLACE)
            if path.startswith("/static/"):
                file = STATIC / path.removeprefix("/static/")
                route.fulfill(path=file, content_type=KINDS.get(file.suffix, "text/plain"))
            else:
                route.fulfill(body=_around(body), content_type="text/html")

        page = context.new_page()
        page.route("**/*", serve)
        page.goto("/")
        return page

    yield open_
    context.close()
    assert not errors, errors


def _around(body: str) -> str:
    config = '{"includeIndicatorCSS":false,"history":false,"extensions":"nasaq"}'
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Scripts</title>"
        f"<meta name=htmx-config content='{config}'><body>{body}</body></html>"
    )
