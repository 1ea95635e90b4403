"""A ticket opens one socket, once, soon, for the session that asked for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import new_id
from crisis.realtime import tickets
from crisis.realtime.model import ConnectTicket
from crisis.realtime.tickets import GOOD_FOR, Holder


@pytest.fixture
def holder(house: str) -> Holder:
    return Holder(session_id=new_id(), person_id=new_id(), language="fr")


def test_a_ticket_names_its_holder_once(holder: Holder) -> None:
    ticket = tickets.issue(holder)

    assert tickets.redeem(ticket) == holder
    assert tickets.redeem(ticket) is None


def test_of_sixteen_who_show_the_same_ticket_one_comes_in(holder: Holder) -> None:
    ticket = tickets.issue(holder)
    with ThreadPoolExecutor(16) as pool:
        shown = list(pool.map(lambda _: tickets.redeem(ticket), range(16)))

    assert [each for each in shown if each] == [holder]


def test_a_ticket_is_good_for_half_a_minute(holder: Holder) -> None:
    ticket = tickets.issue(holder)
    with clock.at(clock.now() + GOOD_FOR):
        assert tickets.redeem(ticket) is None


@pytest.mark.parametrize(
    "shown", ["", "x" * 43, "01a1fffd-d3c5-7bf5-8c3b-0c37e1f1d1d8", "\ud800", "' OR 1=1 --"]
)
def test_what_is_no_ticket_opens_nothing(holder: Holder, shown: str) -> None:
    tickets.issue(holder)

    assert tickets.redeem(shown) is None


def test_the_database_does_not_know_the_ticket_itself(holder: Holder) -> None:
    ticket = tickets.issue(holder)
    with reading() as session:
        (row,) = session.scalars(select(ConnectTicket))

    assert ticket not in {row.digest, str(row.person_id)}
    assert len(ticket) >= 43  # 256 bits


def test_old_tickets_are_forgotten(holder: Holder) -> None:
    tickets.issue(holder)
    kept = tickets.issue(holder)
    with bookkeeping() as session:
        tickets.forget(session, clock.now())
    assert tickets.redeem(kept) == holder
    with bookkeeping() as session:
        tickets.forget(session, clock.now() + 3 * GOOD_FOR + timedelta(seconds=1))
    with reading() as session:
        assert session.scalars(select(ConnectTicket)).all() == []
