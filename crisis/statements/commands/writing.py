"""Beginning a statement, changing its text, remarking on it."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import func, select

from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.ids import new_id
from crisis.policy import Action
from crisis.statements.commands.guards import must_run
from crisis.statements.content import Content, canonical_bytes
from crisis.statements.due import await_signatures
from crisis.statements.model import writing
from crisis.statements.model.comments import Comment
from crisis.statements.model.events import CommentAdded, StatementCreated, StatementEdited
from crisis.statements.model.statement import Statement
from crisis.statements.translations import Place


@command(Action.DRAFT_STATEMENT, on=Incident)
def create_statement(
    incident: Incident, work: Work, *, content: Content, template: str | None = None
) -> StatementCreated:
    """Begin a statement of a live incident; whoever begins it is its first author."""
    return begin(incident, work, content, template=template)


@command(Action.DRAFT_STATEMENT, on=Statement)
def edit_statement(
    statement: Statement,
    work: Work,
    *,
    content: Content,
    based_on: int,
    confirmed: Collection[Place] = (),
) -> StatementEdited:
    """Take a new text, written on revision `based_on`; `confirmed` translations still hold."""
    statement.must_be_readable()
    kept = replace(
        content, correction=statement.content.correction, retraction=statement.content.retraction
    )
    edited = writing.edit(statement, kept, based_on=based_on, by=work.actor.id, confirmed=confirmed)
    await_signatures(statement, work)
    return edited


@command(Action.COMMENT_STATEMENT, on=Statement)
def comment_statement(statement: Statement, work: Work, *, text: str) -> CommentAdded:
    """Remark on the text, for whoever writes the next version."""
    version = len(statement.versions)
    work.session.add(
        Comment(
            incident_id=statement.incident_id,
            statement_id=statement.id,
            version=version,
            person_id=work.actor.id,
            at=work.now,
            text=text,
        )
    )
    return CommentAdded(
        statement_id=statement.id, number=statement.number, version=version, text=text
    )


def begin(
    incident: Incident,
    work: Work,
    content: Content,
    *,
    template: str | None = None,
    about: Statement | None = None,
) -> StatementCreated:
    """A statement with the next number of its incident; `about`: what it corrects or retracts."""
    must_run(incident)
    last = select(func.max(Statement.number)).where(Statement.incident_id == incident.id)
    statement = Statement(
        id=new_id(),
        incident_id=incident.id,
        number=(work.session.scalar(last) or 0) + 1,
        type=content.type,
        draft=canonical_bytes(content),
        revision=1,
        editors=[str(work.actor.id)],
        created_by=work.actor.id,
        created_at=work.now,
        corrects_id=about.id if about and content.correction else None,
        retracts_id=about.id if about and content.retraction else None,
        versions=[],
        waivers=[],
    )
    work.session.add(statement)
    return StatementCreated(
        statement_id=statement.id,
        number=statement.number,
        type=content.type,
        template=template,
        about_id=about.id if about else None,
    )
