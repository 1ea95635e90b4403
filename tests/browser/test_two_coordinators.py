"""Two coordinators in one room always agree, whatever happens to server, network and sockets."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crisis.kernel import database
from crisis.kernel.database import reading
from crisis.people.model import Person
from crisis.plugs import plug_kernel
from crisis.policy import Rank
from tests import given
from tests.browser.agreeing import all_show_the_journal, nothing_lost_or_doubled
from tests.browser.entering import enter_as, go_live
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.server import StartProduct
from tests.parts.thorough import THOROUGH

WRITTEN = 200 if THOROUGH else 60
A_DECISION_EVERY = 10
KILLED_AT = (WRITTEN * 3 // 10, WRITTEN * 13 // 20)
OFFLINE_AT = WRITTEN * 9 // 20
FORGIVEN = ("ERR_", "WebSocket", "502", "503")

WAITING = """() => Object.keys(localStorage).filter(key => key.startsWith("nasaq:"))
  .reduce((sum, key) => sum + JSON.parse(localStorage[key]).queue.length, 0)"""

pytestmark = needs("browser")


@pytest.fixture
def room(sqlite_url: str) -> Iterator[tuple[str, UUID, str]]:
    """A demo office with two coordinators and an incident: database, incident, reference."""
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    given.a_person(rank=Rank.COORDINATOR, name="هدى المبروك")
    given.a_person(rank=Rank.COORDINATOR, name="Amel Haddad", language="fr")
    with reading() as session:
        names = {each.name["ar"]: each.id for each in session.scalars(select(Person))}
    incident = given.an_incident(by=given.actor(names["هدى المبروك"]))
    yield sqlite_url, incident.id, incident.ref
    database.engine().dispose()


@pytest.mark.slow
def test_both_end_with_exactly_the_journal(
    room: tuple[str, UUID, str], start_product: StartProduct, open_window: OpenWindow
) -> None:
    address, incident_id, ref = room
    product = start_product(address)
    desktop = open_window(product.url, lang="ar", forgiven=FORGIVEN).page
    visit = open_window(product.url, lang="fr", viewport=PHONE, forgiven=FORGIVEN)
    phone = visit.page
    phone.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    enter_as(desktop, "هدى المبروك")
    enter_as(phone, "Amel Haddad")
    go_live(desktop, ref)
    phone.goto(f"/i/{ref}")
    expect(phone.locator("html")).to_have_attribute("data-heard", "polling")
    phone.evaluate("window.neverReloaded = true")

    typed: list[str] = []
    for number in range(WRITTEN):
        page = (desktop, phone)[number % 2]
        text = f"سطر {number} · line {number}"
        typed.append(text)
        if number in KILLED_AT:
            product.kill9()
            _note(page, text)
            product.restart()
        elif number == OFFLINE_AT:
            desktop.context.set_offline(True)
            _note(page, text)
            desktop.wait_for_timeout(10_000)
            desktop.context.set_offline(False)
        elif number % A_DECISION_EVERY == A_DECISION_EVERY - 1:
            _everything_sent(page)
            _decide(page, text)
        else:
            _note(page, text)
    for page in (desktop, phone):
        _everything_sent(page)

    written = all_show_the_journal((desktop, phone), incident_id)
    said = [str(line.facts.get("text") or line.facts.get("question") or "") for line in written]
    own = [text for text in said if text.startswith("سطر")]
    nothing_lost_or_doubled(own, (typed[::2], typed[1::2]))


def _note(page: Page, text: str) -> None:
    page.locator("#note-text").fill(text)
    page.locator("#note-text").press("Control+Enter")
    expect(page.locator("#note-text")).to_have_value("")


def _decide(page: Page, question: str) -> None:
    tab = page.locator(".tabsn [data-tab-for=act]")
    if tab.is_visible():  # on a phone decisions stand in a part of their own
        tab.click()
    page.locator("[data-dialog='decide-dialog']").locator("visible=true").first.click()
    page.locator("#decide-question").fill(question)
    page.locator("#decide-options-0").fill("نعم")
    page.locator("#decide-options-1").fill("لا")
    page.locator("#decide-rationale").fill("الوقت لا يسمح بالانتظار")
    page.locator("#decide-dialog button.primary").click()
    expect(page.locator("#decide-dialog")).to_be_hidden()
    if tab.is_visible():
        page.locator(".tabsn [data-tab-for=log]").click()


def _everything_sent(page: Page) -> None:
    """Nothing typed waits on this device any more."""
    for _ in range(600):
        if page.evaluate(WAITING) == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("lines still wait to be sent after a minute")
