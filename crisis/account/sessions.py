"""What sessions and failed attempts need written down outside of commands.

Nothing here is an act of a person: a clock that is wound, a failure that is counted, rows that
nobody needs any more.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from crisis.account.commands import Browser, a_session
from crisis.account.model import CODE_WITHIN, SEEN_EVERY, Attempts, SignIn, digest
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, locked
from crisis.people.model import Person

KEPT_FOR: Final = timedelta(days=30)
"""How long a session that is over stays on record."""
_INSERT: Final[Mapping[str, Callable[..., Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def begin_attempt(who: str) -> None:
    """Before checking a password or a code of `who` (an e-mail): count it, as failed for now.

    Raises `Conflict` (`wait`) when earlier failures ask for patience.
    """
    now = clock.now()
    with bookkeeping() as session:
        first = _INSERT[session.get_bind().dialect.name](Attempts)
        unknown = {"who_hash": _key(who), "failures": 0, "last_at": now, "next_at": now}
        session.execute(first.values(unknown).on_conflict_do_nothing())
        session.get_one(Attempts, _key(who), with_for_update=True).begin(now)


def forgive_attempts(who: str) -> None:
    """It was really them: the next failure is the first."""
    with bookkeeping() as session:
        session.execute(delete(Attempts).where(Attempts.who_hash == _key(who)))


def await_code(person_id: UUID, browser: Browser) -> None:
    """Remember, for `CODE_WITHIN`, that this browser gave the right password."""
    now = clock.now()
    with bookkeeping() as session:
        person: Person | None = locked(session, Person, person_id)
        if person is None:
            return
        pending = a_session(person, browser, at=now)
        pending.awaits_code, pending.expires_at = True, now + CODE_WITHIN
        session.add(pending)


def touch(session_ids: list[UUID]) -> None:
    """These sessions are in use: by a request, or by an open war room."""
    now = clock.now()
    with bookkeeping() as session:
        stale = update(SignIn).where(
            SignIn.id.in_(session_ids), SignIn.last_seen_at < now - SEEN_EVERY
        )
        session.execute(stale.values(last_seen_at=now))


def forget(now: datetime) -> None:
    """Drop sessions long over and failures long forgiven."""
    with bookkeeping() as session:
        session.execute(delete(SignIn).where(SignIn.expires_at < now - KEPT_FOR))
        session.execute(delete(Attempts).where(Attempts.last_at < now - KEPT_FOR))


def _key(who: str) -> str:
    return digest(who.casefold())
