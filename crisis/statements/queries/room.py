"""What everybody in the room sees of statements, and whom of them the room asks to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.policy import Actor
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import OPEN, Answer, State
from crisis.statements.queries.checks import Checked, check_of
from crisis.statements.queries.listing import Summary, summaries
from crisis.statements.queries.seals import Seal, seal_of
from crisis.statements.queries.view import StatementView, view_of
from crisis.timeline.naming import Naming


@dataclass(frozen=True)
class Panel:
    """What the room shows of statements."""

    current: StatementView | None
    checked: Checked | None
    others: list[Summary]


@dataclass(frozen=True)
class Signing:
    """A version that is out for signatures: `version` of statement `number`."""

    number: int
    version: int
    seals: list[Seal]

    @property
    def approvals(self) -> int:
        return sum(each.state in {Answer.APPROVE, "waived"} for each in self.seals)


def panel(
    session: Session, incident: Incident, found: Sequence[Statement], naming: Naming
) -> Panel:
    """The statement that is being agreed on, else the last one; and the others."""
    shown = next((each for each in found if each.state in OPEN), found[0] if found else None)
    if shown is None:
        return Panel(None, None, [])
    language: Language = next(each for each in LANGUAGES if each == naming.language)
    latest = shown.latest
    content = shown.content if shown.state is State.DRAFT or latest is None else latest.text
    return Panel(
        current=view_of(session, incident, shown, naming),
        checked=check_of(session, incident, shown, content, language),
        others=[each for each in summaries(found, naming) if each.number != shown.number],
    )


def to_sign(found: Sequence[Statement], by: Actor) -> UUID | None:
    """The statement that waits for this person's signature, if one does."""
    for each in found:
        latest = each.latest
        if latest and each.waiting_for(by) and str(by.id) not in latest.authors:
            return each.id
    return None


def signing(found: Sequence[Statement], naming: Naming) -> Signing | None:
    """The newest version that waits for signatures or was stopped by an answer; else None."""
    for each in found:
        latest = each.latest
        if latest and each.state in _SIGNED_NOW:
            seals = [seal_of(slot, latest, naming) for slot in latest.slots]
            return Signing(each.number, latest.number, seals)
    return None


def unsent(found: Sequence[Statement]) -> list[int]:
    """Statements that everybody signed and nobody has sent."""
    return [each.number for each in found if each.state is State.APPROVED]


_SIGNED_NOW: Final = OPEN - {State.DRAFT, State.IN_REVIEW}
