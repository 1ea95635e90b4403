"""What the page behind a link shows its one reader: what they were told, and where their answer
stands; nothing else of the incident."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.acknowledging import PASSED_ON, declined, of_secret
from crisis.alerts.escalation import WRONG, next_in_line
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import LINK, Channel, Delivery, Wording
from crisis.alerts.recipients import Answer, Recipient
from crisis.people.model import Ministry, Names, Person, in_language
from crisis.statements.content import NEVER_PUBLIC, Language
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import Version
from crisis.statements.templates import right_in

MOST_POINTING: Final = 5
"""Words that merely say where to press, such as “To acknowledge, open this”; a longer sentence
says something of its own, and stays."""
_POINTING: Final = " \n\t:(،,-"
_SENTENCE_END: Final = re.compile(r"[.!?؟]\s+|\n+")


class Stand(StrEnum):
    """What the page is there for."""

    ASK = "ask"
    PASSED = "passed"
    """Somebody else is asked; this reader's word is still welcome."""
    CALLED = "called"
    """Nobody else is left to ask: the centre telephones; their word is still welcome."""
    DONE = "done"
    USED = "used"
    """Somebody else in their place has acknowledged."""
    TOLD = "told"
    """No answer is asked for."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Word:
    """An acknowledgement: whose, when, and who wrote it down if they did not press themselves."""

    name: str
    at: datetime
    arrives_in: int | None
    is_late: bool
    recorded_by: str


@dataclass(frozen=True)
class Issued:
    """The newest public statement of the incident."""

    ref: str
    number: int
    title: str
    at: datetime


@dataclass(frozen=True)
class Amended:
    """What became of the statement that the alert carries: it was found wrong."""

    is_retracted: bool
    at: datetime
    by: Issued | None
    """What corrects it or takes it back, if the public may read that."""
    right: str
    """What is right, where a correction says so."""
    language: str
    """Of `right`."""


@dataclass(frozen=True)
class AnswerPage:
    """The whole page."""

    recipient_id: UUID
    stand: Stand
    name: str
    ministry: str
    title: str
    level: int
    ref: str
    zone: str
    is_exercise: bool
    text: str
    text_language: str
    sent_at: datetime
    answer_by: datetime | None
    expires_at: datetime
    deputy: str
    """Who would be asked instead, or is; empty when nobody."""
    word: Word | None
    declined_at: datetime | None
    """When they said that they cannot, if nobody has it since."""
    amended: Amended | None
    issued: Issued | None
    was_opened: bool


def language_of(session: Session, secret: str) -> str | None:
    """The language of whoever this secret was sent to; None when it was sent to nobody."""
    found = of_secret(session, secret)
    return found.language if found else None


def page_of(session: Session, secret: str, language: Language, at: datetime) -> AnswerPage | None:
    """What the page shows now; None for a secret that was sent to nobody."""
    recipient = of_secret(session, secret)
    if recipient is None:
        return None
    alert = session.get_one(Alert, recipient.alert_id)
    word = _word(session, recipient, language)
    stand = _stand(recipient, alert, word, at)
    text, text_language = _text(session, recipient)
    return AnswerPage(
        recipient_id=recipient.id,
        stand=stand,
        name=in_language(recipient.name, language),
        ministry=_ministry(session, recipient.ministry_id, language),
        title=in_language(alert.incident.title, language),
        level=alert.incident.level,
        ref=f"{alert.incident.ref}/A{alert.number}",
        zone=alert.incident.zone,
        is_exercise=alert.incident.is_exercise,
        text=text,
        text_language=text_language,
        sent_at=recipient.asked_at,
        answer_by=recipient.answer_by,
        expires_at=alert.expires_at,
        deputy=_deputy(session, alert, recipient, stand, language, at),
        word=word,
        declined_at=_declined_at(session, recipient, alert),
        amended=_amended(session, alert, language),
        issued=_issued(session, alert, language) if stand in {Stand.DONE, Stand.USED} else None,
        was_opened=recipient.opened_at is not None,
    )


def without_link(text: str) -> str:
    """The words of a message without the few that say where to press: here one can press."""
    before, found, after = text.partition(LINK)
    if not found:
        return text
    rest = after.removeprefix(")") if before.endswith("(") else after
    words = before.rstrip(_POINTING)
    ends = [match.end() for match in _SENTENCE_END.finditer(words)]
    said, last = (words[: ends[-1]].rstrip(), words[ends[-1] :]) if ends else ("", words)
    is_only_pointing = bool(ends) and len(last.split()) <= MOST_POINTING
    return f"{said if is_only_pointing else words}{rest}".strip()


def _stand(recipient: Recipient, alert: Alert, word: Word | None, at: datetime) -> Stand:
    if recipient.answer == Answer.ACKNOWLEDGED:
        return Stand.DONE
    if alert.state == AlertState.CANCELLED:
        return Stand.CANCELLED
    if recipient.answer == Answer.NOT_ASKED:
        return Stand.TOLD
    if word is not None:
        return Stand.USED
    if alert.expires_at <= at:
        return Stand.EXPIRED
    passed = {Answer.ESCALATED: Stand.PASSED, Answer.UNREACHED: Stand.CALLED}
    return passed.get(Answer(recipient.answer), Stand.ASK)


def _declined_at(session: Session, recipient: Recipient, alert: Alert) -> datetime | None:
    if recipient.answer not in PASSED_ON:  # thousands open their links, and few declined
        return None
    return declined(session, alert).get(recipient.id)


def _word(session: Session, recipient: Recipient, language: str) -> Word | None:
    """Their own, else the first of those who were asked in the same place."""
    said = select(Recipient).where(
        Recipient.root_id == recipient.root_id, Recipient.answer == Answer.ACKNOWLEDGED
    )
    found = session.scalars(said.order_by(Recipient.answered_at, Recipient.id)).all()
    own = next((each for each in found if each.id == recipient.id), None)
    first = own or next(iter(found), None)
    if first is None or first.answered_at is None:
        return None
    by = first.acknowledged_by_id and session.get(Person, first.acknowledged_by_id)
    return Word(
        name=in_language(first.name, language),
        at=first.answered_at,
        arrives_in=first.arrives_in,
        is_late=first.is_late,
        recorded_by=in_language(by.name, language) if by else "",
    )


def _text(session: Session, recipient: Recipient) -> tuple[str, str]:
    """What they were sent: the SMS, or else the mail."""
    sent = (
        select(Wording.text, Wording.language)
        .join(Delivery, Delivery.wording_id == Wording.id)
        .where(Delivery.recipient_id == recipient.id)
        .order_by((Delivery.channel == Channel.SMS).desc(), Delivery.id)
    )
    found = session.execute(sent.limit(1)).one_or_none()
    return (without_link(found.text), found.language) if found else ("", recipient.language)


def _ministry(session: Session, ministry_id: UUID | None, language: str) -> str:
    found = session.get(Ministry, ministry_id) if ministry_id else None
    return in_language(found.name, language) if found else ""


def _deputy(
    session: Session, alert: Alert, recipient: Recipient, stand: Stand, language: str, at: datetime
) -> str:
    if stand is Stand.PASSED:
        asked = select(Recipient.name).where(Recipient.instead_of_id == recipient.id)
        return _name(session.scalar(asked.limit(1)), language)
    if stand in {Stand.ASK, Stand.DONE}:
        found = next_in_line(session, alert, recipient, at=at)
        return _name(found.name if found else None, language)
    return ""


def _name(names: Names | None, language: str) -> str:
    return in_language(names, language) if names else ""


def _amended(session: Session, alert: Alert, language: Language) -> Amended | None:
    """What took the place of its statement, and of that, as long as it was itself found wrong."""
    wrong, by = None, session.get(Statement, alert.statement_id) if alert.statement_id else None
    while by is not None and by.state in WRONG and by.ended_by_id:
        wrong, by = by, session.get_one(Statement, by.ended_by_id)
    if wrong is None or by is None or by.released is None or by.released.released_at is None:
        return None
    out, at = by.released, by.released.released_at
    is_public = _is_public(out)
    spoken = next(
        (each for each in (language, *out.text.languages) if each in out.text.languages), language
    )
    return Amended(
        is_retracted=wrong.state is State.RETRACTED,
        at=at,
        by=_told(alert, by, out, language, at) if is_public else None,
        right=right_in(out.text, spoken) if is_public and out.text.correction else "",
        language=spoken,
    )


def _issued(session: Session, alert: Alert, language: Language) -> Issued | None:
    own = select(Statement).where(Statement.incident_id == alert.incident_id)
    out = [
        (each.released.released_at, each, each.released)
        for each in session.scalars(own)
        if each.state is State.RELEASED
        and each.released
        and each.released.released_at
        and _is_public(each.released)
    ]
    if not out:
        return None
    at, statement, version = max(out, key=lambda each: (each[0], each[1].number))
    return _told(alert, statement, version, language, at)


def _is_public(out: Version) -> bool:
    return out.is_sound and out.text.type not in NEVER_PUBLIC


def _told(alert: Alert, statement: Statement, out: Version, language: str, at: datetime) -> Issued:
    titles = {str(code): title for code, title in out.text.titles.items()}
    return Issued(alert.incident.ref, statement.number, in_language(titles, language), at)
