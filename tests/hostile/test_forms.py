"""Whatever is typed into a form: a clear answer beside the field, and nothing typed is lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from crisis.web.security import LARGEST_BODY
from tests.hostile.data import CORE, DOORS, FORMS, INPUTS, Door, Expected, Field, Input
from tests.hostile.judging import comes_back, goes_on_inside, is_kept, says, stands_firm
from tests.hostile.world import World
from tests.parts.thorough import THOROUGH

pytestmark = pytest.mark.slow

ONE_OF_EACH_KIND = {
    "line": ("incidents.send_report", "title"),
    "name": ("people.ministry_form", "name_ar"),
    "prose": ("incidents.note", "text"),
    "email": ("people.person_form", "email"),
    "phone": ("people.contacts", "value"),
    "ref": ("incidents.link", "other_ref"),
    "way": ("preferences.keep", "next"),
    "code": ("people.ministry_new_form", "code"),
    "password": ("account.reset_form", "password"),
    "number": ("incidents.assess", "chosen"),
    "uuid": ("incidents.duty", "person_id"),
    "choice": ("people.settings_form", "zone"),
    "flag": ("incidents.restrict", "restricted"),
    "written": ("statements.edit", "title_ar"),
    "date": ("statements.edit", "next_update"),
    "explained": ("statements.ask_emergency", "justification"),
}
LARGE = 15_000
"""Bytes that cannot stand in every field of a form at once."""
LED_TO = {"prose"}
"""The kinds whose pages are looked at after something hostile was taken."""


def send(world: World, door: Door, input: Input, fields: Mapping[str, Expected]) -> None:
    """Send the form with the input in these fields, and judge what comes of it."""
    wrong = dict.fromkeys(fields, input.sent)
    answer = world.send(door, wrong)
    if sum(len(each) for each in input.sent) * len(fields) > LARGEST_BODY:
        assert answer.status == 413
        return
    if any(each.refused for each in fields.values()):
        kept = [(name, value) for name, value in world.right(door) if name not in wrong]
        sent = [*kept, *((name, each) for name in wrong for each in input.sent)]
        assert answer.status == 422, (answer.status, answer.text[:800])
        comes_back(world, door, sent, fields, answer)
        return
    if all(each.matters for each in fields.values()):
        goes_on_inside(answer)
        is_kept(world, input.stored)
        way = answer.response.headers["Location"]
        stands_firm(world.visitor(door.who).get(way))
    else:
        stands_firm(answer)
    world.as_it_was()


def together(door: Door, input: Input) -> list[dict[str, Expected]]:
    """The fields of a form that can be wrong at the same time, those that are right apart."""
    expected = {field.name: input.at(field) for field in door.fields if shown(door, field)}
    groups = [
        {name: each for name, each in expected.items() if each.refused},
        {name: each for name, each in expected.items() if not each.refused and each.matters},
        {name: each for name, each in expected.items() if not each.matters},
    ]
    if len(input.sent[0]) > LARGE:
        groups = [{name: group[name] for name in list(group)[:1]} for group in groups]
    return [group for group in groups if group]


def shown(door: Door, field: Field) -> bool:
    """Numbers are read in the country of the office, after the rest of the form."""
    return field.kind not in {"phone", "file"}


def tried(inputs: list[Input], *, doors: list[Door]) -> list[Any]:
    return [
        pytest.param(door, input, id=f"{door.endpoint}-{input.id}")
        for door in doors
        for input in inputs
        if door.fields
    ]


FIRST = {door.form: door.endpoint for door in reversed(DOORS)}
ONE_DOOR_A_FORM = [door for door in DOORS if door.fields and FIRST[door.form] == door.endpoint]
ON_PAGES = [input for input in INPUTS if input.page]


@pytest.mark.parametrize(("door", "input"), tried(ON_PAGES, doors=ONE_DOOR_A_FORM))
def test_a_form_comes_back_whole_with_what_is_wrong_beside_each_field(
    world: World, door: Door, input: Input
) -> None:
    for fields in together(door, input):
        send(world, door, input, fields)


WRONG_ON_PURPOSE = {"account.signin_form", "account.second_step_form", "account.totp_setup_form"}
"""Where a right answer cannot be known in advance."""


def test_what_is_right_is_taken_at_every_door(world: World) -> None:
    for door in DOORS:
        answer = world.send(door, {})
        stands_firm(answer)
        taken = answer.status in {200, 303}
        assert taken is (door.endpoint not in WRONG_ON_PURPOSE), (door.endpoint, answer.status)
        world.as_it_was()


A_PART = 1 if THOROUGH else 27
"""One of so many inputs is tried at each form, another one at the next."""


@pytest.mark.parametrize("door", ONE_DOOR_A_FORM, ids=lambda each: each.endpoint)
def test_every_form_with_a_part_of_everything(world: World, door: Door) -> None:
    for input in INPUTS[ONE_DOOR_A_FORM.index(door) % A_PART :: A_PART]:
        for fields in together(door, input):
            send(world, door, input, fields)


@pytest.mark.parametrize("door", DOORS, ids=lambda each: each.endpoint)
def test_every_form_with_something_hostile_in_each_field_alone(world: World, door: Door) -> None:
    alone = [
        (input, {name: expected})
        for input in ON_PAGES
        for fields in together(door, input)
        for name, expected in fields.items()
    ]
    for input, field in alone[DOORS.index(door) % A_PART :: A_PART]:
        send(world, door, input, field)


@pytest.mark.parametrize("door", [door for door in DOORS if door.fields], ids=lambda d: d.endpoint)
def test_a_script_is_told_what_is_wrong_with_every_field(world: World, door: Door) -> None:
    for input in CORE:
        fields = {f.name: input.at(f) for f in door.fields if shown(door, f)}
        refused = {name: each for name, each in fields.items() if each.refused}
        if refused:
            tell_a_script(world, door, refused, input)


@pytest.mark.parametrize("input", INPUTS, ids=lambda each: each.id)
def test_a_script_is_told_what_is_wrong_with_one_field_of_each_kind(
    world: World, input: Input
) -> None:
    for kind in ONE_OF_EACH_KIND:
        if input.core or input.names(kind):
            door, field = one_of(kind)
            tell_a_script(world, door, {field.name: input.at(field)}, input, kind in LED_TO)


def tell_a_script(
    world: World, door: Door, fields: Mapping[str, Expected], input: Input, look: bool = False
) -> None:
    """Send the form as a script does, with the input in these fields."""
    answer = world.send(door, dict.fromkeys(fields, input.sent), Accept="application/json")
    stands_firm(answer)
    told = answer.response.get_json()
    for name, expected in fields.items():
        if expected.refused:
            assert answer.status == 422, (name, answer.status, told)
            says(world.app, told["fields"][name], expected, name)
        elif expected.matters:
            assert (answer.status, told["ok"]) == (200, True), (name, told)
            is_kept(world, input.stored)
    if told["ok"]:
        if look:
            stands_firm(world.visitor(door.who).get(told["to"]))
        world.as_it_was()


def one_of(kind: str) -> tuple[Door, Field]:
    """A door with a field of this kind."""
    endpoint, name = ONE_OF_EACH_KIND[kind]
    door = next(each for each in DOORS if each.endpoint == endpoint)
    return door, next(each for each in door.fields if each.name == name)


def test_every_kind_of_field_is_tried() -> None:
    used = {field.kind for fields in FORMS.values() for field in fields}
    assert used - {"file", "search"} <= ONE_OF_EACH_KIND.keys(), (
        "name a field of each kind in ONE_OF_EACH_KIND"
    )
