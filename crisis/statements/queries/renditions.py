"""Translations made after approval."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.statements.content import LANGUAGES, Language, readable
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.versions import Version
from crisis.timeline.naming import Naming


@dataclass(frozen=True)
class RenditionView:
    """A translation made after approval."""

    language: Language
    version: int
    sha256: str
    title: str
    paragraphs: list[str]
    translator: str
    translator_id: UUID
    reviewer: str
    reviewed_at: datetime | None
    released_at: datetime | None


def renditions_of(session: Session, statement_id: UUID, naming: Naming) -> list[RenditionView]:
    """Every translation that was made of a statement after approval."""
    rows = session.scalars(select(Rendition).where(Rendition.statement_id == statement_id)).all()
    own = select(Version.id, Version.number).where(Version.statement_id == statement_id)
    versions = {each.id: each.number for each in session.execute(own)}
    return [_rendition(each, versions[each.version_id], naming) for each in rows]


def _rendition(row: Rendition, version: int, naming: Naming) -> RenditionView:
    content = readable(row.content)
    language: Language = next(each for each in LANGUAGES if each == row.language)
    return RenditionView(
        language=language,
        version=version,
        sha256=row.sha256,
        title=content.titles.get(language, ""),
        paragraphs=[each.text for each in content.bodies.get(language, ())],
        translator=naming.person(row.translator_id),
        translator_id=row.translator_id,
        reviewer=naming.person(row.reviewer_id) if row.reviewer_id else "",
        reviewed_at=row.reviewed_at,
        released_at=row.released_at,
    )
