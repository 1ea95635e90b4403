"""Which messages may leave now, and what came of those that did: the rows behind the dispatcher.

Everything here runs inside a transaction of the caller's. A row that is `SENDING` may be on the
wire from the commit on; only a courier's word, or proof from the provider, takes it out of doubt.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from crisis.alerts import escalation, links, receipts
from crisis.alerts.couriers import Accepted, Found, GiveUp, Letter, NotAccepted, Outcome, Trace
from crisis.alerts.lanes import Way
from crisis.alerts.model import Alert, AlertState, Prefer
from crisis.alerts.outbox import (
    LINK,
    Channel,
    Delivery,
    ErrorClass,
    Purpose,
    State,
    Wording,
    keepable,
)
from crisis.alerts.posting import AT_ONCE, repeat

outbox: Final = cast(Table, Delivery.__table__)
_LETTER: Final = (
    outbox.c.id,
    outbox.c.attempt,
    outbox.c.channel,
    outbox.c.purpose,
    outbox.c.address,
    outbox.c.language,
    outbox.c.is_exercise,
    outbox.c.wording_id,
    outbox.c.recipient_id,
    outbox.c.priority,
)
"""What a letter is made of."""
LOOKS: Final = 2
"""How often the provider is asked what became of a message, before a person is."""
_IN_DOUBT: Final = (State.SENDING, State.UNKNOWN)


@dataclass(frozen=True)
class Timing:
    """How long everything takes, in seconds."""

    lease: float = 30.0
    """A row that was taken up so long ago, and of which nothing was heard, is in doubt."""
    call: float = 20.0
    """A courier promises to answer within 15."""
    look_after: float = 30.0
    """A provider's list may lag behind."""
    grace: float = 5.0
    """What is under way may take so long to end when the worker is stopped."""
    gather: float = 0.005
    """Results wait so long for others, to be written together."""
    round: float = 1.0
    """How often the outbox is looked at though nobody called."""
    probe: float = 15.0
    """How often a provider that fails is tried, with one message."""
    failures_within: float = 30.0
    longest_rest: float = 5.0
    """How long a provider that refuses connections is left alone."""


USUAL: Final = Timing()


@dataclass(frozen=True)
class Question:
    """A message of which nobody knows whether it left, and since when it could have."""

    letter: Letter
    since: datetime


@dataclass(frozen=True)
class Hand:
    """Whose hand it is in the rows, and for how long."""

    worker: UUID
    now: datetime
    timing: Timing

    def after(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)


# -- what may leave -------------------------------------------------------------------------------


