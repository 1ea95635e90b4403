"""An alert that carries a released statement: its very text, in a form that fits a phone."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crisis.alerts.drafts import PARTS_OF_FREE_TEXT, PARTS_OF_STATEMENT, example_link
from crisis.alerts.gathering import Gathered
from crisis.alerts.model import Alert, AlertKind, AlertState
from crisis.alerts.outbox import LINK
from crisis.kernel.errors import Conflict
from crisis.kernel.words import Message
from crisis.statements.content import NEVER_PUBLIC, Content, Language, Type, readable
from crisis.statements.forms_of_text import EXERCISE, ShortForm, short_form
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import Version
from crisis.statements.witness import must_be_as_told

NEVER_LEFT = frozenset({AlertState.DRAFT, AlertState.AWAITING})
_NO_END: Final = 99
_FOR: Final[Mapping[Language, str]] = {"ar": "للتأكيد: ", "en": "Confirm: ", "fr": "Confirmer : "}
"""Stands before the link at the end of a text message, which else would say nothing of itself."""


def carry(session: Session, alert: Alert) -> None:
    """The alert says what its statement says, in every language that was released, or nothing.

    Raises `Conflict` (`not_released`, `taken_back`, `tampered`) when the statement is not out, or
    not out any more.
    """
    if alert.statement_id is None:
        return
    statement = session.get_one(Statement, alert.statement_id)
    version = out(session, statement)
    texts = _texts(session, version)
    alert.text_hash = version.sha256
    alert.title = {each: _title(text, each, statement) for each, text in texts.items()}
    alert.sms = {each: _as_sms(alert, text, each) for each, text in texts.items()}
    below = f"\n\n{LINK}" if alert.asks_answer else ""  # its title is the subject of the mail
    alert.mail = {each: text.text(each) + below for each, text in texts.items()}


def shortened(session: Session, alert: Alert) -> Mapping[Language, ShortForm]:
    """By language, its statement as a text message, and what that has no room for."""
    if alert.statement_id is None:
        return {}
    version = session.get_one(Statement, alert.statement_id).released
    texts = _texts(session, version) if version else {}
    return {each: _short(alert, text, each) for each, text in texts.items()}


def out(session: Session, statement: Statement) -> Version:
    """The version of it that everybody may read now. Raises `Conflict`."""
    version = statement.released
    if version is None:
        raise Conflict(Message("Only a released statement can be sent."), code="not_released")
    if statement.state is not State.RELEASED:
        raise Conflict(
            Message("This statement no longer holds: a later one took its place."),
            code="taken_back",
        )
    version.must_be_as_signed()
    must_be_as_told(session, statement, version)
    return version


def must_be_for(session: Session, alert: Alert, gathered: Gathered) -> None:
    """Raises `Conflict` (`never_public`): lines to take are not for the public."""
    statement = alert.statement_id and session.get_one(Statement, alert.statement_id)
    if statement and Type(statement.type) in NEVER_PUBLIC and gathered.is_public:
        raise Conflict(
            Message("This is written for those who speak; it is not for the public."),
            code="never_public",
        )


def kind_of(statement: Statement, kind: AlertKind) -> AlertKind:
    """What an alert with its text is: whatever corrects or takes back is a correction."""
    return AlertKind.CORRECTION if statement.corrects_id or statement.retracts_id else kind


def wrong_ones(session: Session, alert: Alert) -> list[UUID]:
    """The alerts that carried the text which the statement of this one corrects or takes back, so
    that everybody who got it hears that it was wrong."""
    if alert.kind != AlertKind.CORRECTION or alert.statement_id is None:
        return []
    statement = session.get_one(Statement, alert.statement_id)
    about = [each for each in (statement.corrects_id, statement.retracts_id) if each]
    carried = select(Alert.id).where(
        Alert.incident_id == alert.incident_id,
        Alert.statement_id.in_(about),
        Alert.state.not_in(NEVER_LEFT),
        Alert.confirmed_at.is_not(None),
    )
    return list(session.scalars(carried.order_by(Alert.number)))


def right_one(session: Session, alert: Alert) -> Statement | None:
    """The statement that holds instead of the one this alert carried, once it is out."""
    found, wrong = None, alert.statement_id
    while wrong is not None:
        later = select(Statement).where(
            or_(Statement.corrects_id == wrong, Statement.retracts_id == wrong),
        )
        rows = session.scalars(later.order_by(Statement.number)).all()
        out_now = next((each for each in rows if each.released is not None), None)
        found, wrong = out_now or found, out_now.id if out_now else None
    return found if found and found.state is State.RELEASED else None


def _texts(session: Session, version: Version) -> Mapping[Language, Content]:
    """What was signed together, and the translations released since."""
    found: dict[Language, Content] = dict.fromkeys(version.text.languages, version.text)
    later = select(Rendition).where(
        Rendition.version_id == version.id, Rendition.released_at.is_not(None)
    )
    for row in session.scalars(later.order_by(Rendition.language)):
        text = readable(row.content)
        found |= {each: text for each in text.languages if each not in found}
    return found


def _title(text: Content, language: Language, statement: Statement) -> str:
    return text.titles.get(language) or f"{statement.number}"


def _as_sms(alert: Alert, text: Content, language: Language) -> str:
    link, prefix = _frame(alert, language)
    bare = _short(alert, text, language).text.removeprefix(prefix)
    return bare.removesuffix(link) + link.replace(example_link(), LINK) if link else bare


def _short(alert: Alert, text: Content, language: Language) -> ShortForm:
    link, prefix = _frame(alert, language)
    return short_form(
        text,
        language,
        parts=PARTS_OF_FREE_TEXT,
        pressing_parts=_NO_END if alert.is_life_safety else PARTS_OF_STATEMENT,
        before=prefix,
        below=link,
        never_bare=True,
    )


def _frame(alert: Alert, language: Language) -> tuple[str, str]:
    """The last line, which says what its link is for; and what stands before all of it."""
    link = _FOR[language] + example_link() if alert.asks_answer else ""
    return link, EXERCISE[language] if alert.incident.is_exercise else ""
