"""Requests that no page of ours sends: each gets a clear answer, and nothing typed is lost."""

import io
import json
import logging
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from crisis.kernel import database
from crisis.settings import Settings
from crisis.web.security import limiter
from tests.hostile.data import DOORS, Door
from tests.hostile.judging import goes_on_inside, stands_firm
from tests.hostile.page import Page
from tests.hostile.world import FORM, Answer, Visitor, World, encoded

pytestmark = pytest.mark.slow

TYPED = "وصل الفريق إلى المكان، ومعه ٣ قوارب."


def door(endpoint: str) -> Door:
    return next(each for each in DOORS if each.endpoint == endpoint)


NOTE, SIGN_IN = door("incidents.note"), door("account.signin_form")
PART = b'--x\r\nContent-Disposition: form-data; name="text"'


def send(visitor: Visitor, path: str, body: bytes, **headers: str) -> Answer:
    """A POST whose body is these very bytes."""
    content_type = headers.pop("content_type", FORM)
    response = visitor.client.post(path, data=body, content_type=content_type, headers=headers)
    return Answer(response, 0.0)


def note(world: World, **others: str) -> bytes:
    """A note as its form sends it."""
    visitor = world.visitor("coordinator")
    fields = {"csrf_token": visitor.token, "_key": str(uuid4()), "_form": "note", "text": TYPED}
    return encoded(list({**fields, **others}.items()))


def where(world: World, one: Door = NOTE) -> str:
    return world.address(one)


# ── bodies that are no form ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/plain", {}),
        ("application/xml", {}),
        ("application/json", {}),
        ("application/json; charset=utf-7", {}),
        ("application/x-www-form-urlencoded; charset=utf-7", {}),
        ("application/x-www-form-urlencoded; charset=windows-1256", {}),
        ("application/x-www-form-urlencoded", {"Content-Encoding": "gzip"}),
        ("", {}),
        ("*/*", {}),
        ("multipart/related", {}),
    ],
)
def test_a_body_that_is_no_form_is_not_guessed_at(
    world: World, content_type: str, headers: dict[str, str]
) -> None:
    sent = {"content_type": content_type, **headers}
    answer = send(world.visitor("coordinator"), where(world), note(world), **sent)

    stands_firm(answer)
    assert answer.status == 415
    assert answer.page.text.strip()


@pytest.mark.parametrize(
    "body",
    [
        PART + b"\r\n\r\nhalf",
        b"--x",
        b"\r\n\r\n--x--",
        b"--x\r\n\r\nno name\r\n--x--\r\n",
        PART + b'; filename="a\0b/../c"\r\n\r\nz\r\n--x--',
        b"--x\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\nz\r\n--x--",
    ],
)
@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data"])
def test_a_form_in_broken_parts_is_refused(world: World, body: bytes, content_type: str) -> None:
    answer = send(world.visitor("coordinator"), where(world), body, content_type=content_type)

    stands_firm(answer)
    assert answer.status in {400, 413}


@pytest.mark.parametrize("one", [NOTE, SIGN_IN], ids=["note", "signin"])
def test_a_body_too_large_is_refused_before_it_is_read(world: World, one: Door) -> None:
    visitor = world.visitor(one.who)
    answer = send(visitor, where(world, one), note(world, text="x" * 1_000_000))

    stands_firm(answer)
    assert answer.status == 413
    assert answer.page.by_id["main"].text.strip()


def test_a_length_that_lies_is_refused(world: World) -> None:
    visitor = world.visitor("coordinator")
    for length in ("999999999999", "-1", "abc", "٣"):
        response = visitor.client.post(
            where(world),
            input_stream=io.BytesIO(note(world)),
            content_type=FORM,
            environ_overrides={"CONTENT_LENGTH": length},
        )
        assert response.status_code in {400, 413, 415}, length


@pytest.mark.parametrize("many", [501, 600, 60_000])
def test_a_form_of_very_many_fields_is_refused(world: World, many: int) -> None:
    body = note(world) + b"&" + b"&".join(b"%x=" % n for n in range(many))
    answer = send(world.visitor("coordinator"), where(world), body[:260_000])

    stands_firm(answer)
    assert answer.status == 413


