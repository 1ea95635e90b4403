"""A statement in every state in which a form about it can be sent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crisis.incidents.commands import assign_duty
from crisis.incidents.model import Incident
from crisis.policy import Actor, Duty
from crisis.statements.commands.emergencies import ask_emergency, confirm_emergency
from crisis.statements.commands.renditions import review_rendition, write_rendition
from crisis.statements.commands.waiving import ask_waiver
from crisis.statements.content import Content, Language, Type, paragraphs_of
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer, Ground
from tests import given

DIRECTOR = SlotSpec(duties=(Duty.DIRECTOR,))
FAULTY = "L05"
"""A rule that blocks the faulty draft."""
URGENT = "الناس يغادرون بيوتهم في الظلام بعد شائعة عن انهيار السد، ولا وقت لجمع كل التواقيع."


def statements(coordinator: Actor, drafter: UUID, running: Incident) -> dict[str, Any]:
    """Their numbers (`n_…`) and ids (`s_…`), by state; `grave` is an incident of level 3."""
    for duty in (Duty.TRANSLATOR_LEAD, Duty.MEDIA_OFFICER):
        assign_duty(coordinator, running.id, person_id=coordinator.id, duty=duty)
    author, director = given.actor(drafter), given.actor(coordinator.id)
    made = {
        "draft": given.a_statement(on=running, by=author),
        "faulty": _faulty(running, author),
        "waiving": _waiving(running, author),
        "asked": _asked(running, author),
        "objected": _objected(running, author, director),
        "signed": given.answered(_asked(running, author), director),
        "out": _out(running, author, director),
    }
    grave, in_grave = _grave(coordinator)
    made |= in_grave
    names: dict[str, Any] = {f"n_{state}": each.number for state, each in made.items()}
    names |= {f"s_{state}": each.id for state, each in made.items()}
    return {
        **names,
        "grave": grave.ref,
        "number": made["draft"].number,
        "statement_id": made["asked"].id,
        "lang": "en",
        "fr": "fr",
    }


def _faulty(on: Incident, by: Actor) -> Statement:
    return given.a_statement(on=on, by=by, text=Content(Type.UPDATE))


def _waiving(on: Incident, by: Actor) -> Statement:
    statement = _faulty(on, by)
    ask_waiver(by, statement.id, rule=FAULTY, reason="لا نعرف بعد")
    return given.statement(statement.id)


def _asked(on: Incident, by: Actor) -> Statement:
    statement = given.a_statement(on=on, by=by)
    given.submitted(statement, DIRECTOR, by=by)
    return given.statement(statement.id)


def _objected(on: Incident, by: Actor, director: Actor) -> Statement:
    return given.answered(_asked(on, by), director, answer=Answer.OBJECT)


def _out(on: Incident, by: Actor, director: Actor) -> Statement:
    signed = given.answered(_asked(on, by), director)
    for language in ("en", "fr"):
        _translated(signed, by, language)
    given.sent_out(signed, by=director)
    reviewer = given.someone(Duty.FACT_CHECKER, on=on)
    review_rendition(reviewer, signed.id, language="en", text_hash=_hash(signed, "en"))
    return given.statement(signed.id)


def _translated(of: Statement, by: Actor, language: Language) -> None:
    body: Mapping[Language, Any] = {language: paragraphs_of("Stay away from the wadi.")}
    write_rendition(by, of.id, language=language, content=Content(of.content.type, bodies={**body}))


def _hash(of: Statement, language: str) -> str:
    return given.rendition(of, language).sha256


def _grave(coordinator: Actor) -> tuple[Incident, dict[str, Statement]]:
    grave = given.an_incident(by=coordinator, title="انهيار سد", level=3)
    assign_duty(coordinator, grave.id, person_id=coordinator.id, duty=Duty.DIRECTOR)
    author = given.someone(Duty.DRAFTER, on=grave)
    first, second = (given.someone(Duty.DIRECTOR, on=grave) for _ in range(2))
    urged, hasty = _asked(grave, author), _asked(grave, author)
    for each in (urged, hasty):
        ask_emergency(first, each.id, ground=Ground.PANIC, justification=URGENT)
    version = given.version(hasty)
    confirm_emergency(
        second,
        hasty.id,
        version=version.number,
        text_hash=version.sha256,
        channels=["website"],
        next_update_at=None,
    )
    return grave, {
        "urgent": _asked(grave, author),
        "urged": given.statement(urged.id),
        "hasty": given.statement(hasty.id),
    }
