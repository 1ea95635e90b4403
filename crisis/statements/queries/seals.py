"""Versions, and the signatures they need: how far each of them is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.policy import Duty
from crisis.statements.content import code_of
from crisis.statements.model.slots import GivenAnswer, Slot
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer, State
from crisis.statements.model.versions import Version
from crisis.timeline.naming import Naming


@dataclass(frozen=True)
class Seal:
    """A signature that is needed, and how far it is."""

    slot_id: UUID
    ministry_id: UUID | None
    ministry: str
    duties: list[Duty]
    stage: int
    state: str
    """`asked`, `later` (its stage is still to come), `opened`, `waived`, or what was answered."""
    at: datetime
    """Since when that is so."""
    by: str
    reason: str | None
    settled: str | None
    """How an objection was settled, or why it was overruled."""
    nobody: bool
    """Whether it is awaited, and nobody in the incident can give it as things stand."""


@dataclass(frozen=True)
class VersionView:
    """A frozen text and its signatures."""

    number: int
    sha256: str
    code: str
    by: str
    submitted_at: datetime
    deadline_at: datetime
    state: State
    seals: list[Seal]
    approvals: int
    is_current: bool
    """Whether the draft still says exactly this."""

    @property
    def needed(self) -> int:
        return len(self.seals)


def version_view(
    version: Version, statement: Statement, naming: Naming, nobody: Collection[UUID] = ()
) -> VersionView:
    """A version as it is shown; `nobody`: the slots that nobody in the incident can fill."""
    return VersionView(
        number=version.number,
        sha256=version.sha256,
        code=code_of(version.sha256),
        by=naming.person(version.submitted_by),
        submitted_at=version.submitted_at,
        deadline_at=version.deadline_at,
        state=version.state,
        seals=[seal_of(each, version, naming, each.id in nobody) for each in version.slots],
        approvals=sum(each.is_filled for each in version.slots),
        is_current=version.revision == statement.revision,
    )


def seal_of(slot: Slot, version: Version, naming: Naming, nobody: bool = False) -> Seal:
    """How far one signature is."""
    given = slot.given
    state, at = _state_of(slot, version, given)
    return Seal(
        slot_id=slot.id,
        ministry_id=slot.ministry_id,
        ministry=naming.ministry(slot.ministry_id),
        duties=[Duty(each) for each in slot.duties],
        stage=slot.stage,
        state=state,
        at=at,
        by=naming.person(given.person_id) if given else _opener(slot, naming),
        reason=given.reason if given else None,
        settled=given.resolution if given else None,
        nobody=nobody,
    )


def _opener(slot: Slot, naming: Naming) -> str:
    return naming.person(slot.opened_by) if slot.opened_by else ""


def _state_of(slot: Slot, version: Version, given: GivenAnswer | None) -> tuple[str, datetime]:
    if slot.waived and given:
        return "waived", given.resolved_at or given.at
    if given and (slot.blocks or given.answer == Answer.APPROVE):
        return given.answer, given.at
    if slot.opened_at:
        return "opened", slot.opened_at
    return ("asked" if slot.stage <= version.stage else "later"), version.submitted_at
