"""Opening an incident: in seconds, once, with everybody in their place."""

import pytest

from crisis.incidents.commands import (
    dismiss_incident,
    open_incident,
    open_reported,
    report_incident,
    watch_incident,
)
from crisis.incidents.events import IncidentReported
from crisis.incidents.queries import find_incident, followed, similar_incident
from crisis.incidents.states import Phase, Status
from crisis.kernel.errors import Conflict, Forbidden, NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.people.commands import set_ministry_active
from crisis.people.model import Hazard
from crisis.policy import Actor, Duty, Rank
from tests import given

FLOOD = "سيول وادي السدر وانقطاع الطريق الساحلي"


def test_the_centre_and_the_liaisons_take_their_standing_duties(house: str) -> None:
    spokesperson = given.a_person(standing_duty=Duty.SPOKESPERSON)
    water = given.a_ministry("MWR", leads=[Hazard.FLOOD_WEATHER])
    health, interior = given.a_ministry("MOH"), given.a_ministry("MOI")
    of_water = given.a_person(ministry=water, standing_duty=Duty.LIAISON)
    of_health = given.a_person(ministry=health, standing_duty=Duty.LIAISON)
    of_interior = given.a_person(ministry=interior, standing_duty=Duty.LIAISON)

    coordinator = given.a_coordinator()
    incident = given.an_incident(by=coordinator, supporting=[health])

    def duties(person: Actor) -> set[Duty]:
        return set(given.actor(person.id).duties.get(incident.id, ()))

    assert incident.lead_id == water
    assert duties(coordinator) == {Duty.COORDINATOR}
    assert duties(spokesperson) == {Duty.SPOKESPERSON}
    assert duties(of_water) == {Duty.LEAD_LIAISON}
    assert duties(of_health) == {Duty.LIAISON}
    assert duties(of_interior) == set()
    assert (incident.status, incident.phase) == (Status.OPEN, Phase.INITIAL)


def test_a_restricted_incident_exists_only_for_those_named(house: str) -> None:
    spokesperson = given.a_person(standing_duty=Duty.SPOKESPERSON)
    incident = given.an_incident(restricted=True, title="ملف حساس")
    named = given.someone(Duty.LEGAL, on=incident)
    outsider = given.a_coordinator()

    assert given.actor(spokesperson.id).duties == {}
    assert [each.id for each in followed(named)] == [incident.id]
    assert followed(outsider) == []
    assert similar_incident(outsider, "ملف حساس") is None
    with pytest.raises(NotFound):
        find_incident(outsider, incident.ref)


def test_a_similar_open_incident_is_offered_instead(house: str) -> None:
    coordinator = given.a_coordinator()
    first = given.an_incident(by=coordinator, title=FLOOD)
    with pytest.raises(Conflict) as offered:
        _open(coordinator, "سيول تقطع الطريق الساحلي عند وادي السدر")
    assert offered.value.code == "similar"
    found = similar_incident(coordinator, "الطريق الساحلي: سيول وادي السدر")
    assert found is not None
    assert found.id == first.id
    _open(coordinator, "حريق في مستودع وقود بالمنطقة الصناعية")


def test_references_follow_one_another_through_the_year(house: str) -> None:
    refs = [given.an_incident().ref for _ in range(3)]
    numbers = [int(ref.partition("-")[2]) for ref in refs]
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_only_coordinators_open_and_auditors_write_nothing(house: str) -> None:
    for rank in (Rank.MEMBER, Rank.ADMINISTRATOR, Rank.AUDITOR):
        with pytest.raises(Forbidden):
            _open(given.a_person(rank=rank), "x")
    with pytest.raises(Forbidden):
        _report(given.a_person(rank=Rank.AUDITOR))


def test_a_report_is_watched_opened_or_put_aside(house: str) -> None:
    coordinator, member = given.a_coordinator(), given.a_person()
    watched, opened, aside = (_report(member) for _ in range(3))
    watch_incident(coordinator, watched.incident_id, reason=None)
    open_reported(coordinator, opened.incident_id, level=2, hazard=Hazard.WATER)
    dismiss_incident(coordinator, aside.incident_id, reason="مكرر")
    states = [given.incident(each.incident_id).status for each in (watched, opened, aside)]
    assert states == [Status.WATCH, Status.OPEN, Status.DISMISSED]
    assert len(followed(given.actor(member.id))) == 3
    with pytest.raises(Conflict):
        open_reported(coordinator, aside.incident_id, level=2, hazard=Hazard.WATER)


def test_a_retired_ministry_leads_nothing(house: str) -> None:
    retired = given.a_ministry("OLD", leads=[Hazard.FLOOD_WEATHER])
    set_ministry_active(given.the_system(), retired, active=False)
    assert given.an_incident().lead_id == given.the_centre()


def _open(by: Actor, title: str) -> object:
    return open_incident(
        by, OFFICE_ID, title=title, language="ar", level=2, hazard=Hazard.FLOOD_WEATHER
    )


def _report(by: Actor) -> IncidentReported:
    return report_incident(by, OFFICE_ID, title="بلاغ", language="ar", source="الخط الساخن")
