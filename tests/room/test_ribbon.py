"""The rhythm of an incident on one axis, however long it lasts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crisis.kernel import clock
from crisis.newsroom.queries import live
from crisis.room.queries import read_room
from crisis.statements.commands.releasing import release_statement
from crisis.statements.content import Type
from tests import given


@pytest.mark.parametrize("days", [0.05, 1, 3, 30, 55, 400, 1_200])
def test_an_axis_has_few_times_on_it_after_an_hour_as_after_years(house: str, days: float) -> None:
    with clock.at(clock.now() - timedelta(days=days)):
        incident = given.an_incident()
    ribbon = read_room(given.runs(incident), incident.id, "ar").shown.ribbon
    assert ribbon is not None
    assert 1 <= len(ribbon.ticks) <= 7


def test_what_is_only_due_has_no_number_yet(house: str) -> None:
    """The next number may become an internal brief, which nobody outside ever reads."""
    incident = given.an_incident()
    health, slot = given.a_liaison(incident)
    due = clock.now() + timedelta(hours=2)
    text = replace(given.a_text(type=Type.UPDATE), next_update_at=due)
    statement = given.a_statement(on=incident, text=text)
    given.submitted(statement, slot)
    given.answered(statement, health)
    release_statement(
        given.runs(incident),
        statement.id,
        version=1,
        channels=("website",),
        next_update_at=due,
    )
    ribbon = read_room(given.runs(incident), incident.id, "ar").shown.ribbon
    assert ribbon is not None
    assert [(each.number, each.is_due) for each in ribbon.pins] == [(1, False), (None, True)]
    [spoken] = live("ar")
    assert [(each.number, each.is_due) for each in spoken.axis.pins] == [(1, False), (None, True)]
