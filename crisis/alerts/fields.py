"""The fields of the composer: filled from a draft, or kept as somebody typed them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from flask import request

from crisis.alerts import forms, queries
from crisis.alerts.drafts import Draft, place_types
from crisis.alerts.model import ANSWER_WITHIN, AlertKind, Priority
from crisis.alerts.outbox import Channel
from crisis.alerts.templates import Template, template, templates
from crisis.kernel import clock
from crisis.people import queries as people
from crisis.statements.content import LANGUAGES
from crisis.web.locale import local_time

_SECTIONS: Final[Mapping[str, Collection[str]]] = {
    "template": ("template", "took"),
    "who": ("audiences", "people", "channels"),
    "text": ("sms", "title", "mail", "values", "places", "tab"),
    "how": ("answer", "priority", "expires", "enough", "reach"),
}
"""Which fields stand in which section of the composer; `sms` is that of every language."""


@dataclass(frozen=True)
class Shown:
    """What stands in the fields of the composer: as it was typed, or as it is kept."""

    priority: str
    template: str
    kind: str
    statement: int | None
    audiences: Sequence[str]
    people: Sequence[str]
    channels: Sequence[str]
    answer: str
    enough: str
    reach: bool
    expires: str
    title: Mapping[str, str]
    sms: Mapping[str, str]
    mail: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    tab: str
    look: str
    again: bool


def kept(draft: Draft, *, zone: str, kind: AlertKind, statement: int | None, tab: str) -> Shown:
    """The fields as a draft fills them."""
    values: dict[str, dict[str, str]] = {}
    for name, text in draft.values.items():
        place, _dot, spoken = name.partition(".")
        said: dict[str, str] = {spoken: text} if spoken else dict.fromkeys(LANGUAGES, text)
        values.setdefault(place, {}).update(said)
    return Shown(
        priority=draft.priority,
        template=draft.template or "",
        kind=kind,
        statement=statement,
        audiences=[str(each) for each in draft.audience_ids],
        people=[str(each) for each in draft.person_ids],
        channels=[each.value for each in draft.channels],
        answer=str(draft.answer_minutes or _minutes(draft.priority)) if draft.asks_answer else "0",
        enough=str(draft.enough or ""),
        reach=draft.prefer == "reach",
        expires=local_time(draft.expires_at, zone),
        title=draft.title,
        sms=draft.sms,
        mail=draft.mail,
        values=values,
        tab=tab,
        look=Channel.SMS,
        again=False,
    )


def typed(expected: Sequence[str] = ()) -> Shown:
    """The fields as they were sent, right or wrong; `expected` are the places of the page, in its
    order, for values that came with the name of no place."""
    sent = request.form
    columns = [sent.getlist(f"values_{each}") for each in LANGUAGES]
    values: dict[str, dict[str, str]] = {}
    known = sorted(expected, key=lambda each: place_types()[each] == "text")
    for row, named in enumerate(sent.getlist("places")):
        place = named if named in place_types() or row >= len(known) else known[row]
        said: dict[str, str] = {
            language: column[row]
            for language, column in zip(LANGUAGES, columns, strict=True)
            if row < len(column)
        }
        values[place] = said
    return Shown(
        priority=sent.get("priority", ""),
        template=sent.get("template", ""),
        kind=_known(sent.get("kind", "")),
        statement=_number(sent.get("statement", "")),
        audiences=sent.getlist("audiences"),
        people=sent.getlist("people"),
        channels=sent.getlist("channels"),
        answer=sent.get("answer", "0"),
        enough=sent.get("enough", ""),
        reach=bool(sent.get("reach")),
        expires=sent.get("expires", ""),
        title={each: sent.get(f"title_{each}", "") for each in LANGUAGES},
        sms={each: sent.get(f"sms_{each}", "") for each in LANGUAGES},
        mail={each: sent.get(f"mail_{each}", "") for each in LANGUAGES},
        values=values,
        tab=sent.get("tab", "ar") if sent.get("tab") in LANGUAGES else "ar",
        look=Channel.EMAIL if sent.get("look") == Channel.EMAIL else Channel.SMS,
        again=bool(sent.get("again")),
    )


def with_sms(shown: Shown, language: str, text: str) -> Shown:
    """The same with another text in one language."""
    return replace(shown, sms={**shown.sms, language: text})


def sections_of(names: Collection[str]) -> set[str]:
    """The sections in which these fields stand, to be open when something is wrong in them."""
    found = {each.partition("_")[0] for each in names}
    return {section for section, own in _SECTIONS.items() if found.intersection(own)}


def opened(shown: Shown, names: Collection[str]) -> Shown:
    """The same with a language in front in which one of these fields is wrong, if any is."""
    wrong = [each for each in LANGUAGES if any(name.endswith(f"_{each}") for name in names)]
    return replace(shown, tab=wrong[0]) if wrong and shown.tab not in wrong else shown


def empty() -> Draft:
    """Nothing written yet."""
    return Draft(priority=Priority.IMPORTANT, asks_answer=False, expires_at=forms.good_until())


def from_template(code: str, *, zone: str) -> Draft:
    """A draft that says what a template says, to the audiences it is meant for: its time is now,
    its telephone number the office's own."""
    found = template(code)
    first = {
        "time": clock.now().astimezone(ZoneInfo(zone)).strftime("%H:%M"),
        "hotline": people.the_office().duty_phone or "",
    }
    return Draft(
        priority=found.priority,
        title=found.title,
        sms=found.sms,
        audience_ids=tuple(x.id for x in queries.choices() if x.kind in found.audiences),
        asks_answer=found.asks_answer,
        answer_minutes=_minutes(found.priority) if found.asks_answer else None,
        expires_at=forms.good_until(),
        template=code,
        values={name: value for name, value in first.items() if name in found.places and value},
    )


def prepared(hazard: str) -> list[tuple[str, Template, bool]]:
    """Every template and whether it is offered first: those for this kind of incident, then those
    for all kinds, then the others."""
    rows = [(code, x, x.often or x.hazard == hazard) for code, x in templates().items()]
    return sorted(rows, key=lambda row: (row[1].hazard != hazard, not row[2]))


def fitting(hazard: str) -> str:
    """The template a new alert of such an incident begins with."""
    return prepared(hazard)[0][0]


def _minutes(priority: Priority) -> int:
    """How long an acknowledgement of it may take, unless somebody says otherwise."""
    return int(ANSWER_WITHIN[priority].total_seconds() // 60)


def _known(kind: str) -> AlertKind:
    return AlertKind(kind) if kind in set(AlertKind) else AlertKind.ALERT


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
