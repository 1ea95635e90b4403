"""A whole office from one file: shown first, then done at once, and nothing done by half."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import OFFICE_ID
from crisis.people import importing
from crisis.people.commands import import_office, set_person_active
from crisis.people.importing import Roster
from crisis.people.model import Audience, ContactKind, Ministry, OfficeImported, Person
from crisis.people.planning import Change, Plan, What, plan_for, told
from crisis.people.queries import people, plan_import, the_office
from crisis.policy import Actor, Duty, Rank
from tests import given

DEMO = Path(__file__).resolve().parents[2] / "config" / "demo" / "office.yaml"
SMALL = """
ministries:
  - {code: moh, kind: ministry, name: {ar: وزارة الصحة, en: Health}, lead_hazards: [epidemic]}
people:
  - key: noor
    name: {ar: نور}
    ministry: MOH
    email: noor@moh.gov.example
    mobile: ٠٩١ ٢٣٤ ٥٦٧٨
    standing_duty: ministry_liaison
    deputy: hadi
  - {key: hadi, name: {ar: هادي}, ministry: MOH, mobile: 0912345679, languages: [ar, fr]}
audiences:
  - {code: health, kind: ministry_duty, name: {ar: الصحة}, members: [noor, hadi]}
"""


def read(text: str) -> Roster:
    return importing.read(text, country="LY")


def planned(actor: Actor, text: str) -> Plan:
    return plan_import(actor, OFFICE_ID, roster=read(text))


def imported(actor: Actor, text: str) -> OfficeImported:
    digest = planned(actor, text).digest
    return import_office(actor, OFFICE_ID, roster=read(text), digest=digest)


def problems(text: str) -> list[tuple[int, str]]:
    return [(each.line, str(each.message)) for each in read(text).errors]


def the(email_or_mobile: str, among: Actor) -> Person:
    return next(
        each
        for each in people(among, OFFICE_ID)
        if email_or_mobile in {each.email, each.first(ContactKind.MOBILE)}
    )


def test_the_dry_run_says_everything_and_does_nothing(house: str) -> None:
    salem = given.an_office()

    plan = planned(salem, SMALL)

    assert plan.errors == []
    assert [(s.line, s.what, s.change) for s in plan.steps] == [
        (3, What.MINISTRY, Change.ADDED),
        (5, What.PERSON, Change.ADDED),
        (12, What.PERSON, Change.ADDED),
        (14, What.AUDIENCE, Change.ADDED),
    ]
    assert list(told(plan))[-1] == "In all: 4 added, 0 changed, 0 unchanged."
    assert len(people(salem, OFFICE_ID)) == 1


def test_what_was_shown_is_done_at_once(house: str) -> None:
    salem = given.an_office()

    event = imported(salem, SMALL)

    noor, hadi = the("noor@moh.gov.example", salem), the("+218912345679", salem)
    assert (noor.deputy_id, noor.standing_duty, noor.rank) == (hadi.id, Duty.LIAISON, Rank.MEMBER)
    assert noor.first(ContactKind.MOBILE) == "+218912345678"
    assert hadi.languages == ["ar", "fr"]
    assert event.ministries_added == ["MOH"]
    assert set(event.people_added) == {noor.id, hadi.id}
    with reading() as session:
        audience = session.query(Audience).one()
        assert {each.id for each in audience.members} == {noor.id, hadi.id}


def test_the_same_file_again_changes_nothing(house: str) -> None:
    salem = given.an_office()
    imported(salem, SMALL)

    plan = planned(salem, SMALL)

    assert plan.count(Change.UNCHANGED) == len(plan.steps) == 4
    with pytest.raises(Conflict, match="already is as the file says"):
        imported(salem, SMALL)


def test_what_a_file_does_not_name_stays_as_it_is(house: str) -> None:
    salem = given.an_office()
    imported(salem, SMALL)

    imported(
        salem,
        "people: [{name: {ar: نور الدين}, ministry: GCC, email: NOOR@moh.gov.example}]",
    )

    noor = next(each for each in people(salem, OFFICE_ID) if each.name["ar"] == "نور الدين")
    assert noor.standing_duty == Duty.LIAISON
    assert noor.first(ContactKind.MOBILE) == "+218912345678"
    assert noor.ministry_id == given.the_centre()


def test_a_change_is_named_field_by_field(house: str) -> None:
    salem = given.an_office()
    imported(salem, SMALL)

    plan = planned(
        salem, "people: [{name: {ar: هادي}, ministry: MOH, mobile: 0912345679, rank: auditor}]"
    )

    assert [[str(d) for d in step.details] for step in plan.steps] == [["Rank"]]


def test_a_new_rank_from_a_file_ends_sessions_too(house: str) -> None:
    salem = given.an_office()
    laila = given.a_person(email="laila@gcc.gov.example", name="ليلى")

    imported(
        salem,
        "people: [{name: {ar: ليلى}, ministry: GCC, email: laila@gcc.gov.example, rank: auditor}]",
    )

    assert given.person(laila.id).session_epoch == 1
    assert given.actor(laila.id).rank is Rank.AUDITOR


def test_the_office_that_changed_meanwhile_is_compared_anew(house: str) -> None:
    salem = given.an_office()
    digest = planned(salem, SMALL).digest
    given.a_ministry("MOH")

    with pytest.raises(Conflict, match="changed after this was shown"):
        import_office(salem, OFFICE_ID, roster=read(SMALL), digest=digest)


def test_a_file_with_one_error_adds_nobody(house: str) -> None:
    salem = given.an_office()
    text = SMALL + "  - {code: press, kind: media, name: {ar: x}, members: [nobody]}\n"

    with pytest.raises(Invalid, match="Line 15: Nobody here is called nobody"):
        imported(salem, text)

    assert len(people(salem, OFFICE_ID)) == 1


def test_only_an_administrator_imports(house: str) -> None:
    given.an_office()
    laila = given.a_coordinator()

    with pytest.raises(Forbidden):
        planned(laila, SMALL)
    with pytest.raises(Forbidden):
        import_office(laila, OFFICE_ID, roster=read(SMALL), digest="")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("people:\n- {name: {ar: x}, ministry: NOPE, email: a@b.ly}", 2, "no active entity NOPE"),
        ("people:\n- {name: {ar: x}, ministry: GCC}", 2, "Give an e-mail or a mobile"),
        (
            "people:\n- {name: {ar: x}, ministry: GCC, email: a@b.ly, deputy: q}",
            2,
            "Nobody here is called q",
        ),
        (
            "people:\n- {name: {ar: x}, ministry: GCC, email: a@b.ly}\n"
            "- {name: {ar: y}, ministry: GCC, email: A@b.ly}",
            3,
            "a@b.ly stands on line 2 already",
        ),
        ("ministries:\n- {code: TWO, kind: centre, name: {ar: x}}", 2, "already has its centre"),
        ("ministries:\n- {code: GCC, kind: ministry, name: {ar: x}}", 2, "keep its centre"),
        ("office:\n  is_exercise: true", 2, "exercise from its beginning"),
        (
            "people:\n- {name: {ar: x}, ministry: GCC, email: admin@gcc.gov.example, rank: member}",
            2,
            "keep an administrator",
        ),
        (
            "people:\n- {key: a, name: {ar: x}, ministry: GCC, email: a@b.ly, deputy: a}",
            2,
            "their own deputy",
        ),
    ],
)
def test_what_the_office_cannot_take_is_named_by_line(
    house: str, text: str, line: int, why: str
) -> None:
    salem = given.an_office()

    found = [(each.line, str(each.message)) for each in planned(salem, text).errors]

    assert any(at == line and why in said for at, said in found), found


def test_a_file_has_one_centre_even_before_the_office_has_any(house: str) -> None:
    two = "ministries:" + "".join(
        f"\n- {{code: {code}, kind: centre, name: {{ar: x}}}}" for code in ("AAA", "BBB")
    )
    with reading() as session:
        plan = plan_for(session, the_office(), read(two))

    assert [(each.line, str(each.message)) for each in plan.errors] == [
        (3, "The office already has its centre.")
    ]


def test_somebody_out_of_service_is_no_deputy_and_is_not_brought_back(house: str) -> None:
    salem = given.an_office()
    imported(salem, SMALL)
    noor = the("noor@moh.gov.example", salem)
    set_person_active(salem, noor.id, active=False)

    plan = planned(
        salem,
        "people: [{name: {ar: x}, ministry: GCC, email: a@b.ly, deputy: noor@moh.gov.example}]",
    )
    imported(salem, "people: [{name: {ar: ن}, ministry: MOH, email: noor@moh.gov.example}]")

    assert "Nobody here is called" in str(plan.errors[0].message)
    assert not given.actor(noor.id).active


def test_settings_can_come_with_the_file(house: str) -> None:
    salem = given.an_office()

    event = imported(salem, "office: {country: OM, zone: Asia/Muscat, duty_phone: 1414}")

    assert event.settings_changed
    assert planned(salem, "office: {country: OM, zone: Asia/Muscat}").count(Change.UNCHANGED) == 1


def test_the_demo_office_is_a_file_like_any_other(house: str) -> None:
    salem = given.an_office()
    text = DEMO.read_text("utf-8").replace("is_exercise: true", "is_exercise: false")

    event = imported(salem, text)

    with reading() as session:
        assert session.query(Ministry).count() == len(event.ministries_added) + 1
        assert session.query(Audience).count() == len(event.audiences_added) > 0
    assert len(event.people_added) == len(people(salem, OFFICE_ID)) - 1


def test_json_is_read_as_well() -> None:
    given_people = [{"name": {"ar": "نور"}, "ministry": "MOH", "mobile": "0912345678"}]

    for indent in (None, 2, "\t"):
        roster = read(json.dumps({"people": given_people}, indent=indent))
        assert roster.errors == []
        assert roster.people[0].given.mobile == "+218912345678"


@pytest.mark.parametrize("value", ["no", "on", "1e3", "0o17", "2026-01-01", "12:30:45", "=", "<<"])
def test_a_word_stays_the_word_that_was_written(value: str) -> None:
    roster = read(f"people: [{{name: {{ar: {value}}}, ministry: GCC, email: a@b.ly}}]")

    assert roster.errors == []
    assert roster.people[0].given.name.ar == value


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(9)
)


@pytest.mark.parametrize(
    ("hostile", "line", "why"),
    [
        (BOMB, 1, "Aliases"),
        ("people: &x []", 1, "Aliases"),
        ("people:\n  - !!python/object/apply:os.system [id]", 2, "Tags"),
        ("people: !!binary aGk=", 1, "Tags"),
        ("!<tag:x> people: []", 1, "Tags"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("{a: " * 50, 1, "nested too deeply"),
        ("- " * 2_000, 1, "nested too deeply"),
        ("people: [" + "x, " * 160_000 + "]", 1, "too large"),
        ("# " + "x" * 1_000_001, 1, "too large"),
        ("people: []\n---\npeople: []", 2, "second document"),
        ("people:\n - a\n b", 3, "neither YAML nor JSON"),
        ("people: [\n", 2, "neither YAML nor JSON"),
        ("people: \0", 1, "neither YAML nor JSON"),
        ("people: [] }", 1, "neither YAML nor JSON"),
        ("\ufeff", 1, "empty"),
        ("", 1, "empty"),
        ("# nothing", 1, "empty"),
        ("just words", 1, "needs a part"),
        ("[people]", 1, "needs a part"),
        ("? [a]\n: b", 1, "A name is expected"),
        ("people: []\npeople: []", 2, "stands here twice"),
        ("persons: []", 1, "not known"),
        ("people: {a: b}", 1, "A list is expected"),
        ("people: [a]", 1, "An entry with named fields"),
        ("people:\n- name: {ar: x}\n  ministry: GCC\n  mobile: 12", 4, "mobile: Short numbers"),
        ("people:\n- name: {ar: x}\n  ministry: GCC\n  email: a@b", 4, "email: This is not an"),
        (
            'people:\n- name:\n    ar: "a\\u202Eb"\n  ministry: GCC',
            3,
            "turns the reading direction",
        ),
        ("people:\n- name: {en: x}\n  ministry: GCC", 2, "name.ar: This is required"),
        ("people:\n- name: {ar: x}\n  rank: king\n  ministry: GCC", 3, "rank: Choose one"),
        ("people:\n- name: {ar: x}\n  wings: 2\n  ministry: GCC", 3, "wings: This field is not"),
        ("ministries:\n- {code: ../etc, kind: ministry, name: {ar: x}}", 2, "code: This is not"),
    ],
)
def test_a_hostile_file_is_refused_by_line_and_at_once(hostile: str, line: int, why: str) -> None:
    begun = time.thread_time()

    found = problems(hostile)

    assert any(at == line and why in said for at, said in found), found
    assert time.thread_time() - begun < 5


def test_a_file_full_of_errors_is_answered_with_the_first_two_hundred() -> None:
    assert len(problems("people:\n" + "- x\n" * 5_000)) == importing.MOST_ERRORS


def post(client: FlaskClient, **fields: Any) -> Any:
    return client.post("/office/import", data={"_form": "import", **fields})


def test_the_page_shows_then_does(client: FlaskClient) -> None:
    salem = given.an_office()
    given.signed_in(client, salem)

    shown = post(client, text=SMALL)
    digest = planned(salem, SMALL).digest
    done = post(client, text=SMALL, digest=digest, apply="yes")

    assert shown.status_code == 200
    assert digest in shown.text
    assert "نور" in shown.text
    assert done.status_code == 303
    assert the("noor@moh.gov.example", salem)


def test_an_uploaded_file_is_read_like_a_pasted_one(client: FlaskClient, tmp_path: Path) -> None:
    given.signed_in(client, given.an_office())
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("\ufeff" + SMALL, "utf-8")
    bad.write_bytes("people: []  # نور".encode("cp1256"))

    with good.open("rb") as file:
        shown = post(client, file=file)
    with bad.open("rb") as file:
        refused = post(client, file=file)

    assert (shown.status_code, refused.status_code) == (200, 422)
    assert "noor@moh.gov.example" in shown.text, "to be sent again when it is applied"
    assert "UTF-8" in refused.text


def test_a_large_file_is_welcome_here_and_nowhere_else(client: FlaskClient) -> None:
    given.signed_in(client, given.an_office())
    large = SMALL + "#" * 600_000

    assert post(client, text=large).status_code == 200
    assert client.post("/office/settings", data={"name_ar": "x" * 600_000}).status_code == 413


def test_what_is_wrong_is_shown_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    given.signed_in(client, given.an_office())

    answer = post(client, text="people: [a] # mine", digest="0" * 64, apply="yes")

    assert answer.status_code == 422
    assert "people: [a] # mine" in answer.text
