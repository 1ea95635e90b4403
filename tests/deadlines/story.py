"""A statement that two ministries and a fact checker must sign, and the people around it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.policy import Actor, Duty
from crisis.statements.commands.releasing import release_statement
from crisis.statements.commands.signing import answer_statement
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.commands.writing import create_statement
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer
from crisis.statements.model.versions import Version
from tests import given

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEXT: Final = Content(
    type=Type.UPDATE,
    titles={"ar": "توجيه إلى سكان الوادي"},
    bodies={"ar": paragraphs_of("ابتعدوا عن مجرى الوادي الليلة.")},
    audiences=frozenset({"public"}),
    next_update_at=NOON + timedelta(hours=2),
    channels=frozenset({"website"}),
)


@dataclass(frozen=True)
class Story:
    """Who is there."""

    incident: Incident
    director: Actor
    drafter: Actor
    health: Actor
    interior: Actor
    checker: Actor
    deputy_of_health: Actor
    ministries: tuple[UUID, UUID]


def a_story(*, level: int = 2, at: datetime = NOON, restricted: bool = False) -> Story:
    """An incident opened at `at`, with everybody on duty; the liaison of Health has a deputy."""
    health, interior = given.a_ministry("MOH"), given.a_ministry("MOI")
    deputy = given.a_person(ministry=health)
    liaison = given.a_person(ministry=health, standing_duty=Duty.LIAISON, deputy=deputy)
    with clock.at(at):
        incident = given.an_incident(level=level, supporting=[health], restricted=restricted)
        if restricted:
            given.named(liaison, Duty.LIAISON, on=incident)
        return Story(
            incident,
            given.someone(Duty.DIRECTOR, on=incident),
            given.someone(Duty.DRAFTER, on=incident),
            given.actor(liaison.id),
            given.someone(Duty.LIAISON, on=incident, ministry=interior),
            given.someone(Duty.FACT_CHECKER, on=incident),
            deputy,
            (health, interior),
        )


def submitted(
    story: Story,
    *,
    at: datetime = NOON,
    within: timedelta = timedelta(minutes=100),
    stages: int = 1,
) -> UUID:
    """A statement sent to both ministries (and first to the fact checker, in two stages)."""
    slots = [SlotSpec(ministry_id=each, stage=stages) for each in story.ministries]
    if stages > 1:
        slots.insert(0, SlotSpec(duties=(Duty.FACT_CHECKER,)))
    with clock.at(at):
        created = create_statement(story.drafter, story.incident.id, content=TEXT)
        submit_statement(
            story.drafter,
            created.statement_id,
            slots=slots,
            based_on=1,
            deadline_at=at + within,
        )
    return created.statement_id


def answered(by: Actor, statement_id: UUID, answer: Answer = Answer.APPROVE) -> None:
    """That person's answer to the version as it is."""
    version = latest(statement_id)
    answer_statement(
        by,
        statement_id,
        answer=answer,
        version=version.number,
        text_hash=version.sha256,
        reason=None if answer is Answer.APPROVE else "الرقم قديم",
    )


def released(story: Story, statement_id: UUID, *, next_update_at: datetime | None = None) -> None:
    """Signed by both, and let out by the director."""
    for each in (story.health, story.interior):
        answered(each, statement_id)
    release_statement(
        story.director,
        statement_id,
        version=latest(statement_id).number,
        channels=["website"],
        next_update_at=next_update_at,
    )


def latest(statement_id: UUID) -> Version:
    """The version last submitted."""
    with reading() as session:
        version = session.get_one(Statement, statement_id).latest
    assert version is not None
    return version


def slot_of(statement_id: UUID, ministry_id: UUID) -> UUID:
    """The slot of that ministry in the version last submitted."""
    return next(each.id for each in latest(statement_id).slots if each.ministry_id == ministry_id)
