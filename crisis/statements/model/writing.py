"""Writing a statement: each edit of its draft, on the revision it was made of."""

from collections.abc import Collection
from uuid import UUID

from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.statements.content import Content, canonical_bytes
from crisis.statements.model.events import StatementEdited
from crisis.statements.model.statement import Statement
from crisis.statements.translations import Place, remembered


def edit(
    statement: Statement,
    content: Content,
    *,
    based_on: int,
    by: UUID,
    confirmed: Collection[Place] = (),
) -> StatementEdited:
    """Take a new text for the draft written on revision `based_on`.

    `confirmed`: translations that were read again and still hold.

    Raises `Conflict`: `edited_meanwhile` when somebody else's edit came first, `released` or
    `withdrawn` when nothing is left to edit. Every edit ends the approvals in progress.
    """
    statement.must_be_open()
    if based_on != statement.revision:
        raise Conflict(
            Message("Somebody changed the text while you were writing. Both texts are shown."),
            code="edited_meanwhile",
        )
    statement.beside = remembered(statement.written_beside, content, confirmed)
    statement.draft = canonical_bytes(content)
    statement.type = content.type
    statement.revision += 1
    if str(by) not in statement.editors:
        statement.editors = [*statement.editors, str(by)]
    return StatementEdited(
        statement_id=statement.id, number=statement.number, revision=statement.revision
    )
