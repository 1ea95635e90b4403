"""Standing down, closing with its checks, and reopening."""

from datetime import timedelta

import pytest

from crisis.incidents.commands import (
    add_note,
    assess_level,
    change_phase,
    close_incident,
    record_decision,
    reopen_incident,
    resume_incident,
    stand_down,
)
from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.levels import Criterion
from crisis.incidents.model import Incident
from crisis.incidents.states import Phase, Status
from crisis.kernel import clock
from crisis.kernel.errors import Conflict, Forbidden
from crisis.policy import Actor, Duty
from tests import given


def test_above_level_one_only_the_director_stands_down(house: str) -> None:
    incident = given.an_incident(level=2)
    with pytest.raises(Conflict) as refused:
        stand_down(given.runs(incident), incident.id, reason="انحسر الماء")
    assert refused.value.code == "level_too_high"
    stand_down(given.someone(Duty.DIRECTOR, on=incident), incident.id, reason="انحسر الماء")
    resume_incident(given.runs(incident), incident.id, reason="موجة ثانية")
    assert given.incident(incident.id).status == Status.OPEN


def test_an_incident_closes_when_its_checks_are_green(house: str) -> None:
    incident, director = _standing_down()
    with pytest.raises(Conflict) as refused:
        close_incident(director, incident.id, summary="انتهى")
    assert refused.value.code == "checks"
    calm = dict.fromkeys(Criterion, 0)
    assess_level(director, incident.id, scores=calm, chosen=1, rationale="هدوء")
    change_phase(director, incident.id, phase=Phase.MAINTENANCE)
    change_phase(director, incident.id, phase=Phase.RESOLUTION)
    closed = close_incident(director, incident.id, summary="انتهى")
    assert closed.waived == []
    assert given.incident(incident.id).phase == Phase.EVALUATION


def test_checks_can_be_waived_and_the_line_says_which(house: str) -> None:
    incident, director = _standing_down()
    closed = close_incident(director, incident.id, summary="انتهى", waiver="قرار المدير")
    assert closed.waived == ["assessed_since_stand_down", "phase_is_resolution"]


def test_only_the_director_closes(house: str) -> None:
    incident, _ = _standing_down()
    with pytest.raises(Forbidden):
        close_incident(given.runs(incident), incident.id, summary="انتهى", waiver="x")


def test_a_closed_incident_takes_late_notes_and_nothing_else(house: str) -> None:
    incident, director = _standing_down()
    close_incident(director, incident.id, summary="انتهى", waiver="قرار المدير")
    assert add_note(director, incident.id, text="ملاحظة متأخرة").late
    with pytest.raises(Conflict) as refused:
        record_decision(
            director,
            incident.id,
            draft=DecisionDraft(question="؟", options=("أ",), chosen=0, rationale="ب"),
        )
    assert refused.value.code == "closed"


def test_it_reopens_within_thirty_days_only(house: str) -> None:
    incident, director = _standing_down()
    close_incident(director, incident.id, summary="انتهى", waiver="قرار المدير")
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(Conflict) as refused:
        reopen_incident(director, incident.id, reason="عاد")
    assert refused.value.code == "too_old"
    reopen_incident(director, incident.id, reason="عاد")
    reopened = given.incident(incident.id)
    assert reopened.status == Status.OPEN
    assert reopened.standing_down_at is None


def _standing_down() -> tuple[Incident, Actor]:
    incident = given.an_incident(level=1)
    director = given.someone(Duty.DIRECTOR, on=incident)
    stand_down(director, incident.id, reason="انحسر الماء")
    return incident, given.actor(director.id)
