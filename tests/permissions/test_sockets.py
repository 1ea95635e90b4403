"""Every message a page may say on its socket, said by everybody about every kind of incident."""

import time
from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from crisis.incidents.commands import add_note
from crisis.policy import Action, Actor, Duty, Rank
from crisis.realtime import frames, sockets
from tests.parts import sockets as wires
from tests.parts.server import Product
from tests.parts.sockets import Page, SignedIn, signed_in
from tests.permissions.matrix import ALLOWED, MATRIX, Who, must_be_same
from tests.permissions.world import CAST, World

NEVER_WAS = UUID(int=404)
SETTLES_SECONDS = 1.2
"""The office is nudged once a second at most; what is due has come after this time."""
OF_THE_PROTOCOL = {"connect", "disconnect"}
TRIED = {"enter", "leave", "enter_office"}


@pytest.fixture(scope="module")
def port(world: World, world_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the product serves this world."""
    product = Product(world_url, tmp_path_factory.mktemp("running"), {"MAX_SOCKETS": "200"})
    product.start()
    yield product.port
    product.kill9()


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    yield
    for wire in wires.opened:
        wire.close()
    wires.opened.clear()


def test_every_message_has_its_row() -> None:
    heard = {name for name, _handler, _namespace in sockets.socketio.handlers}
    must_be_same(
        heard,
        set(MATRIX.sockets),
        what="socket message",
        remedy="name it under `sockets` with the action it needs, and try it in test_sockets.py.",
    )
    assert heard - OF_THE_PROTOCOL == frames.MESSAGES
    assert set(MATRIX.sockets.values()) <= {*Action, "ticket", "signed_in"}
    assert set(MATRIX.sockets) - OF_THE_PROTOCOL == TRIED, "try the new message in this file"


@pytest.mark.parametrize("who", CAST, ids=str)
def test_each_enters_the_rooms_they_may_and_learns_of_no_other(
    who: Who, port: int, world: World
) -> None:
    page = Page(port, world.sessions[who])
    never = page.enter(NEVER_WAS)
    assert (never["ok"], never["code"]) == (False, "not_found")
    for place in who.places:
        answer = page.enter(world.incidents[place].id)
        expected = MATRIX.expects(who, MATRIX.sockets["enter"], place)
        assert answer["ok"] == (expected == ALLOWED), f"{who} · enter · {place}: {expected}"
        assert answer["ok"] or answer == never, f"{who} · {place}: is told from one that never was"


@pytest.mark.parametrize("who", [who for who in CAST if who.duty is None], ids=str)
def test_leaving_and_listening_to_the_office_tell_nothing(
    who: Who, port: int, world: World
) -> None:
    page = Page(port, world.sessions[who])
    hidden = world.incidents["restricted"].id
    left = [page.ask("leave", {"incident": str(each)}) for each in (hidden, NEVER_WAS)]
    assert [sorted(answer) for answer in left] == [["at", "ok"]] * 2
    assert page.ask("enter_office", {})["ok"]


def test_nobody_connects_without_a_ticket_of_their_own(port: int, world: World) -> None:
    mine, theirs = (world.sessions[Who(rank)] for rank in (Rank.MEMBER, Rank.COORDINATOR))
    assert Page(port, mine, ticket="x" * 43).connected is False
    assert Page(port, mine, ticket=theirs.ticket()).connected is False
    stranger = SignedIn(mine.person, mine.session_id, "no such cookie")
    assert Page(port, stranger).connected is False


def test_the_office_hears_only_of_what_each_may_follow(port: int, world: World) -> None:
    listeners = {
        "host": office_page(port, world.host),
        **{str(who): office_page(port, world.actors[who]) for who in CAST if who.duty is None},
        "own": office_page(port, world.actors[Who(Rank.MEMBER, Duty.DRAFTER)]),
    }
    wake(world, listeners["host"])
    heard_by = {
        "restricted": {"host"},
        "other": {"host", Rank.COORDINATOR, Rank.AUDITOR},
        "restricted_own": {"host", "own"},
    }
    for place, expected in heard_by.items():
        assert stir(world, place, listeners, expected) == expected


def wake(world: World, page: Page) -> None:
    """Write until this page hears of it: from then on each line is told once."""
    while not told(page):
        add_note(world.host, world.incidents["own"].id, text="المنسوب يرتفع")
        time.sleep(0.5)
    time.sleep(SETTLES_SECONDS)


def stir(world: World, place: str, listeners: dict[str, Page], expected: set[str]) -> set[str]:
    """Write a line in that incident; who heard that something moved, when all who should did?"""
    before = {name: told(page) for name, page in listeners.items()}

    def heard(name: str) -> bool:
        return told(listeners[name]) > before[name]

    add_note(world.host, world.incidents[place].id, text="المنسوب يرتفع")
    for name in expected:
        listeners[name].wait_for(partial(heard, name))
    time.sleep(SETTLES_SECONDS)
    return {name for name in listeners if heard(name)}


def told(page: Page) -> int:
    return len(page.named("changed"))


def office_page(port: int, person: Actor) -> Page:
    page = Page(port, signed_in(person))
    assert page.ask("enter_office", {})["ok"]
    return page
