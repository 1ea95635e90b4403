"""Every route, opened and sent to by everybody, in every kind of incident."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from crisis.kernel import clock
from crisis.policy import Action, Duty, Rank
from crisis.web.security import PUBLIC
from tests.permissions.matrix import (
    ALLOWED,
    CONFLICT,
    FORBIDDEN,
    MATRIX,
    NOT_FOUND,
    Route,
    Who,
    must_be_same,
)
from tests.permissions.walking import HTML, JSON, ask, plain
from tests.permissions.world import CAST, NEVER_WAS, World

pytestmark = pytest.mark.slow

DONE = {200, 303}

SHOWN = (
    Who(Rank.COORDINATOR),
    Who(Rank.MEMBER),
    Who(Rank.MEMBER, Duty.DIRECTOR),
    Who(Rank.MEMBER, Duty.OBSERVER),
)
"""Who sends each form as a page does; all the others send it as a script, which is quicker."""


def rows(*needs: str) -> list[str]:
    return [name for name, row in MATRIX.routes.items() if row.needs in needs]


IN_INCIDENT = rows(*MATRIX.incident)
IN_OFFICE = rows(*MATRIX.office)
GUARDED = [*IN_INCIDENT, *IN_OFFICE, *rows("signed_in")]


def test_every_route_has_its_row(app: Flask) -> None:
    must_be_same(
        {f"{m} {r.endpoint}" for r in app.url_map.iter_rules() for m in spoken(r.methods)},
        set(MATRIX.routes),
        what="route",
        remedy="under `routes` write `METHOD endpoint: {needs: an action}`, with what its form "
        "sends; or `needs: signed_in` for one's own affairs, or `needs: public`.",
    )


def test_every_route_needs_an_action_that_exists() -> None:
    known = {*Action, "public", "provider", "signed_in"}
    assert {row.needs for row in MATRIX.routes.values()} <= known


def test_only_public_routes_are_public() -> None:
    assert {name.split()[1] for name in rows("public", "provider")} == PUBLIC


@pytest.mark.parametrize("name", GUARDED)
def test_nobody_comes_in_without_signing_in(name: str, app: Flask, undone: World) -> None:
    client, places = undone.browser(app, None), undone.named(CAST[0], "own")
    for place in ("own", "restricted"):
        answer = ask(client, app, name, {**places, "ref": undone.incidents[place].ref})
        if name.startswith("GET"):
            assert answer.status_code == 303
            assert answer.location.startswith("/signin?next=")
        else:
            assert answer.status_code == 401


@pytest.mark.parametrize("name", rows("public"))
def test_what_is_public_asks_nobody(name: str, app: Flask, undone: World) -> None:
    answer = ask(undone.browser(app, None), app, name, undone.named(CAST[0], "own"))
    assert answer.status_code not in {401, 403, 500}
    assert "next=" not in (answer.location or "")


@pytest.mark.parametrize("name", rows("provider"))
def test_a_door_of_providers_opens_for_no_person(name: str, app: Flask, undone: World) -> None:
    for who in (None, *CAST[:4]):
        answer = ask(undone.browser(app, who), app, name, undone.named(CAST[0], "own"))
        assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize("name", rows("signed_in"))
def test_ones_own_is_open_to_everybody(name: str, app: Flask, undone: World) -> None:
    for who in CAST:
        if who.duty is None:
            answer = ask(undone.browser(app, who), app, name, undone.named(who, "office"))
            assert answer.status_code in DONE | {409, 422}, f"{who} · {name}: {said(answer)}"


@pytest.mark.parametrize("name", IN_OFFICE)
def test_each_rank_does_in_the_office_what_it_may(name: str, app: Flask, undone: World) -> None:
    for who in CAST:
        if who.duty is None or who.rank is not Rank.MEMBER or who.duty is Duty.DIRECTOR:
            check(app, undone, name, who, "office", HTML)


@pytest.mark.parametrize("name", IN_INCIDENT)
def test_each_duty_does_in_an_incident_what_it_may(name: str, app: Flask, undone: World) -> None:
    for who in CAST:
        for place in who.places:
            check(app, undone, name, who, place, HTML if name.startswith("GET") else JSON)


@pytest.mark.parametrize("name", [each for each in IN_INCIDENT if each.startswith("POST")])
def test_forms_of_pages_are_answered_like_those_of_scripts(
    name: str, app: Flask, undone: World
) -> None:
    for who in SHOWN:
        for place in ("own", "restricted_own") if who.duty else ("other", "restricted"):
            check(app, undone, name, who, place, HTML)


@pytest.mark.parametrize("name", IN_INCIDENT)
def test_a_hidden_incident_looks_like_one_that_never_was(
    name: str, app: Flask, undone: World
) -> None:
    who = Who(Rank.COORDINATOR)  # to whom it would be open if it were not restricted
    client, names = undone.browser(app, who), undone.named(who, "restricted")
    right: dict[str, Any] = dict(MATRIX.routes[name].send)
    with clock.at(clock.now()):
        for accept, send in ((HTML, right), (HTML, {}), (JSON, right), (JSON, {})):
            hidden = ask(client, app, name, names, accept, send)
            never = ask(client, app, name, {**names, "ref": NEVER_WAS}, accept, send)
            assert plain(hidden, str(names["ref"])) == plain(never, NEVER_WAS)


def check(
    app: Flask, world: World, name: str, who: Who, place: str, accept: Mapping[str, str]
) -> None:
    """One cell of the matrix at one door."""
    row = MATRIX.routes[name]
    expected = MATRIX.expects(who, row.needs, place)
    if row.follows and MATRIX.expects(who, Action.FOLLOW_INCIDENT, "own") == NOT_FOUND:
        expected = FORBIDDEN if expected == FORBIDDEN else NOT_FOUND
    answer = ask(world.browser(app, who), app, name, world.named(who, place), accept)
    right = statuses(expected, row, name, accept)
    assert answer.status_code in right, (
        f"{who} · {name} · {place}: should be {expected}, and is {said(answer)}"
    )


def statuses(expected: str, row: Route, name: str, accept: Mapping[str, str]) -> set[int]:
    if expected == NOT_FOUND:
        return {404}
    if expected == FORBIDDEN:
        return {404} if row.hidden and accept is HTML else {403}
    if expected == CONFLICT and name.startswith("POST"):
        return {409}
    assert expected in {ALLOWED, CONFLICT}
    return DONE | {409}


def spoken(methods: set[str] | None) -> set[str]:
    return (methods or set()) - {"HEAD", "OPTIONS"}


def said(answer: TestResponse) -> str:
    return f"{answer.status_code} {answer.text[:300] if answer.is_json else ''}"
