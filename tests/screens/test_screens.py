"""Nothing stands in anybody's way, on any page, at any width: axe, the console and the content
policy have nothing to say, no page scrolls sideways, each speaks the language it is asked in down
to its title and what is only read aloud, and none is heavier than a slow line bears.

Each page is looked at in one language and theme, in turns, so that all of both are seen;
`make test-screens` looks at every page in all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, product, repeat
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.parts.browser import DESKTOP, PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.thorough import THOROUGH
from tests.screens.looking import JUDGED, Eyes
from tests.screens.weighing import KB, LIVE, Weight, weighed
from tests.screenshots import LANGUAGES, THEMES, a_demo_office, lose_connection, walk
from tests.under_way import Places

LOOKS: Final = [*product(LANGUAGES, THEMES), ("en", "dim")]
IN_TURNS: Final = [LOOKS[n] for n in (0, 3, 4, 6, 1, 2, 5)]
"""Neighbours differ in both, so that the pages of one person are seen in every language."""

pytestmark = needs("browser")


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[str, Places]]:
    """The address of a running demo office, and where things are in it and in a new one."""
    with a_demo_office(beside=THOROUGH) as (served, places):
        yield served.url, places


@pytest.mark.parametrize(
    "looks",
    [[each] for each in LOOKS] if THOROUGH else [IN_TURNS],
    ids=lambda looks: "-".join(looks[0]) if len(looks) == 1 else "in-turns",
)
def test_nothing_stands_in_anybodys_way(
    office: tuple[str, Places], open_window: OpenWindow, looks: list[tuple[str, str]]
) -> None:
    address, places = office
    page = open_window(address, forgiven=["."]).page  # these eyes see more, and say where
    eyes = Eyes(page)
    found: list[str] = []
    widths = cycle([JUDGED] if THOROUGH else [(each,) for each in JUDGED])
    for screen, path in walk(page, address, places, cycle(looks)):
        there = lose_connection(page, path) if screen.is_offline else page.goto(path)
        assert there is not None
        assert there.status == screen.status, f"{path} answers {there.status}"
        found += [f"{screen.name}: {each}" for each in eyes.wrong(next(widths))]
    assert not found, "\n".join(["", *found])


@dataclass(frozen=True)
class Budget:
    """How much a page may weigh when it is opened for the first time, and then again; in kB."""

    screen: str
    window: tuple[int, int]
    first: float
    again: float
    scripts: float = 0
    """Our own; what a page has of them on top of none at all."""
    fonts: bool = True
    """Whether its fonts count."""


BUDGETS: Final = (
    Budget("acknowledge", PHONE, first=30, again=4),
    Budget("newsroom", PHONE, first=60, again=15, fonts=False),
    Budget("dashboard", DESKTOP, first=200, again=16, scripts=20),
    Budget("warroom", DESKTOP, first=250, again=21, scripts=20),
    Budget("approval", PHONE, first=130, again=15, scripts=4),
)


def test_no_page_is_heavier_than_a_slow_line_bears(
    office: tuple[str, Places], open_window: OpenWindow
) -> None:
    address, places = office
    for budget in BUDGETS:
        page = open_window(address, viewport=budget.window).page
        looks = repeat(("ar", "light"))
        screen, path = next(walk(page, address, places, looks, [budget.screen]))
        page.goto("about:blank")
        _forget(page)
        first, again = (_weight(page, path, live=budget.scripts > 4) for _ in range(2))
        weighs = first.of() if budget.fonts else first.of(but=".woff2")
        told = f"{screen.name}: {weighs / KB:.1f} kB, scripts {first.own_scripts / KB:.1f} kB"
        print(f"{told}, again {again.of() / KB:.1f} kB")
        assert weighs <= budget.first * KB, f"{told}\n{first.heaviest()}"
        assert first.own_scripts <= budget.scripts * KB, f"{told}\n{first.heaviest()}"
        assert again.of() <= budget.again * KB, f"{screen.name} again: {again.heaviest()}"


def _weight(page: Page, path: str, *, live: bool) -> Weight:
    with weighed(page) as weight:
        page.goto(path)
        if live:
            page.locator(LIVE).wait_for()
    return weight


def _forget(page: Page) -> None:
    """What signing in has brought already is fetched again."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.clearBrowserCache")
    wire.detach()