def claim(session: Session, way: Way, calls: int, hand: Hand) -> list[list[Letter]]:
    """Take up what may leave by this way, the most urgent first: for each call its letters.

    Once this is committed, each of them counts as perhaps sent.
    """
    if way.letters_per_call == 1:
        return [[letter] for letter in _taken(session, way, _waiting(way, hand.now), calls, hand)]
    taken = []
    for _ in range(calls):
        first = _in_order(select(outbox.c.wording_id).where(*_waiting(way, hand.now)), 1)
        alike = outbox.c.wording_id == first.scalar_subquery()
        which = (*_waiting(way, hand.now), alike)
        if letters := _taken(session, way, which, way.letters_per_call, hand):
            taken.append(letters)
        else:
            break
    return taken


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether a look at the outbox would find something to do. Takes no lock."""
    due = [
        _queued_until(now),
        (outbox.c.state == State.SENDING, outbox.c.lease_until < now),
        (*_unanswered(now),),
        (outbox.c.state == State.QUEUED, outbox.c.expires_at <= now),
    ]
    found = [select(outbox.c.id).where(*each).limit(1) for each in due]
    return any(session.scalar(each) is not None for each in found)


def _queued_until(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.state == State.QUEUED, outbox.c.not_before <= now


def _waiting(way: Way, now: datetime) -> tuple[ColumnElement[bool], ...]:
    stopped = select(Alert.id).where(Alert.state == AlertState.CANCELLED)
    return (
        *_carried(way),
        *_queued_until(now),
        or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > now),
        or_(outbox.c.alert_id.is_(None), outbox.c.alert_id.not_in(stopped)),
    )


def _carried(way: Way) -> tuple[ColumnElement[bool], ...]:
    by_channel = outbox.c.channel == way.channel
    if len(way.exercises) > 1:
        return (by_channel,)
    return by_channel, outbox.c.is_exercise == (True in way.exercises)


def _in_order(rows: Select[Any], limit: int) -> Select[Any]:
    # ids rise with time, and the index has them in this order: nothing is sorted for each claim
    return rows.order_by(outbox.c.priority, outbox.c.id).limit(limit)


def _taken(
    session: Session,
    way: Way,
    which: Iterable[ColumnElement[bool]],
    limit: int,
    hand: Hand,
) -> list[Letter]:
    free = _in_order(select(outbox.c.id).where(*which), limit).with_for_update(skip_locked=True)
    rows = session.execute(
        update(outbox)
        .where(outbox.c.id.in_(free.scalar_subquery()))
        .values(
            state=State.SENDING,
            attempt=outbox.c.attempt + 1,
            claimed_by=hand.worker,
            lease_until=hand.after(hand.timing.lease),
            provider=way.provider,
            looked_up=0,
            why=None,
            error_class=None,
            error_code=None,
        )
        .returning(*_LETTER)
    ).all()
    return _letters(session, sorted(rows, key=lambda row: (row.priority, row.id)))


def _letters(session: Session, rows: Sequence[Row[Any]]) -> list[Letter]:
    wanted = {row.wording_id for row in rows}
    said = select(Wording.id, Wording.subject, Wording.text, Wording.path)
    words = {each.id: each for each in session.execute(said.where(Wording.id.in_(wanted)))}
    return [_letter(row, words[row.wording_id]) for row in rows]


def _letter(row: Row[Any], words: Row[UUID, str, str, str | None]) -> Letter:
    link = ""
    if LINK in words.text:
        own = links.path_of(row.recipient_id) if row.recipient_id else "/"
        link = links.address(words.path or own)
    return Letter(
        delivery_id=row.id,
        attempt=row.attempt,
        channel=Channel(row.channel),
        purpose=Purpose(row.purpose),
        address=row.address,
        language=row.language,
        subject=words.subject,
        text=words.text.replace(LINK, link),
        is_exercise=row.is_exercise,
        link=link if words.path is None else "",
    )


# -- what came of it ------------------------------------------------------------------------------


def settle(
    session: Session, provider: str, results: Iterable[tuple[Letter, Outcome]], hand: Hand
) -> None:
    """Write what the courier said of each letter. Saying the same again changes nothing.

    What is no longer in doubt by then, because the provider reported it, stays as it was reported.
    """
    accepted: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    given_up: list[dict[str, Any]] = []
    unknown: list[dict[str, Any]] = []
    # in one order: transactions that want the same rows must not wait for each other in a ring
    for letter, outcome in sorted(results, key=lambda each: each[0].delivery_id):
        row = {"of": letter.delivery_id, "at_attempt": letter.attempt, "now": hand.now}
        match outcome:
            case Accepted(reference, status):
                named = {"new_reference": keepable(reference, 64)}
                accepted.append({**row, **named, "new_provider_status": keepable(status, 32)})
            case NotAccepted(why, retry_after):
                again = hand.after(hand.timing.round if retry_after is None else retry_after)
                refused.append({**row, "new_why": keepable(why, 200), "new_not_before": again})
            case GiveUp(why, code, error_class):
                ended = {"new_error_code": code and keepable(code, 16)}
                ended |= {"new_error_class": error_class, "new_why": keepable(why, 200)}
                given_up.append({**row, **ended})
            case _:
                look_at = hand.after(hand.timing.look_after)
                why = keepable(outcome.why, 200)
                unknown.append({**row, "new_why": why, "new_not_before": look_at})
    _write(session, _ACCEPTED, accepted)
    _write(session, _REFUSED, refused)
    _write(session, _UNKNOWN, unknown)
    _write(session, _GIVEN_UP, given_up)
    if accepted:
        receipts.match_parked(session, provider, [each["new_reference"] for each in accepted])
    _escalate(session, [each["of"] for each in given_up], hand.now)


def _row_of(*states: State) -> Update:
    own = update(outbox).where(
        outbox.c.id == bindparam("of"), outbox.c.attempt == bindparam("at_attempt")
    )
    own = own.where(_is_one_of(*states)) if states else own
    return own.values(claimed_by=None, lease_until=None)


def _is_one_of(*states: State) -> ColumnElement[bool]:
    # spelt out: IN (…) cannot stand in a statement that is run for many rows at once
    return or_(*(outbox.c.state == each for each in states))


_NOW: Final = bindparam("now", type_=outbox.c.ended_at.type)
_ACCEPTED: Final = _row_of().values(
    state=case((_is_one_of(*_IN_DOUBT), State.ACCEPTED), else_=outbox.c.state),
    reference=bindparam("new_reference"),
    provider_status=func.coalesce(
        outbox.c.provider_status,
        bindparam("new_provider_status", type_=outbox.c.provider_status.type),
    ),
    accepted_at=func.coalesce(outbox.c.accepted_at, _NOW),
)
"""Whatever was reported meanwhile: this is what the provider calls it."""
_REFUSED: Final = _row_of(State.SENDING).values(
    state=State.QUEUED, not_before=bindparam("new_not_before"), why=bindparam("new_why")
)
"""Only while it is still in this hand: of one that counts as unknown a repetition may be out."""
_UNKNOWN: Final = _row_of(State.SENDING).values(
    state=State.UNKNOWN, not_before=bindparam("new_not_before"), why=bindparam("new_why")
)
_GIVEN_UP: Final = _row_of(*_IN_DOUBT).values(
    state=State.FAILED,
    why=bindparam("new_why"),
    error_code=bindparam("new_error_code"),
    error_class=bindparam("new_error_class"),
    ended_at=_NOW,
)


def _write(session: Session, statement: Update, rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        session.connection().execute(statement, rows[first : first + AT_ONCE])


def _escalate(session: Session, delivery_ids: Collection[UUID], now: datetime) -> None:
    """Whoever these were for is not waited for, if nothing else may reach them."""
    if delivery_ids:
        of = select(outbox.c.recipient_id).where(
            outbox.c.id.in_(delivery_ids), outbox.c.recipient_id.is_not(None)
        )
        if recipients := set(session.scalars(of)):
            escalation.lost(session, recipients, now)


# -- what ended while it waited -------------------------------------------------------------------


def sweep(session: Session, hand: Hand) -> None:
    """Put aside what must not leave any more, and doubt what a worker took up and died with."""
    _end(
        session,
        State.UNKNOWN,
        State.SENDING,
        outbox.c.lease_until < hand.now,
        {
            "claimed_by": None,
            "lease_until": None,
            "not_before": hand.now,
            "why": "lease ran out",
        },
    )
    too_late = _end(
        session,
        State.EXPIRED,
        State.QUEUED,
        outbox.c.expires_at <= hand.now,
        {
            "error_class": ErrorClass.EXPIRED,
            "ended_at": hand.now,
        },
    )
    stopped = select(Alert.id).where(Alert.state == AlertState.CANCELLED)
    _end(
        session,
        State.CANCELLED,
        State.QUEUED,
        outbox.c.alert_id.in_(stopped),
        {
            "ended_at": hand.now,
        },
    )
    if too_late:
        escalation.lost(session, too_late, hand.now)


def _end(
    session: Session,
    new: State,
    old: State,
    which: ColumnElement[bool],
    values: dict[str, Any],
) -> set[UUID]:
    """The recipients of the rows that this changed."""
    changed = update(outbox).where(outbox.c.state == old, which)
    rows = session.execute(changed.values(state=new, **values).returning(outbox.c.recipient_id))
    return {each for each in rows.scalars() if each is not None}


# -- what nobody knows ----------------------------------------------------------------------------


def questions(session: Session, way: Way, limit: int, hand: Hand) -> list[Question]:
    """Take up what the provider of this way should be asked about."""
    own = (*_carried(way), *_unanswered(hand.now), outbox.c.provider == way.provider)
    free = select(outbox.c.id).where(*own).order_by(outbox.c.priority, outbox.c.not_before)
    rows = session.execute(
        update(outbox)
        .where(
            outbox.c.id.in_(free.limit(limit).with_for_update(skip_locked=True).scalar_subquery())
        )
        .values(claimed_by=hand.worker, lease_until=hand.after(hand.timing.lease))
        .returning(*_LETTER, outbox.c.created_at)
    ).all()
    since = {row.id: row.created_at for row in rows}
    return [Question(each, since[each.delivery_id]) for each in _letters(session, rows)]


def _unanswered(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.state == State.UNKNOWN,
        outbox.c.looked_up < LOOKS,
        outbox.c.not_before <= now,
        or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < now),
    )


def settle_traces(
    session: Session, provider: str, traces: Sequence[tuple[Letter, Trace]], hand: Hand
) -> None:
    """Write what the provider lists. What it does not list twice is left to a person, or sent once
    more where the alert says that reaching somebody matters most."""
    found = {
        reference: (letter, Accepted(reference, trace.status))
        for letter, trace in traces
        if isinstance(trace, Found) and (reference := keepable(trace.reference, 64))
    }
    for taken in _called(session, provider, found):
        del found[taken]  # it is the reference of another message that says the same
    settle(session, provider, found.values(), hand)
    proved = {letter.delivery_id for letter, _ in found.values()}
    rest = [letter.delivery_id for letter, _ in traces if letter.delivery_id not in proved]
    if rest:
        session.execute(
            update(outbox)
            .where(outbox.c.id.in_(rest), outbox.c.state == State.UNKNOWN)
            .values(
                looked_up=outbox.c.looked_up + 1,
                not_before=hand.after(hand.timing.look_after),
                claimed_by=None,
                lease_until=None,
            )
        )
        _reach(session, rest, hand.now)


def _called(session: Session, provider: str, references: Collection[str]) -> list[str]:
    if not references:
        return []
    known = select(outbox.c.reference).where(
        outbox.c.provider == provider, outbox.c.reference.in_(references)
    )
    return list(session.scalars(known))


def _reach(session: Session, delivery_ids: Collection[UUID], now: datetime) -> None:
    given_up = (
        select(Delivery, Alert)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(
            Delivery.id.in_(delivery_ids),
            Delivery.state == State.UNKNOWN,
            Delivery.looked_up >= LOOKS,
            Delivery.repeat_of_id.is_(None),
            Alert.prefer == Prefer.REACH,
            Alert.state != AlertState.CANCELLED,
            Alert.expires_at > now,
        )
    )
    found = session.execute(given_up).all()
    repeat(session, [each for each, of in found if not escalation.is_wrong(session, of)], at=now)
