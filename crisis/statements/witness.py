"""What the journal tells of a text that is about to go out, held against the rows it would go by.

Rows can be changed behind our back; the journal is a chain that nobody rewrites unseen. So a text
goes out only when both say the same: these bytes, these signatures asked for, these people signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.kernel.journal import Line, hash_of
from crisis.statements.content import fingerprint
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.slots import Slot
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer
from crisis.statements.model.versions import Version, tampered


def must_be_as_told(session: Session, statement: Statement, version: Version) -> None:
    """Raises `Conflict` (`tampered`) unless the journal tells of this version as its rows do."""
    told = _told_of(version, _lines(session, statement))
    filled = [each for each in version.slots if each.is_filled]
    needed = filled if version.outcome else version.slots
    signers = [each.given.person_id for each in filled if not each.waived and each.given]
    emergency = version.emergency or {}
    sound = (
        fingerprint(version.content) == version.sha256 == told.text_hash,
        told.asked_of == version.asked_of or (not version.slots and told.asked_of is None),
        bool(needed or version.outcome) and all(_is_told(slot, told) for slot in needed),
        len(signers) == len(set(signers)) and told.authors.isdisjoint(signers),
        told.in_haste == (UUID(emergency["first"]) if emergency else None),
    )
    if not all(sound):
        raise tampered()


def must_be_reviewed_as_told(session: Session, statement: Statement, row: Rendition) -> None:
    """Raises `Conflict` (`tampered`) unless the journal tells of its translator and reviewer."""
    written: tuple[str, UUID] | None = None
    reviewed: tuple[str, UUID] | None = None
    for line in _lines(session, statement):
        if line.facts.get("language") != row.language:
            continue
        if line.name == "rendition.written":
            written, reviewed = (line.facts["text_hash"], line.actor_id), None
        elif line.name == "rendition.reviewed":
            reviewed = line.facts["text_hash"], line.actor_id
    sha256 = fingerprint(row.content)
    translator, reviewer = (sha256, row.translator_id), (sha256, row.reviewer_id)
    if sha256 != row.sha256 or (written, reviewed) != (translator, reviewer):
        raise tampered()


_NAMES: Final = (
    "statement.created",
    "statement.edited",
    "statement.submitted",
    "statement.answered",
    "answer.withdrawn",
    "objection.resolved",
    "emergency.asked",
    "rendition.written",
    "rendition.reviewed",
)


@dataclass
class _Told:
    """What the journal tells of one version."""

    text_hash: str | None = None
    asked_of: str | None = None
    authors: set[UUID] = field(default_factory=set)
    signed: dict[str, UUID] = field(default_factory=dict)
    overruled: set[str] = field(default_factory=set)
    in_haste: UUID | None = None


def _lines(session: Session, statement: Statement) -> list[Line]:
    own = select(Line).where(
        Line.stream == statement.incident_id,
        Line.about == f"statement:{statement.id}",
        Line.name.in_(_NAMES),
    )
    lines = list(session.scalars(own.order_by(Line.seq)))
    if any(hash_of(line) != line.hash for line in lines):
        raise tampered()
    return lines


def _told_of(version: Version, lines: Iterable[Line]) -> _Told:
    told = _Told()
    for line in lines:
        facts, slot_id = line.facts, line.facts.get("slot_id", "")
        if line.name in {"statement.created", "statement.edited"}:
            told.authors.add(line.actor_id)
            told.text_hash = None  # what was sent for signature before is another text
        elif facts.get("version") != version.number:
            continue
        elif line.name == "statement.submitted":
            told.text_hash, told.asked_of = facts["text_hash"], facts["asked_of"]
        elif line.name == "emergency.asked":
            told.text_hash, told.in_haste = facts["text_hash"], line.actor_id
        elif line.name == "statement.answered" and facts["answer"] == Answer.APPROVE:
            told.signed[slot_id] = line.actor_id
        elif line.name in {"statement.answered", "answer.withdrawn"}:
            told.signed.pop(slot_id, None)
        elif line.name == "objection.resolved" and facts["overruled"]:
            told.overruled.add(slot_id)
    return told


def _is_told(slot: Slot, told: _Told) -> bool:
    if slot.waived:
        return str(slot.id) in told.overruled
    return slot.given is not None and told.signed.get(str(slot.id)) == slot.given.person_id
