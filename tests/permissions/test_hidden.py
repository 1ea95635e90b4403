"""A restricted incident does not exist for outsiders: not a word, not a number, not a space."""

from collections.abc import Mapping
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.incidents.commands import (
    add_note,
    assess_level,
    assign_duty,
    link_incident,
    open_incident,
    record_decision,
    restrict_incident,
)
from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.levels import Criterion
from crisis.kernel import clock
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import Hazard
from crisis.policy import Duty, Rank
from tests import given
from tests.permissions.matrix import MATRIX, Who
from tests.permissions.walking import HTML, JSON, ask, plain
from tests.permissions.world import NEVER_WAS, World, nothing_is_kept

pytestmark = pytest.mark.slow

TITLE = "انفجار في مستودع الوادي الأزرق"
SPELT_DIFFERENTLY = "انفجار فى مستودع الوادى الازرق"
SECRETS = (TITLE, "المستودع", "الوادي الأزرق")

OUTSIDERS = (
    Who(Rank.COORDINATOR),
    Who(Rank.AUDITOR),
    Who(Rank.MEMBER, Duty.DIRECTOR),
)
PAGES = [
    name for name, row in MATRIX.routes.items() if name.startswith("GET") and row.needs != "public"
]


def test_outsiders_see_what_they_would_see_if_it_were_not_there(app: Flask, world: World) -> None:
    moment = clock.now()
    browsers = {who: world.browser(app, who) for who in OUTSIDERS}
    before = {who: everything(browsers[who], app, world, who, moment) for who in OUTSIDERS}
    refs = [run_a_hidden_incident(world, from_birth=each) for each in (True, False)]
    for who in OUTSIDERS:
        after = everything(browsers[who], app, world, who, moment)
        for address, told in after.items():
            assert told[0] < 500, f"{who} · {address}"
            assert told == before[who][address], f"{who} · {address}"
            assert not any(each in told[1] for each in (*refs, *SECRETS)), f"{who} · {address}"
    insider = given.signed_in(app.test_client(), world.host)
    assert insider.get("/").text.count(TITLE) >= 2, "they are there for those with a duty in them"


def test_an_outsider_may_open_what_is_like_it(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_a_hidden_incident(world, from_birth=True)
    like = {"title": SPELT_DIFFERENTLY, "level": 2, "hazard": "fire"}
    insider = given.signed_in(app.test_client(), world.host)
    outsider = world.browser(app, Who(Rank.COORDINATOR))
    with nothing_is_kept(monkeypatch):
        assert insider.post("/incidents/new", data=like, headers=JSON).status_code == 409
        assert outsider.post("/incidents/new", data=like, headers=JSON).status_code == 200


@pytest.mark.parametrize("accept", [HTML, JSON], ids=["page", "script"])
def test_a_link_to_it_fails_like_a_link_to_nothing(
    accept: Mapping[str, str], app: Flask, undone: World
) -> None:
    who, name = Who(Rank.COORDINATOR), "POST incidents.link"
    client, names = undone.browser(app, who), undone.named(who, "other")
    hidden, right = undone.incidents["restricted"].ref, MATRIX.routes[name].send
    with clock.at(clock.now()):
        told = [
            plain(ask(client, app, name, names, accept, {**right, "other_ref": ref}), ref)
            for ref in (hidden, NEVER_WAS)
        ]
    assert told[0][0] == 422
    assert told[0] == told[1]


def everything(
    client: FlaskClient, app: Flask, world: World, who: Who, moment: datetime
) -> dict[str, tuple[int, str]]:
    """All that this person can open, as it looks at that moment."""
    names = world.named(who, "own" if who.duty else "other")
    with clock.at(moment):
        return {name: plain(ask(client, app, name, names)) for name in PAGES} | {
            path: plain(client.get(path))
            for path in (
                f"/incidents/similar?title={SPELT_DIFFERENTLY}",
                f"/office/people/{world.host.id}",
                "/office/people?q=host",
            )
        }


def run_a_hidden_incident(world: World, *, from_birth: bool) -> str:
    """An incident full of life that only its own people know of; its reference."""
    opened = open_incident(
        world.host,
        OFFICE_ID,
        title=TITLE,
        language="ar",
        level=3,
        hazard=Hazard.FIRE,
        restricted=from_birth,
        despite_similar=True,
    )
    insiders = given.actor(world.host.id)
    if not from_birth:
        restrict_incident(insiders, opened.incident_id, restricted=True)
    assign_duty(insiders, opened.incident_id, person_id=world.bystander, duty=Duty.SPOKESPERSON)
    add_note(insiders, opened.incident_id, text="المستودع يحترق")
    record_decision(insiders, opened.incident_id, draft=_decision())
    scores = dict.fromkeys(Criterion, 4)
    assess_level(insiders, opened.incident_id, scores=scores, chosen=4, rationale="المستودع")
    other = world.incidents["other"].ref
    link_incident(insiders, opened.incident_id, other_ref=other, reason="المستودع نفسه")
    return opened.ref


def _decision() -> DecisionDraft:
    return DecisionDraft(
        question="هل نخلي المستودع؟", options=("نعم", "لا"), chosen=0, rationale="المستودع خطر"
    )
