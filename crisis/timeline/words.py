"""A sentence for each kind of event. Words are not stored: a line keeps facts, and is told anew
in the language of whoever reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.kernel.journal import Line
from crisis.kernel.words import Message
from crisis.timeline import (
    words_of_accounts,
    words_of_alerts,
    words_of_duties,
    words_of_incidents,
    words_of_people,
    words_of_replays,
    words_of_statements,
)
from crisis.timeline.naming import Naming
from crisis.timeline.telling import Telling


@dataclass(frozen=True)
class Entry:
    """A journal line as a reader meets it: plain text throughout, for a template to escape."""

    seq: int
    at: datetime
    name: str
    icon: str
    tone: str
    """`''`, `decision`, `change` or `system`."""
    kind: Message
    who: str
    ministry: str
    sentence: Message | None
    body: str | None
    """What a person wrote, in whatever language they wrote it."""
    details: tuple[tuple[Message, str | int], ...] = ()
    corrects: int | None = None
    corrected_by: int | None = None
    late: bool = False


def entries(session: Session, lines: Iterable[Line], naming: Naming) -> list[Entry]:
    """The lines as a reader of that language meets them, in the order given."""
    lines = list(lines)
    corrected = _corrections(session, lines)
    return [_entry(line, naming, corrected.get((line.stream, line.seq))) for line in lines]


def _entry(line: Line, naming: Naming, corrected_by: int | None) -> Entry:
    telling = TOLD[line.name]
    facts = line.facts
    icon, kind = telling.look(facts)
    ministry_id = naming.directory.ministry_of.get(line.actor_id)
    return Entry(
        seq=line.seq,
        at=line.at,
        name=line.name,
        icon=icon,
        tone=telling.tone,
        kind=kind,
        who=naming.person(line.actor_id),
        ministry=naming.ministry(ministry_id),
        sentence=telling.sentence(facts, naming),
        body=facts.get(telling.body) if telling.body else None,
        details=tuple(
            (label, _fact(facts[key])) for key, label in telling.details if facts.get(key)
        ),
        corrects=facts.get("corrects"),
        corrected_by=corrected_by,
        late=bool(facts.get("late")),
    )


def _fact(told: object) -> str | int:
    return told if isinstance(told, int) else str(told)


def _corrections(session: Session, lines: list[Line]) -> dict[tuple[UUID, int], int]:
    """For each line that was corrected, the last line that corrects it."""
    streams = {line.stream for line in lines}
    if not streams:
        return {}
    found = select(Line).where(Line.stream.in_(streams), Line.name == "line.corrected")
    return {
        (line.stream, int(line.facts["corrects"])): line.seq
        for line in session.scalars(found.order_by(Line.seq))
    }


TOLD: Final[Mapping[str, Telling]] = {
    **words_of_incidents.TOLD,
    **words_of_duties.TOLD,
    **words_of_statements.TOLD,
    **words_of_alerts.TOLD,
    **words_of_replays.TOLD,
    **words_of_people.TOLD,
    **words_of_accounts.TOLD,
}
"""How each event is told. An event without a telling fails a test."""
