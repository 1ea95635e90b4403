"""Running an incident: phases, ministries, duties, decisions, corrections, links."""

import pytest
from sqlalchemy import select

from crisis.incidents.commands import (
    add_ministry,
    add_note,
    assign_duty,
    change_phase,
    correct_line,
    leave_duty,
    link_incident,
    name_lead,
    record_decision,
    release_duty,
    remove_ministry,
    rename_incident,
    restrict_incident,
)
from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.duties import accept_duty, propose_duty
from crisis.incidents.model import Incident
from crisis.incidents.queries import links_of
from crisis.incidents.states import Phase
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.journal import Line, head_of
from crisis.policy import Duty
from crisis.timeline.naming import naming_in
from crisis.timeline.words import entries
from tests import given


def test_phases_follow_one_another_and_going_back_needs_a_reason(house: str) -> None:
    incident = given.an_incident()
    by = given.runs(incident)
    with pytest.raises(Conflict):
        change_phase(by, incident.id, phase=Phase.RESOLUTION)
    change_phase(by, incident.id, phase=Phase.MAINTENANCE)
    with pytest.raises(Invalid):
        change_phase(by, incident.id, phase=Phase.INITIAL)
    change_phase(by, incident.id, phase=Phase.INITIAL, reason="موجة ثانية")
    with pytest.raises(Conflict):
        change_phase(by, incident.id, phase=Phase.EVALUATION)


def test_ministries_join_lead_and_leave_with_their_people(house: str) -> None:
    health = given.a_ministry("MOH")
    liaison = given.a_person(ministry=health, standing_duty=Duty.LIAISON)
    incident = given.an_incident()
    by = given.runs(incident)

    add_ministry(by, incident.id, ministry_id=health)
    assert given.actor(liaison.id).duties == {incident.id: {Duty.LIAISON}}
    remove_ministry(by, incident.id, ministry_id=health)
    assert given.actor(liaison.id).duties == {}
    name_lead(by, incident.id, ministry_id=health)
    assert given.actor(liaison.id).duties == {incident.id: {Duty.LEAD_LIAISON}}
    assert given.incident(incident.id).supporting_ids == [given.the_centre()]


def test_whoever_leads_changes_and_liaisons_hold_one_duty_each(house: str) -> None:
    health, water = given.a_ministry("MOH"), given.a_ministry("MWR")
    of_health = given.a_person(ministry=health, standing_duty=Duty.LIAISON)
    of_water = given.a_person(ministry=water, standing_duty=Duty.LIAISON)
    incident = given.an_incident()
    by = given.runs(incident)
    for leads in (health, water, health):
        name_lead(by, incident.id, ministry_id=leads)
    assert given.actor(of_health.id).duties == {incident.id: {Duty.LEAD_LIAISON}}
    assert given.actor(of_water.id).duties == {incident.id: {Duty.LIAISON}}


def test_the_centre_may_stop_supporting_and_still_runs_the_incident(house: str) -> None:
    incident = given.an_incident()
    by = given.runs(incident)
    name_lead(by, incident.id, ministry_id=given.a_ministry("MOH"))
    remove_ministry(by, incident.id, ministry_id=given.the_centre())
    assert given.actor(by.id).duties == {incident.id: {Duty.COORDINATOR}}


def test_a_ministry_does_not_leave_an_incident_that_nobody_else_runs(house: str) -> None:
    health = given.a_ministry("MOH")
    incident = given.an_incident()
    by = given.runs(incident)
    add_ministry(by, incident.id, ministry_id=health)
    runs = given.a_person(ministry=health)
    assign_duty(by, incident.id, person_id=runs.id, duty=Duty.COORDINATOR)
    leave_duty(by, incident.id, duty=Duty.COORDINATOR)
    with pytest.raises(Conflict) as refused:
        remove_ministry(given.actor(runs.id), incident.id, ministry_id=health)
    assert refused.value.code == "last_coordinator"


def test_nobody_of_a_ministry_that_left_is_asked_any_more(house: str) -> None:
    health = given.a_ministry("MOH")
    asked = given.a_person(ministry=health)
    incident = given.an_incident()
    by = given.runs(incident)
    add_ministry(by, incident.id, ministry_id=health)
    proposed = propose_duty(by, incident.id, person_id=asked.id, duty=Duty.DRAFTER)
    remove_ministry(by, incident.id, ministry_id=health)
    with pytest.raises(Conflict) as refused:
        accept_duty(given.actor(asked.id), proposed.proposal_id)
    assert refused.value.code == "answered"


def test_somebody_always_runs_the_incident(house: str) -> None:
    incident = given.an_incident()
    by = given.runs(incident)
    with pytest.raises(Conflict) as refused:
        leave_duty(by, incident.id, duty=Duty.COORDINATOR)
    assert refused.value.code == "last_coordinator"
    assign_duty(by, incident.id, person_id=given.a_person().id, duty=Duty.COORDINATOR)
    leave_duty(by, incident.id, duty=Duty.COORDINATOR)


