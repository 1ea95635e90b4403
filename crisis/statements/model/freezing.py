"""Freezing the draft as the next version, and naming the signatures it needs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.statements.content import fingerprint
from crisis.statements.model.events import StatementSubmitted
from crisis.statements.model.slots import Slot, SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.versions import Version
from crisis.statements.model.waiving import blocking
from crisis.statements.translations import settled


def submit(
    statement: Statement,
    slots: list[SlotSpec],
    *,
    based_on: int,
    findings: list[dict[str, Any]],
    by: UUID,
    at: datetime,
    deadline_at: datetime,
) -> StatementSubmitted:
    """Freeze the draft as the next version and ask for its signatures.

    Raises `Conflict` (`lint`) while a blocking finding is not waived for this very text, and
    `Invalid` (`no_slots`) when nobody would have to sign.
    """
    statement.must_be_open()
    if based_on != statement.revision:
        raise Conflict(Message("The text changed. Read it again, then submit."), code="stale")
    if not slots:
        raise Invalid(Message("Name at least one signature."), code="no_slots")
    statement.must_be_readable()
    if blocked := blocking(statement, findings):
        raise Conflict(
            Message("The text has findings that block it: {rules}.", rules=", ".join(blocked)),
            code="lint",
        )
    before, statement.beside = (
        statement.latest,
        settled(statement.written_beside, statement.content),
    )
    version = freeze(statement, slots, findings=findings, by=by, at=at, until=deadline_at)
    return StatementSubmitted(
        statement_id=statement.id,
        number=statement.number,
        version=version.number,
        text_hash=version.sha256,
        ministry_ids=[each.ministry_id for each in slots if each.ministry_id],
        duties=[duty for each in slots for duty in each.duties],
        asked_of=version.asked_of,
        deadline_at=deadline_at,
        voided=_approving(before),
    )


def freeze(
    statement: Statement,
    slots: list[SlotSpec],
    *,
    findings: list[dict[str, Any]],
    by: UUID,
    at: datetime,
    until: datetime,
) -> Version:
    """The draft as the next version, as it stands to the byte."""
    version = Version(
        id=new_id(),
        incident_id=statement.incident_id,
        statement_id=statement.id,
        number=len(statement.versions) + 1,
        revision=statement.revision,
        content=statement.draft,
        sha256=fingerprint(statement.draft),
        authors=list(statement.editors),
        findings=findings,
        submitted_by=by,
        submitted_at=at,
        deadline_at=until,
        slots=[_slot(statement.incident_id, spec, place) for place, spec in enumerate(slots)],
    )
    statement.versions.append(version)
    return version


def _slot(incident_id: UUID, spec: SlotSpec, place: int) -> Slot:
    return Slot(
        id=new_id(),
        incident_id=incident_id,
        place=place,
        stage=spec.stage,
        ministry_id=spec.ministry_id,
        duties=[duty.value for duty in spec.duties],
        answers=[],
    )


def _approving(version: Version | None) -> list[UUID]:
    """The ministries whose approval of this version no longer counts."""
    slots = version.slots if version else []
    return [each.ministry_id for each in slots if each.is_filled and each.ministry_id]
