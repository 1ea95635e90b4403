"""Keeping the office: its people, its ministries, and what it may not lose."""

from dataclasses import replace
from uuid import UUID

import pytest

from crisis.kernel.database import reading, writing
from crisis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line
from crisis.people.commands import (
    add_contact,
    add_ministry,
    add_person,
    change_settings,
    edit_ministry,
    edit_person,
    found_office,
    remove_contact,
    set_ministry_active,
    set_person_active,
    set_standing_duty,
)
from crisis.people.model import (
    SYSTEM_ID,
    Audience,
    AudienceKind,
    Calendar,
    ContactKind,
    Digits,
    Kind,
    Person,
    Profile,
)
from crisis.people.queries import (
    coverage,
    find_people,
    office_lines,
    overview,
    read_person,
    the_office,
    the_system,
)
from crisis.policy import Duty, Rank
from tests import given


def a_profile(**changes: object) -> Profile:
    plain = Profile(
        ministry_id=given.the_centre(),
        name={"ar": "ليلى الشريف", "fr": "Leïla"},
        title={"en": "Press officer"},
        email="laila@gcc.gov.example",
        language="ar",
        rank=Rank.MEMBER,
        standing_duty=None,
        deputy_id=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name real fields


def as_kept(person: Person, **changes: object) -> Profile:
    fields = Profile.__dataclass_fields__
    return replace(Profile(**{name: getattr(person, name) for name in fields}), **changes)  # type: ignore[arg-type]  # as above


def test_an_office_is_founded_once(house: str) -> None:
    given.an_office()

    with pytest.raises(Conflict, match="already has its administrator"):
        given.an_office()


def test_only_the_installation_founds_an_office(house: str) -> None:
    given.an_office()
    laila = given.a_coordinator()

    with pytest.raises(Forbidden):
        found_office(
            laila,
            OFFICE_ID,
            name={"ar": "x"},
            country="LY",
            zone="UTC",
            administrator={"ar": "x"},
            email="x@y.ly",
        )


@pytest.mark.parametrize("rank", [Rank.COORDINATOR, Rank.MEMBER, Rank.AUDITOR])
def test_only_an_administrator_keeps_the_office(house: str, rank: Rank) -> None:
    other, health = given.a_person(rank=rank), given.a_ministry()

    acts = [
        lambda: add_person(other, OFFICE_ID, profile=a_profile()),
        lambda: edit_person(other, other.id, profile=a_profile(rank=Rank.ADMINISTRATOR)),
        lambda: set_person_active(other, other.id, active=False),
        lambda: set_standing_duty(other, other.id, duty=Duty.DIRECTOR),
        lambda: add_contact(other, other.id, kind=ContactKind.EMAIL, value="a@b.ly", label=""),
        lambda: set_ministry_active(other, health, active=False),
    ]

    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_somebody_new_can_be_reached_at_once(house: str) -> None:
    salem = given.an_office()

    added = add_person(salem, OFFICE_ID, profile=a_profile(), mobile="+218910000001")

    laila = given.person(added.person_id)
    assert laila.first(ContactKind.MOBILE) == "+218910000001"
    assert laila.first(ContactKind.EMAIL) == "laila@gcc.gov.example"


@pytest.mark.parametrize("email", ["laila@gcc.gov.example", "LAILA@gcc.gov.example"])
def test_no_two_people_sign_in_with_one_address(house: str, email: str) -> None:
    salem = given.an_office()
    add_person(salem, OFFICE_ID, profile=a_profile())

    with pytest.raises(Invalid, match="already signs in") as refused:
        add_person(salem, OFFICE_ID, profile=a_profile(email=email))

    assert "email" in refused.value.fields


def test_somebody_keeps_their_address_when_edited(house: str) -> None:
    salem = given.an_office()
    added = add_person(salem, OFFICE_ID, profile=a_profile())

    edit_person(salem, added.person_id, profile=a_profile(name={"ar": "ليلى"}))

    assert given.person(added.person_id).name == {"ar": "ليلى"}


def test_people_belong_to_ministries_in_service(house: str) -> None:
    salem, health = given.an_office(), given.a_ministry()
    set_ministry_active(salem, health, active=False)

    with pytest.raises(Invalid, match="Choose an active"):
        add_person(salem, OFFICE_ID, profile=a_profile(ministry_id=health))
    with pytest.raises(Invalid, match="Choose an active"):
        add_person(salem, OFFICE_ID, profile=a_profile(ministry_id=UUID(int=1)))


def test_nobody_is_their_own_deputy(house: str) -> None:
    salem, laila = given.an_office(), given.a_person()

    with pytest.raises(Invalid, match="own deputy"):
        edit_person(salem, laila.id, profile=as_kept(given.person(laila.id), deputy_id=laila.id))


def test_a_deputy_is_somebody_in_service(house: str) -> None:
    salem, gone = given.an_office(), given.a_person()
    set_person_active(salem, gone.id, active=False)

    for deputy_id in (gone.id, SYSTEM_ID, UUID(int=1)):
        with pytest.raises(Invalid, match="deputy"):
            add_person(salem, OFFICE_ID, profile=a_profile(deputy_id=deputy_id))


def test_the_office_keeps_an_administrator(house: str) -> None:
    salem = given.an_office()
    as_member = as_kept(given.person(salem.id), rank=Rank.MEMBER)

    with pytest.raises(Conflict, match="keep an administrator"):
        set_person_active(salem, salem.id, active=False)
    with pytest.raises(Conflict, match="keep an administrator"):
        edit_person(salem, salem.id, profile=as_member)

    given.an_administrator()
    edit_person(salem, salem.id, profile=as_member)
    assert given.actor(salem.id).rank is Rank.MEMBER


def test_the_installation_itself_is_nobody_to_edit(house: str) -> None:
    salem = given.an_office()

    with pytest.raises(Conflict, match="installation itself"):
        edit_person(salem, SYSTEM_ID, profile=a_profile())
    with pytest.raises(NotFound):
        read_person(salem, SYSTEM_ID)


def test_the_office_keeps_its_one_centre(house: str) -> None:
    salem, health = given.an_office(), given.a_ministry()
    centre = given.the_centre()
    plain = {"name": {"ar": "x"}, "short_name": {}, "lead_hazards": []}

    with pytest.raises(Conflict, match="keep its centre"):
        set_ministry_active(salem, centre, active=False)
    with pytest.raises(Conflict, match="keep its centre"):
        edit_ministry(salem, centre, kind=Kind.MINISTRY, **plain)
    with pytest.raises(Invalid, match="already has its centre"):
        edit_ministry(salem, health, kind=Kind.CENTRE, **plain)
    with pytest.raises(Invalid, match="already has its centre"):
        add_ministry(salem, OFFICE_ID, code="X", kind=Kind.CENTRE, **plain)
    with pytest.raises(Invalid, match="already taken"):
        add_ministry(salem, OFFICE_ID, code="MOH", kind=Kind.MINISTRY, **plain)


def test_a_ministry_with_people_stays(house: str) -> None:
    salem, health = given.an_office(), given.a_ministry()
    laila = given.a_person(ministry=health)

    with pytest.raises(Conflict, match="1 active person still belongs"):
        set_ministry_active(salem, health, active=False)

    set_person_active(salem, laila.id, active=False)
    set_ministry_active(salem, health, active=False)


def test_a_contact_point_stands_once_and_goes_once(house: str) -> None:
    salem, laila = given.an_office(), given.a_person()
    number = {"kind": ContactKind.MOBILE, "value": "+218910000001", "label": ""}
    add_contact(salem, laila.id, **number)

    with pytest.raises(Conflict, match="already has"):
        add_contact(salem, laila.id, **number)

    contact = next(c for c in given.person(laila.id).contacts if c.kind == ContactKind.MOBILE)
    remove_contact(salem, laila.id, contact_id=contact.id)
    with pytest.raises(Conflict, match="already gone"):
        remove_contact(salem, laila.id, contact_id=contact.id)


def test_the_office_says_what_it_lacks(house: str) -> None:
    salem, health, water = given.an_office(), given.a_ministry("MOH"), given.a_ministry("MWR")
    noor = given.a_person(ministry=health, standing_duty=Duty.LIAISON)
    add_contact(salem, noor.id, kind=ContactKind.MOBILE, value="+218910000001", label="")

    found = overview(salem, OFFICE_ID)

    assert [each.id for each in found.without_liaison] == [water]
    assert [each.id for each in found.without_mobile] == [salem.id]
    with writing() as session:
        session.get_one(Person, noor.id).is_machine = True
    with reading() as session:
        covered = coverage(session)
    assert [each.id for each in covered.ministries] == [health, water]
    assert covered.missing == covered.ministries, "a machine speaks for nobody"


def test_an_audience_out_of_use_is_not_counted(house: str) -> None:
    salem = given.an_office()
    with writing() as session:
        for code, active in (("press", True), ("old", False)):
            kind = AudienceKind.MEDIA
            session.add(Audience(code=code, kind=kind, name={"ar": "الصحافة"}, active=active))

    assert overview(salem, OFFICE_ID).audiences == 1


def test_a_liaison_can_be_named_and_unnamed(house: str) -> None:
    salem, noor = given.an_office(), given.a_person(ministry=given.a_ministry())

    set_standing_duty(salem, noor.id, duty=Duty.LIAISON)
    with pytest.raises(Conflict, match="already so"):
        set_standing_duty(salem, noor.id, duty=Duty.LIAISON)
    changed = set_standing_duty(salem, noor.id, duty=None)

    assert (changed.before, changed.after) == (Duty.LIAISON, None)
    assert [each.id for each in overview(salem, OFFICE_ID).without_liaison]


def test_settings_keep_what_was_before(house: str) -> None:
    salem = given.an_office()

    changed = change_settings(
        salem,
        OFFICE_ID,
        name={"ar": "المركز"},
        zone="Asia/Muscat",
        digits=Digits.ARABIC,
        calendar=Calendar.WITH_HIJRI,
        country="OM",
        duty_phone="1414",
    )

    assert changed.before["zone"] == "Africa/Tripoli"
    assert the_office().country == "OM"


@pytest.mark.parametrize(
    "words", ["ليلي", "الشريف ليلى", "LEILA", "press", "laila@gcc", "  ", "شريف"]
)
def test_people_are_found_in_any_spelling(house: str, words: str) -> None:
    salem = given.an_office()
    laila = add_person(salem, OFFICE_ID, profile=a_profile()).person_id

    found = find_people(salem, OFFICE_ID, words=words, by_email=True)
    assert laila in {each.id for each in found}
    assert find_people(salem, OFFICE_ID, words=f"{words} خالد", by_email=True) == []


def test_searching_does_not_tell_an_email_that_is_not_shown(house: str) -> None:
    salem = given.an_office()
    laila = add_person(salem, OFFICE_ID, profile=a_profile()).person_id

    assert find_people(salem, OFFICE_ID, words="laila@gcc") == []
    assert laila in {each.id for each in find_people(salem, OFFICE_ID, words="LEILA")}


def test_only_administrators_and_auditors_read_the_offices_own_journal(house: str) -> None:
    salem, auditor = given.an_office(), given.a_person(rank=Rank.AUDITOR)

    assert office_lines(salem, OFFICE_ID, language="ar")
    assert office_lines(auditor, OFFICE_ID, language="fr")
    with pytest.raises(Forbidden):
        office_lines(given.a_coordinator(), OFFICE_ID, language="ar")


def test_numbers_and_addresses_stay_out_of_the_journal(house: str) -> None:

    salem = given.an_office()
    add_person(salem, OFFICE_ID, profile=a_profile(), mobile="+218910000001")

    with reading() as session:
        told = str([line.facts for line in session.query(Line)])
    assert "218910000001" not in told
    assert "laila@gcc.gov.example" not in told
    assert the_system().rank is Rank.ADMINISTRATOR
