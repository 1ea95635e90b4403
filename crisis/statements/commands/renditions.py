"""Translating what was signed: written, reviewed by another, and sent out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements.content import Content, Language, canonical_bytes, fingerprint
from crisis.statements.model.events import RenditionReleased, RenditionReviewed, RenditionWritten
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import stale
from crisis.statements.templates import must_be_filled
from crisis.statements.witness import must_be_reviewed_as_told


@command(Action.TRANSLATE_STATEMENT, on=Statement)
def write_rendition(
    statement: Statement, work: Work, *, language: Language, content: Content
) -> RenditionWritten:
    """Write the text of the current version in one more language; it alters nothing approved."""
    version = statement.signed_version()
    if language in version.text.languages:
        raise Conflict(Message("The signed text already has this language."), code="already")
    if content.languages != (language,):
        raise Invalid(
            Message("A translation is written in its own language only."), code="other_language"
        )
    must_be_filled(content)
    frozen = canonical_bytes(content)
    found = _rendition(work.session, version.id, language)
    if found is not None and found.released_at:
        raise Conflict(Message("This translation was released."), code="released")
    row = found or Rendition(
        id=new_id(),
        incident_id=statement.incident_id,
        statement_id=statement.id,
        version_id=version.id,
        language=language,
    )
    row.content, row.sha256 = frozen, fingerprint(frozen)
    row.translator_id, row.translated_at = work.actor.id, work.now
    row.reviewer_id = row.reviewed_at = None
    work.session.add(row)
    return RenditionWritten(
        statement_id=statement.id,
        number=statement.number,
        version=version.number,
        language=language,
        text_hash=row.sha256,
    )


@command(Action.REVIEW_TRANSLATION, on=Statement)
def review_rendition(
    statement: Statement, work: Work, *, language: Language, text_hash: str
) -> RenditionReviewed:
    """Vouch for a translation; never its translator."""
    row = _rendition(work.session, statement.signed_version().id, language)
    if row is None:
        raise Conflict(Message("There is no translation into this language."), code="missing")
    if row.released_at:
        raise Conflict(Message("This translation was released."), code="released")
    if row.translator_id == work.actor.id:
        raise Forbidden(Message("Nobody reviews their own translation."), code="author")
    if row.sha256 != text_hash:
        raise stale()
    row.reviewer_id, row.reviewed_at = work.actor.id, work.now
    return RenditionReviewed(
        statement_id=statement.id,
        number=statement.number,
        language=language,
        text_hash=row.sha256,
    )


@command(Action.RELEASE_STATEMENT, on=Statement)
def release_rendition(
    statement: Statement, work: Work, *, language: Language, channels: Sequence[str]
) -> RenditionReleased:
    """Let a reviewed translation of what was released out, unless that was taken back since."""
    version = statement.released
    row = version and _rendition(work.session, version.id, language)
    if version is None or not row or row.reviewed_at is None:
        raise Conflict(Message("This translation was not reviewed yet."), code="not_reviewed")
    if row.released_at:
        raise Conflict(Message("This translation was released."), code="released")
    if statement.ended_as in {State.CORRECTED, State.RETRACTED}:
        raise Conflict(
            Message("The statement was corrected or retracted since."), code="taken_back"
        )
    version.must_be_as_signed()
    version.must_allow(list(channels))
    must_be_reviewed_as_told(work.session, statement, row)
    row.released_at, row.channels = work.now, dict.fromkeys(channels)
    return RenditionReleased(
        statement_id=statement.id,
        number=statement.number,
        language=language,
        text_hash=row.sha256,
        channels=list(channels),
    )


def _rendition(session: Session, version_id: UUID, language: str) -> Rendition | None:
    return session.scalar(
        select(Rendition).where(Rendition.version_id == version_id, Rendition.language == language)
    )
