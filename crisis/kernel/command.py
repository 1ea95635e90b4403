"""The one way to change anything: load, permit, act, record, commit, announce."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis import policy
from crisis.kernel import clock, journal, once
from crisis.kernel.database import Base, IncidentRecord, Record, locked, reading, writing
from crisis.kernel.errors import Forbidden, NotFound
from crisis.kernel.event import Event
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line
from crisis.kernel.words import Message
from crisis.policy import Action, Actor, Case

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=Record)
E = TypeVar("E", bound=Event)

listeners: Final[list[Callable[[Line], None]]] = []
"""Called with each journal line once it is committed. Filled by `crisis.app`."""

standing: Callable[[Session, Actor], Actor] = lambda _session, actor: actor  # noqa: E731 - replaced by crisis.app, so a name and not a def
"""The actor as they stand now, read inside the transaction, so that a duty withdrawn a moment ago
no longer counts. Set by `crisis.app`."""


@dataclass(frozen=True)
class Work:
    """What a command has in hand while it runs."""

    session: Session
    actor: Actor
    now: datetime
    case: Case | None


def command(
    action: Action, *, on: type[S]
) -> Callable[[Callable[Concatenate[S, Work, P], E]], Callable[Concatenate[Actor, UUID, P], E]]:
    """Make `act(subject, work, ...)` callable as `act(actor, subject_id, ...)`.

    One command is one transaction, one event and one line in the journal. Raises one of the four
    refusals of `crisis.kernel.errors`, and then nothing has happened. Locks are taken in one order:
    incident, subject, head of the stream. Commands do not call commands.
    """

    def decorate(
        act: Callable[Concatenate[S, Work, P], E],
    ) -> Callable[Concatenate[Actor, UUID, P], E]:
        @wraps(act)
        def run(actor: Actor, subject_id: UUID, /, *args: P.args, **kwargs: P.kwargs) -> E:
            with writing() as session:
                subject, case = _load(session, on, subject_id, for_writing=True)
                earlier = once.answered(session, actor.id, act.__name__)
                if earlier is not None:
                    return cast(E, earlier)
                actor = standing(session, actor)
                _permit(actor, action, case, on)
                work = Work(session, actor, clock.now(), case)
                event = act(subject, work, *args, **kwargs)
                line = _record(work, event)
                once.keep(session, actor.id, act.__name__, line)
            _announce(line)
            return event

        vars(run)["action"], vars(run)["subject"] = action, on
        return run

    return decorate


def query(
    action: Action, *, on: type[S]
) -> Callable[[Callable[Concatenate[S, Session, P], R]], Callable[Concatenate[Actor, UUID, P], R]]:
    """The reading twin of `command`: load, permit, answer. Nothing can be written."""

    def decorate(
        answer: Callable[Concatenate[S, Session, P], R],
    ) -> Callable[Concatenate[Actor, UUID, P], R]:
        @wraps(answer)
        def run(actor: Actor, subject_id: UUID, /, *args: P.args, **kwargs: P.kwargs) -> R:
            with reading() as session:
                subject, case = _load(session, on, subject_id)
                _permit(actor, action, case, on)
                return answer(subject, session, *args, **kwargs)

        vars(run)["action"], vars(run)["subject"] = action, on
        return run

    return decorate


def _load(
    session: Session, kind: type[S], id: UUID, *, for_writing: bool = False
) -> tuple[S, Case | None]:
    case = _case(session, kind, id, for_writing=for_writing)
    subject = locked(session, kind, id) if for_writing else session.get(kind, id)
    if subject is None:
        raise _no_such(kind)
    return cast(S, subject), case


def _case(session: Session, kind: type[Record], id: UUID, *, for_writing: bool) -> Case | None:
    """The incident that the record is or belongs to, locked before the record itself."""
    incident = Base.metadata.tables.get("incident")
    if incident is None:
        return None
    if issubclass(kind, IncidentRecord):
        incident_id = session.scalar(select(kind.incident_id).where(kind.id == id))
    elif kind.__table__ is incident:
        incident_id = id
    else:
        return None
    row = select(incident.c.id, incident.c.restricted).where(incident.c.id == incident_id)
    found = session.execute(row.with_for_update() if for_writing else row).one_or_none()
    if found is None:
        raise _no_such(kind)
    return Case(id=found.id, restricted=found.restricted)


def _permit(actor: Actor, action: Action, case: Case | None, kind: type[Any]) -> None:
    if case is not None and not policy.knows_of(actor, action, case):
        raise _no_such(kind)
    if not policy.allows(actor, action, case):
        # Who may is told for an incident that is open to the office: in another it is fewer.
        needs = "" if case and case.restricted else action
        raise Forbidden(Message("You do not have the duty that this needs."), needs=needs)


def _no_such(_kind: type[Any]) -> NotFound:
    # The same words whether it does not exist or may not be known of.
    return NotFound(Message("There is no such page, or it is not open to you."))


def _record(work: Work, event: Event) -> Line:
    stream = event.stream or (work.case.id if work.case else OFFICE_ID)
    return journal.append(
        work.session, stream=stream, actor_id=work.actor.id, at=work.now, event=event
    )


def _announce(line: Line) -> None:
    for listener in listeners:
        try:
            listener(line)
        except Exception:  # the fact is committed; a deaf listener must not undo the answer
            log.exception("A listener failed on line %s of stream %s", line.seq, line.stream)
