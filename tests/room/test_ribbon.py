"""The rhythm of an incident on one axis, however long it lasts."""

from datetime import timedelta

import pytest

from crisis.kernel import clock
from crisis.room.queries import read_room
from tests import given


@pytest.mark.parametrize("days", [0.05, 1, 3, 30, 55, 400, 1_200])
def test_an_axis_has_few_times_on_it_after_an_hour_as_after_years(house: str, days: float) -> None:
    with clock.at(clock.now() - timedelta(days=days)):
        incident = given.an_incident()
    ribbon = read_room(given.runs(incident), incident.id, "ar").shown.ribbon
    assert ribbon is not None
    assert 1 <= len(ribbon.ticks) <= 7
