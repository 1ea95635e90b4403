"""axe finds nothing on any page, in any language, light or dark, wide or narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.browser import DESKTOP, PHONE, OpenWindow
from tests.parts.promises import needs
from tests.screenshots import a_demo_office, walk

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = needs("browser")


@pytest.fixture(scope="module")
def office() -> Iterator[str]:
    """The address of a running demo office."""
    with a_demo_office() as product:
        yield product.url


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(("lang", "theme"), [("ar", "light"), ("en", "dark"), ("fr", "light")])
def test_nothing_stands_in_anybodys_way(
    office: str,
    open_window: OpenWindow,
    lang: str,
    theme: str,
    viewport: tuple[int, int],
) -> None:
    page = open_window(office, lang=lang, theme=theme, viewport=viewport).page  # type: ignore[arg-type]  # parametrize says str
    found: list[str] = []
    for screen, path in walk(page, lang):
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
