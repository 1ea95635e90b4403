"""Messages that the carrier inside the machine has taken."""

from uuid import UUID

from sqlalchemy import select

from crisis.alerts import links
from crisis.alerts.couriers import Letter
from crisis.alerts.outbox import LINK, Channel, Delivery, Purpose, State, Wording
from crisis.alerts.posting import NewMessage, post, say
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import new_id
from crisis.policy import Actor
from crisis.simulator import commands
from crisis.simulator.model import PROVIDER, SimulatedMessage

NUMBER = "+218910000001"
ADDRESS = "layla@gov.example"


def a_message(
    on: Incident,
    *,
    channel: Channel = Channel.SMS,
    address: str | None = None,
    to: Actor | None = None,
    text: str = "مطلوب رأيكم",
    path: str | None = "/me/duties",
) -> UUID:
    """One message that was handed over and taken; its id in the simulator."""
    address = address or (NUMBER if channel is Channel.SMS else ADDRESS)
    key, now = new_id().hex, clock.now()
    with bookkeeping() as session:
        incident = session.get_one(Incident, on.id)
        said = say(
            session,
            on.id,
            "ar",
            text=f"{text} {LINK}" if path else text,
            subject="موضوع" if channel is Channel.EMAIL else "",
            path=path,
        )
        message = NewMessage(
            purpose=Purpose.NOTICE,
            priority=2,
            channel=channel,
            address=address,
            language="ar",
            wording_id=said,
            about="note",
            event="note.added",
            key=key,
            person_id=to.id if to else None,
        )
        post(session, incident, [message], seq=1, at=now)
    return taken(key)


def taken(key: str, *, link: str = "") -> UUID:
    """Hand the queued message of that key over, as the dispatcher does; its id in the simulator."""
    with reading() as session:
        row = session.scalars(select(Delivery).where(Delivery.key == key)).one()
    (reference,) = commands.take([letter_of(row, link=link)])
    with bookkeeping() as session:
        sent = session.get_one(Delivery, row.id)
        sent.provider, sent.reference = PROVIDER, reference
        sent.hear(State.ACCEPTED, clock.now())
    with reading() as session:
        known = select(SimulatedMessage.id).where(SimulatedMessage.reference == reference)
        return session.scalars(known).one()


def letter_of(row: Delivery, *, link: str = "") -> Letter:
    """What a courier is given for this row; `link` is the recipient's own."""
    with reading() as session:
        words = session.get_one(Wording, row.wording_id)
    own = link or (links.address(words.path) if words.path else "")
    return Letter(
        delivery_id=row.id,
        attempt=1,
        channel=Channel(row.channel),
        purpose=Purpose(row.purpose),
        address=str(row.address),
        language=row.language,
        subject=words.subject,
        text=words.text.replace(LINK, own),
        is_exercise=row.is_exercise,
        link=link,
    )


def delivery_of(message_id: UUID) -> Delivery:
    """The row in the outbox that this message belongs to, as it stands now."""
    with reading() as session:
        found = session.get_one(SimulatedMessage, message_id)
        return session.get_one(Delivery, found.delivery_id)
