"""Ready-made people and records. Each says only what the test cares about.

Everything is made by the product's own commands, so that what a test stands on could really be.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Final
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from crisis.account.commands import (
    Browser,
    change_password,
    make_reset_link,
    sign_in,
    use_reset_link,
)
from crisis.account.model import digest
from crisis.account.passwords import fresh_hash
from crisis.account.queries import own_account
from crisis.incidents.commands import (
    assign_duty,
    close_incident,
    open_incident,
    release_duty,
    stand_down,
)
from crisis.incidents.model import Incident
from crisis.incidents.queries import holders
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.ids import OFFICE_ID
from crisis.people.commands import add_ministry, add_person, found_office
from crisis.people.model import SYSTEM_ID, Hazard, Kind, Ministry, Person, Profile
from crisis.people.queries import actor_of
from crisis.policy import Actor, Duty, Rank
from crisis.statements.commands.releasing import release_statement
from crisis.statements.commands.signing import answer_statement
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.commands.writing import create_statement, edit_statement
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.model.renditions import Rendition
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer
from crisis.statements.model.versions import Version

INSTRUCTION: Final = "ابتعدوا عن مجرى الوادي الليلة."


def the_system() -> Actor:
    """The installation itself."""
    return actor(SYSTEM_ID)


def an_office(*, is_exercise: bool = False) -> Actor:
    """An office with its centre; its first administrator."""
    founded = found_office(
        the_system(),
        OFFICE_ID,
        name={"ar": "مركز الاتصال الحكومي", "en": "Government Communication Centre"},
        country="LY",
        zone="Africa/Tripoli",
        administrator={"ar": "سالم", "en": "Salem"},
        email="admin@gcc.gov.example",
        is_exercise=is_exercise,
    )
    return actor(founded.person_id)


def the_centre() -> UUID:
    """The centre's id; makes the office when there is none."""
    with reading() as session:
        found = session.query(Ministry.id).filter(Ministry.kind == Kind.CENTRE).scalar()
    if found is None:
        an_office()
        return the_centre()
    return UUID(str(found))


def a_ministry(code: str = "MOH", *, leads: Sequence[Hazard] = ()) -> UUID:
    """A ministry of that code, its id."""
    the_centre()
    added = add_ministry(
        the_system(),
        OFFICE_ID,
        code=code,
        kind=Kind.MINISTRY,
        name={"ar": f"وزارة {code}", "en": f"Ministry {code}", "fr": f"Ministère {code}"},
        short_name={},
        lead_hazards=list(leads),
    )
    return added.ministry_id


def a_person(
    *,
    rank: Rank = Rank.MEMBER,
    ministry: UUID | None = None,
    standing_duty: Duty | None = None,
    email: str | None = None,
    name: str = "ليلى",
    language: str = "ar",
    deputy: Actor | None = None,
) -> Actor:
    """Somebody new, of the centre unless another ministry is named."""
    profile = Profile(
        ministry_id=ministry or the_centre(),
        name={"ar": name},
        title={},
        email=email or f"{uuid4().hex[:12]}@gov.example",
        language=language,
        rank=rank,
        standing_duty=standing_duty,
        deputy_id=deputy and deputy.id,
    )
    return actor(add_person(the_system(), OFFICE_ID, profile=profile).person_id)


def an_administrator() -> Actor:
    """Somebody who keeps the office."""
    return a_person(rank=Rank.ADMINISTRATOR)


def a_coordinator() -> Actor:
    """Somebody who opens and runs incidents."""
    return a_person(rank=Rank.COORDINATOR)


def an_incident(
    *,
    by: Actor | None = None,
    title: str | None = None,
    level: int = 2,
    restricted: bool = False,
    lead: UUID | None = None,
    supporting: Sequence[UUID] = (),
) -> Incident:
    """A freshly opened incident."""
    opened = open_incident(
        by or a_coordinator(),
        OFFICE_ID,
        title=title or f"سيول {uuid4().hex[:8]}",
        language="ar",
        level=level,
        hazard=Hazard.FLOOD_WEATHER,
        lead_id=lead,
        supporting_ids=supporting,
        restricted=restricted,
        despite_similar=True,
    )
    return incident(opened.incident_id)


def incident(incident_id: UUID) -> Incident:
    """The incident as it stands now."""
    with reading() as session:
        return session.get_one(Incident, incident_id)


def someone(*duties: Duty, on: Incident, ministry: UUID | None = None) -> Actor:
    """A new member with these duties in that incident."""
    person = a_person(ministry=ministry)
    runner = runs(on)
    for duty in duties:
        assign_duty(runner, on.id, person_id=person.id, duty=duty)
    return actor(person.id)


def named(person: Actor, *duties: Duty, on: Incident) -> Actor:
    """The same person, with these duties in that incident."""
    for duty in duties:
        assign_duty(runs(on), on.id, person_id=person.id, duty=duty)
    return actor(person.id)


def released(person: Actor, duty: Duty, *, on: Incident) -> None:
    """That person is relieved of that duty."""
    release_duty(runs(on), on.id, person_id=person.id, duty=duty)


