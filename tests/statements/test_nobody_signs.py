"""A signature that nobody in the incident can give is named before a text waits for it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from crisis.alerts.outbox import Delivery
from crisis.incidents.commands import add_ministry, name_lead
from crisis.incidents.duties import accept_duty, propose_duty
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Invalid
from crisis.policy import Duty
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.queries.signers import nobody_signs
from crisis.statements.queries.view import read_statement
from tests import given
from tests.parts.refusals import refused
from tests.parts.timers import lines, settle

LEGAL = SlotSpec(duties=(Duty.LEGAL,))


def sent(of: Statement, *slots: SlotSpec, although: bool = False) -> None:
    submit_statement(
        given.actor(of.created_by),
        of.id,
        slots=slots,
        based_on=given.statement(of.id).revision,
        deadline_at=clock.now() + timedelta(minutes=30),
        although_nobody_signs=although,
    )


def marked(incident: Incident, of: Statement) -> list[bool]:
    by = given.runs(incident)
    view = read_statement(by, incident.id, number=of.number, language="ar")
    assert view.latest is not None
    return [each.nobody for each in view.latest.seals]


def test_a_ministry_without_anybody_in_the_incident_is_named_and_the_text_not_sent(
    house: str,
) -> None:
    incident = given.an_incident()
    _, of_health = given.a_liaison(incident, "MOH")
    interior = given.a_ministry("MOI")
    given.a_person(ministry=interior)  # works there, and has no duty here
    statement = given.a_statement(on=incident)
    with pytest.raises(Invalid) as refusal:
        sent(statement, of_health, SlotSpec(ministry_id=interior), LEGAL)
    assert refusal.value.code == "nobody_signs"
    assert set(refusal.value.fields) == {"ministries", "roles"}
    named = refusal.value.fields["ministries"].params["names"]
    assert all(named[each] for each in ("ar", "en", "fr"))
    assert given.statement(statement.id).state is State.DRAFT
    unsigned = nobody_signs(given.runs(incident), incident.id, number=statement.number)
    assert interior in unsigned.ministry_ids
    assert of_health.ministry_id not in unsigned.ministry_ids
    assert unsigned.duties & {Duty.LEGAL, Duty.LIAISON} == {Duty.LEGAL}


def test_whoever_wrote_of_it_is_nobody_who_could_sign_it(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    given.edited(statement, by=health, body="ابقوا في بيوتكم.")
    with refused(Invalid, "nobody_signs"):
        sent(statement, of_health)
    given.someone(Duty.LIAISON, on=incident, ministry=of_health.ministry_id)
    sent(statement, of_health)
    assert marked(incident, statement) == [False]
    assert [each["nobody_signs"] for each in lines(incident.id, "statement.submitted")] == [0]


def test_in_a_crisis_it_is_sent_all_the_same_and_marked_until_somebody_can_sign(
    house: str,
) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident, "MOH")
    of_interior = SlotSpec(ministry_id=given.a_ministry("MOI"))
    statement = given.a_statement(on=incident)
    sent(statement, of_health, of_interior, although=True)
    assert marked(incident, statement) == [False, True]
    assert [each["nobody_signs"] for each in lines(incident.id, "statement.submitted")] == [1]
    given.answered(statement, health)
    interior = given.someone(Duty.LIAISON, on=incident, ministry=of_interior.ministry_id)
    assert marked(incident, statement) == [False, False]
    given.released(interior, Duty.LIAISON, on=incident)
    assert marked(incident, statement) == [False, True]
    again = given.named(interior, Duty.LIAISON, on=incident)
    assert given.answered(statement, again).state is State.APPROVED
    given.released(again, Duty.LIAISON, on=incident)
    assert marked(incident, statement) == [False, False], "what is signed waits for nobody"


def told(what: str) -> set[UUID]:
    """Whom was written that a signature is asked for, or that nobody can give it."""
    settle()
    with reading() as session:
        wanted = select(Delivery.person_id).where(Delivery.key.contains(what))
        return {each for each in session.scalars(wanted) if each}


def test_whoever_runs_it_is_told_at_once_and_whoever_is_put_on_duty_is_asked_then(
    house: str,
) -> None:
    incident = given.an_incident()
    runner = given.runs(incident)
    of_interior, legal = SlotSpec(ministry_id=given.a_ministry("MOI")), given.a_person()
    statement = given.a_statement(on=incident)
    sent(statement, of_interior, LEGAL, although=True)
    interior_slot, legal_slot = given.version(statement).slots
    assert told(f"nobody:{interior_slot.id}") == told(f"nobody:{legal_slot.id}") == {runner.id}
    assert told("slot:") == set()

    interior = given.someone(Duty.LIAISON, on=incident, ministry=of_interior.ministry_id)
    assert told(f"slot:{interior_slot.id}") == {interior.id}
    asked = propose_duty(runner, incident.id, person_id=legal.id, duty=Duty.LEGAL)
    assert told(f"slot:{legal_slot.id}") == set()
    accept_duty(given.actor(legal.id), asked.proposal_id)
    assert told(f"slot:{legal_slot.id}") == {legal.id}
    assert told(f"slot:{interior_slot.id}") == {interior.id}, "nobody is asked a second time"


@pytest.mark.parametrize("brought_in", [add_ministry, name_lead])
def test_whoever_comes_in_with_their_ministry_is_asked_too(
    house: str, brought_in: Callable[..., object]
) -> None:
    incident, health = given.an_incident(), given.a_ministry("MOH")
    liaison = given.a_person(ministry=health, standing_duty=Duty.LIAISON)
    statement = given.a_statement(on=incident)
    sent(statement, SlotSpec(ministry_id=health), although=True)
    (slot,) = given.version(statement).slots
    assert told(f"slot:{slot.id}") == set()

    brought_in(given.runs(incident), incident.id, ministry_id=health)
    assert told(f"slot:{slot.id}") == {liaison.id}
    assert marked(incident, statement) == [False]
