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
from tests.alerts import given as alerts
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
    page.locator("#fold-template > summary").click()
    page.get_by_role("radio", name="Free text").click()  # which leads to a page of its own
    expect(page.locator("#said-template")).to_have_text("Free text")
    page.locator("#fold-template > summary").click()
    expect(page.get_by_role("radio", name="Free text")).to_be_checked()

    text = page.locator("#compose-sms_en")
    text.fill("All officers: report.")
    meter = page.locator("#length-en [role=img]")
    expect(meter).to_have_attribute("aria-label", "1 part")
    text.fill("All officers: report " * 9 + "now")
    expect(meter).to_have_attribute("aria-label", "2 parts")
    expect(page.locator("#sr-polite")).to_contain_text("2 parts")

    page.locator("label[for=tab-ar], label:has(#tab-ar)").first.click()
    page.locator("#compose-sms_ar").fill("اتصلوا على 091 234 5678 الآن")
    page.locator("#fold-seen > summary").click()
    dialled = page.locator(".hand.in-ar .is-sms bdi[dir=ltr]", has_text="091 234 5678")
    expect(dialled).to_be_visible()

    page.reload()
    expect(page.locator("#put-back")).to_be_visible()
    expect(page.locator("#compose-sms_ar")).to_have_value("اتصلوا على 091 234 5678 الآن")
    expect(text).to_have_value("All officers: report " * 9 + "now")
    expect(page.locator("#said-template")).to_have_text("Free text")

    page.get_by_role("button", name="Keep the draft").click()
    page.wait_for_url("**/alerts/1")
    page.goto(f"/i/{incident.ref}/alerts/new")
    expect(page.locator("#said-template")).not_to_have_text("Free text")
    expect(page.locator("#put-back")).to_be_hidden()
    page.locator("a.skip").press("Enter")
    page.wait_for_url("**/alerts/new#main")
    expect(page.locator("#compose :focus")).to_have_count(0)


def test_on_a_phone_what_is_folded_says_what_it_holds_and_opens_where_something_is_wrong(
    incident: Incident, sqlite_url: str, start_product: StartProduct, open_window: OpenWindow
) -> None:
    alerts.an_officer(1, name="ليلى الكبرى")
    alerts.an_officer(2, name="Luc Martin", language="fr")
    product = start_product(sqlite_url)
    page = open_window(product.url, viewport=PHONE, lang="en", forgiven=["422"]).page
    enter_as(page, "هدى المبروك")
    page.goto(f"/i/{incident.ref}/alerts/new")
    for closed in ("template", "how", "seen", "price"):
        expect(page.locator(f"#fold-{closed}")).not_to_have_attribute("open", "")
    expect(page.locator("#fold-who")).to_have_attribute("open", "")  # nobody is chosen yet

    page.get_by_text("Add people by hand").click()
    page.locator("#compose-people").select_option(label=["ليلى الكبرى", "Luc Martin"])
    expect(page.locator("#said-who")).to_contain_text("2 recipients")
    page.locator("#fold-how > summary").focus()
    page.keyboard.press("Enter")
    page.locator("#compose [name=answer]:checked").focus()
    page.keyboard.press("ArrowRight")
    minutes = page.locator("#compose [name=answer]:checked").get_attribute("value")
    page.locator(".fold > summary").click()
    page.locator("#compose-enough").fill("2")
    page.locator("#fold-how > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#compose-enough")).to_be_hidden()
    expect(page.locator("#said-how")).to_contain_text(f"{minutes} min, then the deputy")

    page.locator("label:has(#tab-ar)").click()
    page.get_by_label("Time", exact=False).first.fill("22:44")
    page.locator("#compose-values_ar").fill("وادي الزهر")
    expect(page.locator("#stands-ar")).to_have_text("complete")
    expect(page.locator("#stands-fr")).to_have_text("unfinished")
    page.locator("#fold-text > summary").click()
    page.locator("#second button").click()

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#fold-text")).to_have_attribute("open", "")
    expect(page.locator("#tab-fr")).to_be_checked()
    expect(page.locator("#fold-how")).not_to_have_attribute("open", "")
    expect(page.locator("#compose-enough")).to_have_value("2")
    expect(page.locator("#said-who")).to_contain_text("2 recipients")
    page.locator("label:has(#tab-en)").click()
    expect(page.locator("#compose-values_fr")).to_be_hidden()
    page.locator("#error-summary a").first.press("Enter")
    expect(page.locator("#compose-values_fr")).to_be_focused()
    page.keyboard.type("Oued Zahr")
    expect(page.locator("#stands-fr")).to_have_text("complete")
    expect(page.locator("#wrong")).to_contain_text("Everything is there")
    page.locator("#compose button[value=save]").click()
    page.wait_for_url("**/alerts/1")
    expect(page.locator("#fold-text")).not_to_have_attribute("open", "")