def a_liaison(on: Incident, code: str = "MOH") -> tuple[Actor, SlotSpec]:
    """Who speaks in that incident for a new ministry, and the signature of that ministry."""
    ministry = a_ministry(code)
    return someone(Duty.LIAISON, on=on, ministry=ministry), SlotSpec(ministry_id=ministry)


def closed(incident: Incident, *, by: Actor) -> None:
    """The incident is over, by its director."""
    stand_down(by, incident.id, reason="انحسرت المياه")
    close_incident(by, incident.id, summary="انتهى.", waiver="قرار المدير")


def runs(on: Incident) -> Actor:
    """Whoever coordinates that incident."""
    with reading() as session:
        held = holders(session, [on.id])[on.id]
    return actor(next(each.person_id for each in held if each.duty is Duty.COORDINATOR))


def a_text(body: str = INSTRUCTION, *, type: Type = Type.PRESS_RELEASE) -> Content:
    """A short text in Arabic that no rule blocks, for the public."""
    return Content(
        type=type,
        titles={"ar": "توجيه إلى سكان الوادي"},
        bodies={"ar": paragraphs_of(body)},
        audiences=frozenset({"public"}),
        channels=frozenset({"website"}),
    )


def a_statement(*, on: Incident, by: Actor | None = None, text: Content | None = None) -> Statement:
    """A statement just begun, by a new drafter unless somebody is named."""
    author = by or someone(Duty.DRAFTER, on=on)
    return statement(create_statement(author, on.id, content=text or a_text()).statement_id)


def edited(of: Statement, *, by: Actor, body: str = "", text: Content | None = None) -> Statement:
    """The statement with another text, written on the one that stands."""
    content = text or a_text(body)
    edit_statement(by, of.id, content=content, based_on=statement(of.id).revision)
    return statement(of.id)


def submitted(of: Statement, *slots: SlotSpec, by: Actor | None = None) -> Version:
    """The draft frozen as it stands, its signatures asked for within half an hour of whoever is
    there to give them, or nobody yet."""
    submit_statement(
        by or actor(of.created_by),
        of.id,
        slots=slots,
        based_on=statement(of.id).revision,
        deadline_at=clock.now() + timedelta(minutes=30),
        although_nobody_signs=True,
    )
    return version(of)


def answered(
    of: Statement, *by: Actor, answer: Answer = Answer.APPROVE, reason: str | None = None
) -> Statement:
    """The answer of each of these people to the version that was last submitted."""
    read = version(of)
    why = reason or (None if answer is Answer.APPROVE else "الرقم قديم.")
    for each in by:
        answer_statement(
            each, of.id, answer=answer, version=read.number, text_hash=read.sha256, reason=why
        )
    return statement(of.id)


def sent_out(of: Statement, *, by: Actor, channels: Sequence[str] = ("website",)) -> Statement:
    """The signed text released, with no promise of the next."""
    number = version(of).number
    release_statement(by, of.id, version=number, channels=channels, next_update_at=None)
    return statement(of.id)


def statement(statement_id: UUID) -> Statement:
    """The statement as it stands now."""
    with reading() as session:
        return session.get_one(Statement, statement_id)


def version(of: Statement) -> Version:
    """The version of it that was last submitted."""
    latest = statement(of.id).latest
    assert latest is not None
    return latest


def rendition(of: Statement, language: str) -> Rendition:
    """A translation of that statement as it stands now."""
    with reading() as session:
        wanted = select(Rendition).where(
            Rendition.statement_id == of.id, Rendition.language == language
        )
        return session.scalars(wanted).one()


def actor(person_id: UUID) -> Actor:
    """The person as they stand now."""
    with reading() as session:
        found = actor_of(session, person_id)
    assert found is not None
    return found


def person(person_id: UUID) -> Person:
    """The person's row as it stands now."""
    with reading() as session:
        return session.get_one(Person, person_id)


def a_password(of: Actor, password: str = "three words do well") -> str:
    """That person's new password, set by a link as an administrator would make it."""
    token = uuid4().hex
    make_reset_link(the_system(), of.id, token_hash=digest(token), removes_second_step=False)
    use_reset_link(of, of.id, token_hash=digest(token), password_hash=_hash_of(password))
    return password


@cache
def _hash_of(password: str) -> str:
    """Made once a run: it is slow, as it is meant to be."""
    return fresh_hash(password, about=())


def a_session(of: Actor, *, token: str | None = None) -> UUID:
    """A session of that person, carried by a browser with this token."""
    browser = Browser(token_hash=digest(token or uuid4().hex), agent="Firefox", address="::1")
    known = own_account(of).password_hash
    if known is None:
        known = "no password matches this"
        change_password(of, of.id, checked_hash=None, password_hash=known, keep=of.id)
    return sign_in(of, of.id, checked_hash=known, browser=browser).sign_in_id


def signed_in(client: FlaskClient, person: Actor) -> FlaskClient:
    """The same browser, with that person signed in."""
    token = uuid4().hex
    a_session(person, token=token)
    client.set_cookie("sid", token)
    return client
