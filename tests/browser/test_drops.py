"""Ten times the connection drops while two people type: no line is lost, none is there twice, and
not one keystroke is missing."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crisis.kernel import database
from crisis.kernel.database import reading
from crisis.plugs import plug_kernel
from crisis.policy import Rank
from crisis.statements.model.statement import Statement
from tests import given
from tests.browser.agreeing import all_show_the_journal, nothing_lost_or_doubled
from tests.browser.entering import enter_as, go_live
from tests.parts.browser import OpenWindow, Visit
from tests.parts.promises import needs
from tests.parts.proxy import Wire
from tests.parts.server import Product, StartProduct

HUDA, AMEL = "هدى المبروك", "Amel Haddad"
FORGIVEN = ("ERR_", "WebSocket", "502", "503")
OLD_TOKEN = "status of 400"
DROPS = ("cut", "kill", "hold", "offline", "pause") * 2
ENOUGH = 12  # answers
OUT_FOR = 700  # milliseconds, besides what is typed meanwhile

pytestmark = needs("browser")


@dataclass(frozen=True)
class Place:
    """The product behind a wire, and an incident with a statement in it."""

    product: Product
    wire: Wire
    incident: UUID
    ref: str

    @property
    def url(self) -> str:
        return f"http://localhost:{self.wire.port}"


@pytest.fixture
def place(sqlite_url: str, start_product: StartProduct) -> Iterator[Place]:
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    by = given.a_person(rank=Rank.COORDINATOR, name=HUDA)
    given.a_person(rank=Rank.COORDINATOR, name=AMEL, language="fr")
    incident = given.an_incident(by=by)
    product = start_product(sqlite_url)
    wire = Wire(product.port)
    yield Place(product, wire, incident.id, incident.ref)
    wire.take_down()
    database.engine().dispose()


@pytest.mark.slow
def test_ten_drops_lose_nothing_and_double_nothing(place: Place, open_window: OpenWindow) -> None:
    visits = [open_window(place.url, lang=lang, forgiven=FORGIVEN) for lang in ("ar", "fr")]
    rooms = [visit.page for visit in visits]
    for room, name in zip(rooms, (HUDA, AMEL), strict=True):
        enter_as(room, name)
    editor = visits[0].context.new_page()
    editor.goto(f"/i/{place.ref}/statements/new")
    editor.locator("#begin button").click()
    editor.locator("textarea[name=ar]").first.focus()
    for room in rooms:
        go_live(room, place.ref)

    written: list[list[str]] = [[], []]
    statement = ""
    for number, kind in enumerate(DROPS):
        for hand, room in enumerate(rooms):
            room.locator("#note-text").focus()
            room.keyboard.type(f"{hand}.{number} before {kind}")
        with dropped(kind, place, visits):
            for hand, room in enumerate(rooms):
                text = f"{hand}.{number} before {kind}, and after"
                room.keyboard.type(", and after")
                expect(room.locator("#note-text")).to_have_value(text)
                again = f"{hand}.{number} while it is out"
                say(room, again)
                written[hand] += [text, again]
            statement += f"{number} {kind}. "
            editor.keyboard.type(f"{number} {kind}. ")
        for room in rooms:
            for hand in (0, 1):
                here = room.locator("#feed .body", has_text=written[hand][-1])
                expect(here).to_have_count(1, timeout=20_000)

    lines = all_show_the_journal(rooms, place.incident)
    said = [str(line.facts["text"]) for line in lines if line.name == "note.added"]
    nothing_lost_or_doubled(said, written)
    expect(editor.locator("textarea[name=ar]").first).to_have_value(statement)
    for _ in range(150):  # it is saved when somebody pauses
        if draft(place.incident) == statement.strip():
            break
        editor.wait_for_timeout(100)
    assert draft(place.incident) == statement.strip()


@pytest.mark.slow
def test_answers_that_break_off_were_not_heard(place: Place, open_window: OpenWindow) -> None:
    """The head of each answer arrives and the rest does not: for tickets, for news, for what was
    written, and for the new token that an old page asks for."""
    visit = open_window(place.url, forgiven=[*FORGIVEN, OLD_TOKEN])
    room = visit.page
    enter_as(room, HUDA)
    go_live(room, place.ref)
    room.evaluate("document.querySelector('meta[name=csrf-token]').content = 'an old one'")
    place.wire.cut()
    place.wire.break_off()
    room.locator("#note-text").focus()
    written = [f"{number} while answers break off" for number in range(3)]
    for text in written:
        room.keyboard.type(text)
        room.keyboard.press("Control+Enter")
        expect(room.locator("#note-text")).to_have_value("")
    for _ in range(200):  # each of them was asked for, and more than once
        if place.wire.broken_off >= ENOUGH:
            break
        room.wait_for_timeout(100)
    assert place.wire.broken_off >= ENOUGH
    place.wire.mend()

    expect(room.locator("html")).to_have_attribute("data-heard", "live")
    expect(room.locator("#outbox li")).to_have_count(0)
    lines = all_show_the_journal([room], place.incident)
    said = [str(line.facts["text"]) for line in lines if line.name == "note.added"]
    assert said == written


def say(room: Page, more: str) -> None:
    """Send what is in the box, and one line more."""
    room.keyboard.press("Control+Enter")
    expect(room.locator("#note-text")).to_have_value("")
    room.keyboard.type(more)
    room.keyboard.press("Control+Enter")


@contextmanager
def dropped(kind: str, place: Place, visits: list[Visit]) -> Iterator[None]:
    """The connection of both is lost in this way; afterwards it is there again."""
    wire, product = place.wire, place.product
    ways: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        "cut": (wire.cut, wire.mend),
        "hold": (wire.hold, wire.mend),
        "kill": (product.kill9, product.restart),
        "offline": (partial(cut_off, visits, True), partial(cut_off, visits, False)),
        "pause": (partial(tell, product, signal.SIGSTOP), partial(tell, product, signal.SIGCONT)),
    }
    lose, regain = ways[kind]
    lose()
    yield
    visits[0].page.wait_for_timeout(OUT_FOR)
    regain()


def cut_off(visits: list[Visit], are_out: bool) -> None:
    for visit in visits:
        visit.context.set_offline(are_out)


def tell(product: Product, told: signal.Signals) -> None:
    os.killpg(product.pid, told)


def draft(incident_id: UUID) -> str:
    """The first paragraph of the statement, in Arabic, as the server keeps it."""
    with reading() as session:
        found = select(Statement).where(Statement.incident_id == incident_id)
        return session.scalars(found).one().content.text("ar")
