"""A word and the clock, at the same moment: exactly one of them is first, and both know it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from crisis.alerts.acknowledging import acknowledge, decline
from crisis.alerts.recipients import Answer, Method
from crisis.deadlines.jobs import claim, fire
from crisis.kernel import clock
from crisis.kernel.errors import Conflict
from tests import given
from tests.alerts import story
from tests.alerts.story import NOON, recipient, recipients, told

pytestmark = pytest.mark.usefixtures("house")

LATER = NOON + timedelta(minutes=16)
ROUNDS = 6


def together(*acts: object) -> None:
    start = Barrier(len(acts))

    def run(act: object) -> None:
        assert callable(act)
        start.wait()
        with clock.at(LATER):
            act()

    threads = [Thread(target=run, args=(each,)) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_an_acknowledgement_meets_its_deadline() -> None:
    incident = given.an_incident()
    for number in range(1, ROUNDS + 1):
        ministry = given.a_ministry(f"M{number}")
        deputy = story.somebody(ministry, duty=None)
        person = story.somebody(ministry, deputy=deputy)
        with clock.at(NOON):
            alert = story.an_alert(person, on=incident, number=number)
        row, system = recipient(alert, person), given.the_system()
        with clock.at(LATER):
            (held,) = claim(of=[incident.id])
        together(
            lambda held=held: fire(held),
            lambda row=row, system=system: acknowledge(system, row.id, method=Method.LINK),
        )
        lines = [line.name for line in told(incident) if line.facts["alert_id"] == str(alert.id)]
        assert recipient(alert, person).answer == Answer.ACKNOWLEDGED
        if len(recipients(alert)) == 1:
            assert lines == ["alert.acknowledged"]
        else:  # the clock was first: the deputy is asked, and let be at once
            assert lines == ["alert.escalated", "alert.acknowledged"]
        assert story.fired_at(LATER + timedelta(hours=2)) == 0


def test_two_presses_at_once_are_one_acknowledgement() -> None:
    incident = given.an_incident()
    person = story.somebody(given.a_ministry())
    with clock.at(NOON):
        alert = story.an_alert(person, on=incident)
    row, system = recipient(alert, person), given.the_system()
    codes: list[str] = []

    def press() -> None:
        try:
            acknowledge(system, row.id, method=Method.LINK)
        except Conflict as refused:
            codes.append(refused.code)

    together(press, press, press)
    assert codes == ["already", "already"]
    assert len(told(incident)) == 1


def test_two_who_say_no_at_once_ask_the_deputy_once() -> None:
    incident, ministry = given.an_incident(), given.a_ministry()
    deputy = story.somebody(ministry, duty=None)
    person = story.somebody(ministry, deputy=deputy)
    with clock.at(NOON):
        alert = story.an_alert(person, on=incident)
    row, system = recipient(alert, person), given.the_system()
    codes: list[str] = []

    def press() -> None:
        try:
            decline(system, row.id)
        except Conflict as refused:
            codes.append(refused.code)

    together(press, press)
    assert codes == ["passed_on"]
    assert [each.person_id for each in recipients(alert)] == [person.id, deputy.id]
