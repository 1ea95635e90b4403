"""Asked twice, done once: a request that is sent again gets the first answer again.

A door says which request it is serving (`asked`); the command keeps, in its own transaction,
which line answered it. Refusals are not kept: after one, the same request may be tried again.
"""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from crisis.kernel.database import Base, reading
from crisis.kernel.errors import Invalid
from crisis.kernel.event import Event, remembered
from crisis.kernel.journal import Line
from crisis.kernel.words import Message

KEPT_FOR: Final = timedelta(hours=48)


@dataclass(frozen=True)
class Request:
    """A request as its sender named it, and the SHA-256 of what it carried."""

    key: str
    digest: str


_serving: ContextVar[Request | None] = ContextVar("serving_request", default=None)


class Once(Base):
    """Which line answered which request of which person."""

    __tablename__ = "once"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    command: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    stream: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


@contextmanager
def asked(key: str | None, body: bytes) -> Generator[None]:
    """While inside, commands belong to the request `key` that carried `body`.

    Without a key each command is done each time it is asked.
    """
    request = Request(key, hashlib.sha256(body).hexdigest()) if key else None
    token = _serving.set(request)
    try:
        yield
    finally:
        _serving.reset(token)


def answered(session: Session, person_id: UUID, command: str) -> Event | None:
    """The event that this very request led to before, if it did.

    Raises `Invalid` (`key_reused`) when the key was used with another body.
    """
    request = _serving.get()
    if request is None:
        return None
    kept = session.get(Once, (person_id, request.key, command))
    if kept is None:
        return None
    if kept.digest != request.digest:
        raise Invalid(
            Message("This form was already sent with other words. Open the page again."),
            code="key_reused",
        )
    line = session.get_one(Line, (kept.stream, kept.seq))
    return remembered(line.name, line.facts)


def was_answered(person_id: UUID, *commands: str) -> bool:
    """Whether the request being served led to one of these before: it is sent again, and what was
    asked of it then is not asked anew. Raises what `answered` raises."""
    with reading() as session:
        return any(answered(session, person_id, each) is not None for each in commands)


def keep(session: Session, person_id: UUID, command: str, line: Line) -> None:
    """Remember that `line` answers the request being served."""
    request = _serving.get()
    if request is None:
        return
    session.add(
        Once(
            person_id=person_id,
            key=request.key,
            command=command,
            digest=request.digest,
            stream=line.stream,
            seq=line.seq,
            at=line.at,
        )
    )


def forget(session: Session, now: datetime) -> None:
    """Drop what is older than `KEPT_FOR`."""
    session.execute(delete(Once).where(Once.at < now - KEPT_FOR))
