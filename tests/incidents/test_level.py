"""The level: nine criteria, one computed level, one chosen level, and who may go below it."""

from datetime import timedelta

import pytest

from crisis.incidents.commands import assess_level
from crisis.incidents.events import LevelAssessed
from crisis.incidents.levels import Criterion, Scores, computed_level
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.errors import Conflict
from crisis.policy import Actor, Duty
from tests import given

CALM: Scores = dict.fromkeys(Criterion, 0)


def scores(**given_scores: int | None) -> Scores:
    return CALM | {Criterion(name): score for name, score in given_scores.items()}


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (scores(), 0),
        (scores(human_harm=2, geography=1), 2),
        (scores(time_pressure=4), 4),
        (scores(human_harm=None), 3),
        (scores(human_harm=3, geography=3, attention=2), 3),
        (scores(human_harm=3, attention=3), 4),
        (scores(attention=3), 3),
    ],
)
def test_the_gravest_criterion_decides_and_unknown_is_never_nothing(
    told: Scores, level: int
) -> None:
    assert computed_level(told) == level


def test_a_coordinator_raises_the_level_at_once(house: str) -> None:
    incident = given.an_incident(level=2)
    assessed = _assess(given.runs(incident), incident, scores(human_harm=3), 3)
    assert (assessed.before, assessed.computed, assessed.chosen) == (2, 3, 3)
    assert given.incident(incident.id).level == 3


def test_an_assessment_that_leaves_the_level_as_it_was_does_not_change_since_when(
    house: str,
) -> None:
    incident = given.an_incident(level=2)
    by, opened = given.runs(incident), given.incident(incident.id).opened_at
    _assess(by, incident, scores(human_harm=2), 2)
    assert given.incident(incident.id).level_since == opened
    with clock.at(clock.now() + timedelta(minutes=5)):
        raised = clock.now()
        _assess(by, incident, scores(human_harm=3), 3)
    assert given.incident(incident.id).level_since == raised


def test_a_coordinator_does_not_choose_below_the_criteria(house: str) -> None:
    incident = given.an_incident(level=1)
    with pytest.raises(Conflict) as refused:
        _assess(given.runs(incident), incident, scores(human_harm=4), 2)
    assert refused.value.code == "below_computed"
    assert given.incident(incident.id).level == 1


def test_only_the_director_lowers_and_only_after_two_assessments_an_hour_apart(house: str) -> None:
    incident = given.an_incident(level=3)
    director = given.someone(Duty.DIRECTOR, on=incident)
    start = clock.now()
    with pytest.raises(Conflict) as by_coordinator:
        _assess(given.runs(incident), incident, scores(geography=1), 1)
    with pytest.raises(Conflict) as at_once:
        _assess(director, incident, scores(geography=1), 1)
    with clock.at(start):
        _assess(director, incident, scores(geography=1), 3)
    with clock.at(start + timedelta(minutes=59)), pytest.raises(Conflict) as too_soon:
        _assess(director, incident, scores(geography=1), 1)
    with clock.at(start + timedelta(minutes=61)):
        _assess(director, incident, scores(geography=1), 1)
    codes = [each.value.code for each in (by_coordinator, at_once, too_soon)]
    assert codes == ["lowering", "lowering_too_soon", "lowering_too_soon"]
    assert given.incident(incident.id).level == 1


def test_what_got_worse_meanwhile_begins_the_hour_anew(house: str) -> None:
    incident = given.an_incident(level=3)
    director, start = given.someone(Duty.DIRECTOR, on=incident), clock.now()
    with clock.at(start):
        _assess(director, incident, scores(geography=1), 3)
    with clock.at(start + timedelta(minutes=40)):
        _assess(director, incident, scores(geography=4), 4)
    with clock.at(start + timedelta(minutes=61)), pytest.raises(Conflict) as refused:
        _assess(director, incident, scores(geography=1), 1)
    assert refused.value.code == "lowering_too_soon"


def _assess(by: Actor, incident: Incident, told: Scores, chosen: int) -> LevelAssessed:
    return assess_level(by, incident.id, scores=told, chosen=chosen, rationale="قراءة 14:00")
