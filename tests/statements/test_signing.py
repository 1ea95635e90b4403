"""Who signs a statement, what exactly they sign, and when a signature counts."""

from datetime import timedelta
from uuid import uuid4

import pytest

from crisis.kernel import clock
from crisis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from crisis.policy import Actor, Duty
from crisis.statements.commands.releasing import withdraw_statement
from crisis.statements.commands.signing import (
    answer_statement,
    open_statement,
    overrule_objection,
    resolve_objection,
    withdraw_answer,
)
from crisis.statements.commands.submitting import submit_statement
from crisis.statements.commands.writing import create_statement, edit_statement
from crisis.statements.content import fingerprint
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer, State
from tests import given
from tests.parts.refusals import refused

DIRECTOR = SlotSpec(duties=(Duty.DIRECTOR,))


def sign(by: Actor, of: Statement, *, version: int, text_hash: str) -> None:
    answer_statement(by, of.id, answer=Answer.APPROVE, version=version, text_hash=text_hash)


def test_a_text_is_approved_once_every_ministry_has_signed_that_very_text(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident, "MOH")
    interior, of_interior = given.a_liaison(incident, "MOI")
    statement = given.a_statement(on=incident)
    version = given.submitted(statement, of_health, of_interior)
    assert version.sha256 == fingerprint(statement.draft)
    assert given.answered(statement, health).state is State.PENDING
    assert given.answered(statement, interior).state is State.APPROVED


def test_a_text_changed_meanwhile_is_not_signed(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    read = given.submitted(statement, of_health)
    given.edited(statement, by=given.someone(Duty.DRAFTER, on=incident), body="ابقوا في بيوتكم.")
    with refused(Conflict, "stale_version"):
        sign(health, statement, version=read.number, text_hash=read.sha256)
    newer = given.submitted(statement, of_health)
    with refused(Conflict, "stale_version"):
        sign(health, statement, version=newer.number, text_hash=read.sha256)
    with refused(Conflict, "stale_version"):
        sign(health, statement, version=read.number, text_hash=newer.sha256)
    sign(health, statement, version=newer.number, text_hash=newer.sha256)
    assert given.statement(statement.id).state is State.APPROVED


def test_signatures_do_not_outlive_a_change_even_one_that_is_undone(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    first = given.submitted(statement, of_health)
    given.answered(statement, health)
    author = given.actor(statement.created_by)
    given.edited(statement, by=author, body="ابقوا في بيوتكم.")
    assert given.statement(statement.id).state is State.DRAFT
    given.edited(statement, by=author, body=given.INSTRUCTION)
    again = given.submitted(statement, of_health)
    assert again.sha256 == first.sha256
    assert given.statement(statement.id).state is State.PENDING


def test_nobody_signs_their_own_words_even_when_others_wrote_last(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident, by=health)
    given.edited(statement, by=given.someone(Duty.DRAFTER, on=incident), body="ابقوا في بيوتكم.")
    given.submitted(statement, of_health)
    with refused(Forbidden, "author"):
        given.answered(statement, health)


def test_whoever_only_sent_it_for_signature_may_sign(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health, by=health)
    assert given.answered(statement, health).state is State.APPROVED


def test_only_those_whose_signature_is_asked_for_sign(house: str) -> None:
    incident = given.an_incident()
    _, of_health = given.a_liaison(incident)
    of_another_ministry, _ = given.a_liaison(incident, "MOI")
    in_another_role = given.someone(Duty.LEGAL, on=incident, ministry=of_health.ministry_id)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health)
    for each in (of_another_ministry, in_another_role):
        with refused(Conflict, "not_awaited"):
            given.answered(statement, each)
    with pytest.raises(NotFound):
        given.answered(statement, given.a_person(ministry=of_health.ministry_id))


def test_a_duty_given_back_a_moment_ago_signs_nothing(house: str) -> None:
    incident = given.an_incident()
    legal = given.someone(Duty.LEGAL, Duty.LOGKEEPER, on=incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, SlotSpec(duties=(Duty.LEGAL,)))
    given.released(legal, Duty.LEGAL, on=incident)
    with refused(Conflict, "not_awaited"):
        given.answered(statement, legal)


def test_nobody_signs_twice_nor_for_two(house: str) -> None:
    incident = given.an_incident()
    both = given.someone(Duty.LEGAL, Duty.FACT_CHECKER, on=incident)
    statement = given.a_statement(on=incident)
    given.submitted(
        statement, SlotSpec(duties=(Duty.LEGAL,)), SlotSpec(duties=(Duty.FACT_CHECKER,))
    )
    assert given.answered(statement, both).state is State.PENDING
    with refused(Conflict, "already"):
        given.answered(statement, both)


def test_one_signature_is_enough_for_a_ministry(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    colleague = given.someone(Duty.LEAD_LIAISON, on=incident, ministry=of_health.ministry_id)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health, DIRECTOR)
    given.answered(statement, health)
    with refused(Conflict, "slot_filled"):
        given.answered(statement, colleague)


def test_the_second_stage_waits_for_the_first(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    director = given.someone(Duty.DIRECTOR, on=incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health, SlotSpec(duties=(Duty.DIRECTOR,), stage=2))
    assert given.statement(statement.id).state is State.IN_REVIEW
    with refused(Conflict, "not_yet"):
        given.answered(statement, director)
    assert given.answered(statement, health).state is State.PENDING
    assert given.answered(statement, director).state is State.APPROVED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer.CHANGE, State.CHANGES_REQUESTED),
        (Answer.OBJECT, State.OBJECTED),
        (Answer.REFUSE, State.REFUSED),
    ],
)
def test_anything_but_a_signature_has_a_reason_and_stops_the_text(
    house: str, answer: Answer, state: State
) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    interior, of_interior = given.a_liaison(incident, "MOI")
    statement = given.a_statement(on=incident)
    read = given.submitted(statement, of_health, of_interior)
    with pytest.raises(Invalid, check=lambda error: "reason" in error.fields):
        answer_statement(
            health, statement.id, answer=answer, version=read.number, text_hash=read.sha256
        )
    given.answered(statement, health, answer=answer)
    assert given.answered(statement, interior).state is state


