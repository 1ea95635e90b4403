"""Playing what happens to an alert: written, confirmed, carried, reported on, answered."""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from crisis.alerts import inbound
from crisis.alerts.acknowledging import acknowledge as acknowledge_alert
from crisis.alerts.commands import ask_confirmation, confirm_alert, create_alert, send_alert
from crisis.alerts.drafts import Draft
from crisis.alerts.inbound import Incoming
from crisis.alerts.milestones import finish_alert, pause_alert
from crisis.alerts.model import CONFIRMED, Alert, Priority
from crisis.alerts.outbox import LINK, Channel, Delivery, State
from crisis.alerts.recipients import Method, Recipient
from crisis.alerts.sending import resume_alert
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Refusal
from crisis.kernel.event import Event
from crisis.kernel.text import OptionalProse, Prose
from crisis.kernel.words import Message
from crisis.people.queries import the_system
from crisis.replay import audiences, carrier
from crisis.replay.acts import act
from crisis.replay.scenario import Happening, PersonRef, Reference, Told
from crisis.replay.stage import NotYetError, Stage

GOOD_FOR: Final = timedelta(hours=6)
_LINK: Final = re.compile(r"\b[a-z0-9-]+(\.[a-z0-9-]+)+/\S+[^\s.،,]")
_NOT_WRITTEN: Final = {
    "en": "The scenario gives no text of this alert in English.",
    "fr": "Le scénario ne donne pas de texte de cette alerte en français.",
}
_STATUS: Final = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "read": State.READ,
}

Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
AudienceName = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z][A-Za-z_]*(\+[A-Za-z_]+)*$")]


class Create(Told):
    priority: Priority
    audience: AudienceName
    recipients: Count
    body_ar: Prose
    body_en: OptionalProse = None
    body_fr: OptionalProse = None
    template: Reference | None = None


@act("alert.create", shape=Create, begins="alert")
def create(stage: Stage, happening: Happening, told: Create) -> Event:
    """Written, and a second person asked for; what needs none leaves at once."""
    actor, parts = stage.actor(happening.actor), told.audience.split("+")
    people = audiences.people_for(stage, happening, parts)
    others = audiences.contacts_for(stage, parts, max(told.recipients - len(people), 0))
    asks = not audiences.is_public(parts)
    draft = Draft(
        priority=told.priority,
        sms=_texts(told, asks=asks),
        channels=(Channel.SMS,),
        audience_ids=others,
        person_ids=people,
        asks_answer=asks,
        expires_at=clock.now() + GOOD_FOR,
    )
    created = create_alert(actor, stage.incident_id(happening), draft=draft)
    stage.alerts[str(happening.ref)] = created.alert_id
    if told.priority in CONFIRMED or asks is False:
        return ask_confirmation(actor, created.alert_id, revision=1, despite_same=True)
    sent = send_alert(actor, created.alert_id, revision=1, despite_same=True)
    carry(stage, happening)
    return sent


def _texts(told: Create, *, asks: bool) -> dict[str, str]:
    given = {"ar": told.body_ar, "en": told.body_en, "fr": told.body_fr}
    texts = {language: text or _NOT_WRITTEN[language] for language, text in given.items()}
    return {language: _linked(text, asks=asks) for language, text in texts.items()}


def _linked(text: str, *, asks: bool) -> str:
    """The file's made-up address gives way to each recipient's own."""
    if not asks:
        return text
    linked = _LINK.sub(LINK, text, count=1)
    return linked if LINK in linked else f"{linked} {LINK}"


class Confirm(Told):
    typed_count: Count | None = None


@act("alert.confirm", shape=Confirm, about="alert")
def confirm(stage: Stage, happening: Happening, told: Confirm) -> Event:
    """The second person types how many it reaches; without a number, the one that is shown."""
    alert = find(stage, happening)
    count = alert.recipients if told.typed_count is None else told.typed_count
    confirmed = confirm_alert(
        stage.actor(happening.actor), alert.id, revision=alert.revision, typed_count=count
    )
    later = stage.scenario.later(happening, happening.ref)
    if not any(each.type == "alert.dispatch" for each in later):
        carry(stage, happening)
    return confirmed


class Dispatch(Told):
    pass


@act("alert.dispatch", shape=Dispatch, about="alert")
def dispatch(stage: Stage, happening: Happening, told: Dispatch) -> None:
    """The carrier takes it; up to where it will fail, if the file lets it fail."""
    carry(stage, happening)


def carry(stage: Stage, happening: Happening) -> None:
    """The story's carrier takes what waits, and the alert is told that it has left."""
    later = stage.scenario.later(happening, happening.ref)
    outage = next((each for each in later if each.type == "provider.outage"), None)
    alert_id = find(stage, happening).id
    carrier.hand_over(alert_id, at_most=outage.data.sent if outage else None)
    _finish(alert_id)


class Callback(Told):
    person: PersonRef
    status: Annotated[str, Field(alias="MessageStatus")]
    code: Annotated[str | None, Field(alias="ErrorCode", pattern=r"^[0-9]{3,6}$")] = None
    carrier_time: Annotated[str | None, Field(alias="RawDlrDoneDate")] = None


