"""Whoever writes an alert sees it as phones will, hears when it takes one part more, and loses no
word to a page that went away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from crisis.incidents.model import Incident
from crisis.kernel import database
from crisis.plugs import plug_kernel
from crisis.policy import Rank
from tests import given
from tests.browser.entering import enter_as
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.server import StartProduct

pytestmark = needs("browser")


@pytest.fixture
def incident(sqlite_url: str) -> Iterator[Incident]:
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    coordinator = given.a_person(rank=Rank.COORDINATOR, name="هدى المبروك", language="en")
    yield given.an_incident(by=coordinator, level=3, title="سيول الوادي")
    database.engine().dispose()


def test_what_is_written_is_shown_counted_said_and_kept(
    incident: Incident, sqlite_url: str, start_product: StartProduct, open_window: OpenWindow
) -> None:
    product = start_product(sqlite_url)
    page = open_window(product.url, viewport=PHONE, lang="en").page
    enter_as(page, "هدى المبروك")
    page.goto(f"/i/{incident.ref}/alerts/new")
    page.get_by_role("radio", name="Free text").check()
    page.locator("#take").click()
    expect(page.get_by_role("radio", name="Free text")).to_be_checked()

    text = page.locator("#compose-sms_en")
    text.fill("All officers: report.")
    meter = page.locator("#length-en [role=img]")
    expect(meter).to_have_attribute("aria-label", "1 part")
    text.fill("All officers: report " * 9 + "now")
    expect(meter).to_have_attribute("aria-label", "2 parts")
    expect(page.locator("#sr-polite")).to_contain_text("2 parts", timeout=15_000)

    page.locator("label[for=tab-ar], label:has(#tab-ar)").first.click()
    page.locator("#compose-sms_ar").fill("اتصلوا على 091 234 5678 الآن")
    dialled = page.locator(".hand.in-ar .is-sms bdi[dir=ltr]", has_text="091 234 5678")
    expect(dialled).to_be_visible()

    page.reload()
    expect(page.locator("#put-back")).to_be_visible()
    expect(page.locator("#compose-sms_ar")).to_have_value("اتصلوا على 091 234 5678 الآن")
    expect(text).to_have_value("All officers: report " * 9 + "now")
    expect(page.get_by_role("radio", name="Free text")).to_be_checked()

    page.get_by_role("button", name="Keep the draft").click()
    page.wait_for_url("**/alerts/1")
    page.goto(f"/i/{incident.ref}/alerts/new")
    expect(page.get_by_role("radio", name="Free text")).not_to_be_checked()
    expect(page.locator("#put-back")).to_be_hidden()
