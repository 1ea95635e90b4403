"""What must hold of every answer, and of a form that comes back refused or accepted."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from flask import Flask
from flask_babel import force_locale, gettext

from crisis.kernel.problems import PROBLEMS, problem_message
from tests.hostile.data import Door, Expected
from tests.hostile.page import Form, Page, shows_what_is_typed, values_of
from tests.hostile.world import LONGEST_SECONDS, Answer, World

Sent = Sequence[tuple[str, str | bytes]]

SECRET = frozenset({"password", "again", "current", "code"})
UNSHOWN = frozenset({"password", "hidden"})
BROUGHT_FORWARD = frozenset({"tab"})
"""Which language of a form lies in front: after a mistake the one that it is in."""


def stands_firm(answer: Answer) -> None:
    """Whatever was sent: an answer, soon, that is no mistake of ours and runs nothing."""
    assert answer.status < 500, (answer.status, answer.text[:800])
    assert answer.seconds < LONGEST_SECONDS, f"it took {answer.seconds:.1f} s"
    policy = answer.response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    if answer.response.mimetype == "text/html" and answer.text:
        assert answer.page.what_would_run() == []


def comes_back(
    world: World, door: Door, sent: Sent, wrong: Mapping[str, Expected], answer: Answer
) -> None:
    """A refused form: with everything typed, and beside each wrong field what is wrong with it."""
    stands_firm(answer)
    page, (form_id, _fields) = answer.page, world.form(door)
    form = _again(page, form_id)
    if form is None:
        _can_be_copied(page, door, sent)
    else:
        _nothing_is_lost(door, form, sent, wrong)
    for name, expected in wrong.items():
        if not expected.refused:
            continue
        told = _beside(page, form, f"{form_id}-{name}", name)
        assert told.strip(), f"nothing is said about {name}"
        says(world.app, told, expected, name)


def is_kept(world: World, text: str) -> None:
    """This text lies in the database, to the letter."""
    assert text in world.everything_kept(), text


def goes_on_inside(answer: Answer) -> None:
    """A form that was taken leads to a page of this house."""
    stands_firm(answer)
    assert answer.status == 303, (answer.status, _problems(answer))
    way = answer.response.headers["Location"]
    assert re.match(r"/(?![/\\])", way), way


@cache
def sentence(app: Flask, code: str, language: str = "ar") -> re.Pattern[str]:
    """How a problem is said, whatever it is about."""
    with app.test_request_context(), force_locale(language):
        said = gettext(problem_message({"type": code}).msgid)
    return re.compile(re.sub(r"\\{\w+\\}", ".+?", re.escape(said)))


def _again(page: Page, form_id: str) -> Form | None:
    found = page.by_id.get(form_id) if form_id else None
    return Form(found) if found is not None and found.tag == "form" else None


def _nothing_is_lost(door: Door, form: Form, sent: Sent, wrong: Mapping[str, Expected]) -> None:
    for name in dict.fromkeys(name for name, _value in sent):
        controls = form.named(name)
        typed = [_read(value) for sent_name, value in sent if sent_name == name]
        secret = door.endpoint.startswith("account.") and name in SECRET
        if secret or not controls or any(each.get("type") in UNSHOWN for each in controls):
            continue
        if name in BROUGHT_FORWARD:
            continue
        if all(shows_what_is_typed(each) for each in controls):
            shown = [_lines(value) for each in controls for value in values_of(each)]
        elif name in wrong:
            continue  # a list of choices cannot show what is none of them
        else:
            shown = [value for each in controls for value in values_of(each)]
        if name in wrong:
            typed = typed[:1]  # no page of ours sends one field twice
        lost = [value for value in typed if _lines(value) not in shown]
        assert not lost, f"lost of {name}: {[each[:60] for each in lost]}, shown: {shown[:3]}"


def _can_be_copied(page: Page, door: Door, sent: Sent) -> None:
    secret = SECRET if door.endpoint.startswith("account.") else frozenset[str]()
    for name, value in sent:
        if name in {"csrf_token", "_key", "_form"}:
            continue
        if name in secret:
            assert _read(value) not in page.text, f"{name} is shown"
        else:
            assert _lines(_read(value)) in _lines(page.text), f"lost: {name}"


def _beside(page: Page, form: Form | None, field_id: str, name: str) -> str:
    """What is said about a field: beside it, where it can be seen; else somewhere in the page."""
    controls = [each for each in form.named(name) if each.get("type") != "hidden"] if form else []
    if not controls:
        return page.text
    error = page.by_id.get(f"{field_id}-error")
    if error is None and all(each.get("type") == "checkbox" for each in controls):
        return page.text
    assert error is not None, f"no words beside {name}: {[p.text for p in _errors(page)]}"
    described = {
        word
        for control in controls
        for element in (control, control.within("fieldset"))
        if element is not None
        for word in element.get("aria-describedby").split()
    }
    assert f"{field_id}-error" in described, f"{name} does not point to what is wrong with it"
    assert all(word in page.by_id for word in described), described
    summary = page.by_id.get("error-summary")
    assert summary is not None, "no summary of what is wrong"
    ways = {each.get("href") for each in summary.all("a")}
    assert f"#{field_id}" in ways, ways
    assert field_id in page.by_id, f"the summary leads to #{field_id}, which is nowhere"
    return error.text


def says(app: Flask, told: str, expected: Expected, name: str) -> None:
    """The sentence told about a field is the one expected, in the reader's language."""
    fitting = [code for code in _codes(expected) if sentence(app, code).search(told)]
    assert fitting, f"of {name} is said {told.strip()[:200]!r}, expected {expected.codes}"
    if expected.code_point:
        assert expected.code_point in told, told


def _codes(expected: Expected) -> list[str]:
    """Families (`text`, `phone`) stand for all their problems."""
    return [
        code
        for wanted in expected.codes
        for code in (
            [wanted]
            if "." in wanted or "_" in wanted or wanted == "enum"
            else [each for each in PROBLEMS if each.startswith(f"{wanted}.")]
        )
    ]


def _errors(page: Page) -> list[Any]:
    return [each for each in page.elements if "err" in each.get("class").split() and each.text]


def _problems(answer: Answer) -> list[str]:
    if answer.response.mimetype != "text/html":
        return [answer.text[:300]]
    return [each.text.strip() for each in _errors(answer.page) if each.text.strip()]


def _read(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
