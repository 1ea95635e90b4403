"""The style guide looks as it did when somebody last looked at it, in three languages.

The pictures in `tests/pictures/seen/` were taken by the Chromium named beside them; another one
smooths letters in another way, so these promises are then left out and counted. A picture that
differs is written into `var/pictures/` with the difference in red. `make pictures` takes all anew:
look at them before they are committed.
"""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route

from tests.given import a_coordinator, an_office, signed_in
from tests.parts.browser import PATIENCE
from tests.parts.pages import app, client
from tests.parts.promises import leave_out, needs
from tests.structure.tree import ROOT

__all__ = ["app", "client"]

HERE = Path(__file__).parent
SEEN = HERE / "seen"
VERSION = SEEN / "chromium.txt"
DIFFERENT = ROOT / "var" / "pictures"
ALLOWED = 12
"""So many pixels of a picture may differ: what smoothing does, and far less than a person sees."""
RENEW = os.environ.get("PICTURES") == "renew"

PARTS = (
    *("colours", "marks", "people", "seals", "official"),
    *("delivery", "forms", "frames", "bidi"),
)

pytestmark = needs("browser")

Change = Callable[[str, bytes], bytes]
"""What to serve instead of these bytes at this address."""


@dataclass(frozen=True)
class Look:
    """A language and a theme, with what the address asks for."""

    lang: str
    theme: str
    query: str = ""
    parts: tuple[str, ...] = PARTS


LOOKS = (
    Look("ar", "light", "?form=refused"),
    Look("ar", "dark", "?digits=arab", ("colours", "marks", "seals", "bidi")),
    Look("en", "dark"),
    Look("fr", "light"),
)


@pytest.fixture
def take(client: FlaskClient, browser: Browser) -> Iterator[Callable[..., dict[str, bytes]]]:
    """Takes pictures of the parts in one look; asked in this process, so no server is started."""
    an_office()
    signed_in(client, a_coordinator())
    windows: list[Page] = []

    def take_(look: Look, change: Change = lambda _path, body: body) -> dict[str, bytes]:
        client.set_cookie("lang", look.lang)
        client.set_cookie("theme", look.theme)
        page = browser.new_page(
            viewport={"width": 1040, "height": 900},
            device_scale_factor=0.5,  # a quarter of the weight, and every change still shows
            java_script_enabled=False,
            locale=look.lang,
        )
        windows.append(page)
        page.route("**/*", lambda route: answer(client, route, change))
        page.set_default_timeout(PATIENCE)
        there = page.goto(f"http://localhost/styleguide{look.query}")
        assert there, "the style guide does not answer"
        assert there.ok, "the style guide does not answer"
        return {part: page.locator(f"#{part}").screenshot() for part in look.parts}

    yield take_
    for page in windows:
        page.close()


def answer(client: FlaskClient, route: Route, change: Change) -> None:
    asked = urlsplit(route.request.url)
    told = client.get(f"{asked.path}?{asked.query}")
    body = change(asked.path, told.get_data())
    route.fulfill(status=told.status_code, headers=dict(told.headers), body=body)


@pytest.fixture
def compare(browser: Browser) -> Iterator[Callable[[bytes, bytes], tuple[int, str, bytes]]]:
    """How many pixels differ between two pictures, whether their sizes do, and where."""
    page = browser.new_page()
    script = (HERE / "compare.js").read_text("utf-8")

    def compare_(before: bytes, after: bytes) -> tuple[int, str, bytes]:
        told = page.evaluate(script, [base64.b64encode(each).decode() for each in (before, after)])
        return told["count"], told["size"], base64.b64decode(told["png"])

    yield compare_
    page.close()


def major(browser: Browser) -> str:
    return browser.version.split(".")[0]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.lang}-{look.theme}")
def test_it_looks_as_it_did(
    look: Look,
    browser: Browser,
    take: Callable[..., dict[str, bytes]],
    compare: Callable[[bytes, bytes], tuple[int, str, bytes]],
) -> None:
    if RENEW:
        renew(look, browser, take(look))
        return
    known = VERSION.read_text("utf-8").strip()
    if major(browser) != known:
        leave_out(
            "browser",
            "the style guide looks as it did; `make pictures` renews the pictures for this browser",
            f"Chromium {known}; this is {major(browser)}",
        )
    found = [
        wrong
        for part, now in take(look).items()
        if (wrong := difference(f"{look.lang}-{look.theme}-{part}", now, compare))
    ]
    assert not found, "\n".join(
        [
            "The style guide looks different:",
            *found,
            f"Look at the pictures in {DIFFERENT.relative_to(ROOT)}. What to do: mend it; or, when "
            "it was meant, `make pictures`, look at them, and commit them.",
        ]
    )


def difference(
    name: str, now: bytes, compare: Callable[[bytes, bytes], tuple[int, str, bytes]]
) -> str:
    """What differs from the picture of that name; empty when nothing does that one could see."""
    file = SEEN / f"{name}.png"
    if not file.exists():
        return f"  {name}: there is no such picture yet"
    count, size, where = compare(file.read_bytes(), now)
    if count <= ALLOWED and not size:
        return ""
    DIFFERENT.mkdir(parents=True, exist_ok=True)
    (DIFFERENT / f"{name}-now.png").write_bytes(now)
    (DIFFERENT / f"{name}-different.png").write_bytes(where)
    return f"  {name}: {count} pixels {size}".rstrip()


def renew(look: Look, browser: Browser, pictures: dict[str, bytes]) -> None:
    SEEN.mkdir(exist_ok=True)
    VERSION.write_text(f"{major(browser)}\n", "utf-8")
    for part, picture in pictures.items():
        (SEEN / f"{look.lang}-{look.theme}-{part}.png").write_bytes(picture)


def test_a_changed_token_is_seen(
    take: Callable[..., dict[str, bytes]],
    compare: Callable[[bytes, bytes], tuple[int, str, bytes]],
) -> None:
    """A little greener or wider is seen; what no eye tells apart is not."""
    look = Look("fr", "light", "", ("marks",))

    def seen(old: bytes, new: bytes) -> bool:
        def change(path: str, body: bytes) -> bytes:
            if not path.endswith("/tokens.css"):
                return body
            assert old in body
            return body.replace(old, new)

        count, size, _where = compare(before, take(look, change)["marks"])
        return count > ALLOWED or bool(size)

    before = take(look)["marks"]
    assert seen(b"--accent: #0A5A61", b"--accent: #0A6A61")
    assert seen(b"--s4: .75rem", b"--s4: .8rem")
    assert not seen(b"--on-accent: #FFFFFF", b"--on-accent: #FFFFFE")
