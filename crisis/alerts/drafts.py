"""What somebody writes before an alert exists, and the words that come of it for each reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from crisis.alerts import links
from crisis.alerts.apart import LEFT_TO_RIGHT, in_mail, in_sms
from crisis.alerts.model import Alert, Prefer, Priority
from crisis.alerts.outbox import LINK, Channel
from crisis.alerts.templates import level_word, places, templates
from crisis.incidents.model import Incident
from crisis.people.model import in_language
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.forms_of_text import marked
from crisis.statements.places import PLACE, places_in
from crisis.statements.sms import SmsLength, sms_length

PARTS_OF_FREE_TEXT: Final = 3
"""SMS parts that a text without a template may take, and what that of a statement aims at."""
PARTS_OF_STATEMENT: Final = 6
"""Nobody can shorten what was signed; one long sentence of it is better told than left out."""
_NEUTRAL: Final = re.compile(r"[0-9 :./+-]+")
"""What is written alike in every language: a time, a number to dial."""
_EXAMPLE: Final = "7Kq2mZpX4Rta9Wc3"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An alert as somebody writes it; texts by language, with places like `{place}`."""

    priority: Priority
    title: Mapping[str, str] = field(default_factory=dict[str, str])
    sms: Mapping[str, str] = field(default_factory=dict[str, str])
    mail: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where a language has none, the mail says what the SMS says."""
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    audience_ids: tuple[UUID, ...] = ()
    person_ids: tuple[UUID, ...] = ()
    asks_answer: bool = True
    answer_minutes: int | None = None
    enough: int | None = None
    prefer: Prefer = Prefer.ONCE
    expires_at: datetime
    template: str | None = None
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    """What fills a place: `time` alike in every language, `place.ar` in one."""

    @classmethod
    def of(cls, alert: Alert) -> Draft:
        """What stands in an alert now."""
        return cls(
            priority=Priority(alert.priority),
            title=alert.title,
            sms=alert.sms,
            mail=alert.mail,
            channels=tuple(Channel(each) for each in alert.channels),
            audience_ids=tuple(UUID(each) for each in alert.audience_ids),
            person_ids=tuple(UUID(each) for each in alert.person_ids),
            asks_answer=alert.asks_answer,
            answer_minutes=alert.answer_minutes,
            enough=alert.enough,
            prefer=Prefer(alert.prefer),
            expires_at=alert.expires_at,
            template=alert.template,
            values=alert.values,
        )

    def says_as(self, alert: Alert) -> bool:
        """Whether the alert already is what is written here; its end is compared by the minute."""
        other = Alert(statement_id=alert.statement_id)
        self.put_into(other)
        texts = () if alert.statement_id else ("title", "sms", "mail", "values")
        same = (*texts, "priority", "template", "channels", "audience_ids", "person_ids")
        same += ("asks_answer", "answer_minutes", "enough", "prefer")
        ends = [each.expires_at.replace(second=0, microsecond=0) for each in (alert, other)]
        return ends[0] == ends[1] and all(getattr(alert, x) == getattr(other, x) for x in same)

    def put_into(self, alert: Alert) -> None:
        """The alert says what is written here."""
        alert.priority, alert.template = self.priority, self.template
        alert.title, alert.sms, alert.mail = _said(self.title), _said(self.sms), _said(self.mail)
        alert.values = _said(self.values)
        alert.channels = [each.value for each in Channel if each in self.channels]
        alert.audience_ids = sorted({str(each) for each in self.audience_ids})
        alert.person_ids = sorted({str(each) for each in self.person_ids})
        alert.asks_answer, alert.answer_minutes = self.asks_answer, self.answer_minutes
        alert.enough, alert.prefer, alert.expires_at = self.enough, self.prefer, self.expires_at


@dataclass(frozen=True)
class Facts:
    """What an alert need not be told, because the incident knows it."""

    ref: str
    level: int
    title: Mapping[str, str]
    is_exercise: bool

    def value(self, place: str, language: Language) -> str | None:
        """What stands in this place by itself; None for a place that somebody fills."""
        if place == "level":
            return level_word(self.level, language)
        if place == "ref":
            return self.ref
        if place == "incident":
            return in_language(dict(self.title), language)
        return None


@dataclass(frozen=True)
class Words:
    """What one language and channel would say: `LINK` still stands where each finds their own."""

    text: str
    subject: str
    open: tuple[str, ...]
    """Places that nobody has filled."""
    unknown: tuple[str, ...]
    """Places that do not exist: a slip of the pen, most likely."""

    @property
    def shown(self) -> str:
        """As it will be read, with a link as long as the real one."""
        return self.text.replace(LINK, example_link())

    @property
    def length(self) -> SmsLength:
        return sms_length(self.shown)


AUTOMATIC: Final = frozenset({"level", "ref", "incident", "link"})
"""Places that fill themselves."""


def facts_of(incident: Incident) -> Facts:
    """What the incident knows now."""
    return Facts(incident.ref, incident.level, incident.title, incident.is_exercise)


def words(alert: Alert, language: Language, channel: Channel, facts: Facts) -> Words:
    """What the alert says to a reader of `language`; of a statement nothing but its very text."""
    sms = alert.sms.get(language, "")
    raw = sms if channel is Channel.SMS else alert.mail.get(language) or sms
    fixed = alert.statement_id is not None
    apart = in_sms if channel is Channel.SMS else in_mail
    filled = _filled(raw, language, alert.values, facts, apart)
    text, left, unknown = (raw, (), ()) if fixed else filled
    subject, open_too, unknown_too = _filled(
        alert.title.get(language, ""), language, alert.values, facts, in_mail
    )
    return Words(
        text=marked(text, language, is_exercise=facts.is_exercise) if text.strip() else "",
        subject=marked(subject, language, is_exercise=facts.is_exercise) if subject else "",
        open=tuple(dict.fromkeys((*left, *open_too))),
        unknown=tuple(dict.fromkeys((*unknown, *unknown_too))),
    )


def title_of(alert: Alert, language: Language) -> str:
    """Its subject, places filled, as lists name it; where it has none here, in another language."""
    facts = facts_of(alert.incident)
    known = [each for each in (language, *LANGUAGES) if alert.title.get(each)]
    return _filled(alert.title[known[0]], known[0], alert.values, facts, in_sms)[0] if known else ""


def most_parts(alert: Alert) -> int:
    """How many SMS parts its text may take, unless lives depend on it."""
    if alert.statement_id:
        return PARTS_OF_STATEMENT
    known = templates().get(alert.template or "")
    return known.parts if known else PARTS_OF_FREE_TEXT


def places_to_fill(alert: Alert) -> tuple[str, ...]:
    """The places of its texts that somebody has to fill, in reading order, known ones only."""
    texts = (*alert.sms.values(), *alert.mail.values(), *alert.title.values())
    found = dict.fromkeys(place for text in texts for place in places_in(text))
    if alert.statement_id:
        return ()
    return tuple(each for each in found if each not in AUTOMATIC and each in place_types())


def place_types() -> Mapping[str, str]:
    """What kind of thing fills each place: `text`, `time` or `phone`."""
    return {name: place.type for name, place in places().items()}


def example_link() -> str:
    """As long as everybody's own link will be."""
    return links.address("/k/" + _EXAMPLE[: links.LETTERS])


