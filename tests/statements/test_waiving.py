"""A finding that blocks a text is let pass for that very text, and never by who wrote it."""

import pytest

from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.policy import Actor, Duty
from crisis.statements.commands.waiving import answer_waiver, ask_waiver
from crisis.statements.content import Type
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from tests import given
from tests.parts.refusals import refused

NO_TIME = "L05"
LEGAL = SlotSpec(duties=(Duty.LEGAL,))


def a_blocked_text() -> tuple[Statement, Actor, Actor]:
    """An update that does not say when the next comes; its author, and a fact checker."""
    incident = given.an_incident()
    statement = given.a_statement(on=incident, text=given.a_text(type=Type.UPDATE))
    checker = given.someone(Duty.FACT_CHECKER, on=incident)
    return statement, given.actor(statement.created_by), checker


def test_a_finding_blocks_until_it_is_let_pass(house: str) -> None:
    statement, author, checker = a_blocked_text()
    with refused(Conflict, "lint") as found:
        given.submitted(statement, LEGAL)
    assert NO_TIME in str(found.value)
    ask_waiver(author, statement.id, rule=NO_TIME, reason="لا موعد بعد")
    with refused(Conflict, "lint"):
        given.submitted(statement, LEGAL)
    answer_waiver(checker, statement.id, rule=NO_TIME, granted=True, reason="صحيح")
    given.submitted(statement, LEGAL)
    assert given.statement(statement.id).state is State.PENDING


def test_a_place_still_to_be_filled_is_let_pass_by_nobody(house: str) -> None:
    incident = given.an_incident()
    statement = given.a_statement(on=incident, text=given.a_text("ابقوا في بيوتكم حتى {time}."))
    author = given.actor(statement.created_by)
    with refused(Invalid, "open_places"):
        given.submitted(statement, LEGAL)
    with refused(Conflict, "not_waivable"):
        ask_waiver(author, statement.id, rule="L28", reason="لا نعرف الوقت")


def test_a_waiver_denied_is_none(house: str) -> None:
    statement, author, checker = a_blocked_text()
    ask_waiver(author, statement.id, rule=NO_TIME, reason="لا موعد بعد")
    answer_waiver(checker, statement.id, rule=NO_TIME, granted=False, reason="حددوا موعدًا")
    with refused(Conflict, "lint"):
        given.submitted(statement, LEGAL)


def test_a_waiver_is_for_one_very_text(house: str) -> None:
    statement, author, checker = a_blocked_text()
    ask_waiver(author, statement.id, rule=NO_TIME, reason="لا موعد بعد")
    answer_waiver(checker, statement.id, rule=NO_TIME, granted=True, reason="صحيح")
    text = given.a_text("ابقوا في بيوتكم.", type=Type.UPDATE)
    given.edited(statement, by=author, text=text)
    with refused(Conflict, "lint"):
        given.submitted(statement, LEGAL)


def test_a_waiver_of_one_rule_is_none_of_another(house: str) -> None:
    statement, author, checker = a_blocked_text()
    ask_waiver(author, statement.id, rule="L01", reason="لا موعد بعد")
    answer_waiver(checker, statement.id, rule="L01", granted=True, reason="صحيح")
    with refused(Conflict, "lint"):
        given.submitted(statement, LEGAL)


def test_no_author_lets_their_own_text_pass(house: str) -> None:
    statement, _, checker = a_blocked_text()
    text = given.a_text("ابقوا في بيوتكم.", type=Type.UPDATE)
    drafting = given.named(checker, Duty.DRAFTER, on=given.incident(statement.incident_id))
    given.edited(statement, by=drafting, text=text)
    ask_waiver(drafting, statement.id, rule=NO_TIME, reason="لا موعد بعد")
    with refused(Forbidden, "author"):
        answer_waiver(drafting, statement.id, rule=NO_TIME, granted=True, reason="صحيح")


def test_nobody_grants_what_nobody_asked_for(house: str) -> None:
    statement, author, checker = a_blocked_text()
    with refused(Conflict, "not_asked"):
        answer_waiver(checker, statement.id, rule=NO_TIME, granted=True, reason="صحيح")
    ask_waiver(author, statement.id, rule=NO_TIME, reason="لا موعد بعد")
    answer_waiver(checker, statement.id, rule=NO_TIME, granted=True, reason="صحيح")
    with refused(Conflict, "not_asked"):
        answer_waiver(checker, statement.id, rule=NO_TIME, granted=False, reason="عدنا عنه")


def test_whoever_only_writes_grants_nothing(house: str) -> None:
    statement, author, _ = a_blocked_text()
    ask_waiver(author, statement.id, rule=NO_TIME, reason="لا موعد بعد")
    with pytest.raises(Forbidden):
        answer_waiver(author, statement.id, rule=NO_TIME, granted=True, reason="صحيح")
