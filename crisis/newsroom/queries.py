"""Released statements as anybody may read them; nothing else of an incident is in here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.incidents.states import Status
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import NotFound
from crisis.kernel.words import Message
from crisis.people.model import Kind, Ministry, in_language
from crisis.statements.content import (
    LANGUAGES,
    NEVER_PUBLIC,
    Content,
    Language,
    code_of,
    fingerprint,
    from_canonical,
)
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import Version
from crisis.statements.queries.promises import Placed, Promise, pins_of, placed, promise_of
from crisis.statements.templates import right_in

SHOWN: Final = 200
_ORDER: Final[tuple[Language, ...]] = LANGUAGES
_SHORTEST: Final = timedelta(minutes=5)
_CROWDED: Final = 18.0
"""Per cent of the axis that a pin with its words takes."""
_RUNNING: Final = frozenset({Status.OPEN, Status.STANDING_DOWN})


@dataclass(frozen=True)
class Published:
    """A released text in a list."""

    ref: str
    number: int
    type: str
    language: Language
    """Of its title and its lead."""
    title: str
    lead: str
    at: datetime
    zone: str
    code: str
    languages: tuple[Language, ...]
    state: State
    ended_by: int | None
    corrects: int | None
    retracts: int | None
    is_exercise: bool


@dataclass(frozen=True)
class Axis:
    """When we spoke and when we speak again, as a line of 0 to 100 up to now at `past`."""

    past: float
    pins: list[Placed]
    start_at: datetime
    now_at: datetime
    events: tuple[float, ...] = ()
    decisions: tuple[float, ...] = ()
    ticks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Live:
    """An emergency that goes on: its last statement, those before it, and when we speak again."""

    title: str
    title_language: str
    latest: Published
    promise: Promise | None
    axis: Axis


@dataclass(frozen=True)
class Article:
    """One released text, with its code, its fingerprint, and what became of it."""

    shown: Published
    language: Language
    paragraphs: list[str]
    explanation: str
    """Of a correction or a retraction: what was wrong, or why it is taken back."""
    right: str
    """Of a correction: what is right, where its text gives it; else ""."""
    sha256: str
    approved_by: list[str]
    signed_before: bool
    """False after an emergency release that nobody has ratified."""
    translated_at: datetime | None
    promise: Promise | None
    """That we speak again, where it is this text that says so last."""
    successor: Published | None
    newest: Published | None
    original: Published | None


@dataclass(frozen=True)
class _Text:
    """A text in one language, as it went out."""

    content: Content
    sha256: str
    at: datetime
    is_rendition: bool


def published(language: Language) -> list[Published]:
    """Everything that went out, newest first."""
    with reading() as session:
        found = [_published(session, *row, language) for row in _released(session)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def live(language: Language) -> list[Live]:
    """The emergencies that go on and have been spoken of, the latest first."""
    with reading() as session:
        rows = _released(session)
        spoken = _by_incident(statement for statement, _incident in rows)
        found = [
            _live(session, _standing(spoken[incident.id]), incident, spoken[incident.id], language)
            for incident in {incident.id: incident for _statement, incident in rows}.values()
            if incident.status in _RUNNING and not incident.restricted
        ]
    return sorted(found, key=lambda each: each.latest.at, reverse=True)


def article(ref: str, number: int, language: Language) -> Article:
    """One released text, in the language asked for if it went out in it.

    Raises `NotFound` alike for what was never written and for what was never released.
    """
    with reading() as session:
        found = session.execute(
            _wanted().where(Incident.ref == ref, Statement.number == number)
        ).one_or_none()
        if found is None or not _is_public(found[0]):
            raise NotFound(Message("There is no such page, or it is not open to you."))
        return _article(session, found[0], found[1], language)


def _article(
    session: Session, statement: Statement, incident: Incident, language: Language
) -> Article:
    out = _version_out(statement)
    texts = _texts(session, out)
    spoken = language if language in texts else next(iter(texts))
    text = texts[spoken]
    return Article(
        shown=_published(session, statement, incident, spoken),
        language=spoken,
        paragraphs=[each.text for each in text.content.bodies.get(spoken, ()) if each.text],
        explanation=_explanation(out.text, spoken),
        right=right_in(text.content, spoken) if out.text.correction else "",
        sha256=text.sha256,
        approved_by=_signers(session, out, language),
        signed_before=not out.outcome or out.outcome == "ratified",
        translated_at=text.at if text.is_rendition else None,
        promise=_promise(session, statement, incident),
        successor=_other(session, statement.ended_by_id, incident, spoken),
        newest=_newest(session, statement, incident, spoken),
        original=_other(session, statement.corrects_id or statement.retracts_id, incident, spoken),
    )


def _wanted() -> Select[Statement, Incident]:
    return select(Statement, Incident).join(Incident, Statement.incident_id == Incident.id)


def _released(session: Session) -> Sequence[tuple[Statement, Incident]]:
    rows = session.execute(_wanted()).all()
    return [(statement, incident) for statement, incident in rows if _is_public(statement)]


def _by_incident(found: Iterable[Statement]) -> dict[UUID, list[Statement]]:
    """The statements of each incident, the newest first."""
    grouped: dict[UUID, list[Statement]] = {}
    for each in sorted(found, key=lambda each: each.number, reverse=True):
        grouped.setdefault(each.incident_id, []).append(each)
    return grouped


def _standing(spoken: Sequence[Statement]) -> Statement:
    """How things stand as was said last: the newest text about the situation, or what corrected or
    retracted it; where there is none, whatever went out last."""
    by_id: dict[UUID | None, Statement] = {each.id: each for each in spoken}

    def order(told: Statement) -> tuple[bool, datetime]:
        out, about = _version_out(told), told
        while earlier := by_id.get(about.corrects_id or about.retracts_id):
            about = earlier
        return about.overtakes, out.released_at or out.submitted_at

    stand = [each for each in spoken if each.state is State.RELEASED]
    return max(stand or spoken, key=order)


def _promise(session: Session, statement: Statement, incident: Incident) -> Promise | None:
    """What the public was promised, while the incident runs and as far as this text says it."""
    rows = session.scalars(select(Statement).where(Statement.incident_id == incident.id))
    told = promise_of([each for each in rows if _is_public(each)])
    mine = told and told.number == statement.number and incident.status in _RUNNING
    return told if mine else None


def _is_public(statement: Statement) -> bool:
    out = statement.released
    return out is not None and out.is_sound and out.text.type not in NEVER_PUBLIC


def _version_out(statement: Statement) -> Version:
    out = statement.released
    if out is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return out


def _texts(session: Session, out: Version) -> dict[Language, _Text]:
    """By language, what went out: what was signed, and translations released after it."""
    at = out.released_at or out.submitted_at
    signed = {each: _Text(out.text, out.sha256, at, False) for each in out.text.languages}
    rows = session.scalars(
        select(Rendition).where(Rendition.version_id == out.id, Rendition.released_at.is_not(None))
    ).all()
    added: dict[str, _Text] = {
        row.language: _Text(from_canonical(row.content), row.sha256, row.released_at or at, True)
        for row in rows
        if fingerprint(row.content) == row.sha256
    }
    known = added | {str(language): text for language, text in signed.items()}
    return {language: known[language] for language in _ORDER if language in known}


def _published(
    session: Session, statement: Statement, incident: Incident, language: Language
) -> Published:
    out = _version_out(statement)
    texts = _texts(session, out)
    text = texts.get(language) or next(iter(texts.values()))
    spoken = language if language in texts else next(iter(texts))
    body = [each.text for each in text.content.bodies.get(spoken, ()) if each.text]
    return Published(
        ref=incident.ref,
        number=statement.number,
        type=statement.type,
        language=spoken,
        title=text.content.titles.get(spoken, ""),
        lead=body[0] if body else "",
        at=out.released_at or out.submitted_at,
        zone=incident.zone,
        code=code_of(text.sha256),
        languages=tuple(texts),
        state=statement.state,
        ended_by=_number(session, statement.ended_by_id),
        corrects=_number(session, statement.corrects_id),
        retracts=_number(session, statement.retracts_id),
        is_exercise=incident.is_exercise,
    )


def _live(
    session: Session,
    statement: Statement,
    incident: Incident,
    spoken: Sequence[Statement],
    language: Language,
) -> Live:
    return Live(
        title=in_language(incident.title, language),
        title_language=next((each for each in (language, *_ORDER) if incident.title.get(each)), ""),
        latest=_published(session, statement, incident, language),
        promise=promise_of(spoken),
        axis=_axis(spoken),
    )


def _axis(spoken: Sequence[Statement]) -> Axis:
    """With a tenth of the time before the first statement and after the last; what is late is no
    longer on it. To the minute: a page that may be kept for one is the same for one."""
    now = clock.now().replace(second=0, microsecond=0)
    told = [each for each in pins_of(spoken) if not each.is_due or each.at > now]
    first, last = min(each.at for each in told), max(now, *(each.at for each in told))
    beside = max((last - first) / 10, _SHORTEST)
    start, span = first - beside, last - first + 2 * beside

    def place(at: datetime) -> float:
        return round((at - start) / span * 100, 2)

    return Axis(
        past=place(now),
        pins=placed(told, place, words=_CROWDED),
        start_at=start,
        now_at=now,
    )


def _explanation(content: Content, language: Language) -> str:
    if content.correction:
        return content.correction.what_was_wrong.get(language, "")
    return content.retraction.reason.get(language, "") if content.retraction else ""


def _signers(session: Session, out: Version, language: str) -> list[str]:
    """The ministries whose signature the text went out with."""
    ids = [each.ministry_id for each in out.slots if each.is_filled and each.ministry_id]
    rows = session.scalars(
        select(Ministry).where(Ministry.id.in_(ids), Ministry.kind != Kind.CENTRE)
    ).all()
    names = {each.id: in_language(each.name, language) for each in rows}
    return [names[each] for each in ids if each in names]


def _other(
    session: Session, statement_id: UUID | None, incident: Incident, language: Language
) -> Published | None:
    other = session.get(Statement, statement_id) if statement_id else None
    return _published(session, other, incident, language) if other and other.released else None


def _newest(
    session: Session, statement: Statement, incident: Incident, language: Language
) -> Published | None:
    """The end of the chain of successors, when it is further than the next."""
    seen, at = {statement.id}, statement
    while at.ended_by_id and at.ended_by_id not in seen:
        seen.add(at.ended_by_id)
        at = session.get_one(Statement, at.ended_by_id)
    further = at.id not in {statement.id, statement.ended_by_id}
    return _published(session, at, incident, language) if further and at.released else None


def _number(session: Session, statement_id: UUID | None) -> int | None:
    if statement_id is None:
        return None
    return session.scalar(select(Statement.number).where(Statement.id == statement_id))
