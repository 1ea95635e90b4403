"""What whoever writes an alert is shown: who would get it, how it would read, what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts.carrying import carry, kind_of, shortened, wrong_ones
from crisis.alerts.drafts import Draft, Words, facts_of, most_parts, places_to_fill, words
from crisis.alerts.due import must_be_somebody, second_people
from crisis.alerts.freezing import (
    earlier,
    everybody,
    hash_of,
    must_be_new,
    must_be_ready,
    must_be_seen,
    must_go_alone,
    needs_second,
    said_to,
)
from crisis.alerts.gathering import Gathered
from crisis.alerts.model import Alert, AlertKind, AlertState, Contact, Priority
from crisis.alerts.outbox import Channel
from crisis.alerts.posting import AT_ONCE
from crisis.alerts.recipients import Recipient
from crisis.alerts.shortening import Offer, offers, too_much
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.command import query
from crisis.kernel.errors import Invalid, Refusal
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import Ministry, Names
from crisis.policy import Action
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.forms_of_text import ShortForm
from crisis.statements.model.statement import Statement

LOAD_BUDGET: Final = 5
"""Alerts an hour that people read with care."""
_WHERE: Final[Mapping[str, str]] = {
    "expired": "expires",
    "empty_audience": "audiences",
    "audience_changed": "audiences",
}
"""Fields of refusals that name none."""


class Stands(StrEnum):
    """How far the text of one language has come."""

    COMPLETE = "complete"
    UNFINISHED = "unfinished"
    """A place, a subject or one of the two texts is still to be written."""
    EMPTY = "empty"


@dataclass(frozen=True)
class Reading:
    """The alert as readers of one language would have it."""

    language: Language
    readers: int
    """How many of those who are told read it; 0: nobody needs it."""
    sms: Words
    mail: Words
    stands: Stands
    too_much: int
    offers: Sequence[Offer]
    left_out: Sequence[str]
    """Sentences of the statement it carries that the text message has no room for."""
    lacks_advice: bool
    """What people should do is among them."""

    @property
    def written(self) -> bool:
        return bool(self.sms.text.strip())


@dataclass(frozen=True)
class Cost:
    """What the SMS of one language come to."""

    language: Language
    messages: int
    parts: int

    @property
    def total(self) -> int:
        return self.messages * self.parts


@dataclass(frozen=True)
class Again:
    """An alert whose people get this one as well."""

    number: int
    people: int
    """Whoever was asked in somebody's place included."""


@dataclass(frozen=True)
class Preview:
    """Everything that is computed from a draft; nothing of it is stored."""

    count: int
    again: Sequence[Again]
    told: int
    duplicates: int
    fingerprint: str
    is_public: bool
    needs_second: bool
    channels: Sequence[Channel]
    without_mobile: Sequence[Names]
    without_mail: Sequence[Names]
    opted_out: Sequence[Names]
    told_all_the_same: Sequence[Names]
    readings: Sequence[Reading]
    costs: Sequence[Cost]
    mails: int
    most_parts: int
    places: Sequence[str]
    load: int
    """How many alerts went to any of these people within the hour, this one included."""
    confirmers: Sequence[UUID]
    wrong: Refusal | None
    """Why it could not leave as it is."""
    told_already: Refusal | None
    """Why it would have to be sent all the same."""
    said_hash: str
    """SHA-256 of every word of it, as `freezing.hash_of` tells."""
    alert: Alert

    @property
    def parts(self) -> int:
        return sum(each.total for each in self.costs)

    @property
    def is_written(self) -> bool:
        """Whether everybody who is told can read all of it."""
        read = [each.stands for each in self.readings if each.readers]
        return bool(read) and set(read) == {Stands.COMPLETE}


@dataclass(frozen=True)
class Wrong:
    """One thing that keeps an alert here, and the field of the composer where it is mended."""

    field: str
    """Empty where there is none."""
    message: Message


@query(Action.WRITE_ALERT, on=Incident)
def preview(
    incident: Incident,
    session: Session,
    *,
    draft: Draft,
    by: UUID,
    kind: AlertKind = AlertKind.ALERT,
    follows_id: UUID | None = None,
    statement_id: UUID | None = None,
    alert_id: UUID | None = None,
) -> Preview:
    """How this draft would leave now; with `alert_id` as another text of that alert."""
    kept = alert_id and session.get(Alert, alert_id)
    carried = statement_id and session.get(Statement, statement_id)
    kind = kind_of(carried, kind) if carried else kind
    alert = Alert(
        id=kept.id if kept else new_id(),
        incident=incident,
        incident_id=incident.id,
        number=kept.number if kept else 0,
        kind=kept.kind if kept else kind,
        follows_id=kept.follows_id if kept else follows_id,
        statement_id=kept.statement_id if kept else statement_id,
        revision=kept.revision if kept else 1,
        state=AlertState.DRAFT,
        created_by_id=kept.created_by_id if kept else by,
        created_at=kept.created_at if kept else clock.now(),
    )
    draft.put_into(alert)
    return shown(session, alert, by)


