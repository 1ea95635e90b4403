"""What was wrong is put right by a new statement; the old one stays and says so."""

import pytest

from crisis.incidents.model import Incident
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.policy import Actor, Duty
from crisis.statements.commands.correcting import prepare_correction, prepare_retraction
from crisis.statements.commands.writing import edit_statement
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.forms import PARAGRAPHS, EditForm
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from tests import given
from tests.parts.refusals import refused

WRONG = {"ar": "ذكرنا أن الجسر مغلق."}


def a_released_text() -> tuple[Incident, Statement, Actor, SlotSpec]:
    """A statement that is out, and the liaison who signed it."""
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, of_health)
    given.answered(statement, health)
    return incident, given.sent_out(statement, by=given.runs(incident)), health, of_health


def a_correction(of: Statement, *, by: Actor) -> Statement:
    """A correction with everything a correction says."""
    begun = prepare_correction(by, of.id, what_was_wrong=WRONG)
    correction = given.statement(begun.statement_id)
    edit_statement(by, correction.id, content=_put_right(correction.content), based_on=1)
    return given.statement(correction.id)


def _put_right(content: Content) -> Content:
    body = (
        "تصحيح للبيان الصادر 21:53. ذكرنا: الجسر مغلق. والصحيح: الجسر مفتوح. "
        "سبب الخطأ: خلط بين جسرين. نعتذر عن الخطأ."
    )
    return Content(
        Type.CORRECTION,
        titles={"ar": "تصحيح"},
        bodies={"ar": paragraphs_of(body)},
        audiences=content.audiences,
        channels=content.channels,
    )


def test_what_was_wrong_holds_no_place_and_the_field_that_does_is_marked(house: str) -> None:
    incident, statement, _, _ = a_released_text()
    by = given.someone(Duty.DRAFTER, on=incident)
    with refused(Invalid, "places") as refusal:
        prepare_correction(by, statement.id, what_was_wrong={"ar": "ذكرنا [الساعة].", "en": "No."})
    assert isinstance(refusal.value, Invalid)
    assert set(refusal.value.fields) == {"wrong_ar"}


def test_a_correction_begins_with_what_was_wrong_and_the_text_it_corrects(house: str) -> None:
    incident, statement, _, _ = a_released_text()
    by = given.someone(Duty.DRAFTER, on=incident)
    begun = prepare_correction(by, statement.id, what_was_wrong=WRONG)
    correction = given.statement(begun.statement_id)
    assert correction.content.type is Type.CORRECTION
    said, right, why, *rest = [each.text for each in correction.content.bodies["ar"][1:]]
    assert (said, right, why) == (
        "ذكرنا: ذكرنا أن الجسر مغلق.",
        "والصحيح: [الصحيح]",
        "سبب الخطأ: [السبب]",
    )
    assert rest == [each.text for each in statement.content.bodies["ar"]]
    assert correction.content.channels == statement.content.channels
    assert correction.corrects_id == statement.id
    assert correction.content.correction is not None
    assert correction.content.correction.what_was_wrong == WRONG


