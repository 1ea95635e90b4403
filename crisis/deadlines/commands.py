"""Setting, stopping and firing deadlines.

Setting and stopping are parts of other commands, inside their transactions. Firing is a command of
its own, done by the installation itself.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.deadlines.model import SHARES, SPANS, Code, Deadline, State, after
from crisis.incidents import duties
from crisis.incidents.events_of_duties import DutyLapsed
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict
from crisis.kernel.event import Event
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import DutyProposal
from crisis.policy import Action

Effect = Callable[[Deadline, Work], Event]
"""What is done when a deadline fires, in the same transaction. Raises `Conflict` when there is
nothing to do any more: then the deadline is put aside."""


def lapse(deadline: Deadline, work: Work) -> DutyLapsed:
    """Whoever was asked to take a duty has not answered."""
    return duties.lapse_proposal(work, deadline.subject_id)


effects: Final[dict[str, Effect]] = {Code.DUTY: lapse}
"""By code. Slices above add theirs in `crisis.plugs`."""


@command(Action.FIRE_DEADLINE, on=Deadline)
def fire_deadline(deadline: Deadline, work: Work, *, fence: int) -> Event:
    """Do what is due. `fence` is the number of the claim under which it is done.

    Raises `Conflict`: `fenced` when the claim counts no more, `overtaken` when the time of a later
    cycle has come as well, since nobody wants a warning and its end at once; and whatever the
    effect raises.
    """
    deadline.fire(fence, work.now)
    if _is_overtaken(deadline, work):
        raise Conflict(Message("Something later is due by now."), code="overtaken")
    return effects[deadline.code](deadline, work)


def set_deadline(
    session: Session,
    *,
    incident_id: UUID,
    code: Code,
    subject_id: UUID,
    cycle: int,
    due_at: datetime,
) -> None:
    """Let this be due then. One that runs keeps its time; one that has fired never fires again."""
    found = session.scalar(
        select(Deadline).where(
            Deadline.code == code, Deadline.subject_id == subject_id, Deadline.cycle == cycle
        )
    )
    if found is None:
        session.add(
            Deadline(
                id=new_id(),
                incident_id=incident_id,
                code=code,
                subject_id=subject_id,
                cycle=cycle,
                due_at=due_at,
                state=State.DUE,
                fence=0,
            )
        )
    elif found.state == State.STOPPED:
        found.plan(due_at)


def stop_deadlines(session: Session, code: Code, subject_ids: Iterable[UUID]) -> None:
    """What ran for these subjects need not be done any more."""
    running = select(Deadline).where(
        Deadline.state == State.DUE, Deadline.code == code, Deadline.subject_id.in_(subject_ids)
    )
    _stop(session.scalars(running.order_by(Deadline.id)).all())


def stop_everything(session: Session, incident_id: UUID) -> None:
    """Nothing of this incident is due any more."""
    running = select(Deadline).where(
        Deadline.state == State.DUE, Deadline.incident_id == incident_id
    )
    _stop(session.scalars(running.order_by(Deadline.id)).all())


def shorten_deadlines(session: Session, incident_id: UUID, *, level: int, at: datetime) -> None:
    """The level rose at that moment: what runs is due after the new span, if that is earlier."""
    running = select(Deadline).where(
        Deadline.state == State.DUE,
        Deadline.incident_id == incident_id,
        Deadline.code.in_(SPANS),
    )
    for each in session.scalars(running.order_by(Deadline.id)):
        code = Code(each.code)
        share = each.cycle if each.cycle in SHARES else 100
        sooner = after(share, at, at + SPANS[code][level])
        if sooner < each.due_at:
            each.plan(sooner)
    _shorten_answers(session, incident_id, at + SPANS[Code.DUTY][level])


def _is_overtaken(deadline: Deadline, work: Work) -> bool:
    later = select(Deadline.id).where(
        Deadline.code == deadline.code,
        Deadline.subject_id == deadline.subject_id,
        Deadline.cycle > deadline.cycle,
        Deadline.state == State.DUE,
        Deadline.due_at <= work.now,
    )
    return work.session.scalar(later.limit(1)) is not None


def _shorten_answers(session: Session, incident_id: UUID, until: datetime) -> None:
    asked = select(DutyProposal).where(
        DutyProposal.incident_id == incident_id, DutyProposal.answer_by > until
    )
    for each in session.scalars(asked):
        if each.state == "open":
            each.answer_by = until


def _stop(running: Iterable[Deadline]) -> None:
    for each in running:
        each.stop()
