"""The situation now: the gravest first, what waits for one person, how fast we were."""

from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import event

from crisis.alerts.acknowledging import acknowledge
from crisis.alerts.recipients import Answer, Method, Recipient
from crisis.app import create_app
from crisis.incidents.levels import SPOKEN_WITHIN
from crisis.jobs.reactions import work_off
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, engine
from crisis.policy import Actor, Duty
from crisis.room.dashboard import situation
from crisis.settings import load
from crisis.statements.commands.signing import resolve_objection
from crisis.statements.model.states import Answer as Signed
from tests import given
from tests.alerts import given as alerts
from tests.deadlines.story import NOON, a_story, answered, released, submitted

EACH: Final = 3
"""Queries that one incident more may cost: an alert's two counts, and room for one."""


@pytest.fixture(autouse=True)
def _app(house: str) -> None:
    """Links are made by an installation with a key."""
    create_app(load({"DATABASE_URL": house, "SECRET_KEY": "k" * 32}))


def test_the_gravest_comes_first_and_of_those_alike_whichever_must_speak_soonest() -> None:
    coordinator, now = given.a_coordinator(), clock.now()
    with clock.at(now - timedelta(minutes=20)):
        later = given.an_incident(by=coordinator, level=2)
    with clock.at(now - timedelta(minutes=70)):
        late = given.an_incident(by=coordinator, level=2)
        gravest = given.an_incident(by=coordinator, level=4)
    work_off()

    cards = situation(given.actor(coordinator.id), "ar").cards

    assert [each.incident.id for each in cards] == [gravest.id, late.id, later.id]
    due = [each.next for each in cards if each.next]
    assert [(each.is_first, each.missed) for each in due] == [
        (True, True),
        (True, True),
        (True, False),
    ]
    assert due[2].due_at == now - timedelta(minutes=20) + SPOKEN_WITHIN[2]


def test_an_incident_more_costs_few_queries_more() -> None:
    coordinator = given.a_coordinator()
    officer = alerts.an_officer(1)
    asked: list[int] = []
    for more in (2, 10):
        for _each in range(more):
            incident = given.an_incident(by=coordinator)
            given.a_statement(on=incident, by=given.named(coordinator, Duty.DRAFTER, on=incident))
            alerts.sent(incident, officer)
        asked.append(_queries(given.actor(coordinator.id)))

    few, many = asked
    assert (many - few) / 10 <= EACH, f"{few} queries for 2 incidents, {many} for 12"


def _queries(actor: Actor) -> int:
    """How many statements the situation sends to the database."""
    sent: list[str] = []

    def note(*told: Any) -> None:
        sent.append(told[2])

    event.listen(engine(), "before_cursor_execute", note)
    try:
        assert situation(actor, "ar").cards
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    return len(sent)


def test_what_waits_for_somebody_is_one_list_by_deadline() -> None:
    story = a_story()
    with clock.at(NOON):
        operator = given.named(story.director, Duty.ALERT_OPERATOR, on=story.incident)
        silent = alerts.an_officer(1)
        lost = alerts.sent(story.incident, silent)
        submitted(story)
        for each in alerts.recipients(lost):
            _unreached(each)
        waits = {
            name: [(each.kind, each.people) for each in situation(who, "ar").waiting]
            for name, who in (("operator", operator), ("health", story.health))
        }
        card = situation(operator, "ar").cards[0]

    assert waits["operator"] == [("call", 1)]
    assert waits["health"] == [("sign", 0)]
    assert card.signing is not None
    assert (card.signing.number, card.signing.approvals, len(card.signing.seals)) == (1, 0, 2)


def test_what_somebody_has_answered_waits_for_them_no_more_until_it_is_settled() -> None:
    story = a_story()
    with clock.at(NOON):
        statement = submitted(story)
        answered(story.health, statement, Signed.OBJECT)
        objected = {
            name: [each.kind for each in situation(who, "ar").waiting]
            for name, who in (("health", story.health), ("interior", story.interior))
        }
        resolve_objection(story.health, statement, resolution="The number was put right.")
        settled = [each.kind for each in situation(story.health, "ar").waiting]

    assert objected == {"health": [], "interior": ["sign"]}
    assert settled == ["sign"]


def test_how_fast_we_were_is_counted_from_the_record() -> None:
    story = a_story()
    statement = submitted(story, at=NOON + timedelta(minutes=10))
    with clock.at(NOON + timedelta(minutes=10)):
        alert = alerts.sent(story.incident, alerts.an_officer(1), alerts.an_officer(2))
    first, second = alerts.recipients(alert)
    for recipient, after in ((first, 12), (second, 30)):
        with clock.at(NOON + timedelta(minutes=after)):
            acknowledge(given.the_system(), recipient.id, method=Method.LINK)
    with clock.at(NOON + timedelta(minutes=40)):
        released(story, statement)
        told = situation(story.director, "ar").medians
        stranger = situation(given.a_person(), "ar").medians

    assert told.first_statement is not None
    assert (told.first_statement.value, told.first_statement.cases) == (40, 1)
    assert told.approval is not None
    assert told.approval.value == 30
    assert told.acknowledged is not None
    assert told.acknowledged.value == 50
    assert not stranger


def test_who_has_not_spoken_is_told_beside_the_median_and_approvals_count_by_their_own_date() -> (
    None
):
    story = a_story()
    statement = submitted(story, at=NOON)
    with clock.at(NOON + timedelta(minutes=5)):
        released(story, statement)
    coordinator = given.a_coordinator()
    with clock.at(NOON + timedelta(minutes=6)):
        given.an_incident(by=coordinator)
        told = situation(given.actor(coordinator.id), "ar").medians
    with clock.at(NOON + timedelta(days=30, minutes=2)):
        month = situation(story.director, "ar").medians

    assert told.first_statement is not None
    assert (told.first_statement.cases, told.silent) == (1, 1)
    assert month.first_statement is None, "it was opened more than thirty days ago"
    assert month.approval is not None, "it was signed less than thirty days ago"


def _unreached(recipient: Recipient) -> None:
    with bookkeeping() as session:
        session.get_one(Recipient, recipient.id).answer = Answer.UNREACHED
