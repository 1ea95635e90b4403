"""Who is asked when whoever was asked does not answer; so that no ministry stays untold in silence.

Silence past the deadline, a decline and the loss of every message lead to one and the same step:
the next person of the same place is asked, until nobody is left but a telephone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from crisis.alerts import links, outbox
from crisis.alerts.drafts import facts_of, words
from crisis.alerts.gathering import Reached, gather
from crisis.alerts.model import Alert, AlertState
from crisis.alerts.outbox import LOST, Channel, Delivery, Purpose
from crisis.alerts.posting import AT_ONCE, NewMessage, next_line, post, say
from crisis.alerts.recipients import AlertEscalated, AlertUnreached, Answer, Recipient, Why
from crisis.deadlines.commands import Effect
from crisis.deadlines.model import ONCE, Code, Deadline, State
from crisis.incidents.model import Incident
from crisis.kernel.command import Work
from crisis.kernel.errors import Conflict
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import DutyHolding, Ministry, Names, Person
from crisis.policy import LIAISONS, Duty
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State as Stands

MOST_STEPS: Final = 3
"""The deputy, the duty officer, the head of the media office (domain §3.6); then a telephone."""
WRONG: Final = frozenset({Stands.CORRECTED, Stands.RETRACTED})
_FIRST: Final = 0
"""Whoever is asked because others were silent has the least time left of all."""


# -- commands and the dispatcher call these, inside their transactions ----------------------------


def await_answers(
    session: Session, alert: Alert, recipients: Iterable[Recipient], at: datetime
) -> None:
    """From `at` on these answer within the time of the alert; whoever gets no message is not waited
    for, and the next in line is asked at once. Nothing is due of an alert that asks for no answer.
    """
    if not alert.asks_answer:
        return
    rows = [
        {
            "id": new_id(),
            "incident_id": alert.incident_id,
            "code": Code.ACKNOWLEDGE,
            "subject_id": each.id,
            "cycle": ONCE,
            "due_at": at if each.left_out else at + alert.answer_within,
            "state": State.DUE,
            "fence": 0,
        }
        for each in recipients
    ]
    for first in range(0, len(rows), AT_ONCE):
        session.execute(insert(Deadline), rows[first : first + AT_ONCE])


def lost(session: Session, recipient_ids: Collection[UUID], at: datetime) -> None:
    """Messages to these ended without arriving: whoever has none left that may still arrive is not
    waited for any longer."""
    session.flush()
    wanted = sorted(recipient_ids)
    for first in range(0, len(wanted), AT_ONCE):
        _wait_no_longer(session, wanted[first : first + AT_ONCE], at)


def chain_acknowledged(session: Session, root_id: UUID) -> bool:
    """Whether anybody asked in this place has it."""
    has_it = select(Recipient.id).where(
        Recipient.root_id == root_id, Recipient.answer == Answer.ACKNOWLEDGED
    )
    return session.scalar(has_it.limit(1)) is not None


def has_enough(session: Session, alert: Alert) -> bool:
    """Whether so many of the whole group have it that nobody else needs to be asked."""
    if alert.enough is None:
        return False
    places = select(func.count(Recipient.root_id.distinct())).where(
        Recipient.alert_id == alert.id, Recipient.answer == Answer.ACKNOWLEDGED
    )
    return (session.scalar(places) or 0) >= alert.enough


def stop_waiting(session: Session, alert: Alert, *, root_id: UUID | None = None) -> None:
    """Nobody is asked any more in this place; or, without `root_id`, in the whole alert."""
    of = Recipient.alert_id == alert.id if root_id is None else Recipient.root_id == root_id
    session.flush()
    session.execute(
        update(Deadline)
        .where(
            Deadline.code == Code.ACKNOWLEDGE,
            Deadline.state == State.DUE,
            Deadline.subject_id.in_(select(Recipient.id).where(of).scalar_subquery()),
        )
        .values(state=State.STOPPED, fence=Deadline.fence + 1, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def wait_again(session: Session, alert: Alert, *, besides: UUID) -> None:
    """Enough had it, and have it no longer: whoever was not waited for any more because of that is
    waited for until the time they were told: of each place but that of `besides`, the one who was
    asked last."""
    if alert.enough is None:
        return
    has_it = select(Recipient.root_id).where(
        Recipient.alert_id == alert.id, Recipient.answer == Answer.ACKNOWLEDGED
    )
    last = (Recipient.asked_at.desc(), Recipient.step.desc(), Recipient.id.desc())
    nth = func.row_number().over(partition_by=Recipient.root_id, order_by=last).label("nth")
    asked = (
        select(Recipient.id, Recipient.root_id, Recipient.answer, nth)
        .where(Recipient.alert_id == alert.id)
        .subquery()
    )
    silent = select(asked.c.id).where(
        asked.c.nth == 1,
        asked.c.answer == Answer.WAITING,
        asked.c.root_id != besides,
        asked.c.root_id.not_in(has_it.scalar_subquery()),
    )
    session.flush()
    session.execute(
        update(Deadline)
        .where(
            Deadline.code == Code.ACKNOWLEDGE,
            Deadline.state == State.STOPPED,
            Deadline.subject_id.in_(silent.scalar_subquery()),
        )
        .values(state=State.DUE, fence=Deadline.fence + 1)
        .execution_options(synchronize_session=False)
    )


def ask_next(work: Work, alert: Alert, recipient: Recipient, event: str) -> Recipient | None:
    """Ask the next in line instead; None when nobody is left but a telephone."""
    found = next_in_line(work.session, alert, recipient, at=work.now)
    if found is None:
        recipient.answer = Answer.UNREACHED
        return None
    recipient.answer = Answer.ESCALATED
    following = _instead_of(recipient, found, alert, work.now)
    work.session.add(following)
    work.session.flush()
    _send(work, alert, following, event)
    await_answers(work.session, alert, [following], work.now)
    lost(work.session, [following.id], work.now)  # whoever asked not to be written to never will be
    return following


def next_in_line(
    session: Session, alert: Alert, recipient: Recipient, *, at: datetime
) -> Reached | None:
    """Who would be asked instead: the deputy, then others who stand for the same place.

    Nobody is asked twice in one alert, and nobody after it has ended or what it says was found
    wrong; in a restricted incident nobody learns of it whom no person named.
    """
    over = recipient.step >= MOST_STEPS or alert.expires_at <= at
    if recipient.person_id is None or over or is_wrong(session, alert):
        return None
    line = list(dict.fromkeys(_line(session, alert, recipient)))
    already = select(Recipient.person_id).where(
        Recipient.alert_id == alert.id, Recipient.person_id.in_(line)
    )
    asked = set(session.scalars(already))
    channels = [Channel(each) for each in alert.channels]
    for person_id in line:
        if person_id not in asked:
            found = gather(
                session,
                person_ids=[person_id],
                channels=channels,
                life_safety=alert.is_life_safety,
            ).told
            if found:
                return found[0]
    return None


def is_wrong(session: Session, alert: Alert) -> bool:
    """Whether the statement it carries was corrected or taken back: nobody more is told that."""
    if alert.statement_id is None:
        return False
    return session.get_one(Statement, alert.statement_id).state in WRONG


# -- what is done when the time has come ---------------------------------------------------------


def escalate(deadline: Deadline, work: Work) -> AlertEscalated | AlertUnreached:
    """They were silent for too long, or nothing reached them. Raises `Conflict` when they, somebody
    in their place or enough of the others have answered meanwhile, or nobody is to be told now."""
    recipient = work.session.get_one(Recipient, deadline.subject_id, with_for_update=True)
    alert = work.session.get_one(Alert, recipient.alert_id)
    if recipient.answer != Answer.WAITING or alert.state == AlertState.CANCELLED:
        raise Conflict(Message("Nothing is awaited of them now."), code="answered")
    if chain_acknowledged(work.session, recipient.root_id) or has_enough(work.session, alert):
        raise Conflict(Message("Nothing is awaited of them now."), code="answered")
    why = Why.SILENT if _may_have_arrived(work.session, recipient) else Why.LOST
    following = ask_next(work, alert, recipient, AlertEscalated.name)
    if following is None:
        return AlertUnreached(**about(alert, recipient), why=why, asked=recipient.step + 1)
    return AlertEscalated(
        **about(alert, recipient),
        why=why,
        step=following.step,
        next_id=following.id,
        next=following.name,
    )


EFFECTS: Final[Mapping[str, Effect]] = {Code.ACKNOWLEDGE: escalate}


class About(TypedDict):
    """What every event of a recipient tells."""

    alert_id: UUID
    number: int
    recipient_id: UUID
    root_id: UUID
    person_id: UUID | None
    ministry_id: UUID | None
    recipient: Names


def about(alert: Alert, recipient: Recipient) -> About:
    """Whom an event is about."""
    return About(
        alert_id=alert.id,
        number=alert.number,
        recipient_id=recipient.id,
        root_id=recipient.root_id,
        person_id=recipient.person_id,
        ministry_id=recipient.ministry_id,
        recipient=recipient.name,
    )


def _wait_no_longer(session: Session, recipient_ids: Sequence[UUID], at: datetime) -> None:
    living = select(Delivery.recipient_id).where(
        Delivery.recipient_id.in_(recipient_ids), Delivery.state.not_in(LOST)
    )
    reachable = set(session.scalars(living))
    waiting = select(Recipient.id).where(
        Recipient.id.in_([each for each in recipient_ids if each not in reachable]),
        Recipient.answer == Answer.WAITING,
    )
    # Named one by one: from a statement over all three tables PostgreSQL, which knows nothing yet
    # of an audience frozen a second ago, makes one that takes longer than it may.
    session.execute(
        update(Deadline)
        .where(
            Deadline.code == Code.ACKNOWLEDGE,
            Deadline.subject_id.in_(session.scalars(waiting).all()),
            Deadline.state == State.DUE,
            Deadline.due_at > at,
        )
        .values(due_at=at, fence=Deadline.fence + 1, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def _line(session: Session, alert: Alert, recipient: Recipient) -> Iterator[UUID]:
    """Deputies first, the nearest before the others; then the people of the same place."""
    holders = duty_holders(session, alert.incident_id)
    restricted = session.get_one(Incident, alert.incident_id).restricted
    for each in (*_deputies(session, recipient), *_colleagues(session, recipient, holders)):
        if not restricted or each in holders:
            yield each


def _deputies(session: Session, recipient: Recipient) -> Iterator[UUID]:
    each: Recipient | None = recipient
    while each is not None:
        person = each.person_id and session.get(Person, each.person_id)
        if person and person.deputy_id:
            yield person.deputy_id
        each = session.get(Recipient, each.instead_of_id) if each.instead_of_id else None


def _colleagues(session: Session, recipient: Recipient, holders: Set[UUID]) -> list[UUID]:
    """Who else stands for the ministry: its liaisons, then whoever has a duty. Of the centre, where
    everybody has one, only those whose duty is the same."""
    if recipient.ministry_id is None:
        return []
    own = session.get_one(Person, recipient.person_id).standing_duty
    is_centre = session.get_one(Ministry, recipient.ministry_id).is_centre
    wanted = select(Person.id, Person.standing_duty).where(
        Person.ministry_id == recipient.ministry_id,
        Person.active.is_(True),
        Person.is_machine.is_(False),
        Person.id != recipient.person_id,
    )
    found = [
        (each.standing_duty not in LIAISONS, each.id not in holders, each.id)
        for each in session.execute(wanted)
        if (own and each.standing_duty == own)
        or (not is_centre and (each.standing_duty or each.id in holders))
    ]
    return [person_id for *_rank, person_id in sorted(found)]


def duty_holders(session: Session, incident_id: UUID) -> Set[UUID]:
    """Who has a duty in the incident now that is more than looking on."""
    held = select(DutyHolding.person_id).where(
        DutyHolding.incident_id == incident_id,
        DutyHolding.ended_at.is_(None),
        DutyHolding.duty != Duty.OBSERVER,
    )
    return set(session.scalars(held))


def _instead_of(recipient: Recipient, found: Reached, alert: Alert, at: datetime) -> Recipient:
    own = new_id()
    return Recipient(
        id=own,
        incident_id=alert.incident_id,
        alert_id=alert.id,
        person_id=found.person_id,
        ministry_id=found.ministry_id,
        name=found.name,
        language=found.language,
        mobile=found.mobile,
        email=found.email,
        root_id=recipient.root_id,
        instead_of_id=recipient.id,
        step=recipient.step + 1,
        answer=Answer.WAITING,
        answer_by=at + alert.answer_within,
        asked_at=at,
        token_hash=links.hash_of(links.secret_of(own)),
    )


def _send(work: Work, alert: Alert, recipient: Recipient, event: str) -> None:
    """The words of the alert, in their language if it has them, on every channel they have."""
    session, incident = work.session, work.session.get_one(Incident, alert.incident_id)
    ways = {Channel.SMS: recipient.mobile, Channel.EMAIL: recipient.email}
    messages = [
        NewMessage(
            purpose=Purpose.ALERT,
            priority=_FIRST,
            channel=channel,
            address=ways[channel],
            language=language,
            wording_id=wording_id,
            about=f"alert:{alert.id}",
            event=event,
            key=f"alert:{alert.id}:{recipient.id}:{channel}",
            person_id=recipient.person_id,
            alert_id=alert.id,
            recipient_id=recipient.id,
            expires_at=alert.expires_at,
            is_owed=alert.is_life_safety,
        )
        for channel in map(Channel, alert.channels)
        if ways[channel]
        for wording_id, language in _wording(session, alert, recipient, channel)
    ]
    post(session, incident, messages, seq=next_line(session, incident.id), at=work.now)


def _wording(
    session: Session, alert: Alert, recipient: Recipient, channel: Channel
) -> Sequence[tuple[UUID, str]]:
    """The words of the alert in the first language it has of: the recipient's, that of whoever was
    asked before them, any. What others were told already is told again, to the letter."""
    before = session.get(Recipient, recipient.instead_of_id)
    first = (recipient.language, before.language if before else "")
    preferred: list[Language] = [*LANGUAGES]
    preferred.sort(key=lambda each: first.index(each) if each in first else len(first))
    told = _told(session, alert, channel)
    facts = facts_of(session.get_one(Incident, alert.incident_id))
    for language in preferred:
        if language in told:
            return [(told[language], language)]
        own = words(alert, language, channel, facts)
        if own.text and not (own.open or own.unknown):
            subject = own.subject if channel is Channel.EMAIL else ""
            said = say(session, alert.incident_id, language, text=own.text, subject=subject)
            return [(said, language)]
    return []


def _told(session: Session, alert: Alert, channel: Channel) -> dict[str, UUID]:
    """By language, what went out on this channel."""
    told = select(Delivery.language, Delivery.wording_id).where(
        Delivery.alert_id == alert.id,
        Delivery.channel == channel,
        Delivery.purpose == Purpose.ALERT,
        Delivery.repeat_of_id.is_(None),
    )
    return {row.language: row.wording_id for row in session.execute(told.distinct())}


def _may_have_arrived(session: Session, recipient: Recipient) -> bool:
    living = select(Delivery.id).where(
        Delivery.recipient_id == recipient.id,
        Delivery.state.not_in(LOST),
        # another try of what was lost says nothing of them while it waits to leave
        or_(Delivery.repeat_of_id.is_(None), Delivery.state != outbox.State.QUEUED),
    )
    return session.scalar(living.limit(1)) is not None
