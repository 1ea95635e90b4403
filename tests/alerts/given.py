"""Audiences, and alerts in each of their states, for the tests of this folder and others."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from crisis.alerts.audiences import save_audience
from crisis.alerts.commands import ask_confirmation, confirm_alert, create_alert
from crisis.alerts.described import Described
from crisis.alerts.drafts import Draft
from crisis.alerts.model import Alert, Contact, Priority
from crisis.alerts.outbox import Delivery
from crisis.alerts.recipients import Recipient
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.people.commands import add_contact
from crisis.people.model import AudienceKind, ContactKind
from crisis.policy import Actor, Duty
from tests import given

TEXT = {
    "ar": "طارئ: سيول في {place}. أكّد:\n{link}",
    "en": "ALERT: floods in {place}. Confirm:\n{link}",
    "fr": "ALERTE: inondations à {place}. Confirmez:\n{link}",
}
TITLE = {"ar": "سيول", "en": "Floods", "fr": "Inondations"}
PLACE = {"place.ar": "وادي الزهر", "place.en": "Wadi Zahr", "place.fr": "Oued Zahr"}


def an_officer(number: int, *, language: str = "ar", mobile: str | None = "", **more: Any) -> Actor:
    """Somebody who can be reached: the number of their phone ends in `number`; None: no phone."""
    person = given.a_person(language=language, email=f"officer{number}@gov.example", **more)
    if mobile is not None:
        value = mobile or f"+21891{number:07}"
        system = given.the_system()
        add_contact(system, person.id, kind=ContactKind.MOBILE, value=value, label="")
    return person


def an_audience(
    *people: Actor,
    code: str = "duty",
    kind: AudienceKind = AudienceKind.MINISTRY_DUTY,
    **rule: Any,
) -> UUID:
    """An audience with these people in it."""
    described = Described(
        code=code,
        kind=kind,
        name={"ar": "المناوبون"},
        member_ids=tuple(each.id for each in people),
        **rule,
    )
    return save_audience(given.the_system(), OFFICE_ID, described=described).audience_id


def residents(audience_id: UUID, how_many: int, *, language: str = "ar") -> None:
    """So many contacts in that audience, each with a number of their own."""
    rows = [
        {
            "id": new_id(),
            "audience_id": audience_id,
            "name": "",
            "mobile": f"+21892{number:07}",
            "email": None,
            "language": language,
        }
        for number in range(how_many)
    ]
    with bookkeeping() as session:
        session.execute(insert(Contact), rows)


def an_operator(on: Incident) -> Actor:
    """Somebody who writes alerts there."""
    return given.someone(Duty.ALERT_OPERATOR, on=on)


def a_draft(*audiences: UUID, people: Sequence[Actor] = (), **more: Any) -> Draft:
    """An urgent alert in three languages."""
    what: dict[str, Any] = {
        "priority": Priority.URGENT,
        "title": TITLE,
        "sms": TEXT,
        "values": PLACE,
        "expires_at": clock.now() + timedelta(hours=6),
    }
    people_ids = tuple(each.id for each in people)
    return Draft(audience_ids=audiences, person_ids=people_ids, **(what | more))


def an_alert(on: Incident, by: Actor, draft: Draft, **more: Any) -> Alert:
    """The alert just begun."""
    return alert(create_alert(by, on.id, draft=draft, **more).alert_id)


def asked(of: Alert, *, by: Actor) -> Alert:
    """A second person asked to confirm it as it stands."""
    ask_confirmation(by, of.id, revision=alert(of.id).revision)
    return alert(of.id)


def confirmed(of: Alert, *, by: Actor) -> Alert:
    """Confirmed by that second person."""
    waiting = alert(of.id)
    confirm_alert(by, of.id, revision=waiting.revision, typed_count=waiting.recipients)
    return alert(of.id)


def sent(on: Incident, *people: Actor, **more: Any) -> Alert:
    """An alert to these people, written and confirmed by two others."""
    first, second = an_operator(on), an_operator(on)
    return confirmed(
        asked(an_alert(on, first, a_draft(people=people, **more)), by=first), by=second
    )


def alert(alert_id: UUID) -> Alert:
    """The alert as it stands now."""
    with reading() as session:
        return session.get_one(Alert, alert_id)


def recipients(of: Alert) -> Sequence[Recipient]:
    """Whom it was frozen for."""
    with reading() as session:
        wanted = select(Recipient).where(Recipient.alert_id == of.id)
        return session.scalars(wanted.order_by(Recipient.id)).all()


def deliveries(of: Alert) -> Sequence[Delivery]:
    """Its messages."""
    with reading() as session:
        wanted = select(Delivery).where(Delivery.alert_id == of.id)
        return session.scalars(wanted.order_by(Delivery.id)).all()
