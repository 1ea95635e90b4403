"""The journal holds what was written, or says which line does not."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crisis.incidents.commands import add_note
from crisis.kernel import journal
from crisis.kernel.database import engine, reading
from crisis.kernel.journal import Flaw
from tests import given

UNGUARDED = {
    "sqlite": (
        "DROP TRIGGER journal_is_never_changed",
        "DROP TRIGGER journal_is_never_shortened",
    ),
    "postgresql": ("ALTER TABLE journal DISABLE TRIGGER USER",),
}


@pytest.fixture
def told(house: str) -> tuple[str, Callable[[], list[Flaw]]]:
    """An incident with ten notes, its stream as SQL writes it, and what verify says of it."""
    incident = given.an_incident()
    by = given.runs(incident)
    for number in range(10):
        add_note(by, incident.id, text=f"ملاحظة {number}")
    stream = incident.id.hex if engine().dialect.name == "sqlite" else str(incident.id)
    return stream, lambda: [flaw for flaw in _flaws() if flaw.stream == incident.id]


def test_a_journal_as_it_was_written_has_no_flaw(
    told: tuple[str, Callable[[], list[Flaw]]],
) -> None:
    assert _flaws() == []


def test_the_database_refuses_to_change_or_remove_a_line(
    told: tuple[str, Callable[[], list[Flaw]]],
) -> None:
    stream, _ = told
    for statement in (
        f"UPDATE journal SET about = 'x' WHERE stream = '{stream}' AND seq = 3",
        f"DELETE FROM journal WHERE stream = '{stream}' AND seq = 3",
    ):
        with pytest.raises(DBAPIError, match="never"):
            _sql(statement)


def test_a_changed_line_is_named(told: tuple[str, Callable[[], list[Flaw]]]) -> None:
    stream, flaws = told
    _tamper(f"UPDATE journal SET about = 'other' WHERE stream = '{stream}' AND seq = 4")
    assert [(flaw.seq, flaw.kind) for flaw in flaws()] == [(4, "hash")]
    assert "line 4: the line was changed" in str(flaws()[0])


def test_changed_facts_are_named(told: tuple[str, Callable[[], list[Flaw]]]) -> None:
    stream, flaws = told
    _tamper(
        "UPDATE journal SET facts = REPLACE(CAST(facts AS TEXT), '\"late\"', '\"lat\"')"
        f"{'::json' if engine().dialect.name == 'postgresql' else ''} "
        f"WHERE stream = '{stream}' AND seq = 5"
    )
    assert [(flaw.seq, flaw.kind) for flaw in flaws()] == [(5, "hash")]


def test_a_removed_line_is_named(told: tuple[str, Callable[[], list[Flaw]]]) -> None:
    stream, flaws = told
    _tamper(f"DELETE FROM journal WHERE stream = '{stream}' AND seq = 6")
    assert [(flaw.seq, flaw.kind) for flaw in flaws()] == [(6, "gap")]


def test_two_lines_that_changed_places_are_named(
    told: tuple[str, Callable[[], list[Flaw]]],
) -> None:
    stream, flaws = told
    where = f"WHERE stream = '{stream}' AND seq ="
    _tamper(
        f"UPDATE journal SET seq = 900 {where} 3",
        f"UPDATE journal SET seq = 3 {where} 4",
        f"UPDATE journal SET seq = 4 {where} 900",
    )
    assert {3, 4} <= {flaw.seq for flaw in flaws()}


def test_a_line_forged_with_its_own_hash_breaks_the_next(
    told: tuple[str, Callable[[], list[Flaw]]],
) -> None:
    stream, flaws = told
    with reading() as session:
        found = [line for line in session.query(journal.Line) if line.seq == 5 and line.facts]
        line = next(each for each in found if each.name == "note.added")
        line.about = "forged"
        forged = journal.hash_of(line)
        session.rollback()
    _tamper(
        f"UPDATE journal SET about = 'forged', hash = '{forged}' "
        f"WHERE stream = '{stream}' AND seq = 5"
    )
    assert [(flaw.seq, flaw.kind) for flaw in flaws()] == [(6, "prev_hash")]


def test_a_truncated_tail_is_named(told: tuple[str, Callable[[], list[Flaw]]]) -> None:
    stream, flaws = told
    _tamper(f"DELETE FROM journal WHERE stream = '{stream}' AND seq >= 9")
    assert [(flaw.seq, flaw.kind) for flaw in flaws()] == [(9, "tail")]


def test_a_tail_truncated_together_with_its_head_number_is_named(
    told: tuple[str, Callable[[], list[Flaw]]],
) -> None:
    stream, flaws = told
    _tamper(
        f"DELETE FROM journal WHERE stream = '{stream}' AND seq >= 9",
        f"UPDATE stream_head SET seq = 8 WHERE stream = '{stream}'",
    )
    assert [(flaw.seq, flaw.kind) for flaw in flaws()] == [(8, "order")]


def _flaws() -> list[Flaw]:
    with reading() as session:
        return list(journal.verify(session))


def _tamper(*statements: str) -> None:
    _sql(*UNGUARDED[engine().dialect.name], *statements)


def _sql(*statements: str) -> None:
    with engine().begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
