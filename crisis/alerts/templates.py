"""Alerts prepared before a crisis, as `config/alerts/templates.yaml` tells them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from crisis.alerts.model import AlertKind, Priority
from crisis.kernel.errors import NotFound
from crisis.kernel.words import Message
from crisis.people.model import AudienceKind, Hazard, Names
from crisis.statements.places import places_in
from crisis.statements.written_content import written

FILE: Final = "alerts/templates.yaml"


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(_Told):
    """What somebody fills in: words in each language, or a time or number once for all."""

    type: Literal["text", "time", "phone"]
    name: Names


class Template(_Told):
    """One prepared alert."""

    name: Names
    hint: Names
    hazard: Hazard | None
    often: bool
    """Offered first in every kind of incident."""
    kind: AlertKind
    priority: Priority
    asks_answer: bool
    audiences: list[AudienceKind]
    """The kinds of audiences it is meant for."""
    parts: int
    title: Names
    sms: Names

    @property
    def places(self) -> tuple[str, ...]:
        """What is to be filled in, in reading order."""
        return places_in(self.title["ar"] + " " + self.sms["ar"])


class _File(_Told):
    places: dict[str, Place]
    levels: list[Names]
    templates: dict[str, Template]


def templates() -> Mapping[str, Template]:
    """Every template by its code."""
    return _file().templates


def template(code: str) -> Template:
    """The template with this code; raises `NotFound`."""
    if code not in templates():
        message = Message("There is no template “{code}”.", code=code)
        raise NotFound(message, code="no_template")
    return templates()[code]


def places() -> Mapping[str, Place]:
    """Every place that somebody fills."""
    return _file().places


def level_word(level: int, language: str) -> str:
    """A level in the words of an SMS."""
    return _file().levels[level][language]


@cache
def _file() -> _File:
    return _File.model_validate(written(FILE))
