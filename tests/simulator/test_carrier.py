"""The carrier inside the machine: it takes, reports in time, forgets nothing, throws no dice."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from crisis.alerts import links
from crisis.alerts.couriers import Accepted, Found, Letter, NotFound, Outcome
from crisis.alerts.outbox import LINK, Channel, Receipt, State
from crisis.alerts.recipients import Answer, Recipient
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict
from crisis.providers import couriers
from crisis.providers.local import Local
from crisis.settings import Settings
from crisis.simulator import commands
from crisis.simulator.model import LOST_BY, Act, Network, SimulatedMessage
from tests import given
from tests.alerts import given as alerts
from tests.simulator.given import a_message, delivery_of, letter_of, taken

HARD = {"id": 1, "delay": 10, "failing": 30, "silent": 20, "answering": 50, "replies": True}


@pytest.fixture(autouse=True)
def _linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links.plugged, "key", b"k" * 32)
    monkeypatch.setattr(links.plugged, "base", "http://localhost:5000")


def later(seconds: float) -> AbstractContextManager[None]:
    """It is so many seconds later."""
    return clock.at(clock.now() + timedelta(seconds=seconds))


def states(*messages: UUID) -> list[str]:
    return [delivery_of(each).state for each in messages]


def test_what_it_took_is_reported_in_its_own_time(house: str) -> None:
    message = a_message(given.an_incident())
    assert states(message) == [State.ACCEPTED]
    with later(0.2):
        commands.go_on()
        assert states(message) == [State.ACCEPTED]
    with later(60):
        assert commands.go_on() == 2
        assert states(message) == [State.DELIVERED]
        assert commands.go_on() == 0

    sent = delivery_of(message)
    assert sent.sent_at
    assert sent.delivered_at
    assert sent.sent_at <= sent.delivered_at


def test_the_same_messages_fare_the_same_and_another_seed_makes_another_night(house: str) -> None:
    numbers = [f"+2189100001{each:02}" for each in range(60)]
    courses = [
        [Network(**HARD, seed=seed).course(Channel.SMS, each, 0, asks=True) for each in numbers]
        for seed in (1, 1, 2)
    ]
    assert courses[0] == courses[1] != courses[2]


def test_shares_are_kept_and_failures_have_the_codes_of_real_carriers() -> None:
    network = Network(**HARD, seed=7)
    courses = [
        network.course(channel, f"+2189{each:08}", 0, asks=True)
        for each in range(1000)
        for channel in Channel
    ]
    acts = Counter(planned.act for course in courses for planned in course)
    codes = {planned.code for course in courses for planned in course if planned.code}

    assert acts[Act.SENT] == 2000
    assert 520 < acts[Act.UNDELIVERED] < 680
    assert 1020 < acts[Act.DELIVERED] < 1220
    assert 600 < acts[Act.ACKNOWLEDGED] < 800
    assert codes == {code for own in LOST_BY.values() for code in own}
    assert all(each.after <= timedelta(seconds=30) for course in courses for each in course)


def test_a_network_where_everything_fails_says_why(house: str) -> None:
    commands.tune(delay=0, failing=100, silent=0, answering=0, replies=True)
    message = a_message(given.an_incident())
    with later(1):
        commands.go_on()

    lost = delivery_of(message)
    assert lost.state == State.UNDELIVERED
    assert lost.error_code in LOST_BY[Channel.SMS]
    assert lost.error_class not in {None, "unknown"}


def test_a_silent_network_leaves_it_at_handed_over(house: str) -> None:
    commands.tune(delay=0, failing=0, silent=100, answering=0, replies=True)
    message = a_message(given.an_incident())
    with later(3600):
        commands.go_on()

    assert states(message) == [State.SENT]


def test_people_play_carrier_and_its_own_plans_give_way(house: str) -> None:
    incident = given.an_incident()
    lost, arrived = a_message(incident), a_message(incident)
    commands.report(lost, Act.UNDELIVERED)
    commands.report(arrived, Act.DELIVERED)
    with later(60):
        commands.go_on()

    assert states(lost, arrived) == [State.UNDELIVERED, State.DELIVERED]
    assert delivery_of(lost).error_code == "30003"


def test_a_receipt_that_comes_again_changes_nothing(house: str) -> None:
    message = a_message(given.an_incident())
    with pytest.raises(Conflict) as refused:
        commands.repeat(message)
    assert refused.value.code == "nothing_said"
    commands.report(message, Act.DELIVERED)
    before, receipts = delivery_of(message).delivered_at, _receipts()
    for _ in range(5):
        commands.repeat(message)

    assert delivery_of(message).delivered_at == before
    assert _receipts() == receipts == 1


def test_a_failure_after_arrival_is_no_failure(house: str) -> None:
    message = a_message(given.an_incident())
    commands.report(message, Act.DELIVERED)
    commands.report(message, Act.UNDELIVERED)

    assert states(message) == [State.DELIVERED]


def test_a_worker_that_dies_leaves_the_rest_to_the_next(
    house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message(given.an_incident())
    with monkeypatch.context() as patch, later(60):
        patch.setattr(commands.receipts, "receive", _dies)
        with pytest.raises(KeyboardInterrupt):
            commands.go_on()
    assert states(message) == [State.ACCEPTED]
    with later(61):
        assert commands.go_on() == 2

    assert states(message) == [State.DELIVERED]


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_whoever_answers_by_themselves_acknowledges_once(house: str) -> None:
    commands.tune(delay=0, failing=0, silent=0, answering=100, replies=True)
    asked, message = an_asked_one()
    with later(120):
        commands.go_on()
        commands.go_on()

    with reading() as session:
        assert session.get_one(Recipient, asked.id).answer == Answer.ACKNOWLEDGED
        kept = session.get_one(SimulatedMessage, message).text
    assert LINK in kept
    assert links.secret_of(asked.id) not in kept, "no secret is kept"


def test_an_sms_is_answered_from_the_phone_where_that_works(house: str) -> None:
    asked, _ = an_asked_one()
    commands.tune(delay=0, failing=0, silent=0, answering=0, replies=False)
    with pytest.raises(Conflict) as refused:
        commands.reply(str(asked.mobile), "1")
    assert refused.value.code == "no_reply"
    commands.tune(delay=0, failing=0, silent=0, answering=0, replies=True)
    commands.reply(str(asked.mobile), "١")

    with reading() as session:
        assert session.get_one(Recipient, asked.id).answer == Answer.ACKNOWLEDGED


def test_an_empty_box_forgets_what_was_shown_and_still_reports(house: str) -> None:
    message = a_message(given.an_incident())
    commands.empty()
    with later(60):
        commands.go_on()

    assert states(message) == [State.DELIVERED]
    with reading() as session:
        shown = select(func.count()).select_from(SimulatedMessage)
        assert session.scalar(shown.where(SimulatedMessage.is_shown.is_(True))) == 0


def test_the_courier_takes_letters_in_their_order_and_knows_them_again(house: str) -> None:
    incident = given.an_incident()
    rows = [delivery_of(a_message(incident)) for _ in range(3)]
    letters = [letter_of(each) for each in rows]
    courier = Local(Channel.SMS)
    again = [replace(each, attempt=2) for each in letters]
    outcomes = asyncio.run(_sent(courier, again))

    assert all(isinstance(each, Accepted) for each in outcomes)
    with reading() as session:
        known = {
            each.reference: each.delivery_id for each in session.scalars(select(SimulatedMessage))
        }
    assert [known[each.reference] for each in outcomes if isinstance(each, Accepted)] == [
        each.delivery_id for each in letters
    ]
    assert isinstance(asyncio.run(courier.look_up(again[0], clock.now())), Found)
    assert isinstance(
        asyncio.run(courier.look_up(replace(letters[0], attempt=9), clock.now())), NotFound
    )


def test_exercises_stay_on_this_machine_and_so_does_an_office_that_is_not_live() -> None:
    table = couriers(Settings(database_url="sqlite://"))

    assert {each.name for each in table.values()} == {"local"}
    assert not any(each.reaches_the_world for each in table.values())


def an_asked_one() -> tuple[Recipient, UUID]:
    """Somebody an alert was sent to, and the message on their phone."""
    incident = given.an_incident()
    alert = alerts.sent(incident, alerts.an_officer(1))
    (recipient,) = alerts.recipients(alert)
    (delivery,) = [each for each in alerts.deliveries(alert) if each.channel == Channel.SMS]
    own = links.address(links.path_of(recipient.id))
    return recipient, taken(delivery.key, link=own)


async def _sent(courier: Local, letters: Sequence[Letter]) -> Sequence[Outcome]:
    return await courier.send(letters)


def _receipts() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Receipt)) or 0
