"""Opening an incident in seconds, by keyboard alone; and every place within a thumb's reach."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from crisis.kernel import database
from crisis.people.model import Hazard
from crisis.plugs import plug_kernel
from crisis.policy import Rank
from tests import given
from tests.browser.entering import enter_as
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.server import StartProduct

HUDA = "هدى المبروك"
MOST_STROKES = 40
TALLEST = 64
"""A place in the bar whose word wraps is taller than that."""

pytestmark = needs("browser")


@pytest.fixture
def address(sqlite_url: str) -> Iterator[str]:
    """An office that exercises, in which one entity leads industrial accidents."""
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    given.a_person(rank=Rank.COORDINATOR, name=HUDA)
    given.a_ministry("MOI", leads=[Hazard.INDUSTRIAL])
    yield sqlite_url
    database.engine().dispose()


def test_an_incident_is_opened_in_few_strokes_and_found_with_a_thumb(
    address: str, start_product: StartProduct, open_window: OpenWindow
) -> None:
    product = start_product(address)
    page = open_window(product.url).page
    enter_as(page, HUDA)
    kind, suggested = page.locator("#opening-hazard"), page.locator("#suggested")
    strokes = []

    def press(key: str) -> None:
        strokes.append(key)
        page.keyboard.press(key)

    press("KeyC")
    expect(page.locator("#opening-title")).to_be_focused()
    page.keyboard.type("تسرب كلور من مصنع")
    expect(kind).to_have_value(Hazard.INDUSTRIAL)
    expect(suggested).to_be_visible()
    kind.select_option(Hazard.CYBER)
    expect(suggested).to_be_hidden()
    page.locator("#opening-title").press_sequentially(" في مصفاة")
    expect(suggested).to_have_attribute("data-hazard", Hazard.INDUSTRIAL)
    expect(kind).to_have_value(Hazard.CYBER)
    press("Tab")
    press("Digit3")
    expect(page.locator("#set-up")).to_contain_text("30")
    press("Control+Enter")
    page.wait_for_url("**/i/*")
    assert len(strokes) <= MOST_STROKES

    phone = open_window(product.url, viewport=PHONE, javascript=False, lang="fr").page
    enter_as(phone, HUDA)
    phone.locator("article.card h3 a").click()
    bar = phone.locator("nav.rail")
    places = bar.locator("> a:visible, > details > summary:visible")
    expect(places).to_have_count(5)
    for each in places.all():
        box = each.bounding_box()
        assert box is not None
        assert box["height"] < TALLEST, each.inner_text()
    bar.locator("summary").click()
    bar.locator("details a", has_text="Mon compte").click()
    expect(phone.locator("#prefs-title")).to_be_visible()