def _filled(
    text: str,
    language: Language,
    values: Mapping[str, str],
    facts: Facts,
    apart: Callable[[str, Language], str],
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    left: list[str] = []
    unknown: list[str] = []
    known = place_types()

    def fill(place: str) -> str:
        if place == "link":
            return LINK
        own = facts.value(place, language) or _value(values, place, language)
        if own is None:
            (left if place in known else unknown).append(place)
            return "{" + place + "}"
        # among Arabic 2026-014 would read 014-2026, a number back to front
        turned = language == "ar" and _turns(place)
        return LEFT_TO_RIGHT + own if turned else apart(own, language)

    done = PLACE.sub(lambda found: fill(found[1]), text)
    return done, tuple(left), tuple(unknown)


def _turns(place: str) -> bool:
    """Whether it is filled with groups of digits, which Arabic would put in the other order."""
    return place == "ref" or place_types().get(place) == "phone"


def _value(values: Mapping[str, str], place: str, language: Language) -> str | None:
    """Its own in this language, else one that is written alike in all."""
    if own := values.get(f"{place}.{language}"):
        return own
    others = (values.get(place), *(values.get(f"{place}.{each}") for each in LANGUAGES))
    return next((each for each in others if each and _NEUTRAL.fullmatch(each)), None)


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
