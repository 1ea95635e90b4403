"""One office with somebody of every rank and every duty, and an incident of every kind."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crisis.account import loading
from crisis.alerts.audiences import save_audience
from crisis.alerts.commands import create_alert
from crisis.alerts.described import Described
from crisis.alerts.drafts import Draft
from crisis.alerts.model import Alert, Priority
from crisis.alerts.outbox import Channel, Delivery, Purpose, State
from crisis.alerts.posting import NewMessage, post, say
from crisis.alerts.recipients import Answer, Recipient
from crisis.app import create_app
from crisis.deadlines.commands import set_deadline
from crisis.deadlines.model import Code, Deadline
from crisis.incidents.commands import add_note, assign_duty, close_incident, stand_down
from crisis.incidents.duties import propose_duty
from crisis.incidents.model import Incident
from crisis.kernel import clock, command
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.kernel.journal import head_of
from crisis.people import queries
from crisis.people.commands import add_person, edit_person
from crisis.people.model import AudienceKind, DutyProposal, Profile
from crisis.policy import Actor, Duty, Rank
from crisis.settings import Settings
from crisis.statements.commands.writing import create_statement
from crisis.statements.content import Content, Type
from crisis.statements.model.statement import Statement
from crisis.web.security import limiter
from tests import given
from tests.parts.sockets import SignedIn, signed_in
from tests.permissions.matrix import EVERYBODY, Who
from tests.simulator.given import a_message

CAST: Final = tuple(
    who
    for who in EVERYBODY
    if who.duty is None
    or who.rank is Rank.MEMBER
    or who
    in {
        Who(Rank.COORDINATOR, Duty.OBSERVER),
        Who(Rank.ADMINISTRATOR, Duty.DIRECTOR),
        Who(Rank.AUDITOR, Duty.DRAFTER),
    }
)
"""Who is tried at the doors: every rank, every duty, and those in whom the two disagree. The policy
itself is asked of all of them."""

NEVER_WAS: Final = "1999-404"
NOBODY: Final = UUID(int=404)


@dataclass(frozen=True)
class World:
    """Who is there, and what goes on. Everything in it was made by the product's own commands."""

    host: Actor
    chief: Actor
    people: Mapping[Who, UUID]
    incidents: Mapping[str, Incident]
    notes: Mapping[str, int]
    """In each incident, the number of a line that can be corrected."""
    records: Mapping[type, Mapping[str, UUID]]
    """In each incident, one of every other kind that commands act on."""
    ministry: UUID
    supporting: UUID
    bystander: UUID
    audience: UUID
    message: UUID
    """An SMS in the simulator, and a mail."""
    mail: UUID

    @cached_property
    def sessions(self) -> dict[Who, SignedIn]:
        """A session of everybody, as signing in would have made it."""
        return {who: signed_in(actor) for who, actor in self.actors.items()}

    @cached_property
    def contact(self) -> UUID:
        """A contact point of the bystander."""
        return given.person(self.bystander).contacts[0].id

    @cached_property
    def actors(self) -> dict[Who, Actor]:
        """Everybody as the policy sees them."""
        return {who: given.actor(id) for who, id in self.people.items()}

    def browser(self, app: Flask, who: Who | None) -> FlaskClient:
        """A browser in which this person, or nobody, is signed in; it remembers nothing else."""
        client = app.test_client()
        if who is not None:
            client.set_cookie("sid", self.sessions[who].cookie)
        return client

    def named(self, who: Who, place: str) -> dict[str, Any]:
        """What stands for the names in the addresses and in the forms of the matrix."""
        linked = "closed" if place == "own" else "own"
        return {
            "ref": self.incidents[place].ref if place in self.incidents else NEVER_WAS,
            "seq": self.notes.get(place, 1),
            "person_id": self.bystander,
            "person": self.bystander,
            "contact_id": self.contact,
            "ministry_id": self.ministry,
            "ministry": self.ministry,
            "supporting": self.supporting,
            "drafter": self.people[Who(Rank.MEMBER, Duty.DRAFTER)],
            "linked": self.incidents[linked].ref,
            "duty": who.duty or Duty.DRAFTER,
            "chief": self.chief.id,
            "proposal_id": self.records[DutyProposal].get(place, NOBODY),
            "session_id": self.sessions[who].session_id,
            "audience_id": self.audience,
            "message_id": self.message,
            "mail_id": self.mail,
            "form": "page",
            "statement_id": self.records[Statement].get(place, NOBODY),
            "number": 1,
            "lang": "en",
            "slot": NOBODY,
            "text_hash": "0" * 64,
            "token": "no-such-token",
            "recipient_id": self.records[Recipient].get(place, NOBODY),
            "delivery_id": self.records[Delivery].get(place, NOBODY),
            "provider": "local",
            "secret": "no-such-link",
            "filename": "css/base.css",
        }


def a_world() -> World:
    """Build it in the database that the kernel is connected to."""
    centre = given.the_centre()
    supporting, ministry = given.a_ministry("MOI"), given.a_ministry("MOH")
    host, chief = given.a_coordinator(), given.a_person()
    people = {who: _person(who, centre) for who in CAST}
    places = ("own", "other", "restricted", "restricted_own", "closed")
    incidents = {place: _incident(place, host, chief, supporting) for place in places}
    for place in ("own", "restricted_own", "closed"):
        for who, person_id in people.items():
            if who.duty:
                assign_duty(host, incidents[place].id, person_id=person_id, duty=who.duty)
    for who, person_id in people.items():
        if who.rank is not Rank.MEMBER:  # whoever was given a duty may rise or step aside later
            edit_person(given.the_system(), person_id, profile=_profile(who.rank, centre))
    notes = {place: _note(host, incident) for place, incident in incidents.items()}
    records = {
        kind: {place: make(incident, host, chief) for place, incident in incidents.items()}
        for kind, make in RECORDS.items()
    }
    _close(incidents["closed"], chief)
    return World(
        host=given.actor(host.id),
        chief=given.actor(chief.id),
        people=people,
        incidents={place: given.incident(each.id) for place, each in incidents.items()},
        notes=notes,
        records=records,
        ministry=ministry,
        supporting=supporting,
        bystander=given.a_person(ministry=ministry).id,
        audience=_audience(),
        message=a_message(incidents["own"]),
        mail=a_message(incidents["own"], channel=Channel.EMAIL),
    )


