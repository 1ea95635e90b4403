"""What falls due about a statement: signatures, the next update, a ratification, the first word.

Commands bring these deadlines into line with the statement; when one fires, what is said then is
decided here from the rows as they are at that moment.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis import policy
from crisis.deadlines.commands import Effect, set_deadline, stop_deadlines
from crisis.deadlines.model import DUE, SHARES, SPANS, WARNED, Code, Deadline, after
from crisis.incidents.commands import give
from crisis.incidents.model import Incident
from crisis.incidents.states import Status
from crisis.kernel.command import Work
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.people.model import DutyHolding, Person
from crisis.policy import Duty, Rank
from crisis.statements.content import NEVER_PUBLIC, Type
from crisis.statements.model.emergency import RATIFIED_WITHIN
from crisis.statements.model.events import (
    ApproverReminded,
    FirstStatementDue,
    NextUpdateDue,
    RatificationDue,
)
from crisis.statements.model.slots import Slot
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import ASKING, Outcome
from crisis.statements.model.versions import Version
from crisis.statements.signers import able_to_sign, on_duty

WARNED_BEFORE: Final = timedelta(minutes=10)


# -- commands call these, inside their transactions ----------------------------------------------


def await_signatures(statement: Statement, work: Work) -> None:
    """Remind those whose signature is awaited now, and nobody else."""
    awaited = awaited_slots(statement)
    rest = {slot.id for version in statement.versions for slot in version.slots}
    stop_deadlines(work.session, Code.APPROVAL, rest - {slot.id for slot in awaited})
    if version := statement.latest:
        for slot in awaited:
            _await_signature(slot, version, work)


def await_next_update(statement: Statement, work: Work, next_update_at: datetime | None) -> None:
    """What was released keeps the last promise, ends the wait for a first word, and may promise."""
    session, incident_id = work.session, statement.incident_id
    if _is_public(statement):
        stop_deadlines(session, Code.HOLDING, [incident_id])
    if statement.overtakes or next_update_at:
        earlier = select(Statement.id).where(Statement.incident_id == incident_id)
        stop_deadlines(session, Code.NEXT_UPDATE, session.scalars(earlier).all())
    if next_update_at is None:
        return
    _set_both(statement, work, Code.NEXT_UPDATE, next_update_at - WARNED_BEFORE, next_update_at)


def await_ratification(statement: Statement, work: Work) -> None:
    """An emergency release is ratified within the hour; half-way somebody is reminded."""
    until = work.now + RATIFIED_WITHIN
    _set_both(statement, work, Code.RATIFY, after(50, work.now, until), until)


def stop_awaiting_ratification(statement: Statement, work: Work) -> None:
    """Somebody has judged the emergency release."""
    stop_deadlines(work.session, Code.RATIFY, [statement.id])


# -- who -----------------------------------------------------------------------------------------


def awaited_slots(statement: Statement) -> list[Slot]:
    """The slots of the present version that somebody is asked to fill now."""
    latest = statement.latest
    if latest is None or statement.state not in ASKING:
        return []
    return [each for each in latest.unfilled if each.stage == latest.stage and not each.blocks]


def signers(session: Session, slot: Slot, version: Version) -> list[UUID]:
    """Who can fill the slot: those who hold what it asks for and wrote nothing of the text."""
    return [each.person_id for each in _holdings(session, slot, version)]


# -- what is done when the time has come ---------------------------------------------------------


def remind_approver(deadline: Deadline, work: Work) -> ApproverReminded:
    """Half, four fifths, all of the time has passed; at its end the deputies may sign as well."""
    slot = work.session.get_one(Slot, deadline.subject_id)
    version = work.session.get_one(Version, slot.version_id)
    statement = work.session.get_one(Statement, version.statement_id)
    deputies = _let_deputies_sign(work, slot, version) if deadline.cycle == SHARES[-1] else []
    return reminded(
        statement, slot, work, percent=deadline.cycle, deputies=deputies, late=_late(deadline, work)
    )


def reminded(
    statement: Statement,
    slot: Slot,
    work: Work,
    *,
    percent: int | None,
    deputies: Iterable[UUID] = (),
    late: int = 0,
) -> ApproverReminded:
    """Whoever can fill the slot is reminded. Raises `Conflict` when it is not awaited now."""
    version = statement.latest
    if version is None or slot.id not in {each.id for each in awaited_slots(statement)}:
        raise Conflict(Message("This signature is not awaited now."), code="not_awaited")
    deputies = list(deputies)
    people = [each for each in signers(work.session, slot, version) if each not in deputies]
    return ApproverReminded(
        statement_id=statement.id,
        number=statement.number,
        version=version.number,
        slot_id=slot.id,
        ministry_id=slot.ministry_id,
        duties=[Duty(each) for each in slot.duties],
        percent=percent,
        person_ids=people,
        deputy_ids=deputies,
        minutes_late=late,
    )


def next_update(deadline: Deadline, work: Work) -> NextUpdateDue:
    """The promised update comes in ten minutes, or has not come."""
    statement = work.session.get_one(Statement, deadline.subject_id)
    promised = statement.released and statement.released.next_update_at
    if not promised:
        raise Conflict(Message("Nothing was promised."), code="not_promised")
    return NextUpdateDue(
        statement_id=statement.id,
        number=statement.number,
        next_update_at=promised,
        missed=deadline.cycle == DUE,
        minutes_late=_late(deadline, work),
    )


def ratification(deadline: Deadline, work: Work) -> RatificationDue:
    """The emergency release is not ratified yet."""
    statement = work.session.get_one(Statement, deadline.subject_id)
    out = statement.released
    if out is None or out.outcome != Outcome.PENDING or out.ratify_due_at is None:
        raise Conflict(Message("Nothing waits to be ratified here."), code="not_pending")
    return RatificationDue(
        statement_id=statement.id,
        number=statement.number,
        ratify_due_at=out.ratify_due_at,
        missed=deadline.cycle == DUE,
        minutes_late=_late(deadline, work),
    )


def first_statement(deadline: Deadline, work: Work) -> FirstStatementDue:
    """The public still waits for a first word."""
    incident = work.session.get_one(Incident, deadline.incident_id)
    if incident.status != Status.OPEN:
        raise Conflict(Message("The incident is not running."), code="closed")
    own = select(Statement).where(Statement.incident_id == incident.id)
    if any(each.released and _is_public(each) for each in work.session.scalars(own)):
        raise Conflict(Message("A statement is out already."), code="released")
    return FirstStatementDue(
        incident_id=incident.id,
        percent=deadline.cycle,
        level=incident.level,
        minutes_late=_late(deadline, work),
    )


EFFECTS: Final[Mapping[str, Effect]] = {
    Code.APPROVAL: remind_approver,
    Code.NEXT_UPDATE: next_update,
    Code.RATIFY: ratification,
    Code.HOLDING: first_statement,
}


def _await_signature(slot: Slot, version: Version, work: Work) -> None:
    """Reminders on the way from being asked to the deadline; what has passed is not made up for."""
    first = slot.stage == min(each.stage for each in version.slots)
    start = version.submitted_at if first else work.now
    until = version.deadline_at
    if until <= start:  # the stages before took all the time there was
        incident = work.session.get_one(Incident, version.incident_id)
        until = start + SPANS[Code.APPROVAL][incident.level]
    for share in SHARES:
        due_at = after(share, start, until)
        if due_at > work.now or share == SHARES[-1]:
            _set(version, work, Code.APPROVAL, slot.id, share, due_at)


def _set_both(
    statement: Statement, work: Work, code: Code, warned_at: datetime, due_at: datetime
) -> None:
    if warned_at > work.now:
        _set(statement, work, code, statement.id, WARNED, warned_at)
    _set(statement, work, code, statement.id, DUE, due_at)


def _set(
    of: Statement | Version, work: Work, code: Code, subject_id: UUID, cycle: int, due_at: datetime
) -> None:
    set_deadline(
        work.session,
        incident_id=of.incident_id,
        code=code,
        subject_id=subject_id,
        cycle=cycle,
        due_at=due_at,
    )


def _holdings(session: Session, slot: Slot, version: Version) -> list[DutyHolding]:
    return able_to_sign(slot, on_duty(session, slot.incident_id), version.authors)


def _let_deputies_sign(work: Work, slot: Slot, version: Version) -> list[UUID]:
    """A deputy holds the duty of whoever did not answer, so that one of them can sign.

    Not in a restricted incident: there nobody is let in whom no person named.
    """
    incident = work.session.get_one(Incident, slot.incident_id)
    if incident.restricted:
        return []
    named = []
    for holding in _holdings(work.session, slot, version):
        deputy = _deputy(work.session, holding, slot)
        is_author = str(deputy) in version.authors
        if deputy and not is_author and give(work, incident, deputy, Duty(holding.duty)):
            named.append(deputy)
    return named


def _deputy(session: Session, holding: DutyHolding, slot: Slot) -> UUID | None:
    """The deputy of this holder, if holding the duty would let them sign.

    A deputy who has no deputy is stood in for by whom they stand in for.
    """
    holder = session.get_one(Person, holding.person_id)
    principal = select(Person.id).where(Person.deputy_id == holder.id).order_by(Person.id).limit(1)
    deputy_id = holder.deputy_id or session.scalar(principal)
    deputy = deputy_id and session.get(Person, deputy_id)
    if not deputy or not deputy.active or deputy.is_machine:
        return None
    if slot.ministry_id is not None and deputy.ministry_id != slot.ministry_id:
        return None
    return deputy.id if policy.may_hold(Rank(deputy.rank), Duty(holding.duty)) else None


def _is_public(statement: Statement) -> bool:
    return Type(statement.type) not in NEVER_PUBLIC


def _late(deadline: Deadline, work: Work) -> int:
    """Whole minutes between its time and now."""
    return int(deadline.late_at(work.now).total_seconds() // 60)