def test_a_form_of_very_many_parts_is_refused(world: World) -> None:
    part = PART + b"\r\n\r\n1\r\n"
    answer = send(
        world.visitor("coordinator"),
        where(world),
        part * 600 + b"--x--",
        content_type="multipart/form-data; boundary=x",
    )

    stands_firm(answer)
    assert answer.status == 413


def test_a_form_in_parts_is_a_form(world: World) -> None:
    visitor = world.visitor("coordinator")
    fields = {"csrf_token": visitor.token, "_key": str(uuid4()), "_form": "note", "text": TYPED}
    response = visitor.client.post(where(world), data=fields, content_type="multipart/form-data")

    assert response.status_code == 303


# ── fields that do not belong ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["role", "approved_by", "id", "version", "model_config", "__class__"]
)
def test_a_field_the_form_does_not_have_is_refused(world: World, name: str) -> None:
    answer = world.send(NOTE, {name: [b"administrator"], "text": [TYPED.encode()]})

    stands_firm(answer)
    assert answer.status == 422
    assert TYPED in text_of(answer, "note-text")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\u202e", "", "a" * 5000, "{0.x}", "%s"]
)
def test_the_name_of_a_field_is_as_hostile_as_its_value(world: World, name: str) -> None:
    visitor = world.visitor("coordinator")
    form_id, fields = world.form(NOTE)
    answer = visitor.post(where(world), [*fields, ("text", TYPED), (name, "1")])

    stands_firm(answer)
    assert answer.status == 422
    assert form_id == "note"


def test_a_field_sent_twice_is_refused_not_chosen_from(world: World) -> None:
    answer = world.send(NOTE, {"text": [b"one", b"two"]})

    stands_firm(answer)
    assert answer.status == 422


@pytest.mark.parametrize("form_id", ["", "nowhere", "<script>", "note\u202e"])
def test_a_form_the_page_does_not_have_is_shown_to_be_copied(world: World, form_id: str) -> None:
    body = note(world, _form=form_id, role="x")
    answer = send(world.visitor("coordinator"), where(world), body)

    stands_firm(answer)
    assert answer.status == 422
    assert TYPED in answer.page.text


def test_words_whose_time_has_passed_are_shown_to_be_copied(world: World) -> None:
    world.right(door("incidents.stand_down"))
    goes_on_inside(world.send(door("incidents.stand_down"), {"reason": ["انتهى الخطر".encode()]}))
    answer = world.send(door("incidents.stand_down"), {"reason": [TYPED.encode()]})

    stands_firm(answer)
    assert answer.status == 409
    assert TYPED in answer.page.text


# ── the token against forged requests, and the session ───────────────────────────────────────────


@pytest.mark.parametrize("token", [None, "", "wrong", "x" * 5000, "\ud800", "\0"])
def test_without_its_token_a_form_is_refused_and_what_was_typed_is_shown(
    world: World, token: str | None
) -> None:
    fields = [("_form", "note"), ("text", TYPED), ("_key", str(uuid4()))]
    fields += [] if token is None else [("csrf_token", token)]
    answer = send(world.visitor("coordinator"), where(world), encoded(fields))

    stands_firm(answer)
    assert answer.status == 400
    assert TYPED in answer.page.text


@pytest.mark.parametrize(
    "one", ["account.password", "account.signin_form", "account.reset_form", "account.totp_removal"]
)
def test_a_password_is_never_shown_again(world: World, one: str) -> None:
    secret, fields = "Sésame, ouvre-toi", ("password", "again", "current", "code")
    visitor = world.visitor(door(one).who)
    body = encoded([("_form", "x"), *((name, secret) for name in fields), ("email", "a@b.example")])
    for sent in (body, body + f"&csrf_token={visitor.token}".encode(), b"_key=x&" + body):
        answer = send(visitor, where(world, door(one)), sent)
        stands_firm(answer)
        assert answer.status in {400, 422}
        assert secret not in answer.text


