"""Everything that makes an alert, from its first words to the moment it leaves or is stopped."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from crisis.alerts.carrying import carry, kind_of, out, right_one
from crisis.alerts.drafts import Draft, Words, facts_of, words
from crisis.alerts.due import (
    await_second,
    must_be_somebody,
    second_people,
    stop_awaiting_second,
)
from crisis.alerts.escalation import stop_waiting
from crisis.alerts.events import (
    AlertCancelled,
    AlertConfirmed,
    AlertDrafted,
    AlertEdited,
    AlertSentBack,
    AlertTested,
    ConfirmationAsked,
)
from crisis.alerts.freezing import (
    Said,
    freeze,
    hash_of,
    must_be_new,
    must_be_ready,
    must_be_seen,
    must_go_alone,
    needs_second,
)
from crisis.alerts.gathering import Gathered
from crisis.alerts.model import MOVING, Alert, AlertKind, AlertState, Prefer, Priority
from crisis.alerts.outbox import Channel, Delivery, Purpose, State
from crisis.alerts.posting import NewMessage, hold_back, next_line, post, say
from crisis.alerts.queries import hands_of
from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import Audience, ContactKind, Person
from crisis.policy import Action
from crisis.statements.content import Language
from crisis.statements.model.statement import Statement
from crisis.statements.places import listed_names

_SHORTEST: Final = timedelta(hours=1)
"""What follows an alert is good for at least so long."""
_STOPPABLE: Final = MOVING | {AlertState.DRAFT, AlertState.AWAITING}


_A = TypeVar("_A", Alert, Statement)


@command(Action.WRITE_ALERT, on=Incident)
def create_alert(
    incident: Incident,
    work: Work,
    *,
    draft: Draft,
    kind: AlertKind = AlertKind.ALERT,
    follows_id: UUID | None = None,
    statement_id: UUID | None = None,
) -> AlertDrafted:
    """Begin an alert of a running incident; with `statement_id` it carries that released text, and
    the texts of the draft count for nothing."""
    _must_run(incident)
    return _begin(incident, work, draft, kind, follows_id, statement_id)


@command(Action.WRITE_ALERT, on=Alert)
def edit_alert(alert: Alert, work: Work, *, draft: Draft, based_on: int) -> AlertEdited:
    """Take another text, written on revision `based_on`; who was asked to confirm is asked anew."""
    _must_run(alert.incident)
    _must_be(alert, AlertState.DRAFT, AlertState.AWAITING)
    _must_be_read(alert, based_on)
    _must_know(work.session, draft)
    was_asked = alert.state == AlertState.AWAITING
    draft.put_into(alert)
    carry(work.session, alert)
    _back_to_draft(alert, work)
    return AlertEdited(
        alert_id=alert.id, number=alert.number, revision=alert.revision, was_asked=was_asked
    )


@command(Action.WRITE_ALERT, on=Alert)
def follow_up(alert: Alert, work: Work, *, kind: AlertKind) -> AlertDrafted:
    """Begin an update, an all-clear or a correction for all whom this alert was for; everything but
    the text is as it was. What corrects a statement carries the one that took its place."""
    if alert.confirmed_at is None:
        raise Conflict(Message("It was never sent, so nothing can follow it."), code="never_sent")
    if kind is AlertKind.ALERT:
        raise Conflict(Message("Say what it is: update, all clear or correction."), code="kind")
    _must_run(alert.incident)
    lasts = max(alert.expires_at - alert.created_at, _SHORTEST)
    draft = Draft(
        priority=Priority(alert.priority),
        title=alert.title,
        sms=alert.sms,
        mail=alert.mail if not alert.statement_id else {},
        channels=tuple(Channel(each) for each in alert.channels),
        audience_ids=_still_active(work.session, Audience, alert.audience_ids),
        person_ids=_still_active(work.session, Person, alert.person_ids),
        asks_answer=alert.asks_answer and kind is not AlertKind.ALL_CLEAR,
        answer_minutes=alert.answer_minutes,
        enough=alert.enough,
        prefer=Prefer(alert.prefer),
        expires_at=work.now + lasts,
        values=alert.values,
    )
    right = right_one(work.session, alert) if kind is AlertKind.CORRECTION else None
    return _begin(alert.incident, work, draft, kind, alert.id, right.id if right else None)


@command(Action.WRITE_ALERT, on=Alert)
def test_to_me(alert: Alert, work: Work, *, language: Language) -> AlertTested:
    """Send it to oneself, to see it arrive; nobody else gets anything."""
    _must_run(alert.incident)
    _must_be(alert, AlertState.DRAFT, AlertState.AWAITING)
    me = work.session.get_one(Person, work.actor.id)
    ways = {
        Channel.SMS: me.first(ContactKind.MOBILE),
        Channel.EMAIL: me.email or me.first(ContactKind.EMAIL),
    }
    said = _said_now(alert, work, language)
    seq = next_line(work.session, alert.incident_id)
    messages = [
        _test(work.session, alert, me.id, each, address, said[each], language, seq)
        for each, address in ways.items()
        if each in alert.channels and address and said[each].text
    ]
    if not messages:
        raise Conflict(
            Message("There is no text in this language, or no number or address of yours."),
            code="no_address",
        )
    post(work.session, alert.incident, messages, seq=seq, at=work.now)
    return AlertTested(alert_id=alert.id, number=alert.number, language=language)


@command(Action.WRITE_ALERT, on=Alert)
def ask_confirmation(
    alert: Alert,
    work: Work,
    *,
    revision: int,
    audience_hash: str | None = None,
    despite_same: bool = False,
) -> ConfirmationAsked:
    """Ask for a second person. `audience_hash` is that of the audience whose count was shown.

    Raises what `freezing.must_be_ready` and `must_be_new` raise, and `Conflict` (`nobody_else`)
    when there is nobody to ask.
    """
    _must_run(alert.incident)
    _must_be(alert, AlertState.DRAFT)
    gathered, _said = _ready(alert, work, revision, audience_hash, despite_same=despite_same)
    asked = second_people(work.session, alert, work.actor.id)
    must_be_somebody(asked)
    alert.state, alert.asked_at = AlertState.AWAITING, work.now
    alert.audience_hash, alert.recipients = gathered.fingerprint, gathered.count
    await_second(alert, work)
    return ConfirmationAsked(
        alert_id=alert.id,
        number=alert.number,
        revision=alert.revision,
        priority=Priority(alert.priority),
        recipients=gathered.count,
        asked_ids=asked,
    )


@command(Action.WRITE_ALERT, on=Alert)
def send_alert(
    alert: Alert,
    work: Work,
    *,
    revision: int,
    audience_hash: str | None = None,
    despite_same: bool = False,
) -> AlertConfirmed:
    """Let an alert leave that needs no second person. Raises `Conflict` (`needs_second`)."""
    _must_run(alert.incident)
    _must_be(alert, AlertState.DRAFT)
    gathered, said = _ready(alert, work, revision, audience_hash, despite_same=despite_same)
    must_go_alone(needs_second=needs_second(alert, gathered))
    return _leave(alert, work, gathered, said)


@command(Action.CONFIRM_ALERT, on=Alert)
def confirm_alert(
    alert: Alert,
    work: Work,
    *,
    revision: int,
    typed_count: int,
    audience_hash: str | None = None,
    said_hash: str | None = None,
) -> AlertConfirmed:
    """The second person's yes, with the number of recipients; it leaves at once.

    `audience_hash` is that of the audience they were shown; None: the one whose count the first
    person saw. `said_hash` is that of the words they read (`freezing.hash_of`). Raises `Forbidden`
    (`same_person`), `Conflict` (`not_confirmable`, `stale_revision`, `said_otherwise`,
    `audience_changed`, what `must_be_ready` raises) or `Invalid` (`count_mismatch`).
    """
    _must_run(alert.incident)
    _must_be(alert, AlertState.AWAITING)
    if work.actor.id in hands_of(work.session, alert):
        raise Forbidden(Message("You wrote it. Somebody else must confirm it."), code="same_person")
    _must_be_read(alert, revision)
    before = dict(alert.title), dict(alert.sms), dict(alert.mail)
    gathered, said = must_be_ready(work.session, alert, work.now)
    if before != (alert.title, alert.sms, alert.mail):
        raise Conflict(
            Message("The statement says more by now. Send it back, to be asked anew."),
            code="stale_revision",
        )
    if said_hash is not None and said_hash != hash_of(said):
        raise Conflict(
            Message("What it says has changed meanwhile. Please read it again."),
            code="said_otherwise",
        )
    must_be_seen(gathered.count, gathered.fingerprint, audience_hash or alert.audience_hash)
    if typed_count != gathered.count:
        wrong = Message("That is not the number of recipients.")
        raise Invalid(wrong, code="count_mismatch", fields={"typed_count": wrong})
    stop_awaiting_second(alert, work)
    return _leave(alert, work, gathered, said)


@command(Action.CONFIRM_ALERT, on=Alert)
def send_back(alert: Alert, work: Work, *, reason: str) -> AlertSentBack:
    """The second person says no, and why; it is a draft again."""
    _must_run(alert.incident)
    _must_be(alert, AlertState.AWAITING)
    _back_to_draft(alert, work)
    return AlertSentBack(alert_id=alert.id, number=alert.number, reason=reason)


@command(Action.STOP_ALERT, on=Alert)
def cancel_alert(alert: Alert, work: Work, *, reason: str) -> AlertCancelled:
    """Give it up, or stop what has not left yet; what left, or may have, cannot be called back."""
    _must_be(alert, *_STOPPABLE)
    stop_awaiting_second(alert, work)
    stopped, gone = _stop(work, alert)
    alert.state, alert.ended_at = AlertState.CANCELLED, work.now
    return AlertCancelled(
        alert_id=alert.id, number=alert.number, reason=reason, stopped=stopped, gone=gone
    )


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _begin(
    incident: Incident,
    work: Work,
    draft: Draft,
    kind: AlertKind,
    follows_id: UUID | None,
    statement_id: UUID | None,
) -> AlertDrafted:
    _must_know(work.session, draft)
    follows = follows_id and _of_incident(work.session, Alert, follows_id, incident.id)
    carried = statement_id and _of_incident(work.session, Statement, statement_id, incident.id)
    if carried:
        out(work.session, carried)
        kind = kind_of(carried, kind)
    last = select(func.max(Alert.number)).where(Alert.incident_id == incident.id)
    alert = Alert(
        id=new_id(),
        incident=incident,
        incident_id=incident.id,
        number=(work.session.scalar(last) or 0) + 1,
        kind=kind,
        follows_id=follows_id,
        statement_id=statement_id,
        revision=1,
        state=AlertState.DRAFT,
        created_by_id=work.actor.id,
        created_at=work.now,
        recipients=0,
    )
    draft.put_into(alert)
    work.session.add(alert)
    carry(work.session, alert)
    return AlertDrafted(
        alert_id=alert.id,
        number=alert.number,
        kind=kind,
        priority=draft.priority,
        template=draft.template,
        follows_number=follows.number if follows else None,
        statement_number=carried.number if carried else None,
    )


def _still_active(
    session: Session, kind: type[Audience] | type[Person], ids: Collection[str]
) -> tuple[UUID, ...]:
    wanted = select(kind.id).where(kind.id.in_([UUID(each) for each in ids]), kind.active.is_(True))
    return tuple(session.scalars(wanted.order_by(kind.id)))


def _of_incident(session: Session, kind: type[_A], id: UUID, incident_id: UUID) -> _A:
    found = session.get(kind, id)
    if found is None or found.incident_id != incident_id:
        raise Invalid(Message("That belongs to another incident."), code="elsewhere")
    return found


def _must_know(session: Session, draft: Draft) -> None:
    """The audiences and people it names are there to be told."""
    audiences = select(Audience.id).where(
        Audience.id.in_(draft.audience_ids), Audience.active.is_(True)
    )
    if set(session.scalars(audiences)) != set(draft.audience_ids):
        gone = Message("One of these audiences is not in use any more.")
        raise Invalid(gone, code="no_audience", fields={"audiences": gone})
    people = select(Person.id).where(
        Person.id.in_(draft.person_ids), Person.active.is_(True), Person.is_machine.is_(False)
    )
    if set(session.scalars(people)) != set(draft.person_ids):
        left = Message("One of these people is not in service any more.")
        raise Invalid(left, code="no_person", fields={"people": left})


def _ready(
    alert: Alert, work: Work, revision: int, audience_hash: str | None, *, despite_same: bool
) -> tuple[Gathered, Said]:
    _must_be_read(alert, revision)
    gathered, said = must_be_ready(work.session, alert, work.now)
    must_be_seen(gathered.count, gathered.fingerprint, audience_hash)
    if not despite_same:
        must_be_new(work.session, alert, work.now)
    return gathered, said


def _leave(alert: Alert, work: Work, gathered: Gathered, said: Said) -> AlertConfirmed:
    frozen = freeze(work.session, alert, gathered, said, at=work.now)
    alert.confirmed_by_id = work.actor.id
    return AlertConfirmed(
        alert_id=alert.id,
        number=alert.number,
        kind=AlertKind(alert.kind),
        priority=Priority(alert.priority),
        first_id=alert.created_by_id,
        recipients=frozen.recipients,
        left_out=frozen.left_out,
        told_all_the_same=frozen.told_all_the_same,
        messages=frozen.messages,
        text_hash=alert.text_hash,
    )


def _back_to_draft(alert: Alert, work: Work) -> None:
    stop_awaiting_second(alert, work)
    alert.state, alert.asked_at, alert.audience_hash = AlertState.DRAFT, None, None
    alert.revision += 1


def _stop(work: Work, alert: Alert) -> tuple[int, int]:
    """Take back what is queued; how many that were, and how many are beyond reach."""
    own = Delivery.alert_id == alert.id
    stopped = hold_back(work.session, own, at=work.now)
    over = (State.CANCELLED, State.SUPPRESSED, State.EXPIRED, State.FAILED)
    left = select(func.count()).where(own, Delivery.state.not_in(over))
    stop_waiting(work.session, alert)
    return stopped, work.session.scalar(left) or 0


def _said_now(alert: Alert, work: Work, language: Language) -> dict[Channel, Words]:
    """What it would say now; the alert itself stays as whoever is asked to confirm it reads it."""
    carry(work.session, alert)
    facts = facts_of(alert.incident)
    said = {each: words(alert, language, each, facts) for each in Channel}
    work.session.expire(alert)
    return said


def _test(
    session: Session,
    alert: Alert,
    person_id: UUID,
    channel: Channel,
    address: str,
    told: Words,
    language: Language,
    seq: int,
) -> NewMessage:
    subject = told.subject if channel is Channel.EMAIL else ""
    # Its link leads to the alert itself: there is nothing to acknowledge in a test.
    here = f"/i/{alert.incident.ref}/alerts/{alert.number}"
    wording_id = say(
        session, alert.incident_id, language, text=told.text, subject=subject, path=here
    )
    return NewMessage(
        purpose=Purpose.TEST,
        priority=1,
        channel=channel,
        address=address,
        language=language,
        wording_id=wording_id,
        about=f"alert:{alert.id}",
        event="alert.tested",
        key=f"test:{alert.id}:{seq}:{channel}",
        person_id=person_id,
        parts=told.length.count if channel is Channel.SMS else None,
    )


def _must_run(incident: Incident) -> None:
    if not incident.is_live:
        raise Conflict(Message("The incident is not running."), code="closed")


def _must_be(alert: Alert, *states: AlertState) -> None:
    if alert.state not in states:
        session = object_session(alert)
        second = session and alert.confirmed_by_id and session.get(Person, alert.confirmed_by_id)
        if second and alert.confirmed_at and alert.state != AlertState.CANCELLED:
            at = alert.confirmed_at.astimezone(ZoneInfo(alert.incident.zone))
            raise Conflict(
                Message(
                    "The alert was sent at {time}, confirmed by {name}. What has left cannot be "
                    "taken back.",
                    time=at.strftime("%H:%M"),
                    name=listed_names([second.name]),
                ),
                code="not_confirmable",
            )
        raise Conflict(
            Message("The alert is not where this can be done any more."), code="not_confirmable"
        )


def _must_be_read(alert: Alert, revision: int) -> None:
    if alert.revision != revision:
        raise _stale()


def _stale() -> Conflict:
    return Conflict(
        Message("Somebody changed the alert after you opened it. Please read it again."),
        code="stale_revision",
    )
