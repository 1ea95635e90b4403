"""Whatever stands in the file of an office: read with care, and told by line what is wrong."""

import io
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from flask_babel import force_locale

from crisis.people import importing
from crisis.web.locale import say
from tests.hostile.data import DOORS, INPUTS, Field, Input, fields, rows
from tests.hostile.judging import says, stands_firm
from tests.hostile.world import LONGEST_SECONDS, Answer, World

IMPORT = next(each for each in DOORS if each.endpoint == "people.import_form")
NAME = {"ar": "اسم", "en": "Name", "fr": "Nom"}
RIGHT: Mapping[str, dict[str, Any]] = {
    "office": {"name": NAME, "country": "LY", "zone": "Africa/Tripoli", "duty_phone": "1415"},
    "ministries": {"code": "MOT", "kind": "ministry", "name": NAME, "short_name": NAME},
    "people": {"key": "p1", "name": NAME, "title": NAME, "ministry": "MOH", "rank": "member"},
    "audiences": {"code": "press", "kind": "media", "name": NAME, "rule": "x", "members": ["p1"]},
}
PARTS = {
    "office": "people.OfficeGiven",
    "ministries": "people.MinistryGiven",
    "people": "people.PersonGiven",
    "audiences": "people.AudienceGiven",
}
LARGEST_FORM = 250_000


def places() -> Iterator[Any]:
    """Every field of the file, as a way into it: `people.name.ar`."""
    for part, row in PARTS.items():
        for field in fields(rows()["files"][row]):
            inside = [field]
            if field.kind == "object":
                needed = part != "office" and field.name == "name"
                shape = "people.FullNamesGiven" if needed else "people.NamesGiven"
                inside = fields(rows()["files"][shape])
            for each in inside:
                way = [part, field.name, *([each.name] if each is not field else [])]
                yield pytest.param(way, each, id=".".join(way))


def a_file(way: list[str], values: list[str], field: Field) -> str:
    """A file that is right but for one place."""
    told = json.loads(json.dumps(RIGHT))
    place = told
    for step in way[:-1]:
        place = place.setdefault(step, {})
    place[way[-1]] = values if field.several or len(values) > 1 else values[0]
    whole = {part: told[part] if part == "office" else [told[part]] for part in [way[0]]}
    return json.dumps(whole)


def fits_into_json(input: Input) -> bool:
    """The reader of YAML knows no escapes in two halves, as JSON writes what lies beyond U+FFFF."""
    return max(input.typed) <= "\uffff"


@pytest.mark.parametrize(("way", "field"), list(places()))
def test_every_field_of_a_file_withstands(world: World, way: list[str], field: Field) -> None:
    for input in filter(fits_into_json, INPUTS):
        values = [each.decode("utf-8", "replace") for each in input.sent]
        started = time.thread_time()
        found = importing.read(a_file(way, values, field), country="LY")
        assert time.thread_time() - started < LONGEST_SECONDS
        expected = input.at(field)
        if expected.refused:
            assert found.errors, (input.id, field)
            with world.app.test_request_context(), force_locale("ar"):
                told = " ".join(say(each.message) for each in found.errors)
            says(world.app, told, expected, field.name)
            assert all(each.line >= 1 for each in found.errors)
        elif expected.matters and not expected.refused:
            assert not found.errors, (input.id, [str(each.message) for each in found.errors])


@pytest.mark.parametrize("row", rows()["rosters"], ids=lambda row: row["id"])
def test_a_file_that_cannot_be_read_is_told_by_line(world: World, row: Mapping[str, Any]) -> None:
    text, times = row.get("times", ["", 0])
    whole = row["text"] + text * times + row.get("ends", "")
    content = whole.encode()
    is_small = len(content) < LARGEST_FORM
    answer = world.send(IMPORT, {"text": [content]}) if is_small else upload(world, content)

    stands_firm(answer)
    assert answer.status == 422
    said = answer.page.by_id["errors-title"].within("section")
    assert said is not None
    assert row.get("says", "") in said.text
    if "line" in row:
        assert f" {row['line']}" in said.text
    if is_small:
        assert answer.page.by_id["import-text"].text.strip() == whole.strip()


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfep\x00e\x00", "وزارة".encode("cp1256"), b"\x80", b"\xed\xa0\x80", b"PK\x03\x04\xff"],
)
def test_a_file_that_is_no_text_is_told_so(world: World, content: bytes) -> None:
    answer = upload(world, content)

    stands_firm(answer)
    assert answer.status == 422
    assert answer.page.by_id["import-file-error"].text.strip()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a\0b.yaml", "report\u202egpj.yaml", "x" * 300, "CON", '"><script>', ""],
)
def test_the_name_of_a_file_means_nothing(world: World, name: str) -> None:
    answer = upload(world, b"people: []", name=name)

    stands_firm(answer)
    assert answer.status in {200, 422}


@pytest.mark.parametrize("size", [1_000_000, 8_100_000])
def test_a_file_of_any_size_is_answered(world: World, size: int) -> None:
    answer = upload(world, b"#" * size)

    assert answer.status in {413, 422}
    assert answer.seconds < LONGEST_SECONDS


def test_a_file_can_begin_with_a_byte_order_mark(world: World) -> None:
    answer = upload(world, b"\xef\xbb\xbfpeople: []")

    stands_firm(answer)
    assert answer.status == 200


def test_a_digest_of_another_file_changes_nothing_and_the_text_stays(world: World) -> None:
    text = "ministries: [{code: MOT, kind: ministry, name: {ar: النقل}}]"
    sent = {"text": [text.encode()], "digest": [b"0" * 64], "apply": [b"yes"], "_form": [b"apply"]}
    answer = world.send(IMPORT, sent)

    stands_firm(answer)
    assert answer.status == 409
    assert text in answer.page.text


def upload(world: World, content: bytes, name: str = "office.yaml") -> Answer:
    """Send the file as its form does."""
    visitor = world.visitor(IMPORT.who)
    fields = {"csrf_token": visitor.token, "_key": str(uuid4()), "_form": "import"}
    started = time.thread_time()
    response = visitor.client.post(
        "/office/import",
        data={**fields, "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    return Answer(response, time.thread_time() - started)
