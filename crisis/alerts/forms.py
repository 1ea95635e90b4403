"""What the forms of alerts and audiences may carry."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field
from werkzeug.datastructures import MultiDict

from crisis.alerts.described import Described
from crisis.alerts.drafts import Draft, place_types
from crisis.alerts.model import AlertKind, Prefer, Priority
from crisis.alerts.outbox import LINK, Channel
from crisis.kernel import clock
from crisis.kernel.errors import Invalid
from crisis.kernel.text import (
    Name,
    OptionalName,
    Whole,
    line,
    optional,
    plain_digits,
    prose,
)
from crisis.kernel.words import Message
from crisis.people.importing import AudienceCode, Language, OptionalRule, names_of
from crisis.people.model import LANGUAGES, AudienceKind, Names
from crisis.policy import Duty
from crisis.statements.forms import LocalTime, in_zone
from crisis.web.asking import LARGEST_NUMBER, Form

ANSWERS: Final = (5, 10, 15, 20, 60)
"""Minutes offered for an acknowledgement."""
LONGEST_ANSWER: Final = 24 * 60
LASTS: Final = timedelta(hours=6)
"""What a new alert is good for, unless somebody says otherwise."""
_TIME: Final = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"

Number = Annotated[Whole, Field(ge=1, le=LARGEST_NUMBER)]
Count = Annotated[Whole, Field(ge=0, le=LARGEST_NUMBER)]
AsShown = Annotated[Count, BeforeValidator(lambda typed: _without_separators(typed))]
"""A count typed as a page shows it: with what separates its thousands, or without."""
Minutes = Annotated[Whole, Field(ge=0, le=LONGEST_ANSWER)]
Reason = Annotated[str, line(500)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Codes = Annotated[list[Code], Field(max_length=30, default_factory=list)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Ids = Annotated[list[UUID], Field(max_length=300, default_factory=list)]
Ways = Annotated[list[Channel], Field(max_length=2, default_factory=list)]
Title = Annotated[str | None, optional(line(120))]
Sms = Annotated[str | None, optional(prose(1_600))]
Mail = Annotated[str | None, optional(prose(4_000))]
Value = Annotated[str | None, optional(line(60))]
Values = Annotated[list[Value], Field(max_length=30, default_factory=list)]
Then = Literal["look", "take", "save", "ask", "send", "test", "spell", "tight"]


class NewAsked(Form):
    """What a new alert begins with: a template, or the text of a released statement."""

    template: Code | None = None
    statement: Number | None = None
    kind: AlertKind = AlertKind.ALERT


class ComposeForm(Form):
    """A whole alert as it is being written."""

    revision: Number | None = None
    seen: Hash | None = None
    kind: AlertKind = AlertKind.ALERT
    statement: Number | None = None
    template: Code | None = None
    took: Code | None = None
    """The template whose text stands in the fields."""
    priority: Priority = Priority.IMPORTANT
    audiences: Ids
    people: Ids
    channels: Ways
    answer: Minutes = 0
    """Minutes; 0: it asks for no answer."""
    enough: Number | None = None
    reach: Literal["yes"] | None = None
    expires: LocalTime | None = None
    title_ar: Title = None
    title_en: Title = None
    title_fr: Title = None
    sms_ar: Sms = None
    sms_en: Sms = None
    sms_fr: Sms = None
    mail_ar: Mail = None
    mail_en: Mail = None
    mail_fr: Mail = None
    places: Codes
    values_ar: Values
    values_en: Values
    values_fr: Values
    tab: Language = "ar"
    look: Channel = Channel.SMS
    again: Literal["yes"] | None = None
    """Even though the same was sent to the same people a moment ago."""
    then: Then = "look"

    def draft(self, zone: str) -> Draft:
        """What was written. Raises `Invalid` for a time or a number that is none."""
        return Draft(
            priority=self.priority,
            title=_texts(ar=self.title_ar, en=self.title_en, fr=self.title_fr),
            sms=_texts(ar=self.sms_ar, en=self.sms_en, fr=self.sms_fr),
            mail=_texts(ar=self.mail_ar, en=self.mail_en, fr=self.mail_fr),
            channels=tuple(each for each in Channel if each in self.channels),
            audience_ids=tuple(dict.fromkeys(self.audiences)),
            person_ids=tuple(dict.fromkeys(self.people)),
            asks_answer=self.answer > 0,
            answer_minutes=self.answer or None,
            enough=self.enough,
            prefer=Prefer.REACH if self.reach else Prefer.ONCE,
            expires_at=in_zone(self.expires, zone) or good_until(),
            template=self.template,
            values=self._values(),
        )

    def _values(self) -> dict[str, str]:
        """What fills the places: `time` once for all languages, `place.ar` in one."""
        found: dict[str, str] = {}
        types = place_types()
        rows = zip_longest(self.places, self.values_ar, self.values_en, self.values_fr)
        for place, *texts in rows:
            if place not in types:
                continue
            once = types[place] != "text"
            if once:
                texts = [next((each for each in texts if each), None)]
            for language, text in zip(("ar", "en", "fr"), texts, strict=False):
                if text:
                    found[place if once else f"{place}.{language}"] = _checked(
                        text, types[place], f"values_{language}"
                    )
        return found


class ConfirmForm(Form):
    """The second person's yes: to this revision, this audience and these words."""

    revision: Number
    seen: Hash
    said: Hash
    typed_count: AsShown


