"""Whom the office tells, and of what, is written down before anybody is told."""

from datetime import timedelta

from sqlalchemy import select

from crisis.alerts.outbox import Channel, Delivery
from crisis.alerts.reactions import REACTIONS
from crisis.incidents.commands import assign_duty
from crisis.incidents.duties import propose_duty
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.event import REGISTRY
from crisis.kernel.journal import lines_since
from crisis.policy import Duty
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.commands.writing import create_statement, edit_statement
from crisis.statements.model.slots import SlotSpec
from tests import given
from tests.deadlines.story import NOON, TEXT, a_story, answered, released, submitted
from tests.parts.timers import messages_to, settle, told, until


def test_an_approval_is_asked_of_everybody_who_can_give_it_and_of_no_author(house: str) -> None:
    story = a_story()
    second = given.someone(Duty.LIAISON, on=story.incident, ministry=story.ministries[0])
    author = given.someone(Duty.LIAISON, on=story.incident, ministry=story.ministries[1])
    with clock.at(NOON):
        created = create_statement(author, story.incident.id, content=TEXT)
        submit_statement(
            author,
            created.statement_id,
            slots=[*map(SlotSpec, story.ministries), SlotSpec(duties=(Duty.FACT_CHECKER,))],
            based_on=1,
            deadline_at=NOON + timedelta(hours=1),
        )
    until(NOON)

    asked = {
        person.id
        for person in (story.health, second, story.interior, story.checker, author, story.drafter)
        if "approval" in [each.purpose for each in told(person.id)]
    }
    assert asked == {story.health.id, second.id, story.interior.id, story.checker.id}


def test_a_new_version_asks_again_and_an_answer_asks_nobody_twice(house: str) -> None:
    story = a_story()
    statement_id = submitted(story)
    answered(story.interior, statement_id)
    until(NOON)
    with clock.at(NOON):
        edit_statement(story.drafter, statement_id, content=TEXT, based_on=1)
        submit_statement(
            story.drafter,
            statement_id,
            slots=[*map(SlotSpec, story.ministries)],
            based_on=2,
            deadline_at=NOON + timedelta(hours=1),
        )
    until(NOON)

    asked = [each.channel for each in messages_to(story.health.id) if each.purpose == "approval"]
    assert sorted(asked) == ["email", "email", "sms", "sms"]


def test_everybody_with_a_duty_is_called_in_and_each_in_their_language(house: str) -> None:
    ministry = given.a_ministry(
        "MOH",
    )
    liaison = given.a_person(ministry=ministry, standing_duty=Duty.LIAISON, language="fr")
    staff = given.a_person(standing_duty=Duty.LOGKEEPER, language="en")
    coordinator = given.a_coordinator()
    incident = given.an_incident(by=coordinator, supporting=[ministry])
    later = given.a_person()
    assign_duty(coordinator, incident.id, person_id=later.id, duty=Duty.LEGAL)
    settle()

    assert {(each.event, each.language) for each in told(liaison.id)} == {("incident.opened", "fr")}
    assert {(each.event, each.language) for each in told(staff.id)} == {("incident.opened", "en")}
    assert [each.event for each in messages_to(later.id)] == ["duty.assigned"] * len(Channel)
    assert told(coordinator.id) == []


def test_ministries_are_told_that_the_text_they_share_is_out(house: str) -> None:
    story = a_story()
    with clock.at(NOON):
        released(story, submitted(story))
    until(NOON)

    for liaison in (story.health, story.interior):
        assert "statement.released" in [each.event for each in told(liaison.id)]


def test_offered_a_line_twice_nobody_is_told_twice(house: str) -> None:
    story = a_story()
    submitted(story)
    propose_duty(
        given.runs(story.incident),
        story.incident.id,
        person_id=given.a_person().id,
        duty=Duty.LEGAL,
    )
    until(NOON)

    def keys() -> list[str]:
        with reading() as session:
            told = select(Delivery.key).where(Delivery.incident_id == story.incident.id)
            return sorted(session.scalars(told))

    before = keys()
    with bookkeeping() as session:
        for line in lines_since(session, story.incident.id, 0):
            if line.name in REACTIONS:
                REACTIONS[line.name](session, line)

    assert before
    assert keys() == before


def test_it_reacts_to_nothing_that_never_happens() -> None:
    assert REACTIONS.keys() <= REGISTRY.keys()
