"""What people do with their own account, and what an administrator does for them.

Secrets never come here: a password arrives as its hash, a token as its digest. Both are made
before the transaction opens, because hashing is slow on purpose.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from crisis.account.model import (
    LASTS,
    Account,
    Announce,
    PasswordChanged,
    PersonSignedIn,
    PersonSignedOut,
    PreferencesChosen,
    Proof,
    RecoveryCodesMade,
    ResetLinkMade,
    ResetLinkUsed,
    SecondStepDisabled,
    SecondStepEnabled,
    SignIn,
    new_account,
)
from crisis.kernel.command import Work, command
from crisis.kernel.database import locked
from crisis.kernel.errors import Conflict, Forbidden
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.kernel.words import Message
from crisis.people.model import Office, Person
from crisis.policy import Action


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in: the digest of the token it will carry, its label, its address."""

    token_hash: str
    agent: str
    address: str


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def sign_in(
    person: Person, work: Work, *, checked_hash: str | None, browser: Browser
) -> PersonSignedIn:
    """Begin a session after the password was found to match `checked_hash`.

    Raises `Conflict`: `stale_password` when the password was changed meanwhile, `second_step` when
    a code is needed as well.
    """
    account = _own_account(person, work)
    if checked_hash is None or account.password_hash != checked_hash:
        raise Conflict(Message("The password was changed just now."), code="stale_password")
    if account.has_second_step:
        raise Conflict(Message("A code is needed as well."), code="second_step")
    return _begin(person, work, browser, Proof.PASSWORD)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def sign_in_with_code(
    person: Person, work: Work, *, pending_id: UUID, code: str, browser: Browser
) -> PersonSignedIn:
    """Finish what `pending_id` began (the password was right), with a code good for once.

    Raises `Invalid` (`wrong_code`), or `Conflict` (`too_late`) when the first step no longer holds.
    """
    account = _own_account(person, work)
    pending: SignIn | None = locked(work.session, SignIn, pending_id)
    if (
        pending is None
        or pending.person_id != person.id
        or not pending.awaits_code
        or pending.ended_at is not None
        or pending.epoch != person.session_epoch
        or pending.expires_at <= work.now
    ):
        raise too_late()
    proof = account.take_code(code, at=work.now)
    pending.end(at=work.now)
    return _begin(person, work, browser, proof)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def enter_as(person: Person, work: Work, *, browser: Browser) -> PersonSignedIn:
    """Become somebody of the demo office, without a password; nowhere else."""
    _own(person, work)
    office = work.session.get_one(Office, OFFICE_ID)
    if not office.is_exercise:
        raise Forbidden(Message("Only a demo office can be entered without a password."))
    return _begin(person, work, browser, Proof.PERSONA)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def sign_out(person: Person, work: Work, *, sign_in_id: UUID) -> PersonSignedOut:
    """End one of one's own sessions, this one or another."""
    _own(person, work)
    found: SignIn | None = locked(work.session, SignIn, sign_in_id)
    if found is None or found.person_id != person.id:
        raise Conflict(Message("That session has already ended."), code="already")
    found.end(at=work.now)
    return PersonSignedOut(person_id=person.id, person=person.name, sign_in_id=found.id)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def sign_out_everywhere(person: Person, work: Work, *, keep: UUID | None = None) -> PersonSignedOut:
    """End all of one's own sessions, but the one to `keep`."""
    _own(person, work)
    _end_sessions(person, work, keep=keep)
    return PersonSignedOut(person_id=person.id, person=person.name, sign_in_id=None, kept_id=keep)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def change_password(
    person: Person, work: Work, *, checked_hash: str | None, password_hash: str, keep: UUID
) -> PasswordChanged:
    """Replace a password that was found to match `checked_hash`; sessions but `keep` end."""
    account = _own_account(person, work)
    if account.password_hash != checked_hash:
        raise Conflict(Message("The password was changed just now."), code="stale_password")
    account.set_password(password_hash, at=work.now)
    _end_sessions(person, work, keep=keep)
    return PasswordChanged(person_id=person.id, person=person.name)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def enable_second_step(
    person: Person, work: Work, *, secret: str, code: str, recovery_hashes: list[str]
) -> SecondStepEnabled:
    """From now on signing in takes a code of the application that holds `secret` (base32)."""
    account = _own_account(person, work)
    account.enable_second_step(
        secret=secret, code=code, recovery_hashes=recovery_hashes, at=work.now
    )
    return SecondStepEnabled(person_id=person.id, person=person.name)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def disable_second_step(
    person: Person, work: Work, *, checked_hash: str | None
) -> SecondStepDisabled:
    """Go back to the password alone, after it was found to match `checked_hash`."""
    account = _confirmed_account(person, work, checked_hash)
    account.disable_second_step()
    return SecondStepDisabled(person_id=person.id, person=person.name)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def replace_recovery_codes(
    person: Person, work: Work, *, checked_hash: str | None, recovery_hashes: list[str]
) -> RecoveryCodesMade:
    """Put new recovery codes in the place of the old ones, used or not."""
    account = _confirmed_account(person, work, checked_hash)
    account.replace_recovery(recovery_hashes)
    return RecoveryCodesMade(person_id=person.id, person=person.name)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def choose_preferences(
    person: Person, work: Work, *, language: str, shortcuts: bool, announce: Announce
) -> PreferencesChosen:
    """Say in which language one reads, and how the pages should behave."""
    account = _own_account(person, work)
    person.language = language
    account.shortcuts, account.announce = shortcuts, announce
    return PreferencesChosen(
        person_id=person.id,
        person=person.name,
        language=language,
        shortcuts=shortcuts,
        announce=announce,
    )