class ReasonForm(Form):
    """An act that needs a reason."""

    reason: Reason


class FollowForm(Form):
    """What follows an alert."""

    kind: Literal[AlertKind.UPDATE, AlertKind.ALL_CLEAR, AlertKind.CORRECTION]


class AudienceForm(Form):
    """Whom an audience is made of."""

    code: AudienceCode
    kind: AudienceKind = AudienceKind.MINISTRY_DUTY
    name_ar: Name
    name_en: OptionalName = None
    name_fr: OptionalName = None
    rule: OptionalRule = None
    ministries: Ids
    duties: Annotated[list[Duty], Field(max_length=len(Duty), default_factory=list)]
    languages: Annotated[list[Language], Field(max_length=3, default_factory=list)]
    members: Ids
    then: Literal["look", "save"] = "save"

    @property
    def name(self) -> Names:
        return names_of(self.name_ar, self.name_en, self.name_fr)

    def described(self) -> Described:
        """The same, as the command takes it."""
        return Described(
            code=self.code,
            kind=self.kind,
            name=self.name,
            rule=self.rule or "",
            ministry_ids=tuple(dict.fromkeys(self.ministries)),
            duties=tuple(self.duties),
            languages=tuple(self.languages),
            member_ids=tuple(dict.fromkeys(self.members)),
        )


def so_far(sent: MultiDict[str, str]) -> Described:
    """Who would belong to an audience that is still being described: what is wrong in the form
    counts for nothing."""
    return replace(
        nobody(),
        ministry_ids=tuple(_ids(sent.getlist("ministries"))),
        duties=tuple(each for each in Duty if each in sent.getlist("duties")),
        languages=tuple(each for each in LANGUAGES if each in sent.getlist("languages")),
        member_ids=tuple(_ids(sent.getlist("members"))),
    )


class UseForm(Form):
    """Whether an audience is offered."""

    active: Literal["yes", "no"]


def _ids(typed: list[str]) -> Iterator[UUID]:
    for each in dict.fromkeys(typed):
        with suppress(ValueError):
            yield UUID(each)


def nobody() -> Described:
    """An audience that is not described yet."""
    return Described(code="", kind=AudienceKind.MINISTRY_DUTY, name={})


def good_until() -> datetime:
    """The end of a new alert, by the minute, as fields show it."""
    return (clock.now() + LASTS).replace(second=0, microsecond=0)


def _without_separators(typed: object) -> object:
    separator = r"(?<=\d)[.,٬\u00a0\u202f ](?=\d{3}(?!\d))"
    return re.sub(separator, "", typed) if isinstance(typed, str) else typed


def _texts(**given: str | None) -> Mapping[str, str]:
    return {language: text for language, text in given.items() if text}


def _checked(text: str, type: str, field: str) -> str:
    plain = plain_digits(text).strip() if type != "text" else text
    if type == "time" and not re.fullmatch(_TIME, plain):
        wrong = Message("Write a time like 14:30.")
        raise Invalid(wrong, code="time", fields={field: wrong})
    if type == "phone" and not re.fullmatch(r"\+?[0-9 ]{3,20}", plain):
        wrong = Message("Write a telephone number.")
        raise Invalid(wrong, code="phone", fields={field: wrong})
    if LINK in plain:
        wrong = Message("Write the words themselves, not a place to fill.")
        raise Invalid(wrong, code="places", fields={field: wrong})
    return plain
