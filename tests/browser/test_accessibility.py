"""axe finds nothing on any page, in any language, light or dark, wide or narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.browser import DESKTOP, PHONE, OpenWindow
from tests.parts.promises import needs
from tests.screenshots import a_demo_office, walk
from tests.under_way import Places

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = needs("browser")


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[str, Places]]:
    """The address of a running demo office, and where things are in it."""
    with a_demo_office() as (product, places):
        yield product.url, places


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(("lang", "theme"), [("ar", "light"), ("en", "dark"), ("fr", "light")])
def test_nothing_stands_in_anybodys_way(
    office: tuple[str, Places],
    open_window: OpenWindow,
    lang: str,
    theme: str,
    viewport: tuple[int, int],
) -> None:
    address, places = office
    page = open_window(address, lang=lang, theme=theme, viewport=viewport).page  # type: ignore[arg-type]  # parametrize says str
    found: list[str] = []
    for screen, path in walk(page, lang, places):
        page.goto(path)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
        )
        found += [
            f"{screen.name}: {each['id']} ({each['help']}) at {node['target']}"
            for each in result["violations"]
            for node in each["nodes"]
        ]
    assert found == []
