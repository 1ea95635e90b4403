"""One-time tickets: how a page proves to its socket who is signed in, without a word in an address.

A ticket is 256 random bits, good once and for half a minute, and only beside the session that asked
for it. What is stored is its SHA-256.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from crisis.kernel import clock
from crisis.kernel.database import bookkeeping
from crisis.realtime.model import ConnectTicket

GOOD_FOR: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Holder:
    """Whom a ticket was given to."""

    session_id: UUID
    person_id: UUID
    language: str


def issue(holder: Holder) -> str:
    """A new ticket for this holder, good for `GOOD_FOR`."""
    ticket = secrets.token_urlsafe(32)
    with bookkeeping() as session:
        session.add(
            ConnectTicket(
                digest=_digest(ticket),
                session_id=holder.session_id,
                person_id=holder.person_id,
                language=holder.language,
                expires_at=clock.now() + GOOD_FOR,
            )
        )
    return ticket


def redeem(ticket: str) -> Holder | None:
    """Use the ticket up; None when it is unknown, was used before, or is too old."""
    now = clock.now()
    use = (
        update(ConnectTicket)
        .where(
            ConnectTicket.digest == _digest(ticket),
            ConnectTicket.used_at.is_(None),
            ConnectTicket.expires_at > now,
        )
        .values(used_at=now)
        .returning(ConnectTicket.session_id, ConnectTicket.person_id, ConnectTicket.language)
        .execution_options(synchronize_session=False)
    )
    with bookkeeping() as session:
        used = session.execute(use).one_or_none()
    return used and Holder(used.session_id, used.person_id, used.language)


def forget(session: Session, now: datetime) -> None:
    """Drop the tickets that can no longer be used."""
    session.execute(delete(ConnectTicket).where(ConnectTicket.expires_at < now - GOOD_FOR))


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()
