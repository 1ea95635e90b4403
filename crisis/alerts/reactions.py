"""Who must be told, and of what, because of a line in an incident's journal."""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.outbox import Channel, Purpose
from crisis.alerts.posting import NewMessage, post, say
from crisis.incidents.model import Incident
from crisis.jobs.reactions import Reaction
from crisis.kernel.journal import Line
from crisis.people.model import DutyHolding, DutyProposal, Person, Proposed
from crisis.policy import Duty
from crisis.statements.due import awaited_slots, signers
from crisis.statements.model import LIAISONS, Statement

RUNS: Final = frozenset({Duty.DIRECTOR, Duty.COORDINATOR})


def ask_signers(session: Session, line: Line) -> None:
    """Everybody who can fill a slot that is asked for now; each slot asks each person once."""
    statement = session.get_one(Statement, UUID(line.facts["statement_id"]))
    for slot in awaited_slots(statement):
        if statement.latest is not None:
            people = signers(session, slot, statement.latest)
            about, key = f"statement:{statement.id}", f"slot:{slot.id}"
            _tell(session, line, Purpose.APPROVAL, people, about=about, key=key)


def remind_signers(session: Session, line: Line) -> None:
    """Who could sign, and from the last reminder on their deputies; else whoever runs it."""
    people = [UUID(each) for each in (*line.facts["person_ids"], *line.facts["deputy_ids"])]
    about = f"statement:{line.facts['statement_id']}"
    if people:
        _tell(session, line, Purpose.REMINDER, people, about=about)
    else:
        _tell(session, line, Purpose.NOTICE, _holders(session, line, RUNS), about=about)


def ask_to_take_duty(session: Session, line: Line) -> None:
    """Whoever is asked."""
    about = f"duty:{line.facts['proposal_id']}"
    _tell(session, line, Purpose.DUTY, [UUID(line.facts["person_id"])], about=about)


def ask_deputy(session: Session, line: Line) -> None:
    """The deputy who is asked instead; without one, whoever handed over or runs the incident."""
    refused = UUID(line.facts["proposal_id"])
    asked = session.scalar(select(DutyProposal).where(DutyProposal.instead_of_id == refused))
    if asked is not None:
        if asked.state == Proposed.OPEN:
            _tell(session, line, Purpose.DUTY, [asked.person_id], about=f"duty:{asked.id}")
        return
    from_id = line.facts["from_id"]
    people = [UUID(from_id)] if from_id else _holders(session, line, RUNS)
    _tell(session, line, Purpose.NOTICE, people, about=f"duty:{refused}")


def call_in(session: Session, line: Line) -> None:
    """Everybody who has a duty from the opening on, but for whoever opened it."""
    from_the_start = select(DutyHolding.person_id).where(
        DutyHolding.incident_id == line.stream,
        DutyHolding.since <= line.at,
        DutyHolding.person_id != line.actor_id,
    )
    people = session.scalars(from_the_start.order_by(DutyHolding.id)).all()
    _tell(session, line, Purpose.DUTY, people, about=f"incident:{line.stream}")


def tell_who_was_named(session: Session, line: Line) -> None:
    """Whoever has a duty without having been asked."""
    person_id = UUID(line.facts["person_id"])
    if person_id != line.actor_id:
        _tell(session, line, Purpose.DUTY, [person_id], about=f"incident:{line.stream}")


def tell_liaisons(session: Session, line: Line) -> None:
    """The ministries publish the released text on their own accounts."""
    people = _holders(session, line, LIAISONS)
    _tell(session, line, Purpose.NOTICE, people, about=line.about)


def tell_who_runs(session: Session, line: Line) -> None:
    """Something is due, and the coordinator must see to it."""
    _tell(session, line, Purpose.NOTICE, _holders(session, line, RUNS), about=line.about)


REACTIONS: Final[Mapping[str, Reaction]] = {
    "incident.opened": call_in,
    "duty.assigned": tell_who_was_named,
    "duty.proposed": ask_to_take_duty,
    "duty.handover_offered": ask_to_take_duty,
    "duty.declined": ask_deputy,
    "duty.lapsed": ask_deputy,
    "statement.submitted": ask_signers,
    "statement.answered": ask_signers,
    "approver.reminded": remind_signers,
    "statement.released": tell_liaisons,
    "next_update.due": tell_who_runs,
    "ratification.due": tell_who_runs,
    "first_statement.due": tell_who_runs,
}


def _holders(session: Session, line: Line, duties: frozenset[Duty]) -> list[UUID]:
    held = select(DutyHolding.person_id).where(
        DutyHolding.incident_id == line.stream,
        DutyHolding.ended_at.is_(None),
        DutyHolding.duty.in_(duties),
    )
    return list(session.scalars(held.order_by(DutyHolding.since, DutyHolding.id)))


def _tell(
    session: Session,
    line: Line,
    purpose: Purpose,
    people: Iterable[UUID],
    *,
    about: str,
    key: str | None = None,
) -> None:
    """One message for each person, in the language they read; told before is told."""
    what = key or f"{line.stream}:{line.seq}"
    incident = session.get_one(Incident, line.stream)
    told = select(Person).where(Person.id.in_(list(people)), Person.active.is_(True))
    messages = [
        NewMessage(
            purpose=purpose,
            priority=2,
            channel=Channel.EMAIL,
            address=person.email,
            language=person.language,
            wording_id=say(session, incident.id, person.language, text=line.name),
            about=about,
            event=line.name,
            key=f"{what}:{person.id}:email",
            person_id=person.id,
        )
        for person in session.scalars(told.order_by(Person.id))
    ]
    post(session, incident, messages, seq=line.seq, at=line.at)
