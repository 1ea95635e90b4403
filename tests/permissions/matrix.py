"""Reads the data file, and says what it expects of one person in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from crisis.policy import Action, Duty, Rank

FILE: Final = Path(__file__).with_name("matrix.yaml")
NAME: Final = "tests/permissions/matrix.yaml"

ALLOWED, FORBIDDEN, NOT_FOUND, CONFLICT = "allowed", "forbidden", "not_found", "conflict"
PLACES: Final = ("own", "other", "restricted", "restricted_own", "closed")
WITH_A_DUTY: Final = PLACES
WITHOUT: Final = ("other", "restricted", "closed")


@dataclass(frozen=True)
class Who:
    """A rank, and the duty held in own, restricted_own and closed; None where there is none."""

    rank: Rank
    duty: Duty | None = None

    def __str__(self) -> str:
        return f"{self.rank}+{self.duty}" if self.duty else str(self.rank)

    @property
    def places(self) -> Sequence[str]:
        """Where it makes sense to ask what this person may do."""
        return WITH_A_DUTY if self.duty else WITHOUT


@dataclass(frozen=True)
class Route:
    """What one route needs, and what its form carries."""

    needs: str
    hidden: bool = False
    follows: bool = False
    """It is about something of an incident: who may not follow that is told there is nothing."""
    send: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Matrix:
    """The whole file."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.groups: Mapping[str, list[str]] = told["groups"]
        self.looks_on = {Rank(each) for each in told["looks_on"]}
        self.incident: Mapping[str, Any] = told["incident"]
        self.office: Mapping[str, list[str]] = told["office"]
        self.commands: Mapping[str, list[str]] = told["commands"]
        self.routes = {name: Route(**row) for name, row in told["routes"].items()}
        self.sockets: Mapping[str, str] = told["sockets"]

    def expects(self, who: Who, action: str, place: str) -> str:
        """The answer to this person, wanting this, there."""
        if action in self.office:
            return ALLOWED if who.rank in self.office[action] else FORBIDDEN
        if place == "office":
            return FORBIDDEN
        if not self._has_right(who, Action.FOLLOW_INCIDENT, place):
            return NOT_FOUND
        if not self._has_right(who, action, place):
            return FORBIDDEN
        return str(self.incident[action]["closed"]) if place == "closed" else ALLOWED

    def _has_right(self, who: Who, action: str, place: str) -> bool:
        row = self.incident[action]
        by_rank = who.rank in row["ranks"] and place not in {"restricted", "restricted_own"}
        return by_rank or self._duty_there(who, place) in self._duties(row["duties"])

    def _duty_there(self, who: Who, place: str) -> str | None:
        if who.duty is None or place in {"other", "restricted"}:
            return None
        return Duty.OBSERVER if who.rank in self.looks_on else who.duty

    def _duties(self, told: str | list[str]) -> list[str]:
        return self.groups[told] if isinstance(told, str) else told


MATRIX: Final = Matrix(yaml.safe_load(FILE.read_text("utf-8")))
EVERYBODY: Final = tuple(Who(rank, duty) for rank in Rank for duty in (None, *Duty))


def must_be_same(there: set[str], rows: set[str], *, what: str, remedy: str) -> None:
    """Every one of what is there has a row, and every row is about something that is there."""
    missing, idle = sorted(there - rows), sorted(rows - there)
    lines = [f"  {each} has no row in {NAME}. What to do: {remedy}" for each in missing]
    lines += [f"  {NAME} has a row for {each}, which no longer exists. Remove it." for each in idle]
    assert not lines, "\n".join(["", f"Every {what} has its row in the permission matrix.", *lines])
