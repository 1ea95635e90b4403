"""What must hold of the statements of an incident, judged from raw rows and the journal alone.

Nothing here asks the model what it thinks of itself: not its states, not its lists of authors.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.engine import Connection

from crisis.kernel import database
from crisis.kernel.database import Base

LIAISONS: Final = {"ministry_liaison", "lead_ministry_liaison"}

Row = Mapping[str, Any]


def broken(incident_id: UUID) -> list[str]:
    """Every rule that does not hold in this incident, in words; none when all is well."""
    with database.engine().connect() as connection:
        rows = read(connection, incident_id)
    checks = (bytes_out, who_signed, own_words, changes, releases, translations, numbering)
    return [found for check in checks for found in check(rows)]


@dataclass(frozen=True)
class Rows:
    """The tables as they are."""

    statements: Sequence[Row]
    versions: Sequence[Row]
    slots: Sequence[Row]
    answers: Sequence[Row]
    renditions: Sequence[Row]
    holdings: Sequence[Row]
    ministry_of: Mapping[UUID, UUID]
    lines: Sequence[Row]

    def signatures(self, version_id: UUID) -> Iterator[tuple[Row, list[Row]]]:
        """Each slot of a version with the answers that stand in it."""
        for slot in self.slots:
            if slot["version_id"] == version_id:
                given = [each for each in self.answers if each["slot_id"] == slot["id"]]
                yield slot, [each for each in given if each["withdrawn_at"] is None]

    def about(self, statement_id: UUID) -> list[Row]:
        told = f"statement:{statement_id}"
        return [each for each in self.lines if each["about"] == told]


def read(connection: Connection, incident_id: UUID) -> Rows:
    def of(table: str, column: str = "incident_id", order: str = "id") -> Sequence[Row]:
        rows = Base.metadata.tables[table]
        asked = select(rows).where(rows.c[column] == incident_id).order_by(rows.c[order])
        return connection.execute(asked).mappings().all()

    people = Base.metadata.tables["person"]
    return Rows(
        statements=of("statement"),
        versions=of("statement_version"),
        slots=of("statement_slot"),
        answers=of("statement_answer"),
        renditions=of("statement_rendition"),
        holdings=of("duty_holding"),
        ministry_of={
            each.id: each.ministry_id
            for each in connection.execute(select(people.c.id, people.c.ministry_id))
        },
        lines=of("journal", "stream", "seq"),
    )


def sha256(frozen: bytes) -> str:
    return hashlib.sha256(frozen).hexdigest()


def bytes_out(rows: Rows) -> Iterator[str]:
    """I1: what went out is, byte for byte, what every signature was given for."""
    for version in rows.versions:
        actual = sha256(version["content"])
        if actual != version["sha256"]:
            yield f"I1: version {version['number']} is not what its fingerprint says"
        for _, standing in rows.signatures(version["id"]):
            if any(each["text_hash"] != actual for each in standing):
                yield f"I1: an answer to version {version['number']} is for another text"


def who_signed(rows: Rows) -> Iterator[str]:
    """I2: whoever signed held what the slot asks for, at that time; one person, one slot."""
    for slot in rows.slots:
        for answer in rows.answers:
            if answer["slot_id"] == slot["id"] and not held(rows, slot, answer):
                yield f"I2: {answer['answer']} by somebody without the duty"
    for version in rows.versions:
        signers = [
            each["person_id"]
            for _, standing in rows.signatures(version["id"])
            for each in standing
            if each["answer"] == "approve"
        ]
        if len(signers) != len(set(signers)):
            yield f"I2: one person fills two slots of version {version['number']}"


def held(rows: Rows, slot: Row, answer: Row) -> bool:
    asked = LIAISONS if slot["ministry_id"] else set(slot["duties"])
    of_the_ministry = rows.ministry_of[answer["person_id"]] == slot["ministry_id"]
    return (not slot["ministry_id"] or of_the_ministry) and any(
        each["person_id"] == answer["person_id"]
        and each["duty"] in asked
        and each["since"] <= answer["at"]
        and (each["ended_at"] is None or each["ended_at"] >= answer["at"])
        for each in rows.holdings
    )


def own_words(rows: Rows) -> Iterator[str]:
    """I3: nobody who wrote any of it is among those who signed it."""
    for statement in rows.statements:
        authors: set[UUID] = set()
        for line in rows.about(statement["id"]):
            if line["name"] in {"statement.created", "statement.edited"}:
                authors.add(line["actor_id"])
            elif line["name"] == "statement.answered" and line["actor_id"] in authors:
                yield "I3: an author answered for a text of their own"


def changes(rows: Rows) -> Iterator[str]:
    """I4: whatever is signed or let out was not changed since it was sent for signature."""
    for statement in rows.statements:
        current: int | None = None
        revision = 1
        for line in rows.about(statement["id"]):
            facts = line["facts"]
            match line["name"]:
                case "statement.submitted" | "emergency.asked":
                    current = facts["version"]
                case "statement.edited":
                    current = None
                    if facts["revision"] != revision + 1:
                        yield f"R18: edit {facts['revision']} follows edit {revision}"
                    revision = facts["revision"]
                case "statement.answered" | "statement.released" if facts["version"] != current:
                    yield f"I4: {line['name']} for version {facts['version']}, a text that changed"
        if statement["revision"] != revision:
            yield f"R18: revision {statement['revision']} after {revision - 1} edits"


def releases(rows: Rows) -> Iterator[str]:
    """X2: nothing is out that was not signed in every slot, or let out by two in an emergency."""
    for version in rows.versions:
        if version["released_at"] is None:
            continue
        if version["outcome"]:
            yield from two_people(rows, version)
            continue
        slots = list(rows.signatures(version["id"]))
        if not slots:
            yield "X2: a text is out that nobody had to sign"
        for slot, standing in slots:
            given = [(each["answer"], each["text_hash"]) for each in standing]
            if given != [("approve", sha256(version["content"]))] and not overruled(rows, slot):
                yield f"X2: a text is out with {given} in a slot"


def two_people(rows: Rows, version: Row) -> Iterator[str]:
    asked = version["emergency"] or {}
    first, second = asked.get("first"), asked.get("second")
    if not first or not second or first == second:
        yield f"X2: an emergency release by {first} and {second}"
    directors = {str(each["person_id"]) for each in rows.holdings if each["duty"] == "director"}
    if not directors & {first, second}:
        yield "X2: an emergency release without the director"


def overruled(rows: Rows, slot: Row) -> bool:
    """Whether the director let the text go on over an objection in this slot."""
    directors = {each["person_id"] for each in rows.holdings if each["duty"] == "director"}
    return any(
        line["name"] == "objection.resolved"
        and line["facts"]["overruled"]
        and line["facts"]["slot_id"] == str(slot["id"])
        and line["actor_id"] in directors
        for line in rows.lines
    )


def translations(rows: Rows) -> Iterator[str]:
    """X12: no translation is out that nobody else reviewed, or whose original changed."""
    versions = {each["id"]: each for each in rows.versions}
    for row in rows.renditions:
        if row["released_at"] is None:
            continue
        if versions[row["version_id"]]["released_at"] is None:
            yield "X12: a translation of a text that is not out"
        if row["reviewer_id"] is None or row["reviewer_id"] == row["translator_id"]:
            yield "X12: a translation is out that nobody else reviewed"
        told = [
            (line["name"], line["facts"]["text_hash"], line["actor_id"])
            for line in rows.about(row["statement_id"])
            if line["name"].startswith("rendition.")
            and line["facts"]["language"] == row["language"]
            and line["name"] != "rendition.released"
        ]
        actual = sha256(row["content"])
        last = ("rendition.reviewed", actual, row["reviewer_id"])
        if told[-1] != last or ("rendition.written", actual, row["translator_id"]) not in told:
            yield "X12: a translation is out that is not the one that was reviewed"


def numbering(rows: Rows) -> Iterator[str]:
    """I10: the lines of the journal follow each other without a gap."""
    if any(b["seq"] != a["seq"] + 1 for a, b in pairwise(rows.lines)):
        yield "I10: the journal has a gap"
