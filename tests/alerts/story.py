"""An alert that has just left, to people of ministries who have deputies; made row by row, so that
a test decides how far each message has come."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crisis.alerts import links, posting
from crisis.alerts.escalation import await_answers
from crisis.alerts.model import Alert, AlertKind, AlertState, Prefer, Priority
from crisis.alerts.outbox import LINK, Channel, Delivery, Purpose, State
from crisis.alerts.posting import NewMessage
from crisis.alerts.recipients import Answer, LeftOut, Recipient
from crisis.deadlines.jobs import fire_due
from crisis.deadlines.model import Code, Deadline
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import reading, writing
from crisis.kernel.ids import new_id
from crisis.kernel.journal import Line, head_of
from crisis.people.commands import add_contact
from crisis.people.model import ContactKind
from crisis.policy import Actor, Duty
from tests import given

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEXT: Final = "اجتماع عاجل. أكّد الاستلام: " + LINK
_numbers = iter(range(1, 1_000_000))


def somebody(
    ministry: UUID,
    *,
    name: str = "ليلى",
    deputy: Actor | None = None,
    duty: Duty | None = Duty.LIAISON,
    mobile: bool = True,
    language: str = "ar",
) -> Actor:
    """Somebody of that ministry, with a mobile number of their own."""
    person = given.a_person(
        ministry=ministry, name=name, deputy=deputy, standing_duty=duty, language=language
    )
    if mobile:
        number = f"+21891{next(_numbers):07d}"
        add_contact(given.the_system(), person.id, kind=ContactKind.MOBILE, value=number, label="")
    return person


def an_alert(
    *people: Actor,
    on: Incident,
    priority: Priority = Priority.URGENT,
    enough: int | None = None,
    asks: bool = True,
    channels: Sequence[Channel] = (Channel.SMS,),
    left_out: Collection[UUID] = (),
    expires_in: timedelta = timedelta(hours=12),
    number: int = 1,
) -> Alert:
    """Sent to these now, each waiting to answer."""
    now = clock.now()
    with writing() as session:
        alert = Alert(
            id=new_id(),
            incident_id=on.id,
            number=number,
            kind=AlertKind.ALERT,
            values={},
            priority=priority,
            title={"ar": "استدعاء واجتماع عاجل", "en": "Urgent meeting", "fr": "Réunion urgente"},
            sms={"ar": TEXT},
            mail={},
            channels=list(channels),
            audience_ids=[],
            person_ids=[],
            asks_answer=asks,
            enough=enough,
            prefer=Prefer.ONCE,
            expires_at=now + expires_in,
            state=AlertState.SENDING,
            created_by_id=people[0].id,
            created_at=now,
            confirmed_by_id=people[0].id,
            confirmed_at=now,
            recipients=len(people),
        )
        session.add(alert)
        session.flush()
        recipients = [_recipient(alert, each, each.id in left_out) for each in people]
        session.add_all(recipients)
        session.flush()
        _post(session, alert, recipients, now)
        await_answers(session, alert, recipients, now)
    return alert


def recipient(alert: Alert, person: Actor | UUID) -> Recipient:
    """What became of that person."""
    person_id = person if isinstance(person, UUID) else person.id
    with reading() as session:
        wanted = select(Recipient).where(
            Recipient.alert_id == alert.id, Recipient.person_id == person_id
        )
        return session.scalars(wanted).one()


def recipients(alert: Alert) -> Sequence[Recipient]:
    """Everybody who was asked, in the order they were."""
    with reading() as session:
        wanted = select(Recipient).where(Recipient.alert_id == alert.id)
        return session.scalars(wanted.order_by(Recipient.step, Recipient.id)).all()


def deliveries(to: Recipient) -> Sequence[Delivery]:
    """The messages to them."""
    with reading() as session:
        wanted = select(Delivery).where(Delivery.recipient_id == to.id)
        return session.scalars(wanted.order_by(Delivery.id)).all()


def brought(to: Recipient, state: State) -> None:
    """Every message to them has come so far."""
    with writing() as session:
        session.execute(update(Delivery).where(Delivery.recipient_id == to.id).values(state=state))


def set_on(alert: Alert, **values: object) -> None:
    """The alert is otherwise."""
    with writing() as session:
        session.execute(update(Alert).where(Alert.id == alert.id).values(**values))


def fired_at(moment: datetime) -> int:
    """What is due by then is done then."""
    with clock.at(moment):
        return fire_due()


def deadlines(alert: Alert) -> dict[UUID, Deadline]:
    """By recipient, their deadline."""
    with reading() as session:
        found = session.scalars(
            select(Deadline).where(
                Deadline.incident_id == alert.incident_id, Deadline.code == Code.ACKNOWLEDGE
            )
        )
        return {each.subject_id: each for each in found}


def told(incident: Incident, prefix: str = "alert.") -> list[Line]:
    """The lines of the journal about alerts, in order."""
    with reading() as session:
        wanted = select(Line).where(Line.stream == incident.id).order_by(Line.seq)
        return [each for each in session.scalars(wanted) if each.name.startswith(prefix)]


def _recipient(alert: Alert, person: Actor, is_left_out: bool) -> Recipient:
    row, own = given.person(person.id), new_id()
    return Recipient(
        id=own,
        incident_id=alert.incident_id,
        alert_id=alert.id,
        person_id=row.id,
        ministry_id=row.ministry_id,
        name=row.name,
        language=row.language,
        mobile=row.first(ContactKind.MOBILE),
        email=row.email,
        left_out=LeftOut.NO_ADDRESS if is_left_out else None,
        root_id=own,
        step=0,
        answer=Answer.WAITING if alert.asks_answer else Answer.NOT_ASKED,
        answer_by=alert.confirmed_at and alert.confirmed_at + alert.answer_within,
        asked_at=alert.confirmed_at,
        token_hash=links.hash_of(links.secret_of(own)),
    )


def _post(session: Session, alert: Alert, recipients: Sequence[Recipient], now: datetime) -> None:
    incident = session.get_one(Incident, alert.incident_id)
    for channel in alert.channels:
        said = posting.say(session, incident.id, "ar", text=TEXT)
        messages = [
            NewMessage(
                purpose=Purpose.ALERT,
                priority=1,
                channel=Channel(channel),
                address=each.mobile if channel == Channel.SMS else each.email,
                language="ar",
                wording_id=said,
                about=f"alert:{alert.id}",
                event="alert.confirmed",
                key=f"alert:{alert.id}:{each.id}:{channel}",
                person_id=each.person_id,
                alert_id=alert.id,
                recipient_id=each.id,
                expires_at=alert.expires_at,
            )
            for each in recipients
            if not each.left_out
        ]
        head = head_of(session, incident.id)
        posting.post(session, incident, messages, seq=head, at=now)
