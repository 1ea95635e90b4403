"""Nothing can be sent to Nasaq that the table of hostile input does not know."""

import ast
from collections.abc import Iterable, Iterator, Mapping

import pytest
from pydantic import BaseModel

from crisis.people.importing import Given
from crisis.realtime import frames, sockets
from crisis.web.asking import Form
from tests.hostile.data import DOORS, FORMS, KINDS, rows
from tests.hostile.world import World
from tests.structure.tree import python_nodes

TABLE = "tests/hostile/inputs.yaml"
SHAPES = {"connect": sockets._Auth}
"""The messages whose shape does not bear their name."""


def family(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """All classes made from this one, in the product itself."""
    for each in base.__subclasses__():
        if each.__module__.startswith("crisis."):
            yield each
        yield from family(each)


def told(shape: type[BaseModel]) -> str:
    """How the table names a class: `incidents.OpenForm`."""
    return f"{shape.__module__.split('.')[1]}.{shape.__name__}"


def untold(
    part: str, name: str, shape: type[BaseModel], row: Mapping[str, str] | None
) -> Iterator[str]:
    """What the table must say about this class, and does not."""
    if row is None:
        yield f"add `{name}: {{…}}` under `{part}` in {TABLE}, each field with its kind"
        return
    for field, info in shape.model_fields.items():
        kind = row.get(field)
        if kind is None:
            yield f"add `{field}: <kind>` to `{part}: {name}` in {TABLE}"
        elif info.is_required() == kind.endswith("~"):
            yield f"`{part}: {name}: {field}`: `~` is for what can be left out, and only for that"
    for field in row.keys() - shape.model_fields.keys():
        yield f"`{part}: {name}: {field}` in {TABLE} is no field any more: remove it"


def must_be_nothing(found: Iterable[str]) -> None:
    left = list(found)
    assert not left, "the table of hostile input is behind:\n" + "\n".join(left)


@pytest.mark.parametrize(("part", "base"), [("forms", Form), ("files", Given)])
def test_every_field_has_a_row(world: World, part: str, base: type[BaseModel]) -> None:
    shapes = {told(each): each for each in family(base)}
    table = rows()[part]
    must_be_nothing(
        each for name in shapes for each in untold(part, name, shapes[name], table.get(name))
    )
    must_be_nothing(
        f"{name} in {TABLE} is no more: remove it" for name in table if name not in shapes
    )


def test_every_message_on_a_socket_has_a_row() -> None:
    shapes = SHAPES | {
        name: getattr(sockets, name.title().replace("_", "")) for name in frames.MESSAGES
    }
    table = rows()["messages"]
    must_be_nothing(
        each
        for name, shape in shapes.items()
        for each in untold("messages", name, shape, table.get(name))
    )
    known = set(shapes.values())
    must_be_nothing(
        f"{each.__name__} is the shape of no message"
        for each in family(sockets.Said)
        if each not in known
    )


def test_every_address_that_takes_a_form_has_a_row(world: World) -> None:
    taking = {
        rule.endpoint
        for rule in world.app.url_map.iter_rules()
        if rule.methods and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    }
    table = rows()["doors"]
    missing, gone = taking - table.keys(), table.keys() - taking
    must_be_nothing(f"add `{each}: {{form: …}}` under `doors` in {TABLE}" for each in missing)
    must_be_nothing(f"`doors: {each}` is no more: remove it" for each in gone)


def test_every_part_of_a_path_has_a_row(world: World) -> None:
    parts = {name for rule in world.app.url_map.iter_rules() for name in rule.arguments}
    must_be_nothing(
        f"add `{name}: <kind>` under `paths` in {TABLE}" for name in parts - rows()["paths"].keys()
    )


def test_every_query_parameter_has_a_row() -> None:
    shapes, names = set[str](), set[str]()
    for row in rows()["queries"].values():
        names |= set() if isinstance(row, str) else set(row)
        shapes |= {row.partition(".")[2]} if isinstance(row, str) else set()
    must_be_nothing(
        f"{file.name}: {word} is read from the address; add its page under `queries` in {TABLE}"
        for file, node in python_nodes("crisis/**/*.py")
        for word in asked_of_the_address(node)
        if word not in shapes | names
    )


def asked_of_the_address(node: ast.AST) -> Iterator[str]:
    """The parameters that this call reads: by name, or as a class."""
    match node:
        case ast.Call(func=ast.Name(id="asked_of_url"), args=[ast.Name(id=shape)]):
            yield shape
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="args"), attr="get" | "getlist"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            yield name
        case ast.Subscript(value=ast.Attribute(attr="args"), slice=ast.Constant(value=str(name))):
            yield name


def test_every_kind_is_one_of_those_explained() -> None:
    used = {field.kind for fields in FORMS.values() for field in fields}
    assert used <= KINDS.keys()


def test_every_row_of_a_form_is_sent_somewhere() -> None:
    asked = {door.form for door in DOORS} | {
        row for row in rows()["queries"].values() if isinstance(row, str)
    }
    must_be_nothing(f"`forms: {name}` is sent to no door" for name in FORMS.keys() - asked)


def test_a_new_field_without_a_row_is_noticed() -> None:
    class Grown(Form):
        title: str
        colour: str

    found = list(untold("forms", "x.Grown", Grown, {"title": "line", "gone": "line"}))

    assert found[0].startswith("add `colour: <kind>` to `forms: x.Grown`")
    assert "gone" in found[1]
    assert next(untold("forms", "x.New", Grown, None)).startswith("add `x.New")
