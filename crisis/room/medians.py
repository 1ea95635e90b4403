"""How fast we were in the last thirty days, read from the record and from nothing else.

Real incidents only, unless the office itself is an exercise: an exercise says nothing of how long
the public waited.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts.model import Alert
from crisis.alerts.recipients import Answer, Recipient
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line
from crisis.people.model import Office
from crisis.statements.content import NEVER_PUBLIC

LATELY: Final = timedelta(days=30)
SOON: Final = timedelta(minutes=10)
"""Within which an alert should be acknowledged."""
POINTS: Final = 12
"""Of a line: the last so many."""
_TOLD: Final = ("statement.submitted", "statement.answered", "statement.released")


@dataclass(frozen=True)
class Median:
    """One measure: its median, how many cases there were, and the latest of them in their order."""

    value: float
    cases: int
    points: tuple[float, ...]


@dataclass(frozen=True)
class Medians:
    """Minutes to the first public statement, minutes to the last signature, and per cent of an
    alert's people who acknowledged soon. None where there was no case."""

    first_statement: Median | None
    approval: Median | None
    acknowledged: Median | None
    silent: int
    """How many of the incidents have no statement to the public yet; no median knows of them."""

    def __bool__(self) -> bool:
        return any((self.first_statement, self.approval, self.acknowledged, self.silent))


def medians(session: Session, known: Sequence[Incident]) -> Medians:
    """Over those of these incidents that were opened lately; approvals by their own date."""
    since, counts = clock.now() - LATELY, session.get_one(Office, OFFICE_ID).is_exercise
    opened = {
        each.id: each.opened_at for each in known if each.opened_at and each.is_exercise == counts
    }
    lately = {each: at for each, at in opened.items() if at > since}
    wanted = select(Line).where(Line.stream.in_(list(opened)), Line.name.in_(_TOLD))
    lines = session.scalars(wanted.order_by(Line.at, Line.seq)).all() if opened else []
    spoken = _first_statements(lately, lines)
    return Medians(
        first_statement=_median(spoken),
        approval=_median([each for each in _approvals(lines) if each[0] > since]),
        acknowledged=_median(_acknowledged(session, list(lately))),
        silent=len(lately) - len(spoken),
    )


def _first_statements(
    opened: dict[UUID, datetime], lines: Iterable[Line]
) -> list[tuple[datetime, float]]:
    """Minutes from the opening to the first statement to the public, by when it went out."""
    found: dict[UUID, tuple[datetime, float]] = {}
    for line in lines:
        if line.stream not in opened:
            continue
        if line.name == "statement.released" and line.facts["type"] not in NEVER_PUBLIC:
            found.setdefault(line.stream, (line.at, _minutes(line.at - opened[line.stream])))
    return list(found.values())


def _approvals(lines: Iterable[Line]) -> list[tuple[datetime, float]]:
    """Minutes from asking for signatures to the last of them, by when it came."""
    asked: dict[tuple[str, int], datetime] = {}
    found = []
    for line in lines:
        version = line.about, int(line.facts["version"])
        if line.name == "statement.submitted":
            asked[version] = line.at
        elif line.facts.get("state") == "approved" and version in asked:
            found.append((line.at, _minutes(line.at - asked.pop(version))))
    return found


def _acknowledged(session: Session, incidents: Sequence[UUID]) -> list[tuple[datetime, float]]:
    """For each alert that asked for it, how many of a hundred had said so in time."""
    until = clock.now() - SOON  # of a younger one nobody knows yet
    sent = session.execute(
        select(Alert.id, Alert.confirmed_at, Alert.recipients).where(
            Alert.incident_id.in_(incidents),
            Alert.asks_answer.is_(True),
            Alert.confirmed_at <= until,
            Alert.recipients > 0,
        )
    ).all()
    said = session.execute(
        select(Recipient.alert_id, Recipient.root_id, func.min(Recipient.answered_at).label("at"))
        .where(
            Recipient.alert_id.in_([each.id for each in sent]),
            Recipient.answer == Answer.ACKNOWLEDGED,
        )
        .group_by(Recipient.alert_id, Recipient.root_id)
    ).all()
    left = {each.id: each.confirmed_at for each in sent}
    soon = Counter(each.alert_id for each in said if each.at - left[each.alert_id] <= SOON)
    return sorted((each.confirmed_at, soon[each.id] * 100 / each.recipients) for each in sent)


def _median(cases: Sequence[tuple[datetime, float]]) -> Median | None:
    if not cases:
        return None
    values = [value for _at, value in sorted(cases)]
    return Median(median(values), len(values), tuple(values[-POINTS:]))


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60
