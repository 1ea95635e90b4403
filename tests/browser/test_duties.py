"""A coordinator asks, a colleague answers from a phone, and the room sees it without a reload."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from crisis.incidents.duties import propose_duty
from crisis.incidents.model import Incident
from crisis.kernel import clock, database
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty, Rank
from tests import given
from tests.browser.entering import enter_as, go_live, open_acts
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.processes import bound_to_us, end
from tests.parts.promises import needs
from tests.parts.server import StartProduct

ROOT = Path(__file__).resolve().parents[2]

pytestmark = needs("browser")


@dataclass(frozen=True)
class Office:
    """A demo office with one incident."""

    database_url: str
    coordinator: Actor
    legal: Actor
    incident: Incident


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    coordinator = given.a_person(rank=Rank.COORDINATOR, name="هدى المبروك", language="en")
    deputy = given.a_person(name="سناء الورفلي")
    legal = given.a_person(name="ليلى بن عمر", language="ar", deputy=deputy)
    incident = given.an_incident(by=coordinator, level=3, title="سيول الوادي")
    yield Office(sqlite_url, coordinator, legal, incident)
    database.engine().dispose()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_duty_is_taken_from_a_phone_in_three_taps(
    office: Office, start_product: StartProduct, open_window: OpenWindow, javascript: bool
) -> None:
    product = start_product(office.database_url)
    desktop = open_window(product.url, lang="en").page
    phone = open_window(product.url, viewport=PHONE, javascript=javascript).page
    enter_as(desktop, "هدى المبروك")
    enter_as(phone, "ليلى بن عمر")
    go_live(desktop, office.incident.ref)
    open_acts(desktop, "Duties")
    desktop.locator("#duty-person_id").select_option(str(office.legal.id))
    desktop.locator("#duty-duty").select_option("legal")
    desktop.locator("#duty-note").fill("ابدئي بالأسماء")
    desktop.locator("#duty").get_by_role("button").click()
    expect(desktop.locator("#people .asked")).to_contain_text("asked, answer by")

    phone.goto("/")
    phone.locator("#waiting a").click()
    expect(phone.locator("blockquote")).to_have_text("ابدئي بالأسماء")
    phone.get_by_role("button", name="أقبل").click()
    expect(phone.locator(".my-duties .list li")).to_contain_text("سيول الوادي")

    expect(desktop.locator("#people .asked")).to_have_count(0)
    expect(row_of(desktop, "ليلى بن عمر")).to_contain_text("Legal adviser")
    assert desktop.evaluate("window.neverReloaded === true")


def test_whoever_declines_says_why_and_the_deputy_is_asked_before_everybodys_eyes(
    office: Office, start_product: StartProduct, open_window: OpenWindow
) -> None:
    product = start_product(office.database_url)
    desktop = open_window(product.url, lang="en").page
    phone = open_window(product.url, viewport=PHONE).page
    enter_as(desktop, "هدى المبروك")
    enter_as(phone, "ليلى بن عمر")
    go_live(desktop, office.incident.ref)
    propose(office)
    phone.goto("/me/duties")
    phone.get_by_text("لا أستطيع تولّيه").click()
    phone.locator("[id^='decline-'] input[name=reason]").fill("خارج التغطية")
    phone.get_by_role("button", name="أعتذر").click()

    expect(phone.locator(".ask")).to_have_count(0)
    asked(desktop, "سناء الورفلي")
    expect(desktop.locator("#feed")).to_contain_text("خارج التغطية")


def test_silence_is_noticed_by_the_worker_and_shown_in_the_room(
    office: Office, start_product: StartProduct, open_window: OpenWindow
) -> None:
    product = start_product(office.database_url)
    worker = subprocess.Popen(
        bound_to_us([sys.executable, "run.py", "work"]), cwd=ROOT, env=product.environment
    )
    desktop = open_window(product.url, lang="en").page
    enter_as(desktop, "هدى المبروك")
    go_live(desktop, office.incident.ref)
    with clock.at(clock.now() - timedelta(minutes=16)):
        propose(office)

    asked(desktop, "سناء الورفلي")
    expect(desktop.locator("#feed")).to_contain_text("did not answer")
    end(worker)


def propose(office: Office) -> None:
    propose_duty(office.coordinator, office.incident.id, person_id=office.legal.id, duty=Duty.LEGAL)


def asked(desktop: Page, name: str) -> None:
    """The room shows that this person is asked now."""
    expect(row_of(desktop, name)).to_contain_text("asked, answer by")


def row_of(desktop: Page, name: str) -> Locator:
    """Where the board shows this person."""
    return desktop.locator("#people").locator("tr, .who-line").filter(has_text=name)
