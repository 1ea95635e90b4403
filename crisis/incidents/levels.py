"""How grave an incident is, what decides it, and what each level asks for.

The domain model says it in its §2.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crisis.kernel.database import IncidentRecord

HIGHEST: Final = 4
UNKNOWN_COUNTS_AS: Final = 3
"""A criterion nobody can score yet is taken as serious, never as nothing."""
BETWEEN_LOWERINGS: Final = timedelta(minutes=60)
ANSWERED_WITHIN: Final = {
    4: timedelta(minutes=10),
    3: timedelta(minutes=15),
    2: timedelta(minutes=30),
    1: timedelta(minutes=60),
    0: timedelta(minutes=60),
}
"""By level, how long somebody may think about taking a duty before their deputy is asked."""
SPOKEN_WITHIN: Final = {
    4: timedelta(minutes=15),
    3: timedelta(minutes=30),
    2: timedelta(minutes=60),
    1: timedelta(minutes=240),
    0: timedelta(minutes=240),
}
"""By level, how long after the opening the first public statement may take."""
ALWAYS_HAVE_OPTIONS_FROM: Final = 3
"""From this level on a decision names at least two options."""


class Criterion(StrEnum):
    """The nine criteria of a level assessment, each scored 0 to 4."""

    HUMAN_HARM = "human_harm"
    GEOGRAPHY = "geography"
    MINISTRIES = "ministries"
    SERVICES = "services"
    ATTENTION = "attention"
    FALSE_INFO = "false_info"
    TRUST = "trust"
    UNCERTAINTY = "uncertainty"
    TIME_PRESSURE = "time_pressure"


Scores = dict[Criterion, int | None]
"""A score for each criterion; None where it is not known."""


def computed_level(scores: Scores) -> int:
    """The gravest criterion decides; unknown counts as 3.

    Two criteria at 3 or more while public attention is at 3 or more give 4.
    """
    counted = {key: UNKNOWN_COUNTS_AS if score is None else score for key, score in scores.items()}
    serious = sum(1 for score in counted.values() if score >= UNKNOWN_COUNTS_AS)
    panic = scores.get(Criterion.ATTENTION) or 0
    if serious >= 2 and panic >= UNKNOWN_COUNTS_AS:
        return HIGHEST
    return max(counted.values())


class LevelAssessment(IncidentRecord):
    """One scoring of the nine criteria; a criterion that is not in `scores` was not known."""

    __tablename__ = "level_assessment"

    at: Mapped[datetime]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    scores: Mapped[dict[str, int]]
    computed_level: Mapped[int]
    chosen_level: Mapped[int]
    rationale: Mapped[str]
