"""The office's pages: what each reader sees of them, and what they lose when refused: nothing."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from crisis.kernel.ids import OFFICE_ID
from crisis.people.commands import add_contact, add_person
from crisis.people.model import ContactKind, Profile
from crisis.people.queries import ministries, people, the_office
from crisis.policy import Actor, Duty, Rank
from tests import given

MOBILE = "+218912345678"
KEY = "00000000-0000-4000-8000-000000000001"


def a_reachable_person() -> UUID:
    profile = Profile(
        ministry_id=given.the_centre(),
        name={"ar": "ليلى الشريف"},
        title={},
        email="laila@gcc.gov.example",
        language="ar",
        rank=Rank.MEMBER,
        standing_duty=None,
        deputy_id=None,
    )
    return add_person(given.the_system(), OFFICE_ID, profile=profile, mobile=MOBILE).person_id


def new_person(client: FlaskClient, **changes: str) -> Any:
    sent = {
        "_form": "person",
        "name_ar": "نور",
        "ministry_id": str(given.the_centre()),
        "rank": "member",
        **changes,
    }
    return client.post("/office/people/new", data=sent)


@pytest.mark.parametrize(
    ("rank", "sees"),
    [
        (Rank.ADMINISTRATOR, True),
        (Rank.COORDINATOR, True),
        (Rank.MEMBER, False),
        (Rank.AUDITOR, False),
    ],
)
@pytest.mark.parametrize("page", ["/office/people", "/office/people/{id}"])
def test_numbers_are_shown_to_whoever_may_see_them(
    client: FlaskClient, rank: Rank, sees: bool, page: str
) -> None:
    laila = a_reachable_person()
    given.signed_in(client, given.a_person(rank=rank))

    shown = client.get(page.format(id=laila)).text

    assert (MOBILE in shown) is sees
    assert ("laila@gcc.gov.example" in shown) is sees
    assert "ليلى الشريف" in shown


def test_everybody_sees_their_own_number(client: FlaskClient) -> None:
    laila = a_reachable_person()
    given.signed_in(client, given.actor(laila))

    assert MOBILE in client.get(f"/office/people/{laila}").text


OFFICE_PAGES = ("/office", "/office/people", "/office/ministries", "/office/settings")
KEEPERS_PAGES = ("/office/people/new", "/office/ministries/new", "/office/import")


@pytest.mark.parametrize("rank", list(Rank))
@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_every_page_opens_for_every_rank_in_every_language(
    client: FlaskClient, rank: Rank, language: str
) -> None:
    laila, health = a_reachable_person(), given.a_ministry()
    given.signed_in(client, given.a_person(rank=rank, language=language))

    for page in (*OFFICE_PAGES, f"/office/people/{laila}", f"/office/ministries/{health}"):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert f'<html lang="{language}"' in answer.text
    for page in KEEPERS_PAGES:
        answer = client.get(page)
        assert answer.status_code == (200 if rank is Rank.ADMINISTRATOR else 404), page


def test_somebody_is_added_with_arabic_digits(client: FlaskClient) -> None:
    salem = given.an_office()
    given.signed_in(client, salem)

    answer = new_person(client, mobile="٠٩١ ٢٣٤ ٥٦٧٨", email="noor@gcc.gov.example")

    noor = next(p for p in people(salem, OFFICE_ID) if p.name == {"ar": "نور"})
    assert answer.location == f"/office/people/{noor.id}"
    assert noor.first(ContactKind.MOBILE) == MOBILE


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("mobile", "12"),
        ("mobile", "no number"),
        ("email", "nobody"),
        ("name_ar", "نـ\u202eور"),
        ("name_ar", " "),
        ("name_en", "x" * 300),
        ("ministry_id", str(UUID(int=7))),
        ("ministry_id", "moh"),
        ("rank", "king"),
        ("standing_duty", "jester"),
        ("deputy_id", str(UUID(int=7))),
        ("language", "xx"),
    ],
)
def test_a_refused_form_names_the_field_and_keeps_the_rest(
    client: FlaskClient, field: str, typed: str
) -> None:
    salem = given.an_office()
    given.signed_in(client, salem)

    answer = new_person(client, **{"title_ar": "مسؤولة الرصد", field: typed})

    assert answer.status_code == 422
    assert f'id="person-{field}-error"' in answer.text
    assert "مسؤولة الرصد" in answer.text
    assert len(people(salem, OFFICE_ID)) == 1


def test_an_unknown_field_is_refused(client: FlaskClient) -> None:
    given.signed_in(client, given.an_office())

    assert new_person(client, is_machine="yes").status_code == 422


def test_a_form_sent_twice_adds_one_person(client: FlaskClient) -> None:
    salem = given.an_office()
    given.signed_in(client, salem)

    answers = [new_person(client, _key=KEY) for _ in range(2)]

    assert len({answer.location for answer in answers}) == 1
    assert len(people(salem, OFFICE_ID)) == 2


def test_the_offices_country_completes_numbers(client: FlaskClient) -> None:
    given.signed_in(client, given.an_office())
    settings = {
        "name_ar": "مركز التواصل الحكومي",
        "zone": "Asia/Muscat",
        "digits": "arab",
        "calendar": "gregory_and_hijri",
        "country": "OM",
        "duty_phone": "١٤١٤",
    }

    answer = client.post("/office/settings", data=settings)
    page = client.get("/office/people").text

    assert answer.location == "/office/settings"
    assert the_office().duty_phone == "1414"
    assert new_person(client, mobile="92123456").status_code == 303
    assert "+96892123456" in client.get("/office/people").text
    assert page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("zone", "Mars/Olympus"),
        ("zone", "../etc/passwd"),
        ("country", "ZZ"),
        ("digits", "roman"),
        ("calendar", "mayan"),
        ("duty_phone", "12"),
        ("name_ar", ""),
    ],
)
def test_settings_that_do_not_exist_are_refused(
    client: FlaskClient, field: str, typed: str
) -> None:
    given.signed_in(client, given.an_office())
    settings = {
        "_form": "settings",
        "name_ar": "المركز",
        "zone": "UTC",
        "digits": "latn",
        "calendar": "gregory",
        "country": "LY",
        field: typed,
    }

    answer = client.post("/office/settings", data=settings)

    assert answer.status_code == 422
    assert f'id="settings-{field}-error"' in answer.text


def test_a_contact_is_read_by_its_kind(client: FlaskClient) -> None:
    salem = given.an_office()
    given.signed_in(client, salem)
    place = f"/office/people/{salem.id}/contacts"

    good = client.post(place, data={"kind": "mobile", "value": "0912345678", "label": "ليلاً"})
    address = client.post(place, data={"kind": "email", "value": "a@b.LY"})
    wrong = client.post(place, data={"_form": "contact", "kind": "email", "value": "0912345678"})

    kept = {(c.kind, c.value) for c in given.person(salem.id).contacts}
    assert (good.status_code, address.status_code, wrong.status_code) == (303, 303, 422)
    assert {("mobile", MOBILE), ("email", "a@b.ly")} <= kept
    assert 'id="contact-value-error"' in wrong.text


def test_a_contact_can_be_taken_away(client: FlaskClient) -> None:
    salem = given.an_office()
    given.signed_in(client, salem)
    add_contact(salem, salem.id, kind=ContactKind.MOBILE, value=MOBILE, label="")
    mobile = next(c for c in given.person(salem.id).contacts if c.kind == ContactKind.MOBILE)

    client.post(f"/office/people/{salem.id}/contacts/{mobile.id}/removal")

    assert given.person(salem.id).first(ContactKind.MOBILE) is None


def test_a_ministry_gets_its_liaison_from_its_own_people(client: FlaskClient) -> None:
    given.signed_in(client, given.an_office())
    client.post(
        "/office/ministries/new",
        data={"code": "moh", "kind": "ministry", "name_ar": "الصحة", "lead_hazards": "epidemic"},
    )
    health = ministry_called("MOH")
    noor, stranger = given.a_person(ministry=health), given.a_person()
    place = f"/office/ministries/{health}/liaisons"

    named = client.post(place, data={"person_id": str(noor.id)})
    refused = client.post(place, data={"_form": "liaison", "person_id": str(stranger.id)})

    assert named.status_code == 303
    assert refused.status_code == 422
    assert given.person(noor.id).standing_duty == Duty.LIAISON

    client.post(f"{place}/{noor.id}/removal")
    assert given.person(noor.id).standing_duty is None


def ministry_called(code: str) -> UUID:

    found = ministries(given.the_system(), OFFICE_ID)
    return next(each.id for each in found if each.code == code)


def test_taking_somebody_out_of_service_signs_them_out(client: FlaskClient) -> None:
    salem, laila = given.an_office(), given.a_person()
    browser = client.application.test_client()
    given.signed_in(browser, laila)
    given.signed_in(client, salem)

    before = browser.get("/me").status_code
    client.post(f"/office/people/{laila.id}/activity", data={"active": "no"})

    assert (before, browser.get("/me").status_code) == (200, 303)


@pytest.mark.parametrize("rank", [Rank.COORDINATOR, Rank.MEMBER, Rank.AUDITOR])
def test_nobody_else_changes_anything(client: FlaskClient, rank: Rank) -> None:
    laila, health = a_reachable_person(), given.a_ministry()
    someone: Actor = given.a_person(rank=rank)
    given.signed_in(client, someone)
    centre = str(given.the_centre())

    forbidden = {
        "/office/people/new": {"name_ar": "x", "ministry_id": centre},
        f"/office/people/{someone.id}": {"name_ar": "x", "ministry_id": centre, "rank": "member"},
        f"/office/people/{laila}/activity": {"active": "no"},
        f"/office/people/{laila}/contacts": {"kind": "mobile", "value": "0912345679"},
        f"/office/people/{laila}/password-reset": {},
        "/office/ministries/new": {"code": "X1", "kind": "ministry", "name_ar": "x"},
        f"/office/ministries/{health}": {"kind": "agency", "name_ar": "x"},
        f"/office/ministries/{health}/activity": {"active": "no"},
        "/office/import": {"text": "people: []"},
    }
    statuses = {
        place: client.post(place, data=sent).status_code for place, sent in forbidden.items()
    }

    assert set(statuses.values()) <= {403, 404}, statuses


@pytest.mark.parametrize("page", ["/office/people/{}", "/office/ministries/{}"])
def test_what_does_not_exist_is_not_found(client: FlaskClient, page: str) -> None:
    given.signed_in(client, given.an_office())

    assert client.get(page.format(UUID(int=7))).status_code == 404
    assert client.get(page.format("not-an-id")).status_code == 404
    assert client.get("/office/people?page=0").status_code == 422
    assert client.get("/office/people?page=99999999").status_code == 422
    assert client.get("/office/people?page=40").status_code == 200


def test_a_liaison_relieved_by_mistake_is_named_again_with_one_press(client: FlaskClient) -> None:
    health = given.a_ministry("MOH")
    laila = given.a_person(ministry=health, standing_duty=Duty.LIAISON)
    given.signed_in(client, given.an_administrator())

    relieved = client.post(f"/office/ministries/{health}/liaisons/{laila.id}/removal")
    page = client.get(relieved.location).text
    assert given.person(laila.id).standing_duty is None
    assert 'id="undo"' in page
    assert 'id="undo"' not in client.get(f"/office/ministries/{health}").text

    again = {"_form": "undo", "person_id": str(laila.id)}
    client.post(f"/office/ministries/{health}/liaisons", data=again)
    assert given.person(laila.id).standing_duty == Duty.LIAISON
    assert 'id="undo"' not in client.get(relieved.location).text


def test_whoever_may_not_keep_the_office_reads_its_settings_and_who_may(
    client: FlaskClient,
) -> None:
    given.signed_in(client, given.a_coordinator())
    page = client.get("/office/settings").text
    assert '<fieldset class="form" disabled>' in page
    assert 'class="who-can"' in page