def test_an_answer_is_taken_back_by_whoever_gave_it(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    with refused(Conflict, "not_submitted"):
        withdraw_answer(health, statement.id)
    given.submitted(statement, of_health)
    with refused(Conflict, "not_answered"):
        withdraw_answer(health, statement.id)
    given.answered(statement, health)
    withdraw_answer(health, statement.id)
    assert given.statement(statement.id).state is State.PENDING
    with refused(Conflict, "not_answered"):
        withdraw_answer(health, statement.id)
    assert given.answered(statement, health).state is State.APPROVED


def test_an_objection_is_settled_by_whoever_raised_it_and_the_signature_is_still_due(
    house: str,
) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    colleague = given.someone(Duty.LIAISON, on=incident, ministry=of_health.ministry_id)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health)
    given.answered(statement, health, answer=Answer.OBJECT)
    with refused(Conflict, "not_objected"):
        resolve_objection(colleague, statement.id, resolution="تم")
    resolve_objection(health, statement.id, resolution="صُحح الرقم")
    assert given.statement(statement.id).state is State.PENDING
    with refused(Conflict, "not_objected"):
        resolve_objection(health, statement.id, resolution="مرة أخرى")
    assert given.answered(statement, health).state is State.APPROVED


def test_the_director_overrules_an_objection_and_the_dissent_stays(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    director = given.someone(Duty.DIRECTOR, on=incident)
    statement = given.a_statement(on=incident)
    (slot,) = given.submitted(statement, of_health).slots
    with refused(Conflict, "not_objected"):
        overrule_objection(director, statement.id, slot_id=slot.id, rationale="الوقت ضيق")
    given.answered(statement, health, answer=Answer.OBJECT, reason="الرقم قديم")
    with refused(Conflict, "not_objected"):
        overrule_objection(director, statement.id, slot_id=uuid4(), rationale="الوقت ضيق")
    with pytest.raises(Forbidden):
        overrule_objection(health, statement.id, slot_id=slot.id, rationale="الوقت ضيق")
    overrule_objection(director, statement.id, slot_id=slot.id, rationale="الوقت ضيق")
    (slot,) = given.version(statement).slots
    assert slot.given is not None
    assert (slot.waived, slot.given.answer, slot.given.reason) == (True, "object", "الرقم قديم")
    assert given.statement(statement.id).state is State.APPROVED


def test_that_it_was_opened_is_noted_once_for_each_signature(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health)
    assert open_statement(health, statement.id).ministry_id == of_health.ministry_id
    for each in (health, given.someone(Duty.LEGAL, on=incident)):
        with refused(Conflict, "already"):
            open_statement(each, statement.id)


def test_a_draft_is_signed_by_nobody(house: str) -> None:
    incident = given.an_incident()
    health, _ = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    with refused(Conflict, "not_submitted"):
        sign(health, statement, version=1, text_hash=fingerprint(statement.draft))


def test_two_who_write_at_once_do_not_overwrite_each_other(house: str) -> None:
    incident = given.an_incident()
    one, other = (given.someone(Duty.DRAFTER, on=incident) for _ in range(2))
    statement = given.a_statement(on=incident)
    edit_statement(one, statement.id, content=given.a_text("ابقوا."), based_on=1)
    with refused(Conflict, "edited_meanwhile"):
        edit_statement(other, statement.id, content=given.a_text("غادروا."), based_on=1)
    edit_statement(other, statement.id, content=given.a_text("ابقوا وانتظروا."), based_on=2)
    kept = given.statement(statement.id)
    assert kept.editors == [str(statement.created_by), str(one.id), str(other.id)]
    assert (kept.content.text("ar"), kept.revision) == ("ابقوا وانتظروا.", 3)


def test_what_is_sent_for_signature_names_who_signs_and_by_when(house: str) -> None:
    incident = given.an_incident()
    _, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    with refused(Invalid, "no_slots"):
        given.submitted(statement)
    for wrong in (SlotSpec(), SlotSpec(of_health.ministry_id, (Duty.LEGAL,))):
        with refused(Invalid, "bad_slot"):
            given.submitted(statement, wrong)
    with pytest.raises(Invalid, check=lambda error: "ministries" in error.fields):
        given.submitted(statement, SlotSpec(ministry_id=uuid4()))
    author = given.actor(statement.created_by)
    with pytest.raises(Invalid, check=lambda error: "deadline" in error.fields):
        submit_statement(
            author, statement.id, slots=[of_health], based_on=1, deadline_at=clock.now()
        )
    soon = clock.now() + timedelta(minutes=5)
    with refused(Conflict, "stale"):
        submit_statement(author, statement.id, slots=[of_health], based_on=2, deadline_at=soon)


def test_a_text_given_up_is_neither_written_nor_signed(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health)
    withdraw_statement(given.runs(incident), statement.id, reason="لم يعد لازمًا")
    assert given.statement(statement.id).state is State.WITHDRAWN
    with refused(Conflict, "withdrawn"):
        given.answered(statement, health)
    with refused(Conflict, "withdrawn"):
        given.edited(statement, by=given.actor(statement.created_by), body="نص")
    with refused(Conflict, "withdrawn"):
        given.submitted(statement, of_health)


def test_statements_begin_only_in_an_incident_that_runs(house: str) -> None:
    incident = given.an_incident()
    director = given.someone(Duty.DIRECTOR, Duty.DRAFTER, on=incident)
    given.closed(incident, by=director)
    with refused(Conflict, "closed"):
        create_statement(director, incident.id, content=given.a_text())
