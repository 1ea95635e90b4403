"""What colleagues are told by SMS and by mail, in their own language, as config/ words it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from string import Formatter
from typing import Annotated, Final, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from crisis.alerts.apart import LEFT_TO_RIGHT, in_mail, in_sms
from crisis.alerts.outbox import LINK, Channel
from crisis.kernel.words import isolated
from crisis.people.model import LANGUAGES, ContactKind, Person, in_language
from crisis.policy import Duty
from crisis.statements.content import Language
from crisis.statements.forms_of_text import marked
from crisis.statements.sms import gsm_spelling
from crisis.statements.written_content import written

SUBJECT_LENGTH: Final = 200
NAME_LENGTH: Final = 40
"""Characters of a name in an SMS; a longer one is cut, so that the SMS is not."""
_REFERENCES: Final = frozenset({"alert", "hash", "ref"})
"""Digits with hyphens: behind an Arabic word they would be shown back to front."""
_NAMES: Final = frozenset({"incident", "name", "reason", "title"})
"""What people wrote, in whatever direction they write."""
_PLACES: Final = _NAMES | {
    *("alert", "due", "duty", "hash", "level", "link"),
    *("n", "names", "number", "percent", "ref", "statement_id"),
}


def _has_known_places(text: str) -> str:
    unknown = {name for _, name, _, _ in Formatter().parse(text) if name} - _PLACES
    if unknown:
        raise ValueError(f"unknown places: {sorted(unknown)}")
    return text


Sentence = Annotated[str, Field(min_length=1), AfterValidator(_has_known_places)]


class InLanguages(BaseModel):
    """One text in the three languages of the office."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ar: Sentence
    en: Sentence
    fr: Sentence

    def of(self, language: Language) -> str:
        return cast("str", getattr(self, language))


class Notice(BaseModel):
    """One thing that people are told, as it is worded on each channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Sentence
    subject: InLanguages
    sms: InLanguages
    mail: InLanguages


class Notices(BaseModel):
    """config/alerts/notices.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["notices/1"] = Field(alias="schema")
    duties: dict[Duty, InLanguages]
    notices: dict[str, Notice]


@dataclass(frozen=True)
class Worded:
    """What somebody is told: ready but for the address that `LINK` stands for."""

    subject: str
    text: str
    path: str


@cache
def notices() -> Notices:
    """Everything that people are told, as the file has it."""
    return Notices.model_validate(written("alerts/notices.yaml"))


def worded(
    code: str,
    channel: Channel,
    language: Language,
    facts: Mapping[str, object],
    *,
    zone: str,
    is_exercise: bool,
) -> Worded:
    """The notice on that channel, its places filled from `facts`.

    A fact may be a `Duty`, a moment (told by the clock of `zone`), names by language, or anything
    that reads the same in every language. Names can hold no link, no new line and no SMS too long.
    """
    notice = notices().notices[code]
    told = {name: _told(fact, language, zone) for name, fact in facts.items()}
    mark = LEFT_TO_RIGHT if language == "ar" else ""
    straight = told | {name: mark + told[name] for name in _REFERENCES & told.keys()}
    path = notice.path.format_map({name: str(fact) for name, fact in facts.items()})
    if channel is Channel.SMS:
        cut = {name: _cut(each) for name, each in straight.items()}
        cut |= {name: in_sms(cut[name], language) for name in _NAMES & cut.keys()}
        text = notice.sms.of(language).format_map({**cut, "link": LINK})
        # Arabic has no cheaper spelling; in the other two one letter can cost a second part.
        spelled = text if language == "ar" else gsm_spelling(text)
        return Worded("", marked(spelled, language, is_exercise=is_exercise), path)
    named = {name: in_mail(told[name], language) for name in _NAMES & told.keys()}
    subject = notice.subject.of(language).format_map({**straight, **named})
    apart = {name: isolated(told[name]) for name in (_NAMES | _REFERENCES) & told.keys()}
    body = notice.mail.of(language).format_map({**told, **apart, "link": LINK})
    return Worded(
        marked(subject, language, is_exercise=is_exercise)[:SUBJECT_LENGTH], body.strip(), path
    )


def address_of(person: Person, channel: Channel) -> str | None:
    """Where that person is reached; None where nothing is known."""
    if channel is Channel.SMS:
        return person.first(ContactKind.MOBILE)
    return person.email or person.first(ContactKind.EMAIL)


def spoken(language: str) -> Language:
    """That language, if the office speaks it, else Arabic."""
    return cast("Language", language) if language in LANGUAGES else "ar"


def _told(fact: object, language: Language, zone: str) -> str:
    if isinstance(fact, Duty):
        return notices().duties[fact].of(language)
    if isinstance(fact, datetime):
        return fact.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    if isinstance(fact, Mapping):
        return _harmless(in_language(cast("dict[str, str]", fact), language) or "—")
    return _harmless(str(fact))


def _harmless(text: str) -> str:
    """On one line, and with nothing in it that is taken for the place of a link."""
    return " ".join(text.replace(LINK, "link").split())


def _cut(text: str) -> str:
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + "…"
