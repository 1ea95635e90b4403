"""The journal: one line for each thing that happened, never changed, never removed.

Timeline, audit trail and live news are three readings of this one table. Each incident has a
stream of its own, and office-wide acts have one; within a stream `seq` has no gaps, its order is
the order of commits, and each line carries the hash of the one before.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, and_, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column

from crisis.kernel.database import Base
from crisis.kernel.event import Event

BEFORE_THE_FIRST: Final = "0" * 64
CHANNEL: Final = "journal"
"""The PostgreSQL channel on which a commit tells other processes which stream grew."""


class StreamHead(Base):
    """Where a stream stands: the number and hash of its last line."""

    __tablename__ = "stream_head"
    __table_args__ = (Index("ix_stream_head_at", "at"),)

    stream: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Line(Base):
    """One line of a stream. `hash` is SHA-256(prev_hash ‖ canonical JSON of the line)."""

    __tablename__ = "journal"

    stream: Mapped[UUID] = mapped_column(ForeignKey("stream_head.stream"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(80), index=True)
    about: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Flaw:
    """A place where the journal is not what was written: the stream, the line, and what is wrong.

    `kind` is one of: gap, order, prev_hash, hash, tail, headless.
    """

    stream: UUID
    seq: int
    kind: str

    def __str__(self) -> str:
        return f"stream {self.stream} line {self.seq}: {_FLAWS[self.kind]}"


def append(session: Session, *, stream: UUID, actor_id: UUID, at: datetime, event: Event) -> Line:
    """Write `event` as the next line of `stream`, holding the stream until the commit."""
    prev_seq, prev_hash = _take_turn(session, stream, at)
    line = Line(
        stream=stream,
        seq=prev_seq + 1,
        at=at,
        actor_id=actor_id,
        name=event.name,
        about=event.about,
        facts=event.facts(),
        prev_hash=prev_hash,
    )
    line.hash = hash_of(line)
    session.add(line)
    session.flush()
    head = update(StreamHead).where(StreamHead.stream == stream)
    session.execute(head.values(hash=line.hash, at=at))
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, str(stream))))
    return line


def hash_of(line: Line) -> str:
    """The hash that this line must carry, as 64 hexadecimal digits."""
    told = {
        "stream": str(line.stream),
        "seq": line.seq,
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(line.actor_id),
        "name": line.name,
        "about": line.about,
        "facts": line.facts,
    }
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(line.prev_hash) + canonical.encode()).hexdigest()


def lines_since(session: Session, stream: UUID, seq: int, *, limit: int = 200) -> Sequence[Line]:
    """What a page that last saw `seq` has missed, oldest first, `limit` lines at most."""
    missed = select(Line).where(Line.stream == stream, Line.seq > seq)
    return session.scalars(missed.order_by(Line.seq).limit(limit)).all()


def last_lines(
    session: Session, stream: UUID, *, before: int | None = None, limit: int = 200
) -> Sequence[Line]:
    """The newest lines (those before `before`, when given), newest first."""
    page = select(Line).where(Line.stream == stream)
    if before is not None:
        page = page.where(Line.seq < before)
    return session.scalars(page.order_by(Line.seq.desc()).limit(limit)).all()


def newest_of(session: Session, streams: Collection[UUID]) -> dict[UUID, Line]:
    """The last line of each of these streams that has one."""
    last = and_(StreamHead.stream == Line.stream, StreamHead.seq == Line.seq)
    wanted = select(Line).join(StreamHead, last).where(Line.stream.in_(streams))
    return {each.stream: each for each in session.scalars(wanted)}


def head_of(session: Session, stream: UUID) -> int:
    """The number of the last line of `stream`; 0 when it has none."""
    found = session.scalar(select(StreamHead.seq).where(StreamHead.stream == stream))
    return found or 0


def size(session: Session) -> tuple[int, int]:
    """How many streams and how many lines there are."""
    streams = session.scalar(select(func.count()).select_from(StreamHead)) or 0
    return streams, session.scalar(select(func.count()).select_from(Line)) or 0


def verify(session: Session) -> Iterator[Flaw]:
    """Every flaw of every stream; none when the journal is exactly what was written.

    A stream is read to its end even after a flaw, so that each damaged line is named.
    """
    heads = {head.stream: head for head in session.scalars(select(StreamHead))}
    lines = session.scalars(
        select(Line).order_by(Line.stream, Line.seq).execution_options(yield_per=1000)
    )
    seen: set[UUID] = set()
    for stream, own in _by_stream(lines):
        seen.add(stream)
        yield from _flaws_of(stream, own, heads.get(stream))
    for stream, head in heads.items():
        if stream not in seen and head.seq > 0:
            yield Flaw(stream, 1, "tail")


def protect(connection: Connection) -> None:
    """Make the database itself refuse to change or remove a line. Run once, by a migration."""
    for statement in _GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _take_turn(session: Session, stream: UUID, at: datetime) -> tuple[int, str]:
    # UPDATE … RETURNING locks the row: whoever comes next waits here until we commit.
    turn = (
        update(StreamHead)
        .where(StreamHead.stream == stream)
        .values(seq=StreamHead.seq + 1)
        .returning(StreamHead.seq, StreamHead.hash)
        .execution_options(synchronize_session=False)
    )
    taken = session.execute(turn).one_or_none()
    if taken is not None:
        return taken.seq - 1, taken.hash
    session.execute(insert(StreamHead).values(stream=stream, seq=1, hash=BEFORE_THE_FIRST, at=at))
    return 0, BEFORE_THE_FIRST


def _by_stream(lines: Iterable[Line]) -> Iterator[tuple[UUID, list[Line]]]:
    stream: UUID | None = None
    own: list[Line] = []
    for line in lines:
        if line.stream != stream:
            if stream is not None:
                yield stream, own
            stream, own = line.stream, []
        own.append(line)
    if stream is not None:
        yield stream, own


def _flaws_of(stream: UUID, lines: Sequence[Line], head: StreamHead | None) -> Iterator[Flaw]:
    expected, prev_hash = 1, BEFORE_THE_FIRST
    for line in lines:
        if line.seq > expected:
            yield Flaw(stream, expected, "gap")
        elif line.prev_hash != prev_hash:
            yield Flaw(stream, line.seq, "prev_hash")
        if hash_of(line) != line.hash:
            yield Flaw(stream, line.seq, "hash")
        expected, prev_hash = line.seq + 1, line.hash
    if head is None:
        yield Flaw(stream, expected - 1, "headless")
    elif head.seq >= expected:
        yield Flaw(stream, expected, "tail")
    elif (head.seq, head.hash) != (expected - 1, prev_hash):
        yield Flaw(stream, expected - 1, "order")


_FLAWS: Final = {
    "gap": "the line is missing",
    "prev_hash": "the line does not follow the one before it",
    "hash": "the line was changed after it was written",
    "tail": "the end of the stream is missing, from this line on",
    "order": "the stream does not end as its head says",
    "headless": "the stream has lines and no head",
}

_GUARDS: Final = {
    "sqlite": (
        "CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal "
        "BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END",
        "CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal "
        "BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is never changed'; END $$",
        "CREATE TRIGGER journal_is_never_changed BEFORE UPDATE OR DELETE ON journal "
        "FOR EACH ROW EXECUTE FUNCTION journal_refuses()",
        "CREATE TRIGGER journal_is_never_emptied BEFORE TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses()",
    ),
}
