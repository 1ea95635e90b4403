"""Who plays: the people and entities of a scenario, found in the office or added to it."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.kernel.database import reading
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.text import fold_arabic, phone
from crisis.people.commands import add_ministry, add_person, edit_person, found_office
from crisis.people.countries import countries
from crisis.people.model import Kind, Ministry, Person, Profile
from crisis.people.queries import the_office, the_system
from crisis.policy import Duty, Rank
from crisis.replay.commands import not_an_exercise
from crisis.replay.scenario import PersonTold, Scenario

KEEPER: Final = {
    "ar": "إدارة النظام",
    "en": "System administrator",
    "fr": "Administration",
}
"""Who keeps an office that is made for a scenario, and what they sign in with."""
KEEPER_EMAIL: Final = "administrator@exercise.example"


@dataclass
class Cast:
    """By the names of the file, who and what they are in the office."""

    people: dict[str, UUID] = field(default_factory=dict[str, UUID])
    ministries: dict[str, UUID] = field(default_factory=dict[str, UUID])
    people_added: int = 0
    ministries_added: int = 0

    def code_of(self, ministry_id: UUID) -> str:
        """What the file calls this entity."""
        named = (code for code, each in self.ministries.items() if each == ministry_id)
        return next(named, str(ministry_id))


def assemble(scenario: Scenario) -> Cast:
    """Everybody of the scenario, added where the office does not have them.

    Entities are known by their code, people by their e-mail, else by name and entity. An office
    without people becomes an exercise. Raises `Conflict` (`not_exercise`) for a real one: people
    who were made up do not belong among real ones.
    """
    if not _has_people():
        _found(scenario)
    if not the_office().is_exercise:
        raise not_an_exercise()
    cast = Cast()
    _cast_ministries(scenario, cast)
    added = [each for each in scenario.people.values() if not _cast_person(each, cast)]
    for told in added:
        if told.deputy:
            edit_person(the_system(), cast.people[told.id], profile=_profile(told, cast))
    return cast


def _found(scenario: Scenario) -> None:
    centre = next(each for each in scenario.organisations if each.kind is Kind.CENTRE)
    zones = {told["zone"]: code for code, told in countries().items()}
    found_office(
        the_system(),
        OFFICE_ID,
        name=centre.name.names,
        country=zones.get(scenario.zone, "LY"),
        zone=scenario.zone,
        administrator=KEEPER,
        email=KEEPER_EMAIL,
        is_exercise=True,
    )


def _cast_ministries(scenario: Scenario, cast: Cast) -> None:
    with reading() as session:
        rows = session.execute(select(Ministry.code, Ministry.id, Ministry.kind)).all()
    codes = {row.code: row.id for row in rows}
    centre = next(row.id for row in rows if row.kind == Kind.CENTRE)
    for told in scenario.organisations:
        known = centre if told.kind is Kind.CENTRE else codes.get(told.code)
        if known is None:
            known = add_ministry(
                the_system(),
                OFFICE_ID,
                code=told.code,
                kind=told.kind,
                name=told.name.names,
                short_name={},
                lead_hazards=[],
            ).ministry_id
            cast.ministries_added += 1
        cast.ministries[told.code] = known


def _cast_person(told: PersonTold, cast: Cast) -> bool:
    """Whether they were there already."""
    with reading() as session:
        known = _find(session, told, cast.ministries[told.org])
    if known is None:
        added = add_person(
            the_system(), OFFICE_ID, profile=_profile(told, cast), mobile=_mobile(told)
        )
        cast.people_added += 1
    cast.people[told.id] = known or added.person_id
    return known is not None


def _find(session: Session, told: PersonTold, ministry_id: UUID) -> UUID | None:
    same = select(Person.id).where(func.lower(Person.email) == told.email.lower())
    if found := session.scalar(same):
        return found
    own = select(Person).where(Person.ministry_id == ministry_id, Person.is_machine.is_(False))
    name = fold_arabic(told.name_ar)
    named = (each.id for each in session.scalars(own) if fold_arabic(each.name["ar"]) == name)
    return next(named, None)


def _profile(told: PersonTold, cast: Cast) -> Profile:
    names = {"ar": told.name_ar, "en": told.name_en, "fr": told.name_fr}
    duty = told.duty
    runs = duty in {Duty.DIRECTOR, Duty.COORDINATOR}
    return Profile(
        ministry_id=cast.ministries[told.org],
        name={language: name for language, name in names.items() if name},
        title={},
        email=told.email,
        language="ar",
        languages=["ar"],
        rank=Rank.COORDINATOR if runs else Rank.MEMBER,
        standing_duty=duty,
        deputy_id=cast.people.get(told.deputy or ""),
    )


def _mobile(told: PersonTold) -> str | None:
    """Their number, if it could be one: made-up numbers need not be."""
    try:
        return phone(the_office().country).read(told.mobile) if told.mobile else None
    except PydanticCustomError:
        return None


def _has_people() -> bool:
    with reading() as session:
        human = select(Person.id).where(Person.is_machine.is_(False)).limit(1)
        return session.scalar(human) is not None
