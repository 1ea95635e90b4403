"""Whatever is typed into a form: a clear answer beside the field, and nothing typed is lost."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from crisis.web.security import LARGEST_BODY
from tests.hostile.data import CORE, DOORS, FORMS, INPUTS, Door, Expected, Field, Input
from tests.hostile.judging import comes_back, goes_on_inside, is_kept, says, stands_firm
from tests.hostile.world import World

ONE_OF_EACH_KIND = {
    "line": ("incidents.send_report", "title"),
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
}
FIRST_OF_ITS_FORM = {door.form: door.endpoint for door in reversed(DOORS)}
ONCE_MORE = {"B1", "B23-script"}


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
        is_kept([input.stored] if fields else [])
        way = answer.response.headers["Location"]
        stands_firm(world.visitor(door.who).get(way))
    else:
        stands_firm(answer)
    world.as_it_was()


def together(door: Door, input: Input) -> list[dict[str, Expected]]:
    """The fields of a form that can be wrong at the same time, those that are right apart."""
    expected = {field.name: input.at(field) for field in door.fields if shown(door, field)}
    groups = (
        {name: each for name, each in expected.items() if each.refused},
        {name: each for name, each in expected.items() if not each.refused and each.matters},
        {name: each for name, each in expected.items() if not each.matters},
    )
    return [group for group in groups if group]


def shown(door: Door, field: Field) -> bool:
    """Numbers are read in the country of the office, after the rest of the form."""
    return field.kind not in {"phone", "file"}


def everyday() -> Iterator[Any]:
    """Every field with every core input; where doors share a form, the others with two of them."""
    for door in DOORS:
        first = FIRST_OF_ITS_FORM[door.form] == door.endpoint
        for input in CORE:
            if door.fields and (first or input.id in ONCE_MORE):
                yield pytest.param(door, input, id=f"{door.endpoint}-{input.id}")


def everything() -> Iterator[Any]:
    for door in DOORS:
        for input in INPUTS:
            if door.fields:
                yield pytest.param(door, input, id=f"{door.endpoint}-{input.id}")


@pytest.mark.parametrize(("door", "input"), list(everyday()))
def test_a_form_comes_back_whole_with_what_is_wrong_beside_each_field(
    world: World, door: Door, input: Input
) -> None:
    for fields in together(door, input):
        send(world, door, input, fields)


@pytest.mark.slow
@pytest.mark.parametrize(("door", "input"), list(everything()))
def test_every_form_with_everything(world: World, door: Door, input: Input) -> None:
    for fields in together(door, input):
        send(world, door, input, fields)


@pytest.mark.parametrize("input", INPUTS, ids=lambda each: each.id)
def test_a_script_is_told_what_is_wrong_with_a_field_of_any_kind(
    world: World, input: Input
) -> None:
    for kind in ONE_OF_EACH_KIND:
        tell_a_script(world, *one_of(kind), input)


def tell_a_script(world: World, door: Door, field: Field, input: Input) -> None:
    expected = input.at(field)
    answer = world.send(door, {field.name: input.sent}, Accept="application/json")
    stands_firm(answer)
    told = answer.response.get_json()
    if expected.refused:
        assert answer.status == 422, (field.name, answer.status, told)
        says(world.app, told["fields"][field.name], expected, field.name)
        return
    if expected.matters:
        assert (answer.status, told["ok"]) == (200, True), (field.name, told)
        is_kept([input.stored])
    if told["ok"]:
        stands_firm(world.visitor(door.who).get(told["to"]))
        world.as_it_was()


def one_of(kind: str) -> tuple[Door, Field]:
    """A door with a field of this kind."""
    endpoint, name = ONE_OF_EACH_KIND[kind]
    door = next(each for each in DOORS if each.endpoint == endpoint)
    return door, next(each for each in door.fields if each.name == name)


def test_every_kind_of_field_is_tried() -> None:
    used = {field.kind for fields in FORMS.values() for field in fields}
    assert used - {"file"} <= ONE_OF_EACH_KIND.keys(), (
        "name a field of each kind in ONE_OF_EACH_KIND"
    )