def test_a_correction_names_its_statement_and_leaves_open_what_nobody_said(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    statement = given.a_statement(
        on=incident,
        text=Content(
            Type.PRESS_RELEASE,
            titles={"en": "The bridge", "fr": "Le pont"},
            bodies={
                "en": paragraphs_of("Keep away from the bridge. It is closed."),
                "fr": paragraphs_of("Évitez le pont. Il est fermé."),
            },
            audiences=frozenset({"public"}),
            channels=frozenset({"website"}),
        ),
    )
    given.submitted(statement, of_health)
    given.answered(statement, health)
    given.sent_out(statement, by=given.runs(incident))
    by = given.someone(Duty.DRAFTER, on=incident)
    begun = prepare_correction(by, statement.id, what_was_wrong={"en": "The bridge\nis closed."})
    bodies = given.statement(begun.statement_id).content.bodies
    first, said, *_ = [each.text for each in bodies["en"]]
    assert first.startswith("Correction to statement 1 of ")
    assert said == "We said: The bridge is closed."
    assert bodies["fr"][1].text == "Nous avions dit : [L'erreur]"


def test_the_old_text_stays_and_is_marked_once_the_correction_is_out(house: str) -> None:
    incident, statement, health, of_health = a_released_text()
    correction = a_correction(statement, by=given.someone(Duty.DRAFTER, on=incident))
    given.submitted(correction, of_health)
    given.answered(correction, health)
    assert given.statement(statement.id).state is State.RELEASED
    given.sent_out(correction, by=given.runs(incident))
    old = given.statement(statement.id)
    assert (old.state, old.ended_by_id) == (State.CORRECTED, correction.id)
    assert old.released is not None
    assert old.released.content == statement.draft


def test_a_correction_stays_one_whatever_is_written_over_it(house: str) -> None:
    incident, statement, _, _ = a_released_text()
    correction = a_correction(statement, by=given.someone(Duty.DRAFTER, on=incident))
    assert correction.content.correction is not None
    assert correction.content.correction.corrects == statement.id


def test_whoever_prepared_a_correction_does_not_sign_it(house: str) -> None:
    _, statement, health, of_health = a_released_text()
    correction = a_correction(statement, by=health)
    given.submitted(correction, of_health)
    with refused(Forbidden, "author"):
        given.answered(correction, health)


def test_a_text_is_taken_back_and_says_why(house: str) -> None:
    incident, statement, health, of_health = a_released_text()
    by = given.someone(Duty.DRAFTER, on=incident)
    begun = prepare_retraction(by, statement.id, reason={"ar": "لم تصدر عن الوزارة."})
    retraction = given.statement(begun.statement_id)
    given.submitted(retraction, of_health)
    given.answered(retraction, health)
    given.sent_out(retraction, by=given.runs(incident))
    assert given.statement(statement.id).state is State.RETRACTED
    assert given.statement(retraction.id).state is State.RELEASED


def test_what_is_not_out_is_not_corrected(house: str) -> None:
    incident = given.an_incident()
    statement = given.a_statement(on=incident)
    by = given.actor(statement.created_by)
    with refused(Conflict, "not_released"):
        prepare_correction(by, statement.id, what_was_wrong=WRONG)
    with refused(Conflict, "not_released"):
        prepare_retraction(by, statement.id, reason=WRONG)


def test_what_was_corrected_does_not_become_merely_superseded(house: str) -> None:
    incident, statement, health, of_health = a_released_text()
    first = a_correction(statement, by=given.someone(Duty.DRAFTER, on=incident))
    second = a_correction(statement, by=given.someone(Duty.DRAFTER, on=incident))
    for each in (first, second):
        given.submitted(each, of_health)
        given.answered(each, health)
        given.sent_out(each, by=given.runs(incident))
    old = given.statement(statement.id)
    assert (old.state, old.ended_by_id) == (State.CORRECTED, first.id)


def test_nothing_is_corrected_in_an_incident_that_is_over(house: str) -> None:
    incident, statement, _, _ = a_released_text()
    director = given.someone(Duty.DIRECTOR, Duty.DRAFTER, on=incident)
    given.closed(incident, by=director)
    with refused(Conflict, "closed"):
        prepare_correction(director, statement.id, what_was_wrong=WRONG)


def test_an_observer_begins_no_correction(house: str) -> None:
    incident, statement, _, _ = a_released_text()
    with pytest.raises(Forbidden):
        prepare_correction(
            given.someone(Duty.OBSERVER, on=incident), statement.id, what_was_wrong=WRONG
        )


def test_the_longest_text_can_be_corrected_and_a_longer_one_is_not_written(house: str) -> None:
    incident = given.an_incident()
    health, of_health = given.a_liaison(incident)
    lines = [given.INSTRUCTION, *(f"فقرة رقم {n} من النص." for n in range(2, PARAGRAPHS + 1))]
    longest = _typed(Type.PRESS_RELEASE, lines)
    statement = given.a_statement(on=incident, text=given.a_text("\n".join(lines)))
    assert longest.bodies == statement.content.bodies
    given.submitted(statement, of_health)
    given.answered(statement, health)
    given.sent_out(statement, by=given.runs(incident))
    by = given.someone(Duty.DRAFTER, on=incident)
    begun = prepare_correction(by, statement.id, what_was_wrong=WRONG)
    correction = given.statement(begun.statement_id).content

    longer = [each.text for each in correction.bodies["ar"]]
    assert _typed(Type.CORRECTION, longer).bodies == correction.bodies
    with refused(Invalid, "invalid"):
        _typed(Type.PRESS_RELEASE, [*lines, "."])


def _typed(type: Type, lines: list[str]) -> Content:
    sent = {"based_on": 1, "type": type, "ar": lines}
    return EditForm.model_validate(sent).content("UTC")
