"""What can be asked about accounts and sessions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from crisis.account.model import IDLE, Account, Announce, SignIn, digest, new_account
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import Ministry, Office, Person
from crisis.people.queries import as_actor
from crisis.policy import Actor


@dataclass(frozen=True)
class Credentials:
    """Who signs in under an e-mail, and what their password is compared with."""

    actor: Actor
    password_hash: str | None
    has_second_step: bool


@dataclass(frozen=True)
class Standing:
    """Who a session belongs to, as they stand now; read once per request."""

    actor: Actor
    person: Person
    ministry: Ministry | None
    session_id: UUID
    shortcuts: bool
    announce: Announce
    last_seen_at: datetime


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right and whose code is awaited."""

    sign_in_id: UUID
    actor: Actor
    email: str


def find_credentials(email: str) -> Credentials | None:
    """For an active person with this e-mail, in any case of letters; None for everybody else."""
    with reading() as session:
        person = session.scalar(
            select(Person).where(
                func.lower(Person.email) == email.lower(),
                Person.active.is_(True),
                Person.is_machine.is_(False),
            )
        )
        if person is None:
            return None
        account = session.get(Account, person.id) or new_account(person.id)
        actor = as_actor(session, person)
        return Credentials(actor, account.password_hash, account.has_second_step)


def find_standing(token: str) -> Standing | None:
    """Whose cookie this is; None when the session is unknown or over."""
    with reading() as session:
        found = session.execute(
            select(SignIn, Person, Account, Ministry)
            .join(Person, Person.id == SignIn.person_id)
            .outerjoin(Account, Account.id == SignIn.person_id)
            .outerjoin(Ministry, Ministry.id == Person.ministry_id)
            .where(SignIn.token_hash == digest(token), _alive(clock.now()))
        ).one_or_none()
        if found is None:
            return None
        sign_in, person, ministry = found.SignIn, found.Person, found.Ministry
        account: Account | None = found.Account
        return Standing(
            actor=as_actor(session, person),
            person=person,
            ministry=ministry,
            session_id=sign_in.id,
            shortcuts=account is None or account.shortcuts,
            announce=Announce(account.announce if account else Announce.ALL),
            last_seen_at=sign_in.last_seen_at,
        )


def find_pending(token: str) -> Pending | None:
    """The first step that this cookie finished, while its code may still be given."""
    with reading() as session:
        found = session.execute(
            select(SignIn.id, Person)
            .join(Person, Person.id == SignIn.person_id)
            .where(
                SignIn.token_hash == digest(token),
                SignIn.awaits_code.is_(True),
                _holds(clock.now()),
            )
        ).one_or_none()
        if found is None:
            return None
        actor = as_actor(session, found.Person)
        return Pending(sign_in_id=found.id, actor=actor, email=found.Person.email or "")


def session_alive(session: Session, session_ids: Collection[UUID]) -> set[UUID]:
    """Which of these sessions still are: not ended, not expired, of an active person."""
    alive = (
        select(SignIn.id)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.id.in_(session_ids), _alive(clock.now()))
    )
    return set(session.scalars(alive))


def alive_people(session: Session, person_ids: Collection[UUID]) -> set[UUID]:
    """Which of these people are in service."""
    alive = select(Person.id).where(Person.id.in_(person_ids), Person.active.is_(True))
    return set(session.scalars(alive))


def own_account(actor: Actor) -> Account:
    """One's own account; an empty one for somebody who has set nothing yet."""
    with reading() as session:
        return session.get(Account, actor.id) or new_account(actor.id)


def own_sessions(actor: Actor) -> Sequence[SignIn]:
    """One's own open sessions, the one used last first."""
    own = select(SignIn).join(Person, Person.id == SignIn.person_id)
    alive = own.where(SignIn.person_id == actor.id, _alive(clock.now()))
    with reading() as session:
        return session.scalars(alive.order_by(SignIn.last_seen_at.desc())).all()


def find_link_owner(token: str) -> tuple[Person, Actor] | None:
    """Whose link this is, while it works; None otherwise."""
    with reading() as session:
        found = session.execute(
            select(Person, Account)
            .join(Account, Account.id == Person.id)
            .where(Account.reset_hash == digest(token), Person.active.is_(True))
        ).one_or_none()
        if found is None or not found.Account.link_holds(digest(token), at=clock.now()):
            return None
        return found.Person, as_actor(session, found.Person)


def find_persona(person_id: UUID) -> Actor | None:
    """An active person of a demo office; None in any other office."""
    with reading() as session:
        if not session.get_one(Office, OFFICE_ID).is_exercise:
            return None
        person = session.get(Person, person_id)
        if person is None or not person.active or person.is_machine:
            return None
        return as_actor(session, person)


def personas() -> Sequence[tuple[Person, Ministry]]:
    """Everybody one can enter a demo office as, with their ministry; nobody in any other office."""
    with reading() as session:
        if not session.get_one(Office, OFFICE_ID).is_exercise:
            return []
        found = session.execute(
            select(Person, Ministry)
            .join(Ministry, Ministry.id == Person.ministry_id)
            .where(Person.active.is_(True), Person.is_machine.is_(False))
            .order_by(Ministry.code, Person.email)
        )
        return [(row.Person, row.Ministry) for row in found]


def _alive(now: datetime) -> ColumnElement[bool]:
    return and_(SignIn.awaits_code.is_(False), SignIn.last_seen_at > now - IDLE, _holds(now))


def _holds(now: datetime) -> ColumnElement[bool]:
    return and_(
        SignIn.ended_at.is_(None),
        SignIn.expires_at > now,
        SignIn.epoch == Person.session_epoch,
        Person.active.is_(True),
    )
