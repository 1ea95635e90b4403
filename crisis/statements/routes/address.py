"""From the address of a page to the statement it is about."""

from typing import Any
from uuid import UUID

from crisis.incidents.queries import find_incident
from crisis.kernel.errors import Conflict, NotFound
from crisis.kernel.words import Message
from crisis.policy import Action
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.incident_head import incident_head
from crisis.statements.model.states import State
from crisis.statements.queries.view import StatementView, read_statement
from crisis.web.asking import current_actor
from crisis.web.locale import language


def incident_id(ref: str) -> UUID:
    """The incident of this reference. Raises `NotFound`."""
    return find_incident(current_actor(), ref)


def statement_id_at(ref: str, number: int) -> UUID:
    """The id of a statement by its number. Raises `NotFound`."""
    return view_at(ref, number).id


def view_at(ref: str, number: int) -> StatementView:
    """One statement as its pages show it, in the reader's language. Raises `NotFound`."""
    return read_statement(current_actor(), incident_id(ref), number=number, language=language())


def statement_at(
    ref: str, number: int, action: Action | None = None
) -> tuple[dict[str, Any], StatementView]:
    """The head of the incident, and the statement; `action`: what one must be allowed to do."""
    return incident_head(ref, action), view_at(ref, number)


def spoken_language() -> Language:
    """The reader's language."""
    return known_language(language())


def known_language(lang: str) -> Language:
    """One of the languages statements are written in. Raises `NotFound` for another."""
    for each in LANGUAGES:
        if each == lang:
            return each
    raise NotFound(Message("There is no such page, or it is not open to you."))


def must_be_open(statement: StatementView) -> None:
    """Raises `Conflict`: `withdrawn` or `released` when nothing is left to do."""
    if statement.state is State.WITHDRAWN:
        raise Conflict(Message("This statement was withdrawn."), code="withdrawn")
    if not statement.is_open:
        raise Conflict(Message("This statement was released."), code="released")
