"""Two people let a text out before everybody signed; within the hour somebody stands behind it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crisis.incidents.model import Incident
from crisis.kernel import database
from crisis.kernel.database import Base
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import OFFICE_ID
from crisis.people.commands import add_ministry
from crisis.people.model import Kind
from crisis.policy import Actor, Duty
from crisis.statements.commands import emergencies
from crisis.statements.commands.emergencies import (
    ask_emergency,
    confirm_emergency,
    ratify_emergency,
)
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Ground, Outcome, State
from tests import given
from tests.parts.refusals import refused

WHY = "المياه تعبر المفيض وزمن الوصول إلى المجرى أقل من خمس وأربعين دقيقة."


def a_grave_incident(level: int = 3) -> tuple[Incident, Actor, Actor, Statement]:
    """An incident, its director, its spokesperson, and a text that is still a draft."""
    incident = given.an_incident(level=level)
    director = given.someone(Duty.DIRECTOR, on=incident)
    spokesperson = given.someone(Duty.SPOKESPERSON, on=incident)
    return incident, director, spokesperson, given.a_statement(on=incident)


def ask(by: Actor, statement: Statement, *, why: str = WHY) -> None:
    ask_emergency(by, statement.id, ground=Ground.THREAT_TO_LIFE, justification=why)


def confirm(by: Actor, statement: Statement) -> None:
    read = given.version(statement)
    confirm_emergency(
        by,
        statement.id,
        version=read.number,
        text_hash=read.sha256,
        channels=["website"],
        next_update_at=None,
    )


def test_two_people_let_it_out_and_a_judgement_is_due_within_the_hour(house: str) -> None:
    _, director, spokesperson, statement = a_grave_incident()
    ask(director, statement)
    assert given.statement(statement.id).released is None
    confirm(spokesperson, statement)
    out = given.statement(statement.id).released
    assert out is not None
    assert out.content == statement.draft
    assert out.released_at is not None
    assert out.outcome == Outcome.PENDING
    assert out.ratify_due_at == out.released_at + timedelta(minutes=60)


def test_it_takes_two_people(house: str) -> None:
    _, director, _, statement = a_grave_incident()
    ask(director, statement)
    with refused(Forbidden, "same_person"):
        confirm(director, statement)


def test_one_of_the_two_is_the_director(house: str) -> None:
    incident, _, spokesperson, statement = a_grave_incident()
    ask(given.runs(incident), statement)
    with refused(Conflict, "no_director"):
        confirm(spokesperson, statement)
    ask(given.someone(Duty.DIRECTOR, on=incident), statement)
    confirm(spokesperson, statement)


def test_below_level_three_there_is_no_such_thing(house: str) -> None:
    _, director, _, statement = a_grave_incident(level=2)
    with refused(Conflict, "level_too_low"):
        ask(director, statement)


def test_it_is_explained_and_not_clicked(house: str) -> None:
    _, director, _, statement = a_grave_incident()
    with refused(Invalid, "too_short"):
        ask(director, statement, why="عاجل")


def test_a_place_that_is_still_open_does_not_go_out_in_an_emergency(
    house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody may let that pass: people would read «حتى [الساعة]»."""
    incident, director, spokesperson, _ = a_grave_incident()
    unfinished = given.a_text("ابقوا في بيوتكم حتى [الساعة].")
    statement = given.a_statement(on=incident, text=unfinished)
    with refused(Invalid, "open_places"):
        ask(director, statement)
    assert given.statement(statement.id).latest is None
    with monkeypatch.context() as before:
        before.setattr(emergencies, "must_be_filled", lambda _content: None)
        ask(director, statement)
    with refused(Invalid, "open_places"):
        confirm(spokesperson, statement)
    assert given.statement(statement.id).released is None


def test_nobody_confirms_what_nobody_asked_for(house: str) -> None:
    incident, _, spokesperson, statement = a_grave_incident()
    with refused(Conflict, "not_submitted"):
        confirm_emergency(
            spokesperson,
            statement.id,
            version=1,
            text_hash="0" * 64,
            channels=[],
            next_update_at=None,
        )
    given.submitted(statement, SlotSpec(duties=(Duty.LEGAL,)))
    with refused(Conflict, "not_asked"):
        confirm(spokesperson, statement)
    assert incident


def test_what_was_asked_for_is_another_text_once_it_is_edited(house: str) -> None:
    _, director, spokesperson, statement = a_grave_incident()
    ask(director, statement)
    given.edited(statement, by=given.actor(statement.created_by), body="ابقوا في بيوتكم.")
    with refused(Conflict, "stale_version"):
        confirm(spokesperson, statement)


def test_a_request_that_nobody_made_lets_nothing_out(house: str) -> None:
    incident, director, spokesperson, statement = a_grave_incident()
    ask(given.runs(incident), statement)
    version = given.version(statement)
    rows = Base.metadata.tables["statement_version"]
    forged = {**(version.emergency or {}), "first": str(director.id), "directed": True}
    with database.engine().begin() as connection:
        asked = connection.scalar(select(rows.c.emergency).where(rows.c.id == version.id))
        assert asked is not None
        connection.execute(update(rows).where(rows.c.id == version.id).values(emergency=forged))
    with refused(Conflict, "tampered"):
        confirm(spokesperson, statement)
    assert given.statement(statement.id).released is None


def test_nothing_is_out_twice(house: str) -> None:
    _, director, spokesperson, statement = a_grave_incident()
    ask(director, statement)
    confirm(spokesperson, statement)
    with refused(Conflict, "released"):
        confirm(spokesperson, statement)
    with refused(Conflict, "released"):
        ask(director, statement)


def test_who_let_it_out_does_not_judge_it(house: str) -> None:
    incident, director, spokesperson, statement = a_grave_incident()
    ask(director, statement)
    confirm(spokesperson, statement)
    with refused(Forbidden, "author"):
        ratify_emergency(director, statement.id, ratified=True)
    another = given.someone(Duty.DIRECTOR, on=incident)
    ratify_emergency(another, statement.id, ratified=False, reason="لم يكن لازمًا")
    out = given.version(statement)
    assert (out.outcome, out.judged_by) == (Outcome.REJECTED, another.id)
    with refused(Conflict, "not_pending"):
        ratify_emergency(another, statement.id, ratified=True)
    assert given.statement(statement.id).state is State.RELEASED


def test_the_cabinet_office_judges_it_and_other_ministries_do_not(house: str) -> None:
    incident, director, spokesperson, statement = a_grave_incident()
    health, _ = given.a_liaison(incident)
    cabinet = add_ministry(
        given.the_system(),
        OFFICE_ID,
        code="CAB",
        kind=Kind.CABINET_OFFICE,
        name={"ar": "رئاسة الحكومة"},
        short_name={},
        lead_hazards=[],
    ).ministry_id
    with refused(Conflict, "not_pending"):
        ratify_emergency(director, statement.id, ratified=True)
    ask(director, statement)
    confirm(spokesperson, statement)
    with pytest.raises(Forbidden):
        ratify_emergency(health, statement.id, ratified=True)
    of_the_cabinet = given.someone(Duty.LIAISON, on=incident, ministry=cabinet)
    ratify_emergency(of_the_cabinet, statement.id, ratified=True)
    assert given.version(statement).outcome == Outcome.RATIFIED
