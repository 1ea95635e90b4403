"""Whoever waits for others sees it on the page that is open: a signature, what can be done once all
have signed, and an alert that left; and loses nothing of what they write meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from crisis.kernel import database
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty, Rank
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.states import Answer
from tests import given
from tests.alerts import given as alerts
from tests.browser.entering import enter_as
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.server import StartProduct

HUDA, SAMIRA, KHALED, MOUNIR = "هدى المبروك", "سميرة العوكلي", "Khaled al-Naas", "Mounir al-Abbani"

pytestmark = needs("browser")


@dataclass(frozen=True)
class Scene:
    """A demo office whose statement waits for two ministries, and an alert for a second person."""

    database: str
    ref: str
    statement: UUID
    samira: Actor


@pytest.fixture
def scene(sqlite_url: str) -> Iterator[Scene]:
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    huda = given.a_person(rank=Rank.COORDINATOR, name=HUDA)
    health, interior = given.a_ministry("MOH"), given.a_ministry("MOI")
    liaison = Duty.LIAISON
    samira = given.a_person(name=SAMIRA, ministry=health, standing_duty=liaison)
    given.a_person(name=KHALED, ministry=interior, language="en", standing_duty=liaison)
    given.a_person(name=MOUNIR, standing_duty=Duty.ALERT_OPERATOR)
    incident = given.an_incident(by=huda, lead=health, supporting=[interior])
    huda = given.actor(huda.id)
    statement = given.a_statement(on=incident, by=huda)
    given.submitted(statement, SlotSpec(ministry_id=health), SlotSpec(ministry_id=interior))
    audience = alerts.an_audience(alerts.an_officer(1), alerts.an_officer(2))
    alerts.asked(alerts.an_alert(incident, huda, alerts.a_draft(audience)), by=huda)
    yield Scene(
        sqlite_url,
        incident.ref,
        statement.id,
        given.actor(samira.id),
    )
    database.engine().dispose()


@pytest.mark.slow
def test_what_others_do_is_seen_without_a_reload(
    scene: Scene, start_product: StartProduct, open_window: OpenWindow
) -> None:
    url = start_product(scene.database).url
    desk = open_window(url, lang="ar").page
    enter_as(desk, HUDA)
    at = f"/i/{scene.ref}/alerts/1"
    waiting, written = desk.context.new_page(), desk.context.new_page()
    for page, path in ((desk, f"/i/{scene.ref}/statements/1"), (waiting, at), (written, at)):
        watch(page, path)
    expect(waiting.locator("#cnf-top [data-until]")).to_be_visible()
    release = desk.locator("#now-due a[href$='/release']")
    remark = desk.locator("#comment-text")
    remark.fill("كلمة لم ترسل بعد")

    # One ministry asks for a change, thinks better of it, and signs; then the other one does.
    given.answered(given.statement(scene.statement), scene.samira, answer=Answer.CHANGE)
    expect(desk.locator("#state")).to_have_text("طُلب تعديل")
    expect(desk.locator("#standing .alarm")).to_contain_text("الرقم قديم.")
    given.answered(given.statement(scene.statement), scene.samira)
    expect(desk.locator("#versions .sealdot.ok")).to_have_count(1)
    expect(release).to_have_count(0)
    expect(desk.locator("#consequence")).not_to_be_empty()
    khaled = open_window(url, lang="en").page
    khaled.goto(f"/approvals/{scene.statement}")
    khaled.locator("form[action*='/signin/as/']", has_text=KHALED).locator("button").click()
    khaled.locator("#approve button").click()
    expect(khaled.locator(".stamp")).to_be_visible()
    expect(desk.locator("#versions .sealdot.ok")).to_have_count(2)
    expect(release).to_be_visible()
    expect(desk.locator("#state")).to_have_text("معتمد")
    expect(remark).to_have_value("كلمة لم ترسل بعد")
    expect(remark).to_be_focused()
    assert desk.evaluate("window.neverReloaded === true"), "the page was reloaded"

    # Where nobody writes, the page of an alert leads to what became of it; to whoever writes there,
    # and to whoever reads it to confirm it, it says so.
    written.locator(".cnf-else summary").first.click()
    written.locator("#return-reason").fill("سبب")
    mounir = open_window(url, lang="ar", viewport=PHONE).page
    enter_as(mounir, MOUNIR)
    other = mounir.context.new_page()
    watch(other, f"{at}/confirmation")
    press_beside_the_words(mounir.locator("#now .card"))
    expect(mounir.locator("#room")).to_be_visible()
    mounir.goto("/")
    press_beside_the_words(mounir.locator("#waiting li"))
    mounir.locator("#confirmation-typed_count").fill("2")
    mounir.locator("#confirmation button.primary").click()
    expect(mounir.locator("#delivery")).to_be_visible()
    expect(waiting.locator("#delivery .rungs")).to_be_visible()
    expect(written.locator("#follow a")).to_be_visible()
    expect(written.locator("#return-reason")).to_have_value("سبب")
    assert written.evaluate("window.neverReloaded === true"), "what was written is lost"
    expect(other.locator("#follow")).to_be_visible()
    expect(other.locator("#cnf-top [data-until]")).to_have_count(0)
    written.locator("#follow a").click()
    expect(written.locator("#delivery .rungs")).to_be_visible()


def press_beside_the_words(row: Locator) -> None:
    """Near its lower edge, where its link has no words: all of it is the link."""
    box = row.bounding_box()
    assert box
    row.click(position={"x": box["width"] / 2, "y": box["height"] - 8})


def watch(page: Page, path: str) -> None:
    """Open it, and wait until it hears the news."""
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("data-heard", "live")
    page.evaluate("window.neverReloaded = true")