@command(Action.KEEP_OFFICE, on=Person)
def make_reset_link(
    person: Person, work: Work, *, token_hash: str, removes_second_step: bool
) -> ResetLinkMade:
    """Let somebody set a password by a link that works once; their sessions go on until then.

    `removes_second_step` is for whoever lost the telephone and the recovery codes.
    """
    if person.is_machine or not person.active or person.email is None:
        raise Conflict(
            Message("Only an active person with an e-mail can sign in. Add one first."),
            code="cannot_sign_in",
        )
    account = _account(work.session, person)
    account.make_link(token_hash, removes_second_step=removes_second_step, at=work.now)
    return ResetLinkMade(
        person_id=person.id, person=person.name, removes_second_step=removes_second_step
    )


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def use_reset_link(
    person: Person, work: Work, *, token_hash: str, password_hash: str
) -> ResetLinkUsed:
    """Set a password by a link; all sessions end. Raises `Conflict` (`dead_link`)."""
    account = _own_account(person, work)
    if not account.link_holds(token_hash, at=work.now):
        raise dead_link()
    account.set_password(password_hash, at=work.now)
    removes = account.reset_removes_totp and account.has_second_step
    if removes:
        account.disable_second_step()
    _end_sessions(person, work)
    return ResetLinkUsed(person_id=person.id, person=person.name, removed_second_step=removes)


def too_late() -> Conflict:
    """The first step of signing in no longer holds."""
    return Conflict(Message("That took too long. Begin again with your password."), code="too_late")


def dead_link() -> Conflict:
    """The same words for a link that was used, that expired, and that never was."""
    return Conflict(
        Message("This link no longer works. Ask an administrator for a new one."),
        code="dead_link",
    )


def _begin(person: Person, work: Work, browser: Browser, proof: Proof) -> PersonSignedIn:
    begun = a_session(person, browser, at=work.now)
    work.session.add(begun)
    return PersonSignedIn(person_id=person.id, person=person.name, sign_in_id=begun.id, proof=proof)


def a_session(person: Person, browser: Browser, *, at: datetime) -> SignIn:
    """A session of this person that begins now."""
    return SignIn(
        id=new_id(),
        person_id=person.id,
        token_hash=browser.token_hash,
        epoch=person.session_epoch,
        awaits_code=False,
        created_at=at,
        last_seen_at=at,
        expires_at=at + LASTS,
        agent=browser.agent,
        address=browser.address,
    )


def _end_sessions(person: Person, work: Work, *, keep: UUID | None = None) -> None:
    person.end_sessions()
    own = update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    work.session.execute(own.where(SignIn.id != keep).values(ended_at=work.now))
    work.session.execute(own.where(SignIn.id == keep).values(epoch=person.session_epoch))


def _confirmed_account(person: Person, work: Work, checked_hash: str | None) -> Account:
    account = _own_account(person, work)
    if account.password_hash != checked_hash:
        raise Conflict(Message("The password was changed just now."), code="stale_password")
    return account


def _own_account(person: Person, work: Work) -> Account:
    _own(person, work)
    return _account(work.session, person)


def _own(person: Person, work: Work) -> None:
    if work.actor.id != person.id or person.is_machine:
        raise Forbidden(Message("This account is somebody else's."), code="not_yours")


def _account(session: Session, person: Person) -> Account:
    found: Account | None = locked(session, Account, person.id)
    if found is None:
        found = new_account(person.id)
        session.add(found)
    return found