def test_a_script_is_told_so_in_json(world: World) -> None:
    visitor = world.visitor("coordinator")
    accept = {"Accept": "application/json"}
    no_token = send(visitor, where(world), encoded([("text", TYPED)]), **accept)
    no_words = send(visitor, where(world), note(world, text=""), **accept)
    signed_out = send(world.visitor("nobody"), where(world), b"", **accept)
    wrong_type = send(visitor, where(world), b"{}", content_type="application/json", **accept)
    nowhere = visitor.get("/nowhere", **accept)

    told = {
        each.status: json.loads(each.text)
        for each in (no_token, no_words, signed_out, wrong_type, nowhere)
    }
    assert told.keys() >= {400, 422, 415, 404}
    assert all(each["ok"] is False and each["why"].strip() for each in told.values())
    assert told[422]["fields"].keys() == {"text"}


def test_whoever_is_signed_out_loses_nothing_typed(world: World) -> None:
    visitor = world.visitor("nobody")
    fields = [("csrf_token", visitor.token), ("_form", "note"), ("text", TYPED)]
    answer = send(visitor, where(world), encoded(fields))

    stands_firm(answer)
    assert answer.status == 401
    assert TYPED in answer.page.text


@pytest.mark.parametrize("page", ["/", "/me", "/office", "/incidents/new"])
@pytest.mark.parametrize(
    "cookie",
    ["", "x", "A" * 10_000, "\xff\xfe", "; sid=x", "a.b.c", "../../etc/passwd", "%00", "null", '"'],
)
def test_a_session_cookie_that_is_none_asks_to_sign_in(
    world: World, cookie: str, page: str
) -> None:
    client = world.app.test_client(use_cookies=False)
    response = client.get(page, headers={"Cookie": f"sid={cookie}; form={cookie}; lang={cookie}"})

    stands_firm(Answer(response, 0.0))
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/signin")


@pytest.mark.parametrize("value", ["xx", "<script>", "../fr", "ar\0", "\u202e", "A" * 10_000, "EN"])
def test_a_language_or_theme_nobody_offers_is_left_aside(world: World, value: str) -> None:
    cookie = f"lang={value}; theme={value}".encode().decode("latin-1")
    response = world.app.test_client(use_cookies=False).get("/signin", headers={"Cookie": cookie})

    root = Answer(response, 0.0).page.elements[0]
    assert response.status_code == 200
    assert (root.get("lang"), root.get("data-theme")) == ("ar", "system")


# ── keys of requests ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "key", ["short", "x" * 65, "مفتاح المفتاح", "with\0null", "new\nline-key", " " * 5]
)
def test_a_key_that_is_none_is_refused_and_what_was_typed_is_shown(world: World, key: str) -> None:
    answer = send(world.visitor("coordinator"), where(world), note(world, _key=key))

    stands_firm(answer)
    assert answer.status == 422
    assert TYPED in answer.page.text


def test_a_key_sent_again_writes_nothing_twice(world: World) -> None:
    body = note(world)
    for _time in range(3):
        goes_on_inside(send(world.visitor("coordinator"), where(world), body))

    room = world.visitor("coordinator").get(f"/i/{world.names['open']}")
    assert (
        sum(TYPED in each.text for each in room.page.elements if each.get("id")[:5] == "line-") == 1
    )