def test_members_name_nobody(house: str) -> None:
    incident = given.an_incident()
    drafter = given.someone(Duty.DRAFTER, on=incident)
    with pytest.raises(Forbidden):
        assign_duty(drafter, incident.id, person_id=drafter.id, duty=Duty.DIRECTOR)
    with pytest.raises(Forbidden):
        release_duty(drafter, incident.id, person_id=drafter.id, duty=Duty.DRAFTER)


def test_a_grave_decision_names_its_options(house: str) -> None:
    incident = given.an_incident(level=3)
    by = given.runs(incident)
    with pytest.raises(Invalid) as refused:
        record_decision(by, incident.id, draft=_draft("الإخلاء"))
    assert "options" in refused.value.fields
    told = record_decision(by, incident.id, draft=_draft("الإخلاء", "البقاء"))
    assert (told.number, told.chosen) == (1, "الإخلاء")
    assert given.incident(incident.id).decisions[0].options == ["الإخلاء", "البقاء"]


def test_a_correction_is_a_new_line_and_the_old_one_stays(house: str) -> None:
    incident = given.an_incident()
    by = given.runs(incident)
    add_note(by, incident.id, text="ثلاثة مصابين")
    wrong = _head(incident)
    told = correct_line(by, incident.id, seq=wrong, text="مصابان", reason="خطأ سمعي")
    again = correct_line(by, incident.id, seq=wrong + 1, text="مصاب واحد", reason="تأكيد الصحة")
    assert (told.corrects, again.corrects) == (wrong, wrong)
    with reading() as session:
        lines = session.scalars(select(Line).where(Line.stream == incident.id)).all()
        seen = {entry.seq: entry for entry in entries(session, lines, naming_in(session, "ar"))}
    assert seen[wrong].body == "ثلاثة مصابين"
    assert seen[wrong].corrected_by == wrong + 2
    with pytest.raises(Conflict):
        correct_line(by, incident.id, seq=1, text="x", reason="الافتتاح ليس ملاحظة")


def test_a_decision_is_corrected_by_those_who_may_decide(house: str) -> None:
    incident = given.an_incident()
    by, liaison = given.runs(incident), given.someone(Duty.LIAISON, on=incident)
    record_decision(by, incident.id, draft=_draft("الإخلاء"))
    decided = _head(incident)
    with pytest.raises(Forbidden):
        correct_line(liaison, incident.id, seq=decided, text="لا إخلاء", reason="رأيي")
    correct_line(by, incident.id, seq=decided, text="إخلاء الحي", reason="الاسم كاملاً")
    with pytest.raises(Forbidden):
        correct_line(liaison, incident.id, seq=decided + 1, text="لا إخلاء", reason="رأيي")


def test_links_show_only_what_the_reader_may_follow(house: str) -> None:
    open_one, hidden = given.an_incident(), given.an_incident(restricted=True)
    insider = given.runs(hidden)
    outsider = given.a_coordinator()
    with pytest.raises(Invalid):
        link_incident(outsider, open_one.id, other_ref=hidden.ref, reason="?")
    link_incident(insider, hidden.id, other_ref=open_one.ref, reason="السبب نفسه")
    with reading() as session:
        assert [each[0].id for each in links_of(session, insider, open_one.id)] == [hidden.id]
        assert links_of(session, outsider, open_one.id) == []


def test_a_link_does_not_betray_a_restricted_incident(house: str) -> None:
    open_one, hidden = given.an_incident(), given.an_incident(restricted=True)
    insider = given.runs(hidden)
    with pytest.raises(Conflict) as refused:
        link_incident(insider, open_one.id, other_ref=hidden.ref, reason="السبب نفسه")
    assert refused.value.code == "would_betray"


def test_whoever_restricts_an_incident_stays_in_it(house: str) -> None:
    incident = given.an_incident()
    outsider = given.a_coordinator()
    restrict_incident(outsider, incident.id, restricted=True)
    assert given.actor(outsider.id).duties[incident.id] == {Duty.COORDINATOR}
    with pytest.raises(Conflict):
        restrict_incident(given.actor(outsider.id), incident.id, restricted=True)


def _draft(*options: str) -> DecisionDraft:
    return DecisionDraft(question="ماذا نفعل؟", options=options, chosen=0, rationale="الوقت")


def _head(incident: Incident) -> int:
    with reading() as session:
        return head_of(session, incident.id)


def test_a_new_title_in_one_language_keeps_the_others(house: str) -> None:
    incident = given.an_incident(title="سيول")
    by = given.runs(incident)
    rename_incident(by, incident.id, title={"fr": "Crues"})
    rename_incident(by, incident.id, title={"ar": "سيول الوادي"})
    assert given.incident(incident.id).title == {"ar": "سيول الوادي", "fr": "Crues"}
    with pytest.raises(Invalid):
        rename_incident(by, incident.id, title={})
