"""Receipts come late, twice and in any order; they always lead to the same end."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from crisis.alerts import receipts
from crisis.alerts.model import Alert
from crisis.alerts.outbox import (
    RANKS,
    Delivery,
    ErrorClass,
    OptOut,
    Receipt,
    State,
)
from crisis.alerts.receipts import Heard, Reported, hear, match_parked, receive
from crisis.alerts.recipients import Recipient
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import new_id
from crisis.providers.reports import TWILIO
from tests import given
from tests.alerts import story
from tests.alerts.story import NOON

SEVEN = ("queued", "sending", "sent", "delivered", "undelivered", "failed", "read")
MINUTE = timedelta(minutes=1)
WHAT_COUNTS = (
    *("state", "provider_status", "error_code", "error_class", "reference"),
    *("accepted_at", "sent_at", "delivered_at", "read_at", "ended_at"),
)


def told(status: str, **more: Any) -> Reported:
    """Twilio says this of the message it calls SM1."""
    at = NOON + SEVEN.index(status) * MINUTE if status in SEVEN else NOON
    code = "30005" if status in {"undelivered", "failed"} else None
    usual = {
        "event_key": f"SM1 {status}",
        "reference": "SM1",
        "state": TWILIO[status],
        "provider_status": status,
        "happened_at": at,
        "error_code": code,
    }
    return Reported(**{**usual, **more})


def facts(delivery: Delivery) -> tuple[Any, ...]:
    return tuple(getattr(delivery, name) for name in WHAT_COUNTS)


def in_memory(state: State = State.SENDING) -> Delivery:
    return Delivery(id=new_id(), state=state, provider="twilio")


def kept(event: Reported) -> Receipt:
    return Receipt(
        provider="twilio",
        reference=event.reference,
        state=event.state,
        provider_status=event.provider_status,
        error_code=event.error_code,
        happened_at=event.happened_at,
    )


def test_all_5040_orders_of_seven_statuses_end_alike() -> None:
    reports = [kept(told(status)) for status in SEVEN]
    ends = set()
    orders = 0
    for order in permutations(reports):
        delivery = in_memory()
        ranks = []
        for each in order:
            hear(delivery, each)
            ranks.append(RANKS[State(delivery.state)])
        assert ranks == sorted(ranks), "nothing goes backwards"
        ends.add(facts(delivery))
        orders += 1
    assert orders == 5040
    ((state, status, code, error_class, reference, *moments),) = ends
    assert (state, status, code, error_class, reference) == ("read", "read", None, None, "SM1")
    assert moments == [NOON, NOON + 2 * MINUTE, NOON + 3 * MINUTE, NOON + 6 * MINUTE, None]


@pytest.mark.parametrize("first", State)
@pytest.mark.parametrize("status", SEVEN)
def test_no_report_moves_a_message_back(first: State, status: str) -> None:
    delivery = in_memory(first)
    heard = hear(delivery, kept(told(status)))
    assert RANKS[State(delivery.state)] >= RANKS[first]
    assert (heard is Heard.APPLIED) == (delivery.state != first)


def test_what_failed_after_it_arrived_is_kept_as_a_contradiction() -> None:
    delivery = in_memory(State.DELIVERED)
    assert hear(delivery, kept(told("failed"))) is Heard.ANOMALY
    assert (delivery.state, delivery.ended_at, delivery.error_code) == ("delivered", None, None)


def test_what_arrived_after_it_failed_has_arrived() -> None:
    delivery = in_memory()
    assert hear(delivery, kept(told("undelivered"))) is Heard.APPLIED
    assert delivery.error_class == ErrorClass.INVALID_NUMBER
    assert hear(delivery, kept(told("delivered"))) is Heard.APPLIED
    assert (delivery.state, delivery.error_class) == ("delivered", None)


# -- in the database ------------------------------------------------------------------------------


@pytest.fixture
def at_noon(house: str) -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def sent(at_noon: None) -> tuple[Alert, UUID]:
    """An alert, and its one message, which Twilio calls SM1."""
    incident = given.an_incident()
    alert = story.an_alert(story.somebody(given.a_ministry()), on=incident)
    (own,) = messages(alert)
    change(own.id, state=State.ACCEPTED, provider="twilio", reference="SM1", accepted_at=NOON)
    return alert, own.id


def messages(alert: Alert) -> list[Delivery]:
    with reading() as session:
        own = select(Delivery).where(Delivery.alert_id == alert.id).order_by(Delivery.id)
        return list(session.scalars(own))


def message(id: UUID) -> Delivery:
    with reading() as session:
        return session.get_one(Delivery, id)


def change(id: UUID, **values: Any) -> None:
    with bookkeeping() as session:
        session.execute(update(Delivery).where(Delivery.id == id).values(**values))


def heard(*events: Reported, provider: str = "twilio") -> list[Heard]:
    with bookkeeping() as session:
        return receive(session, provider, events)


def count(table: type[Any]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_fifty_replays_change_nothing(sent: tuple[Alert, UUID]) -> None:
    alert, own = sent
    events = [told(status) for status in ("sent", "delivered", "failed", "read")]
    first = heard(*events)
    assert first == [Heard.APPLIED, Heard.APPLIED, Heard.ANOMALY, Heard.APPLIED]
    before = facts(message(own)), count(Receipt), count(Delivery)
    deadlines = {id: each.due_at for id, each in story.deadlines(alert).items()}
    for at in range(50):
        with clock.at(NOON + at * MINUTE):
            again = heard(*(events if at % 2 else reversed(events)))
        assert again == [Heard.KNOWN] * 4
    assert (facts(message(own)), count(Receipt), count(Delivery)) == before
    assert {id: each.due_at for id, each in story.deadlines(alert).items()} == deadlines


def test_a_message_in_doubt_is_proved_by_its_own_address(sent: tuple[Alert, UUID]) -> None:
    _, own = sent
    change(own, state=State.UNKNOWN, reference=None, accepted_at=None)
    assert heard(told("sent", reference="SM9", delivery_id=own)) == [Heard.APPLIED]
    found = message(own)
    assert (found.state, found.reference) == ("sent", "SM9")


def test_what_is_said_of_an_unknown_name_waits_for_it(sent: tuple[Alert, UUID]) -> None:
    _, own = sent
    change(own, state=State.SENDING, reference=None)
    assert heard(told("delivered"), told("sent")) == [Heard.PARKED, Heard.PARKED]
    assert message(own).state == State.SENDING
    with bookkeeping() as session:
        session.get_one(Delivery, own).reference = "SM1"
        session.flush()
        assert match_parked(session, "twilio", ["SM1", "SM2"]) == 2
        assert match_parked(session, "twilio", ["SM1"]) == 0
    found = message(own)
    assert found.state == State.DELIVERED
    assert found.sent_at == NOON + 2 * MINUTE


def test_another_provider_speaks_of_another_message(sent: tuple[Alert, UUID]) -> None:
    _, own = sent
    assert heard(told("delivered"), provider="sendgrid") == [Heard.PARKED]
    other = told("delivered", delivery_id=own, event_key="2")
    assert heard(other, provider="sendgrid") == [Heard.PARKED]
    assert message(own).state == State.ACCEPTED


def test_a_name_that_many_share_says_nothing_of_one(at_noon: None) -> None:
    people = [story.somebody(given.a_ministry(code)) for code in ("MOA", "MOB")]
    alert = story.an_alert(*people, on=given.an_incident())
    one, two = messages(alert)
    for each in (one, two):
        change(each.id, state=State.ACCEPTED, provider="sendgrid", reference="CALL")
    shared = told("delivered", reference="CALL")
    assert heard(shared, provider="sendgrid") == [Heard.PARKED]
    own = told("delivered", reference="CALL", delivery_id=two.id, event_key="2")
    assert heard(own, provider="sendgrid") == [Heard.APPLIED]
    assert [message(each.id).state for each in (one, two)] == ["accepted", "delivered"]


def test_what_is_lost_for_good_asks_the_next_in_line_at_once(sent: tuple[Alert, UUID]) -> None:
    alert, own = sent
    (deadline,) = story.deadlines(alert).values()
    assert deadline.due_at > NOON
    assert heard(told("undelivered", error_code="30005")) == [Heard.APPLIED]
    (deadline,) = story.deadlines(alert).values()
    assert deadline.due_at == NOON
    assert message(own).error_class == ErrorClass.INVALID_NUMBER
    assert len(messages(alert)) == 1, "that number will not be there in a minute either"


@pytest.mark.parametrize(("code", "tries"), [("30003", 3), ("30001", 3), ("30008", 2)])
def test_what_may_pass_is_tried_again_a_little_later(
    sent: tuple[Alert, UUID], code: str, tries: int
) -> None:
    alert, _ = sent
    for number in range(1, 5):
        last = messages(alert)[-1]
        change(last.id, provider="twilio", reference=f"SM{number}", state=State.ACCEPTED)
        key = {"reference": f"SM{number}", "event_key": str(number)}
        heard(told("undelivered", error_code=code, **key))
    found = messages(alert)
    assert len(found) == tries
    assert all(each.not_before > NOON for each in found[1:])
    assert [each.repeat_of_id for each in found] == [None, *(each.id for each in found[:-1])]
    (deadline, *_) = story.deadlines(alert).values()
    assert deadline.due_at == NOON, "and meanwhile the next in line is asked"


def test_what_has_expired_is_not_tried_again(sent: tuple[Alert, UUID]) -> None:
    alert, own = sent
    change(own, expires_at=NOON)
    heard(told("undelivered", error_code="30003"))
    assert len(messages(alert)) == 1


def test_who_is_in_the_directory_goes_on_being_told(sent: tuple[Alert, UUID]) -> None:
    _, own = sent
    heard(told("failed", error_code="21610", state=State.SUPPRESSED))
    assert message(own).error_class == ErrorClass.OPTED_OUT
    assert count(OptOut) == 0
    change(own, person_id=None)  # a list of residents has their number too
    heard(told("failed", error_code="21610", state=State.SUPPRESSED, event_key="again"))
    assert count(OptOut) == 0
    change(own, address="+218919999999")
    heard(told("failed", error_code="21610", state=State.SUPPRESSED, event_key="third"))
    assert count(OptOut) == 1


def test_anybody_else_who_wants_no_more_gets_no_more(sent: tuple[Alert, UUID]) -> None:
    _, own = sent
    change(own, person_id=None, address="+218919999999")
    for at in range(2):
        event = told("failed", error_code="21610", state=State.SUPPRESSED, event_key=str(at))
        heard(event)
    with reading() as session:
        (left,) = session.scalars(select(OptOut))
    assert (left.address, left.source) == (message(own).address, "twilio")


def test_what_nobody_can_place_is_forgotten_after_two_days(sent: tuple[Alert, UUID]) -> None:
    heard(told("sent", reference="SM404"), told("delivered"))
    assert count(Receipt) == 2
    with clock.at(NOON + receipts.PARKED_FOR - MINUTE):
        receipts.forget()
    assert count(Receipt) == 2
    with clock.at(NOON + receipts.PARKED_FOR + MINUTE):
        receipts.forget()
    with reading() as session:
        assert session.scalars(select(Receipt.outcome)).all() == [Heard.APPLIED]


def test_one_that_cannot_be_kept_takes_no_other_with_it(sent: tuple[Alert, UUID]) -> None:
    _, own = sent
    broken = told("sent", happened_at=None)
    assert heard(broken, told("delivered")) == [Heard.PARKED, Heard.APPLIED]
    assert message(own).state == State.DELIVERED
    assert count(Receipt) == 1
    with reading() as session:
        assert session.scalars(select(Recipient.answer)).all() == ["waiting"]