def test_a_key_sent_ten_times_at_once_writes_once(world: World) -> None:
    body, path = note(world), where(world)
    cookies = [world.visitor("coordinator").client.get_cookie(name) for name in ("sid", "form")]
    cookie = "; ".join(f"{each.key}={each.value}" for each in cookies if each)
    together, answers = Barrier(10), list[int]()

    def post() -> None:
        client = world.app.test_client(use_cookies=False)
        together.wait()
        response = client.post(path, data=body, content_type=FORM, headers={"Cookie": cookie})
        answers.append(response.status_code)

    threads = [Thread(target=post) for _time in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    room = world.visitor("coordinator").get(f"/i/{world.names['open']}").page
    assert answers == [303] * 10
    lines = [each.text for each in room.elements if each.get("id").startswith("line-")]
    assert sum(TYPED in each for each in lines) == 1


def test_a_key_with_other_words_is_refused_and_the_words_stay(world: World) -> None:
    key, others = str(uuid4()), "كلام آخر"
    visitor = world.visitor("coordinator")
    goes_on_inside(send(visitor, where(world), note(world, _key=key)))
    answer = send(visitor, where(world), note(world, _key=key, text=others))

    stands_firm(answer)
    assert answer.status == 422
    assert others in text_of(answer, "note-text")
    fresh = {each.get("value") for each in answer.page.elements if each.get("name") == "_key"}
    assert key not in fresh


def test_the_key_of_somebody_else_is_not_ones_own(world: World) -> None:
    key = str(uuid4())
    goes_on_inside(send(world.visitor("coordinator"), where(world), note(world, _key=key)))
    visitor = world.visitor("careful")
    fields = [("csrf_token", visitor.token), ("_key", key), ("_form", "note"), ("text", "سطر ثانٍ")]

    goes_on_inside(send(visitor, where(world), encoded(fields)))


# ── methods, hosts, headers ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FOO"])
@pytest.mark.parametrize("path", ["/", "/signin", "/office/settings", "/healthz", "/static/x"])
def test_a_method_no_page_takes_is_refused(world: World, method: str, path: str) -> None:
    headers = {"X-Secret": "not to be repeated"}
    response = world.visitor("coordinator").client.open(path, method=method, headers=headers)

    stands_firm(Answer(response, 0.0))
    assert response.status_code in {404, 405}
    assert b"not to be repeated" not in response.data


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_in_a_header_is_left_aside(world: World, header: str) -> None:
    answer = world.visitor("coordinator").get("/", **{header: "DELETE"})
    sent = world.send(NOTE, {"text": [TYPED.encode()]}, **{header: "GET"})

    assert answer.status == 200
    goes_on_inside(sent)


ACCEPTED = [
    *("*/*", "", "text/html;q=nan", "application/json;q=1e999", ",,,", "a/b;" * 500, "*", "\xff"),
    *("application/*", "text/html;q=-1", "application/json, text/html", "image/png"),
]
HOSTS = [
    "evil.example",
    "evil.example:99999",
    "a b",
    "<script>",
    "evil.example/x",
    "[::1",
    "",
    "a" * 300,
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("page", ["/signin", "/me"])
def test_the_host_a_request_names_leads_nowhere(world: World, host: str, page: str) -> None:
    spoofed = {"X-Forwarded-Host": host, "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}
    for who in ("coordinator", "nobody"):
        answer = world.visitor(who).get(page, **spoofed)
        named = Answer(world.visitor(who).client.get(page, headers={"Host": host}), 0.0)
        for each in (answer, named):
            stands_firm(each)
            assert each.response.headers.get("Location", "/").startswith("/")
            assert not any("evil" in href for href in addresses(each))


def test_a_link_to_set_a_password_names_the_house_and_not_the_request(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = Settings.model_validate(
        {"database_url": "sqlite://", "public_base_url": "https://nasaq.gov.example"}
    )
    monkeypatch.setitem(world.app.config, "SETTINGS", house)
    visitor, one = world.visitor("administrator"), door("account.reset_link")
    token, kept = visitor.token, visitor.client.get_cookie
    cookies = [f"{name}={cookie.value}" for name in ("sid", "form") if (cookie := kept(name))]
    response = world.app.test_client(use_cookies=False).post(
        where(world, one),
        data={"csrf_token": token, "_form": "reset"},
        headers={
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
            "Cookie": "; ".join(cookies),
        },
    )

    assert response.status_code == 200
    assert b"https://nasaq.gov.example/reset/" in response.data
    assert b"evil.example" not in response.data


def addresses(answer: Answer) -> list[str]:
    if answer.response.mimetype != "text/html":
        return []
    names = ("href", "src", "action", "content")
    return [each.get(name) for each in answer.page.elements for name in names]


@pytest.mark.parametrize("accept", ACCEPTED)
def test_whatever_is_said_to_be_understood(world: World, accept: str) -> None:
    for path in ("/", "/nowhere", "/office"):
        stands_firm(world.visitor("coordinator").get(path, Accept=accept))
    stands_firm(world.send(NOTE, {"text": [b""]}, Accept=accept))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Range", "bytes=9-1"),
        ("Range", "bytes=" + "0-," * 500),
        ("If-Modified-Since", "yesterday"),
        ("If-None-Match", '"' * 1000),
        ("Accept-Language", "xx;q=nan," * 200),
        ("Accept-Encoding", "gzip;q=nan"),
        ("User-Agent", "\u202e<script>".encode().decode("latin-1")),
        ("Referer", "javascript:alert(1)"),
        ("Authorization", "Basic \xff"),
        ("Cookie", "=;;=;" * 100),
        ("Cookie", "form=" + "A" * 10_000),
        ("HX-Request", "true"),
        ("X-CSRFToken", "\xff"),
    ],
)
def test_whatever_stands_in_a_header(world: World, header: str, value: str) -> None:
    for path in ("/static/css/tokens.css", "/signin", "/me"):
        headers = {header: value}
        stands_firm_static(world.visitor("coordinator").get(path, **headers))
        stands_firm_static(world.visitor("nobody").get(path, **headers))


def stands_firm_static(answer: Answer) -> None:
    assert answer.status < 500 or answer.status == 416
    assert answer.status != 500


def test_a_browser_that_calls_itself_something_hostile_is_shown_inert(world: World) -> None:
    client = world.visitor("careful").client
    answer = Answer(client.get("/me", headers={"User-Agent": '"><script>alert(1)</script>'}), 0.0)

    stands_firm(answer)


# ── when something breaks ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Lets errors that are meant to happen pass without noise."""
    caplog.set_level(logging.CRITICAL)


def breaking(error: Exception) -> Any:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise error

    return broken


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("error", "status"),
    [(ValueError("secret detail"), 500), (OperationalError("SELECT secret", {}, Exception()), 503)],
)
def test_a_mistake_of_ours_says_so_and_loses_nothing_typed(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    world.right(NOTE)
    monkeypatch.setitem(world.app.view_functions, "incidents.note", breaking(error))
    answer = world.send(NOTE, {"text": [TYPED.encode()]})
    told = world.send(NOTE, {"text": [TYPED.encode()]}, Accept="application/json")

    assert answer.status == told.status == status
    assert TYPED in answer.page.text
    assert answer.page.what_would_run() == []
    assert "secret" not in answer.text + told.text
    assert told.response.get_json()["why"].strip()


@pytest.mark.usefixtures("quiet")
def test_without_a_database_a_page_still_says_what_to_do(world: World) -> None:
    visitor, body = world.visitor("coordinator"), note(world)
    try:
        database.connect("sqlite:////nowhere/at/all.db")
        shown = visitor.get("/")
        sent = send(visitor, where_without_database(world), body)
        alive = visitor.get("/healthz")
        ready = visitor.get("/readyz")
    finally:
        database._sessions.configure(bind=world.engine)

    assert shown.status == sent.status == 503
    assert shown.response.headers["Retry-After"]
    assert TYPED in sent.page.text
    assert sent.page.elements[0].get("dir") == "rtl"
    assert alive.status == 200
    assert ready.status == 503


def where_without_database(world: World) -> str:
    return f"/i/{world.names['open']}/notes"


def test_too_many_attempts_are_told_to_wait(furnished: World) -> None:
    furnished.as_it_was()
    limiter.enabled = True
    visitor = furnished.visitor("nobody")
    fields = [("csrf_token", visitor.token), ("_form", "signin"), ("email", "x")]
    answers = [send(visitor, "/signin", encoded(fields)) for _time in range(70)]
    limiter.reset()

    stands_firm(answers[-1])
    assert answers[-1].status == 429
    assert int(answers[-1].response.headers["Retry-After"]) > 0
    assert answers[-1].page.text.strip()


def text_of(answer: Answer, id: str) -> str:
    """What stands in the field of this id."""
    page: Page = answer.page
    return page.by_id[id].text
