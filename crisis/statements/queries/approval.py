"""A statement as one approver meets it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel.command import query
from crisis.policy import Action, Actor
from crisis.statements.content import Content
from crisis.statements.diff import ContentDiff, diff_contents
from crisis.statements.model.slots import GivenAnswer, Slot
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import Version
from crisis.statements.queries.room import to_sign
from crisis.statements.queries.seals import Seal, VersionView
from crisis.statements.queries.view import StatementView, view_of
from crisis.timeline.naming import naming_in


@dataclass(frozen=True)
class Request:
    """What the approval page shows one person."""

    statement: StatementView
    version: VersionView | None
    seal: Seal | None
    """The signature that waits for this person."""
    given: Seal | None
    """What they answered for this version."""
    given_answer: str
    is_author: bool
    being_edited: bool
    last_answer: str
    """What they last said of an earlier version; empty when they said nothing."""
    last_reason: str
    last_answered: int | None
    last_answered_at: datetime | None
    diff: ContentDiff | None
    own_changed: bool
    must_open: bool
    remaining: int


@query(Action.FOLLOW_INCIDENT, on=Statement)
def read_request(
    statement: Statement,
    session: Session,
    *,
    by: Actor,
    language: str,
    since: int | None = None,
) -> Request:
    """The statement as one approver meets it; `since`: the version they were just reading."""
    incident = session.get_one(Incident, statement.incident_id)
    view = view_of(session, incident, statement, naming_in(session, language))
    latest, slot = statement.latest, statement.waiting_for(by)
    mine = answered(latest, by.id) if latest else None
    before = _last_answer(statement, by.id)
    compared = _earlier(view, since or (before[0].number if before else None))
    current = latest.text if latest else None
    changed = diff_contents(compared, current) if compared and current else None
    seals = {each.slot_id: each for each in view.versions[0].seals} if view.versions else {}
    return Request(
        statement=view,
        version=view.latest,
        seal=seals.get(slot.id) if slot else None,
        given=seals.get(mine[0].id) if mine else None,
        given_answer=mine[1].answer if mine else "",
        is_author=bool(latest and str(by.id) in latest.authors),
        being_edited=bool(latest and view.state is State.DRAFT),
        last_answer=before[1].answer if before else "",
        last_reason=(before[1].reason or "") if before else "",
        last_answered=before[0].number if before else None,
        last_answered_at=before[1].at if before else None,
        diff=changed,
        own_changed=bool(changed and by.ministry_id and changed.touches(by.ministry_id)),
        must_open=slot is not None and slot.opened_at is None,
        remaining=len(latest.unfilled) if latest else 0,
    )


@query(Action.FOLLOW_INCIDENT, on=Statement)
def awaits(statement: Statement, _session: Session, *, by: Actor) -> bool:
    """Whether the signature of this person is asked for now."""
    return to_sign([statement], by) is not None


def answered(version: Version, person_id: UUID) -> tuple[Slot, GivenAnswer] | None:
    """The slot this person answered in this version and what they said, unless that was settled."""
    for slot in version.slots:
        given = slot.given
        if given and given.person_id == person_id and given.resolved_at is None:
            return slot, given
    return None


def _last_answer(statement: Statement, person_id: UUID) -> tuple[Version, GivenAnswer] | None:
    """The version before the current one that this person last answered, whatever they said."""
    for version in reversed(statement.versions[:-1]):
        for slot in version.slots:
            given = slot.given
            if given and given.person_id == person_id:
                return version, given
    return None


def _earlier(view: StatementView, number: int | None) -> Content | None:
    newest = view.latest.number if view.latest else 0
    return view.contents.get(number) if number and number < newest else None