@query(Action.WRITE_ALERT, on=Incident)
def as_pressing(incident: Incident, session: Session, *, draft: Draft, statement_id: UUID) -> Draft:
    """The draft of an alert with this statement, as pressing as the alerts whose text that corrects
    or takes back, and to be acknowledged as they were."""
    kind = kind_of(session.get_one(Statement, statement_id), AlertKind.ALERT)
    alert = Alert(incident_id=incident.id, statement_id=statement_id, kind=kind)
    ids = wrong_ones(session, alert)
    wrong = session.scalars(select(Alert).where(Alert.id.in_(ids))).all() if ids else ()
    if not wrong:
        return draft
    within = [each.answer_within for each in wrong if each.asks_answer]
    return replace(
        draft,
        priority=max((Priority(each.priority) for each in wrong), key=list(Priority).index),
        asks_answer=bool(within),
        answer_minutes=int(min(within).total_seconds() // 60) if within else None,
    )


def must_be_sendable(view: Preview, *, asks: bool, seen: str | None, despite_same: bool) -> None:
    """Raises what asking for a second person (`asks`), or sending without one, would raise: before
    anything is kept of a form that comes back."""
    if view.wrong is not None:
        raise view.wrong
    must_be_seen(view.count, view.fingerprint, seen)
    if asks:
        must_be_somebody(view.confirmers)
    else:
        must_go_alone(needs_second=view.needs_second)
    if view.told_already is not None and not despite_same:
        raise view.told_already


@query(Action.FOLLOW_INCIDENT, on=Alert)
def preview_of(alert: Alert, session: Session, *, by: UUID) -> Preview:
    """How the alert would leave now, as it stands."""
    session.expunge(alert)
    return shown(session, alert, by)


@dataclass(frozen=True)
class Crowd:
    """Who an alert is for: those picked by hand by name, all others by their entity."""

    named: Sequence[tuple[Names, Names]]
    """Each with the name of their entity, which may be empty."""
    entities: Sequence[tuple[Names, int]]
    """The largest first; without a name: whoever belongs to none."""


@query(Action.FOLLOW_INCIDENT, on=Alert)
def crowd_of(alert: Alert, session: Session) -> Crowd:
    """Who they are now."""
    everyone = everybody(session, alert).everybody
    names = dict(session.execute(select(Ministry.id, Ministry.name)).all())

    def entity(of: UUID | None) -> Names:
        return names.get(of, {}) if of else {}

    by_hand = set(alert.person_ids)
    picked = [each for each in everyone if str(each.person_id) in by_hand]
    others = Counter(each.ministry_id for each in everyone if str(each.person_id) not in by_hand)
    return Crowd(
        named=[(each.name, entity(each.ministry_id)) for each in picked],
        entities=[(entity(id), people) for id, people in others.most_common()],
    )


def shown(session: Session, alert: Alert, by: UUID) -> Preview:
    """The same for an alert in hand, which must not belong to the session: it is written upon."""
    wrong = _wrong(session, alert)
    gathered = everybody(session, alert)
    short = shortened(session, alert)
    readings = [_reading(alert, each, gathered, short.get(each)) for each in LANGUAGES]
    by_sms = gathered.by_way(Channel.SMS)
    return Preview(
        count=gathered.count,
        again=_again(session, alert),
        told=len(gathered.told),
        duplicates=gathered.duplicates,
        fingerprint=gathered.fingerprint,
        is_public=gathered.is_public,
        needs_second=needs_second(alert, gathered),
        channels=gathered.channels,
        without_mobile=[x.name for x in gathered.without_mobile if x.person_id],
        without_mail=[x.name for x in gathered.without_mail if x.person_id],
        opted_out=[x.name for x in gathered.opted_out if x.person_id],
        told_all_the_same=[x.name for x in gathered.told_all_the_same],
        readings=readings,
        costs=[
            Cost(each.language, by_sms[each.language], each.sms.length.count)
            for each in readings
            if by_sms[each.language]
        ],
        mails=gathered.by_way(Channel.EMAIL).total(),
        most_parts=most_parts(alert),
        places=places_to_fill(alert),
        load=_load(session, alert, gathered) + 1,
        confirmers=second_people(session, alert, by),
        wrong=wrong,
        told_already=_told_already(session, alert),
        said_hash=hash_of(said_to(alert, gathered)),
        alert=alert,
    )


def _wrong(session: Session, alert: Alert) -> Refusal | None:
    try:
        carry(session, alert)
        must_be_ready(session, alert, clock.now())
    except Refusal as refusal:
        return refusal
    return None


def _told_already(session: Session, alert: Alert) -> Refusal | None:
    try:
        must_be_new(session, alert, clock.now())
    except Refusal as refusal:
        return refusal
    return None


def _reading(
    alert: Alert, language: Language, gathered: Gathered, short: ShortForm | None
) -> Reading:
    facts = facts_of(alert.incident)
    said = {each: words(alert, language, each, facts) for each in Channel}
    sms = said[Channel.SMS]
    fixed = alert.statement_id is not None
    raw = alert.sms.get(language, "")
    return Reading(
        language=language,
        readers=gathered.languages[language],
        sms=sms,
        mail=said[Channel.EMAIL],
        stands=_stands(said, gathered.channels),
        too_much=too_much(sms.shown),
        offers=[] if fixed or not raw else offers(raw, sms.shown, language),
        left_out=short.left_out if short and sms.text else (),
        lacks_advice=bool(short and sms.text and short.advice_left_out),
    )


def _stands(said: Mapping[Channel, Words], channels: Collection[Channel]) -> Stands:
    if not any(each.text.strip() for each in said.values()):
        return Stands.EMPTY
    needed = [said[each] for each in channels]
    has_holes = any(each.open or each.unknown or not each.text.strip() for each in needed)
    needs_subject = Channel.EMAIL in channels and not said[Channel.EMAIL].subject
    return Stands.UNFINISHED if has_holes or needs_subject else Stands.COMPLETE


def _again(session: Session, alert: Alert) -> list[Again]:
    ids = earlier(session, alert)
    people = func.count(func.coalesce(Recipient.person_id, Recipient.contact_id).distinct())
    counted = (
        select(Alert.number, people)
        .join(Recipient, Recipient.alert_id == Alert.id)
        .where(Alert.id.in_(ids))
        .group_by(Alert.number)
    )
    rows = session.execute(counted.order_by(Alert.number)) if ids else ()
    return [Again(number, people) for number, people in rows]


def _load(session: Session, alert: Alert, gathered: Gathered) -> int:
    """Alerts of any incident that went to one of these people within the last hour."""
    since = clock.now() - timedelta(hours=1)
    staff = sorted(each.person_id for each in gathered.told if each.person_id)
    found: set[UUID] = set()
    for first in range(0, len(staff), AT_ONCE):
        told = select(Recipient.alert_id).where(
            Recipient.person_id.in_(staff[first : first + AT_ONCE]),
            Recipient.asked_at > since,
            Recipient.left_out.is_(None),
        )
        found.update(session.scalars(told.distinct()))
    if len(staff) < len(gathered.told):
        found |= _to_contacts(session, alert, since)
    return len(found - {alert.id})


def _to_contacts(session: Session, alert: Alert, since: datetime) -> set[UUID]:
    """The alerts since then to contacts it goes to: each contact is in one audience only."""
    chosen = [UUID(each) for each in alert.audience_ids]
    lists = select(Contact.audience_id).where(Contact.audience_id.in_(chosen)).distinct()
    own = {str(each) for each in session.scalars(lists)}
    again = set(earlier(session, alert))
    recent = select(Alert.id, Alert.audience_ids).where(Alert.confirmed_at > since)
    rows = session.execute(recent).all()
    return {id for id, audiences in rows if id in again or not own.isdisjoint(audiences)}


def problems_of(refusal: Refusal) -> list[Wrong]:
    """Why, in one sentence for each thing that is wrong, each once."""
    told = {refusal.message: _WHERE.get(refusal.code, "")}
    for field, message in (refusal.fields if isinstance(refusal, Invalid) else {}).items():
        told[message] = told.get(message) or field
    return [Wrong(field, message) for message, field in told.items()]


def fields_of(refusal: Refusal) -> Collection[str]:
    """The fields of the composer in which something is wrong."""
    named = refusal.fields if isinstance(refusal, Invalid) else {}
    return list(named) or [_WHERE[each] for each in [refusal.code] if each in _WHERE]
