"""The tiles add up to the audience, whatever became of the messages and of the people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from crisis.alerts.model import Alert
from crisis.alerts.outbox import Channel, Delivery, State
from crisis.alerts.recipients import Answer, LeftOut, Method, Recipient
from crisis.alerts.tally import Tally, Tile, by_ministry, marks, tally_of
from crisis.kernel import clock
from crisis.kernel.database import reading, writing
from crisis.policy import Actor
from tests import given as made
from tests.alerts import story
from tests.alerts.story import NOON, recipient

pytestmark = pytest.mark.usefixtures("house")

PEOPLE = 6
FATES = st.fixed_dictionaries(
    {
        "sms": st.sampled_from([None, *State]),
        "mail": st.sampled_from([None, *State]),
        "opened": st.booleans(),
        "answer": st.sampled_from(list(Answer)),
        "left_out": st.booleans(),
        "stand_in": st.sampled_from([None, *Answer]),
    }
)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def crowd() -> tuple[Alert, list[Actor]]:
    incident = made.an_incident()
    ministries = [made.a_ministry(code) for code in ("AAA", "BBB")]
    people = [story.somebody(ministries[number % 2]) for number in range(PEOPLE)]
    return story.an_alert(*people, on=incident, channels=[Channel.SMS, Channel.EMAIL]), people


def tally(alert: Alert) -> Tally:
    with reading() as session:
        return tally_of(session, alert.id)


def test_nothing_is_known_at_first(crowd: tuple[Alert, list[Actor]]) -> None:
    alert, _people = crowd
    found = tally(alert)
    assert found.tiles[Tile.WAITING] == found.total == PEOPLE
    assert (found.handed, found.delivered, found.opened, found.acknowledged) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("states", "tile"),
    [
        ((State.DELIVERED, State.FAILED), Tile.DELIVERED),
        ((State.READ, State.QUEUED), Tile.DELIVERED),
        ((State.SENT, State.UNKNOWN), Tile.HANDED),
        ((State.QUEUED, State.UNKNOWN), Tile.WAITING),
        ((State.SENDING, State.FAILED), Tile.WAITING),
        ((State.UNKNOWN, State.UNDELIVERED), Tile.UNKNOWN),
        ((State.UNDELIVERED, State.SUPPRESSED), Tile.FAILED),
        ((State.EXPIRED, State.CANCELLED), Tile.FAILED),
    ],
)
def test_the_best_that_is_known_counts(
    crowd: tuple[Alert, list[Actor]], states: tuple[State, State], tile: Tile
) -> None:
    alert, people = crowd
    set_states(recipient(alert, people[0]), *states)
    assert tally(alert).tiles[tile] == (PEOPLE if tile is Tile.WAITING else 1)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fates=st.lists(FATES, min_size=PEOPLE, max_size=PEOPLE))
def test_the_tiles_add_up_to_the_audience(
    crowd: tuple[Alert, list[Actor]], fates: list[dict[str, object]]
) -> None:
    alert, people = crowd
    rows = [recipient(alert, each) for each in people]
    for row, fate in zip(rows, fates, strict=True):
        befall(row, fate)
    found = tally(alert)
    assert found.total == PEOPLE == sum(found.tiles.values())
    assert set(found.tiles) == set(Tile)
    said = sum(Answer.ACKNOWLEDGED in (fate["answer"], fate["stand_in"]) for fate in fates)
    assert found.tiles[Tile.ACKNOWLEDGED] == found.acknowledged == said
    assert found.silent == PEOPLE - said
    assert max(found.handed, found.delivered, found.opened) <= PEOPLE
    assert found.delivered <= found.handed
    assert found.unknown + found.delivered + found.undelivered <= 2 * PEOPLE
    with reading() as session:
        shares = by_ministry(session, alert.id)
    assert sum(people_there for _id, _said, people_there in shares) == PEOPLE
    assert sum(there for _id, there, _people in shares) == said


def test_the_mark_changes_when_something_does(crowd: tuple[Alert, list[Actor]]) -> None:
    alert, people = crowd

    def mark() -> int:
        with reading() as session:
            return marks(session, [alert.incident_id])[alert.incident_id]

    seen = [mark()]
    assert mark() == seen[0]
    story.brought(recipient(alert, people[0]), State.SENT)
    seen.append(mark())
    with writing() as session:
        session.execute(
            update(Recipient)
            .where(Recipient.id == recipient(alert, people[1]).id)
            .values(opened_at=NOON)
        )
    seen.append(mark())
    assert len(set(seen)) == 3


def set_states(row: Recipient, *states: State) -> None:
    for delivery, state in zip(story.deliveries(row), states, strict=True):
        with writing() as session:
            session.execute(update(Delivery).where(Delivery.id == delivery.id).values(state=state))


def befall(row: Recipient, fate: dict[str, object]) -> None:
    """Let this become of one person: rows as they could stand, in any combination."""
    with writing() as session:
        session.execute(delete(Recipient).where(Recipient.instead_of_id == row.id))
        session.execute(
            update(Recipient)
            .where(Recipient.id == row.id)
            .values(
                opened_at=NOON if fate["opened"] else None,
                answer=fate["answer"],
                method=Method.LINK if fate["answer"] == Answer.ACKNOWLEDGED else None,
                answered_at=NOON + timedelta(minutes=1)
                if fate["answer"] == Answer.ACKNOWLEDGED
                else None,
                left_out=LeftOut.OPTED_OUT if fate["left_out"] else None,
            )
        )
        if fate["stand_in"] is not None:
            session.add(stand_in(row, str(fate["stand_in"])))
    states = (fate["sms"], fate["mail"])
    for delivery, state in zip(story.deliveries(row), states, strict=True):
        with writing() as session:
            session.execute(
                update(Delivery)
                .where(Delivery.id == delivery.id)
                .values(state=state or State.SUPPRESSED)
            )


def stand_in(row: Recipient, answer: str) -> Recipient:
    found = Recipient(
        id=story.new_id(),
        incident_id=row.incident_id,
        alert_id=row.alert_id,
        name={"ar": "بديل"},
        language="ar",
        root_id=row.id,
        instead_of_id=row.id,
        step=1,
        answer=answer,
        asked_at=NOON,
    )
    found.token_hash = found.id.hex
    return found
