"""What must hold before an alert may leave, and making it leave: words and recipients are fixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crisis.alerts import links
from crisis.alerts.carrying import carry, must_be_for, wrong_ones
from crisis.alerts.drafts import Words, facts_of, most_parts, words
from crisis.alerts.escalation import await_answers
from crisis.alerts.gathering import Gathered, Reached, gather
from crisis.alerts.model import CONFIRMED, CONFIRMED_ABOVE, Alert, AlertState, Priority
from crisis.alerts.outbox import LINK, Channel, Purpose
from crisis.alerts.posting import AT_ONCE, NewMessage, next_line, post, say
from crisis.alerts.recipients import Answer, Recipient
from crisis.alerts.templates import places
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import PUBLIC, Audience
from crisis.statements.content import LANGUAGES, Language, Texts
from crisis.statements.places import listed, listed_names
from crisis.timeline.terms import LANGUAGE

SAME_WITHIN: Final = timedelta(minutes=10)
GOES_FIRST: Final[Mapping[Priority, int]] = {
    Priority.LIFE_SAFETY: 0,
    Priority.URGENT: 1,
    Priority.IMPORTANT: 2,
    Priority.INFO: 3,
}
"""The place of each priority in the outbox; 0 leaves first."""

_SPOKEN: Final[Mapping[Language, Texts]] = {
    "ar": {"ar": "العربية", "en": "Arabic", "fr": "arabe"},
    "en": {"ar": "الإنجليزية", "en": "English", "fr": "anglais"},
    "fr": {"ar": "الفرنسية", "en": "French", "fr": "français"},
}
"""What each language is called in the others, within a sentence."""

Said = Mapping[tuple[Language, Channel], Words]


@dataclass(frozen=True)
class Frozen:
    """What came of it."""

    recipients: int
    left_out: int
    told_all_the_same: int
    messages: int


def everybody(session: Session, alert: Alert) -> Gathered:
    """Whom the alert would reach now. A correction reaches at least those the wrong text reached,
    and by the same ways."""
    again = earlier(session, alert)
    chosen = {UUID(each) for each in alert.audience_ids}
    found = select(Audience).where(Audience.id.in_(chosen), Audience.active.is_(True))
    gathered = gather(
        session,
        audiences=session.scalars(found.order_by(Audience.code)).all(),
        person_ids=[UUID(each) for each in alert.person_ids],
        again=again,
        channels=ways(session, alert, again),
        life_safety=alert.is_life_safety,
    )
    return replace(gathered, is_public=gathered.is_public or _went_public(session, again))


def earlier(session: Session, alert: Alert) -> list[UUID]:
    """The alerts that it goes to the people of once more."""
    return [*wrong_ones(session, alert), *filter(None, [alert.follows_id])]


def _went_public(session: Session, alert_ids: Sequence[UUID]) -> bool:
    """Whether any of these, or what they followed in turn, was for an audience of the public."""
    audiences: set[UUID] = set()
    ahead, seen = list(alert_ids), set[UUID]()
    while ahead:
        alert = session.get_one(Alert, ahead.pop())
        seen.add(alert.id)
        audiences |= {UUID(each) for each in alert.audience_ids}
        ahead += [each for each in earlier(session, alert) if each not in seen]
    public = select(Audience.id).where(Audience.id.in_(audiences), Audience.kind.in_(PUBLIC))
    return session.scalar(public.limit(1)) is not None


def ways(session: Session, alert: Alert, again: Sequence[UUID]) -> list[Channel]:
    """The channels it takes: its own, and those of the alerts it follows."""
    earlier = session.scalars(select(Alert.channels).where(Alert.id.in_(again)))
    taken = {*alert.channels, *(way for each in earlier for way in each)}
    return [each for each in Channel if each in taken]


def needs_second(alert: Alert, gathered: Gathered) -> bool:
    """Whether another person confirms it: it is urgent, for the public, or for very many."""
    return (
        Priority(alert.priority) in CONFIRMED
        or gathered.is_public
        or gathered.count > CONFIRMED_ABOVE
    )


def must_be_ready(session: Session, alert: Alert, at: datetime) -> tuple[Gathered, Said]:
    """Everything that is wrong with the alert as it would leave now.

    Raises `Conflict` (`expired`, `empty_audience`, `never_public`, those of `carry`) or `Invalid`
    (`no_channel`, `missing_language`, `open_places`, `unknown_places`, `no_link`,
    `too_many_parts`), the fields named.
    """
    if alert.expires_at <= at:
        raise Conflict(Message("The time it is good for is over. Set a later one."), code="expired")
    if not alert.channels:
        none = Message("Choose at least one way to send it.")
        raise Invalid(none, code="no_channel", fields={"channels": none})
    carry(session, alert)
    gathered = everybody(session, alert)
    if not gathered.told:
        raise Conflict(
            Message("Nobody would get it. Choose whom it is for."), code="empty_audience"
        )
    must_be_for(session, alert, gathered)
    said = said_to(alert, gathered)
    _must_be_out(alert, said, gathered)
    _must_say_something(said)
    _must_be_filled(said)
    _must_have_link(alert, said)
    _must_fit(alert, said)
    return gathered, said


def said_to(alert: Alert, gathered: Gathered) -> Said:
    """Its words in each language and channel that somebody needs."""
    facts = facts_of(alert.incident)
    return {
        (language, channel): words(alert, language, channel, facts)
        for channel in gathered.channels
        for language in LANGUAGES
        if gathered.by_way(channel)[language]
    }


def must_be_seen(count: int, fingerprint: str, seen: str | None) -> None:
    """Raises `Conflict` (`audience_changed`) when another audience was `seen` than there is now."""
    if seen is not None and seen != fingerprint:
        raise Conflict(
            Message.plural(
                "The audience changed meanwhile: it is now {n} person. Look at it again.",
                "The audience changed meanwhile: it is now {n} people. Look at it again.",
                n=count,
            ),
            code="audience_changed",
        )


def must_go_alone(*, needs_second: bool) -> None:
    """Raises `Conflict` (`needs_second`)."""
    if needs_second:
        raise Conflict(Message("This one needs a second person."), code="needs_second")


def hash_of(said: Said) -> str:
    """SHA-256 of every word of it: it changes when what fills a place does, such as the level."""
    lines = sorted(f"{key} {told.subject!r} {told.text!r}" for key, told in said.items())
    return sha256("\n".join(lines).encode()).hexdigest()


def must_be_new(session: Session, alert: Alert, at: datetime) -> None:
    """Raises `Conflict` (`same_alert`) when the same was sent to the same people a moment ago."""
    since = at - SAME_WITHIN
    others = select(Alert).where(
        Alert.incident_id == alert.incident_id,
        Alert.id != alert.id,
        Alert.kind == alert.kind,
        Alert.asked_at > since,
        Alert.state.not_in([AlertState.DRAFT, AlertState.CANCELLED]),
    )
    for each in session.scalars(others.order_by(Alert.number)):
        same_people = (each.audience_ids, each.person_ids, each.follows_id) == (
            alert.audience_ids,
            alert.person_ids,
            alert.follows_id,
        )
        if same_people and _same_matter(each, alert):
            raise Conflict(
                Message(
                    "Alert {number} says the same to the same people, less than 10 minutes ago. "
                    "Send this one only if they must be told twice.",
                    number=each.number,
                ),
                code="same_alert",
            )


def freeze(
    session: Session, alert: Alert, gathered: Gathered, said: Said, *, at: datetime
) -> Frozen:
    """Fix who gets it and what it says, and queue every message, in this transaction."""
    ids = {each.key: new_id() for each in gathered.everybody}
    _keep_recipients(session, alert, gathered, ids, at)
    wordings = {
        (language, channel): say(
            session,
            alert.incident_id,
            language,
            subject=told.subject if channel is Channel.EMAIL else "",
            text=told.text,
        )
        for (language, channel), told in said.items()
    }
    messages = list(_messages(alert, gathered, said, ids, wordings))
    post(session, alert.incident, messages, seq=next_line(session, alert.incident_id), at=at)
    alert.state, alert.confirmed_at = AlertState.SENDING, at
    alert.asked_at = alert.asked_at or at
    alert.channels = [each.value for each in gathered.channels]
    alert.recipients, alert.audience_hash = gathered.count, gathered.fingerprint
    return Frozen(
        recipients=gathered.count,
        left_out=len(gathered.left_out),
        told_all_the_same=len(gathered.told_all_the_same),
        messages=len(messages),
    )


def _keep_recipients(
    session: Session, alert: Alert, gathered: Gathered, ids: Mapping[str, UUID], at: datetime
) -> None:
    answer = Answer.WAITING if alert.asks_answer else Answer.NOT_ASKED
    answer_by = at + alert.answer_within if alert.asks_answer else None
    rows = [_row(alert, each, ids[each.key], answer, answer_by, at) for each in gathered.everybody]
    for first in range(0, len(rows), AT_ONCE):
        session.execute(insert(Recipient), rows[first : first + AT_ONCE])
    if alert.asks_answer:
        waiting = [Recipient(id=ids[x.key], left_out=x.left_out) for x in gathered.everybody]
        await_answers(session, alert, waiting, at)


def _row(
    alert: Alert,
    each: Reached,
    id: UUID,
    answer: Answer,
    answer_by: datetime | None,
    at: datetime,
) -> dict[str, Any]:
    return {
        "id": id,
        "incident_id": alert.incident_id,
        "alert_id": alert.id,
        "person_id": each.person_id,
        "contact_id": each.contact_id,
        "ministry_id": each.ministry_id,
        "name": each.name,
        "language": each.language,
        "mobile": each.mobile,
        "email": each.email,
        "left_out": each.left_out,
        "root_id": id,
        "step": 0,
        "answer": answer,
        "answer_by": answer_by,
        "asked_at": at,
        "token_hash": links.hash_of(links.secret_of(id)),
    }


def _messages(
    alert: Alert,
    gathered: Gathered,
    said: Said,
    ids: Mapping[str, UUID],
    wordings: Mapping[tuple[Language, Channel], UUID],
) -> Iterator[NewMessage]:
    priority, about = GOES_FIRST[Priority(alert.priority)], f"alert:{alert.id}"
    parts = {key: told.length.count for key, told in said.items() if key[1] is Channel.SMS}
    for each in gathered.told:
        for channel in gathered.channels:
            address, key = each.address(channel), (_spoken(each.language), channel)
            if address is None:
                continue
            yield NewMessage(
                purpose=Purpose.ALERT,
                priority=priority,
                channel=channel,
                address=address,
                language=each.language,
                wording_id=wordings[key],
                about=about,
                event="alert.confirmed",
                key=f"alert:{ids[each.key]}:{channel}",
                person_id=each.person_id,
                alert_id=alert.id,
                recipient_id=ids[each.key],
                expires_at=alert.expires_at,
                parts=parts.get(key),
                is_owed=each.is_owed,
            )


def _spoken(language: str) -> Language:
    return next(each for each in LANGUAGES if each == language)


def _same_matter(one: Alert, other: Alert) -> bool:
    if one.statement_id or other.statement_id:
        return one.text_hash == other.text_hash
    if one.template or other.template:
        return one.template == other.template
    return one.sms == other.sms


def _must_be_out(alert: Alert, said: Said, gathered: Gathered) -> None:
    """What the alert carries is out in every language that somebody reads."""
    lacking = {x for (x, _channel), told in said.items() if not (told.text and told.subject)}
    if alert.statement_id is None or not lacking:
        return
    readers = {each: gathered.languages[each] for each in LANGUAGES if each in lacking}
    told = Message(
        "The statement is not out in the language of {n} of the recipients: {languages}. Release "
        "its translation first, or leave them out.",
        n=sum(readers.values()),
        languages=listed([_counted(each, people) for each, people in readers.items()]),
    )
    raise Invalid(told, code="missing_language", fields={"audiences": told})


def _counted(language: Language, people: int) -> Texts:
    return {each: f"{name} ({people})" for each, name in _SPOKEN[language].items()}


def _must_say_something(said: Said) -> None:
    fields: dict[str, Message] = {}
    for (language, channel), told in said.items():
        if not told.text:
            fields[f"sms_{language}"] = Message("Somebody reads this language: write the text.")
        elif channel is Channel.EMAIL and not told.subject:
            fields[f"title_{language}"] = Message("A mail needs a subject in this language.")
    if fields:
        raise Invalid(
            Message("The text is missing in a language that somebody among them reads."),
            code="missing_language",
            fields=fields,
        )


def _must_be_filled(said: Said) -> None:
    unknown = {place for told in said.values() for place in told.unknown}
    if unknown:
        raise Invalid(
            Message("There is no such place: {places}.", places=_braced(unknown)),
            code="unknown_places",
            fields={
                f"sms_{language}": Message("There is no such place: {places}.", places=_braced(x))
                for (language, _channel), told in said.items()
                if (x := set(told.unknown))
            },
        )
    left: dict[Language, set[str]] = {}
    for (language, _channel), told in said.items():
        if told.open:
            left.setdefault(language, set()).update(told.open)
    if left:
        fields = {
            f"values_{language}": Message(
                "{language}: fill in {places}.",
                language=LANGUAGE[language],
                places=_named(left_open),
            )
            for language, left_open in left.items()
        }
        raise Invalid(next(iter(fields.values())), code="open_places", fields=fields)


def _must_have_link(alert: Alert, said: Said) -> None:
    if not alert.asks_answer:
        return
    fields = {
        f"{'sms' if channel is Channel.SMS else 'mail'}_{language}": Message(
            "It asks for an answer: say where with {place}.", place=LINK
        )
        for (language, channel), told in said.items()
        if LINK not in told.text
    }
    if fields:
        raise Invalid(next(iter(fields.values())), code="no_link", fields=fields)


def _must_fit(alert: Alert, said: Said) -> None:
    most = most_parts(alert)
    if alert.is_life_safety:
        return
    fields = {
        f"sms_{language}": Message(
            "It takes {n} parts with everything filled in; at most {most} are allowed.",
            n=told.length.count,
            most=most,
        )
        for (language, channel), told in said.items()
        if channel is Channel.SMS and told.length.count > most
    }
    if fields:
        raise Invalid(next(iter(fields.values())), code="too_many_parts", fields=fields)


def _named(codes: set[str]) -> Texts:
    """What people call these places, one after another."""
    return listed_names([places()[each].name for each in sorted(codes)])


def _braced(names: set[str]) -> str:
    return " ".join("{" + each + "}" for each in sorted(names))
