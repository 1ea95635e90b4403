"""Whatever stands in an address: no such page, or what is wrong with it; never a way out."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask import url_for
from werkzeug.routing import Rule

from crisis.incidents.queries import find_incident
from crisis.kernel.errors import NotFound
from tests import given
from tests.hostile.data import CORE, FORMS, INPUTS, KINDS, Field, Input, fields, rows
from tests.hostile.judging import says, stands_firm
from tests.hostile.page import Page
from tests.hostile.world import Answer, World

pytestmark = pytest.mark.slow

NO_SUCH_PAGE = {404, 405, 303}
DEAD_LINK = 409
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
WAYS_OUT = [
    *("//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "\\/x"),
    *("/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "evil.example", " //x"),
]
ADDRESSES = [
    pytest.param(each["path"] + each["path"][-10:] * each.get("times", 0), id=each["id"])
    for each in rows()["addresses"]
]


@pytest.mark.parametrize("who", ["coordinator", "nobody"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_an_address_that_leads_nowhere_is_told_so(world: World, path: str, who: str) -> None:
    answer = world.visitor(who).get(path)

    stands_firm(answer)
    assert answer.status in NO_SUCH_PAGE | ({DEAD_LINK} if "/reset/" in path else set())
    assert "SECRET_KEY" not in answer.text
    if answer.status == 303:
        assert LOCAL.fullmatch(answer.response.headers["Location"])


def test_what_is_not_there_looks_like_what_is_not_open(world: World) -> None:
    world.visitor("administrator").get("/")  # whatever an earlier form left to be said is said here
    there = world.visitor("administrator").get(f"/i/{world.names['open']}")
    nowhere = world.visitor("administrator").get("/i/2026-999")

    assert there.status == nowhere.status == 404
    assert without_tokens(there) == without_tokens(nowhere)


def without_tokens(answer: Answer) -> str:
    return re.sub(r'(value|content)="[^"]{20,}"|X-CSRFToken[^}]+', "", answer.text)


@pytest.mark.parametrize("input", CORE, ids=lambda each: each.id)
def test_every_part_of_every_path_withstands(world: World, input: Input) -> None:
    hostile = quote_from_bytes(input.sent[0][:2000], safe="")
    for rule in world.app.url_map.iter_rules():
        for name in rule.arguments:
            if rule.methods and "GET" in rule.methods and rule.endpoint != "static":
                answer = world.visitor("coordinator").get(path_with(world, rule, name, hostile))
                stands_firm(answer)
                assert answer.status in NO_SUCH_PAGE | {200, DEAD_LINK}, (rule.rule, answer.status)
                assert answer.status != 200 or rows()["paths"][name] == "number", rule.rule


def path_with(world: World, rule: Rule, name: str, hostile: str) -> str:
    """The address of this page, with something hostile in one place."""
    right = {**world.names, "ref": world.names["open"], "token": world.names["link"]}
    with world.app.test_request_context():
        path = url_for(rule.endpoint, **{each: right[each] for each in rule.arguments})
    return path.replace(str(right[name]), hostile, 1)


def asked() -> Iterator[Any]:
    for endpoint, row in rows()["queries"].items():
        if endpoint.startswith("hooks."):
            continue  # no page: its calls are bent in tests/providers/test_hooks.py
        for field in FORMS[row] if isinstance(row, str) else fields(row):
            yield pytest.param(endpoint, field, id=f"{endpoint}-{field.name}")


@pytest.mark.parametrize(("endpoint", "field"), list(asked()))
def test_whatever_a_page_is_asked_for(world: World, endpoint: str, field: Field) -> None:
    who = "nobody" if endpoint.startswith("account.") else "coordinator"
    for input in INPUTS:
        tried = input.core or (field.kind in KINDS and input.names(field.kind))
        if tried and len(input.sent[0]) < 20_000:  # what a request line can hold is far less
            answer = world.visitor(who).get(asking(world, endpoint, field, input))
            stands_firm(answer)
            judge(world, field, input, answer)


def asking(world: World, endpoint: str, field: Field, input: Input) -> str:
    values = [f"{field.name}={quote_from_bytes(each, safe='')}" for each in input.sent]
    with world.app.test_request_context():
        ids = {**world.names, "ref": world.names["open"]}
        rule = next(world.app.url_map.iter_rules(endpoint))
        path = url_for(endpoint, **{name: ids[name] for name in rule.arguments})
    return f"{path.partition('?')[0]}?{'&'.join(values)}"  # without what it carries by itself


def judge(world: World, field: Field, input: Input, answer: Answer) -> None:
    if field.kind in {"way", "search"}:
        leads = [each.get("value") for each in answer.page.elements if each.get("name") == "next"]
        assert all(LOCAL.fullmatch(each) for each in leads), leads
        assert answer.status in {200, 303, 404}  # nothing was sent out at this address
        return
    expected = input.at(field)
    if expected.refused:
        assert answer.status == 422, (input.id, answer.status)
        says(world.app, answer.page.text, expected, field.name)
        assert input.typed.strip()[:500] in answer.page.text, input.id
    elif expected.matters:
        assert answer.status == 200, (input.id, answer.status)


@pytest.mark.parametrize("endpoint", ["/signin", "/signin/code"])
@pytest.mark.parametrize("way", WAYS_OUT)
def test_signing_in_never_leads_out_of_the_house(world: World, endpoint: str, way: str) -> None:
    for who in ("coordinator", "nobody", "halfway"):
        client = world.visitor(who).client
        response = client.get(endpoint, query_string={"next": way})
        assert response.status_code in {200, 303}
        location = response.headers.get("Location", "/")
        assert LOCAL.fullmatch(location), location
        assert "evil" not in location
        form = Page(response.get_data(as_text=True)).form_to(endpoint)
        assert form is None or not form.named("next")


def test_a_query_that_is_no_text_at_all_is_read_as_damaged(world: World) -> None:
    for who in ("administrator", "nobody"):
        answer = world.visitor(who).get("/office/people?q=%FF")
        stands_firm(answer)
        raw = world.visitor(who).client.get(
            "/office/people", environ_overrides={"QUERY_STRING": "q=\xff\xfe"}
        )
        assert raw.status_code in {303, 422}
        assert answer.status == raw.status_code


@pytest.mark.parametrize(
    ("page", "status"), [("-1", 422), ("0", 422), ("1000000000", 422), ("٢", 200), ("9999", 200)]
)
def test_pages_are_counted_within_reason(world: World, page: str, status: int) -> None:
    answer = world.visitor("administrator").get(f"/office/people?page={page}")

    stands_firm(answer)
    assert answer.status == status


def test_a_link_that_others_added_something_to_still_works(world: World) -> None:
    answer = world.visitor("coordinator").get(f"/i/{world.names['open']}?fbclid=x&utm_source=y")

    assert answer.status == 200


@pytest.mark.parametrize("sign", ["%", "_", "*", "' OR 1=1--", '"', "\\"])
def test_a_search_is_for_the_signs_themselves(world: World, sign: str) -> None:
    response = world.visitor("administrator").client.get(
        "/office/people", query_string={"q": f"{sign}{sign}"}
    )

    assert response.status_code == 200
    assert "سعاد" not in response.get_data(as_text=True)


@pytest.mark.parametrize("ref", ["2026-001\0", "\0", "2026\ud800", "\x1b", ""])
def test_both_databases_know_no_such_incident(house: str, ref: str) -> None:
    incident = given.an_incident()

    with pytest.raises(NotFound):
        find_incident(given.runs(incident), ref)