def an_app(database_url: str) -> Flask:
    """The product on this database, without the guards that only slow a test down.

    Tokens against forged requests and limits of how often are proved elsewhere.
    """
    settings = Settings(
        database_url=database_url, secret_key="for tests only, and known to everyone"
    )
    app = create_app(settings)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    command.listeners.clear()
    return app


@contextmanager
def nothing_is_kept(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """While inside, whatever is done is undone at its end, request by request.

    So every question is asked of the same world, in any order; and what every request begins with,
    whose cookie it is and how the office writes, is read once.
    """
    with patch.context() as inside:
        inside.setattr(Session, "commit", Session.rollback)
        inside.setattr(loading, "find_standing", cache(loading.find_standing))
        inside.setattr(queries, "the_office", cache(queries.the_office))
        yield


def _person(who: Who, centre: UUID) -> UUID:
    added = add_person(given.the_system(), OFFICE_ID, profile=_profile(Rank.MEMBER, centre))
    return added.person_id


def _profile(rank: Rank, centre: UUID) -> Profile:
    return Profile(
        ministry_id=centre,
        name={"ar": "ليلى", "en": "Layla"},
        title={},
        email=f"{uuid4().hex[:12]}@gov.example",
        language="ar",
        rank=rank,
        standing_duty=None,
        deputy_id=None,
    )


def _incident(place: str, host: Actor, chief: Actor, supporting: UUID) -> Incident:
    restricted = place.startswith("restricted")
    incident = given.an_incident(by=host, restricted=restricted, supporting=[supporting])
    assign_duty(host, incident.id, person_id=chief.id, duty=Duty.DIRECTOR)
    return incident


def _note(host: Actor, incident: Incident) -> int:
    add_note(host, incident.id, text="ثلاثة مصابين")
    with reading() as session:
        return head_of(session, incident.id)


def _audience() -> UUID:
    described = Described(code="press", kind=AudienceKind.MEDIA, name={"ar": "الصحافة"})
    return save_audience(given.the_system(), OFFICE_ID, described=described).audience_id


def _proposal(incident: Incident, host: Actor, _chief: Actor) -> UUID:
    asked = given.a_person().id
    return propose_duty(host, incident.id, person_id=asked, duty=Duty.LOGKEEPER).proposal_id


def _statement(incident: Incident, _host: Actor, chief: Actor) -> UUID:
    return create_statement(chief, incident.id, content=Content(Type.UPDATE)).statement_id


def _deadline(incident: Incident, _host: Actor, _chief: Actor) -> UUID:
    with bookkeeping() as session:
        set_deadline(
            session,
            incident_id=incident.id,
            code=Code.HOLDING,
            subject_id=incident.id,
            cycle=1,
            due_at=clock.now(),
        )
    with reading() as session:
        found = select(Deadline.id).where(Deadline.incident_id == incident.id)
        return session.scalars(found).one()


def _alert(incident: Incident, _host: Actor, chief: Actor) -> UUID:
    draft = Draft(priority=Priority.INFO, expires_at=clock.now() + timedelta(hours=6))
    return create_alert(chief, incident.id, draft=draft).alert_id


def _recipient(incident: Incident, _host: Actor, chief: Actor) -> UUID:
    own = new_id()
    with bookkeeping() as session:
        alert = select(Alert.id).where(Alert.incident_id == incident.id)
        session.add(
            Recipient(
                id=own,
                incident_id=incident.id,
                alert_id=session.scalars(alert).one(),
                person_id=chief.id,
                name={"ar": "ليلى"},
                language="ar",
                root_id=own,
                step=0,
                answer=Answer.WAITING,
                asked_at=clock.now(),
                token_hash=own.hex,
            )
        )
    return own


def _delivery(incident: Incident, _host: Actor, _chief: Actor) -> UUID:
    """A message of which nobody knows whether it left."""
    with bookkeeping() as session:
        alert = session.scalars(select(Alert).where(Alert.incident_id == incident.id)).one()
        said = say(session, incident.id, "ar", text="اجتماع عاجل.")
        message = NewMessage(
            purpose=Purpose.ALERT,
            priority=1,
            channel=Channel.SMS,
            address="+218910000001",
            language="ar",
            wording_id=said,
            about=f"alert:{alert.id}",
            event="alert.confirmed",
            key=f"alert:{alert.id}:{incident.id}:sms",
            alert_id=alert.id,
        )
        post(session, incident, [message], seq=1, at=clock.now())
        sent = update(Delivery).where(Delivery.key == message.key).values(state=State.UNKNOWN)
        session.execute(sent)
        return session.scalars(select(Delivery.id).where(Delivery.key == message.key)).one()


RECORDS: Final[Mapping[type, Callable[[Incident, Actor, Actor], UUID]]] = {
    DutyProposal: _proposal,
    Statement: _statement,
    Deadline: _deadline,
    Alert: _alert,
    Recipient: _recipient,
    Delivery: _delivery,
}


def _close(incident: Incident, chief: Actor) -> None:
    stand_down(chief, incident.id, reason="انتهى الخطر")
    close_incident(chief, incident.id, summary="انتهت", waiver="لا حاجة")
