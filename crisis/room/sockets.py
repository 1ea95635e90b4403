"""What the live room asks of the slices below: who may be in it, and what it is sent."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.incidents.queries import cases_followed
from crisis.people.queries import actors_of

HARMLESS: Final = frozenset(
    {"note.added", "line.corrected", "decision.recorded", "level.assessed", "phase.changed"}
)
"""Lines after which everybody may still follow the incident who could before."""


def may_follow(session: Session, pairs: Iterable[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Which of these pairs of person and incident still stand."""
    wanted = set(pairs)
    actors = actors_of(session, list({person for person, _ in wanted}))
    incidents = list({incident for _, incident in wanted})
    return wanted & cases_followed(session, list(actors.values()), incidents)