@act("delivery.callback", shape=Callback, about="alert")
def callback(stage: Stage, happening: Happening, told: Callback) -> None:
    """What a carrier reports, in its own words; the time it names is its own and is not used."""
    state = _STATUS.get(told.status)
    if state is None:
        raise NotYetError
    carrier.report(
        delivery_to(stage, happening, told.person),
        state,
        status=told.status,
        code=told.code,
        key=f"{find(stage, happening).id.hex}:{happening.number}",
    )


class Handed(Told):
    person: PersonRef
    reason: OptionalProse = None


@act("delivery.dispatch", shape=Handed, about="alert")
def handed(stage: Stage, happening: Happening, told: Handed) -> None:
    """Whoever is asked instead has a message of their own, which the carrier takes."""
    delivery_to(stage, happening, told.person)
    carrier.hand_over(find(stage, happening).id)


class Summary(Told):
    delivered: Count = 0
    undelivered: Count = 0
    failed: Count = 0


@act("delivery.summary", shape=Summary, about="alert")
def summary(stage: Stage, happening: Happening, told: Summary) -> None:
    shares = [
        (State.DELIVERED, told.delivered),
        (State.UNDELIVERED, told.undelivered),
        (State.FAILED, told.failed),
    ]
    ended = carrier.sum_up(find(stage, happening).id, shares)
    if ended != sum(count for _, count in shares):
        raise Conflict(Message("So many messages were never sent."), code="count_mismatch")


class Reply(Told):
    person: PersonRef
    body: Prose


@act("inbound.sms", shape=Reply, about="alert")
def reply(stage: Stage, happening: Happening, told: Reply) -> None:
    """Somebody answers from their phone."""
    recipient = recipient_of(stage, happening, told.person)
    reference = f"story-{recipient.id.hex}-{happening.number}"
    inbound.receive(Incoming(carrier.PROVIDER, reference, str(recipient.mobile), told.body))


class Acknowledged(Told):
    method: Literal["link", "sms_reply"] = "link"


@act("ack", shape=Acknowledged, about="alert")
def acknowledged(stage: Stage, happening: Happening, told: Acknowledged) -> Event:
    """Somebody acknowledges; nobody needs to be signed in for that."""
    recipient = recipient_of(stage, happening, happening.actor)
    return acknowledge_alert(the_system(), recipient.id, method=Method(told.method))


class Outage(Told):
    provider: Reference
    http: Annotated[int, Field(strict=True, ge=100, le=599)] = 503
    sent: Count


@act("provider.outage", shape=Outage, about="alert")
def outage(stage: Stage, happening: Happening, told: Outage) -> Event:
    """The carrier fails with part of the alert not handed over yet."""
    carrier.fail(f"{told.provider}: HTTP {told.http}")
    alert_id = find(stage, happening).id
    with reading() as session:
        _messages, _recipients, waiting = carrier.handed_over(session, alert_id)
    return pause_alert(the_system(), alert_id, providers=[carrier.PROVIDER], waiting=waiting)


class Resume(Told):
    remaining: Count


@act("provider.resume", shape=Resume, about="alert")
def resume(stage: Stage, happening: Happening, told: Resume) -> Event:
    """An operator lets it go on; only what had not left is handed over."""
    alert_id = find(stage, happening).id
    resumed = resume_alert(stage.actor(happening.actor), alert_id)
    taken = carrier.hand_over(alert_id)
    if taken != told.remaining:
        stage.also.append(Message("{n} messages were left to send here.", n=taken))
    _finish(alert_id)
    return resumed


# ── looking things up ────────────────────────────────────────────────────────────────────────────


def find(stage: Stage, happening: Happening) -> Alert:
    """The alert it is about, as it stands."""
    with reading() as session:
        return session.get_one(Alert, alert_id_of(stage, happening))


def address_in(text: str) -> str:
    """The made-up address that a text of the file leads to."""
    found = _LINK.search(text)
    return found[0] if found else ""


def alert_id_of(stage: Stage, happening: Happening) -> UUID:
    """The alert it is about."""
    if happening.ref not in stage.alerts:
        raise NotYetError
    return stage.alerts[happening.ref]


def recipient_of(stage: Stage, happening: Happening, person: str) -> Recipient:
    """What this person is to the alert. Raises `Conflict` (`not_asked`) when nobody told them."""
    wanted = select(Recipient).where(
        Recipient.alert_id == alert_id_of(stage, happening),
        Recipient.person_id == stage.cast.people[person],
    )
    with reading() as session:
        found = session.scalars(wanted).first()
    if found is None:
        raise Conflict(Message("This alert was not sent to them."), code="not_asked")
    return found


def delivery_to(stage: Stage, happening: Happening, person: str) -> Delivery:
    """The message that this person has of the alert."""
    recipient = recipient_of(stage, happening, person)
    wanted = select(Delivery).where(Delivery.recipient_id == recipient.id)
    with reading() as session:
        found = session.scalars(wanted.order_by(Delivery.created_at.desc())).first()
    if found is None:
        raise Conflict(Message("This alert was not sent to them."), code="not_asked")
    return found


def _finish(alert_id: UUID) -> None:
    try:
        finish_alert(the_system(), alert_id)
    except Refusal:  # part of it has not left yet
        return
