"""Everything the pages of one statement show."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel.command import query
from crisis.people.model import Audience, in_language
from crisis.policy import Action
from crisis.statements.content import Content
from crisis.statements.model.comments import Comment
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import OPEN, State
from crisis.statements.queries.heads import Head, head_of
from crisis.statements.queries.releases import ReleaseView, asked_in_emergency, release_of
from crisis.statements.queries.renditions import RenditionView, renditions_of
from crisis.statements.queries.rows import Row, rows_of, title_in
from crisis.statements.queries.seals import VersionView, version_view
from crisis.statements.queries.signers import nobody_fills
from crisis.statements.queries.stored import number_of, numbered
from crisis.statements.translations import Outdated, Place
from crisis.timeline.naming import Naming, naming_in


@dataclass(frozen=True)
class CommentView:
    """A remark."""

    version: int
    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class StatementView:
    """Everything the pages of one statement show."""

    incident: Head
    id: UUID
    number: int
    type: str
    state: State
    revision: int
    content: Content
    title: str
    rows: list[Row]
    versions: list[VersionView]
    comments: list[CommentView]
    editors: list[str]
    released: ReleaseView | None
    renditions: list[RenditionView]
    ended_by: int | None
    corrects: int | None
    retracts: int | None
    emergency: dict[str, Any] | None
    """What the first of two people asked for, while the second has not answered."""
    outdated: dict[Place, Outdated]
    """Translations in the draft whose original changed since, by where they stand."""
    contents: dict[int, Content] = field(repr=False)
    """By version, what it says."""

    @property
    def latest(self) -> VersionView | None:
        return self.versions[0] if self.versions else None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def voids(self) -> int:
        """How many approvals the next submission ends."""
        return self.latest.approvals if self.latest else 0

    @property
    def next_version(self) -> int:
        return len(self.versions) + 1


@query(Action.FOLLOW_INCIDENT, on=Incident)
def read_statement(
    incident: Incident, session: Session, *, number: int, language: str
) -> StatementView:
    """One statement by its number. Raises `NotFound`."""
    return view_of(
        session, incident, numbered(session, incident.id, number), naming_in(session, language)
    )


@query(Action.FOLLOW_INCIDENT, on=Incident)
def audiences(_incident: Incident, session: Session, *, language: str) -> list[tuple[str, str]]:
    """The audiences a statement can be for: code and name."""
    found = session.scalars(select(Audience).order_by(Audience.code))
    return [(each.code, in_language(each.name, language)) for each in found]


def view_of(
    session: Session, incident: Incident, statement: Statement, naming: Naming
) -> StatementView:
    """Everything the pages of one statement show, in the language of `naming`."""
    latest = statement.latest
    pending = latest.emergency if latest and statement.released is None else None
    nobody = nobody_fills(session, statement)
    return StatementView(
        incident=head_of(incident, naming.language),
        id=statement.id,
        number=statement.number,
        type=statement.type,
        state=statement.state,
        revision=statement.revision,
        content=statement.content,
        title=title_in(statement.content, naming.language),
        rows=rows_of(statement.content, naming),
        versions=[
            version_view(each, statement, naming, nobody) for each in reversed(statement.versions)
        ],
        comments=_comments(session, statement.id, naming),
        editors=[naming.person(each) for each in statement.editors],
        released=release_of(statement, naming),
        renditions=renditions_of(session, statement.id, naming),
        ended_by=number_of(session, statement.ended_by_id),
        corrects=number_of(session, statement.corrects_id),
        retracts=number_of(session, statement.retracts_id),
        emergency=asked_in_emergency(pending, naming),
        outdated={(each.language, each.paragraph): each for each in statement.outdated},
        contents={each.number: each.text for each in statement.versions},
    )


def _comments(session: Session, statement_id: UUID, naming: Naming) -> list[CommentView]:
    rows = session.scalars(
        select(Comment).where(Comment.statement_id == statement_id).order_by(Comment.at.desc())
    )
    return [
        CommentView(each.version, naming.person(each.person_id), each.at, each.text)
        for each in rows
    ]
