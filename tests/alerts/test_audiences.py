"""Who is told together: by a rule, by name, from a list; each once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from crisis.alerts.audiences import retire_audience, save_audience
from crisis.alerts.described import Described
from crisis.alerts.gathering import Gathered, gather
from crisis.alerts.model import Contact
from crisis.alerts.outbox import Channel, OptOut, State
from crisis.alerts.receipts import opt_out
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line
from crisis.people.commands import set_person_active
from crisis.people.model import Audience, AudienceKind
from crisis.policy import Duty, Rank
from tests import given
from tests.alerts import given as alerts
from tests.parts.refusals import refused

PRESS = Described(code="press", kind=AudienceKind.MEDIA, name={"ar": "الصحافة"})


def who(audience_id: object) -> Gathered:
    with reading() as session:
        found = session.scalars(select(Audience).where(Audience.id == audience_id)).all()
        return gather(session, audiences=found)


def test_a_rule_takes_the_people_of_ministries_who_have_a_duty_and_a_language(house: str) -> None:
    health, interior = given.a_ministry("MOH"), given.a_ministry("MOI")
    wanted = alerts.an_officer(1, ministry=health, standing_duty=Duty.LIAISON)
    alerts.an_officer(2, ministry=health)
    alerts.an_officer(3, ministry=health, standing_duty=Duty.LIAISON, language="fr")
    alerts.an_officer(4, ministry=interior, standing_duty=Duty.LIAISON)
    by_rule = alerts.an_audience(
        ministry_ids=(health,), duties=(Duty.LIAISON,), languages=("ar", "en")
    )
    assert [each.person_id for each in who(by_rule).everybody] == [wanted.id]
    assert who(alerts.an_audience(code="health", ministry_ids=(health,))).count == 3
    assert who(alerts.an_audience(code="liaisons", duties=(Duty.LIAISON,))).count == 3
    assert who(alerts.an_audience(code="nobody", languages=("ar",))).count == 0


def test_people_named_by_hand_are_in_it_whatever_the_rule_says(house: str) -> None:
    health = given.a_ministry("MOH")
    by_rule = alerts.an_officer(1, ministry=health, standing_duty=Duty.LIAISON)
    named = alerts.an_officer(2, language="en")
    audience = alerts.an_audience(named, by_rule, ministry_ids=(health,), languages=("ar",))
    found = who(audience)
    assert {each.person_id for each in found.everybody} == {by_rule.id, named.id}
    assert found.languages == {"ar": 1, "en": 1}
    assert found.duplicates == 0


def test_whoever_left_is_in_no_audience(house: str) -> None:
    health = given.a_ministry("MOH")
    person = alerts.an_officer(1, ministry=health)
    audience = alerts.an_audience(person, ministry_ids=(health,))
    before = who(audience).fingerprint
    set_person_active(given.the_system(), person.id, active=False)
    assert who(audience).count == 0
    assert who(audience).fingerprint != before


def test_who_cannot_be_reached_is_known_by_name(house: str) -> None:
    silent, lost, there = (
        alerts.an_officer(1),
        alerts.an_officer(2, mobile=None),
        alerts.an_officer(3),
    )
    with bookkeeping() as session:
        for address in ("+218910000001", "officer1@gov.example"):
            session.add(OptOut(address=address, since=clock.now(), source="test"))
    found = who(alerts.an_audience(silent, lost, there))
    assert [each.person_id for each in found.without_mobile] == [lost.id]
    assert [each.person_id for each in found.opted_out] == [silent.id]
    assert {each.person_id for each in found.told} == {lost.id, there.id}


def test_another_way_that_reaches_others_is_another_audience(house: str) -> None:
    both, by_mail = alerts.an_officer(1), alerts.an_officer(2, mobile=None)
    with reading() as session:
        found = {
            way: gather(session, person_ids=[both.id, by_mail.id], channels=[way])
            for way in Channel
        }
    sms, mail = found[Channel.SMS], found[Channel.EMAIL]
    assert (len(sms.told), len(mail.told)) == (1, 2)
    assert sms.fingerprint != mail.fingerprint


def test_a_mailbox_that_wants_no_more_is_left_in_peace_however_it_is_spelt(house: str) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    press = alerts.an_audience(alerts.an_officer(1), code="press", kind=AudienceKind.MEDIA)
    mailbox = {"name": "", "email": "Desk@Paper.example", "language": "ar"}
    with bookkeeping() as session:
        session.add(Contact(audience_id=press, mobile="+218920000001", **mailbox))
        opt_out(session, "desk@PAPER.example", source="test", at=clock.now())
    assert who(press).opted_out == []
    alert = alerts.confirmed(
        alerts.asked(alerts.an_alert(incident, first, alerts.a_draft(press)), by=first), by=second
    )
    sent = {each.address: each.state for each in alerts.deliveries(alert)}
    assert sent["Desk@Paper.example"] == State.SUPPRESSED
    assert sent["+218920000001"] == State.QUEUED


def test_a_number_or_mailbox_is_used_once(house: str) -> None:
    first = alerts.an_officer(1)
    second = alerts.an_officer(2, mobile="+218910000001")
    audience = alerts.an_audience(first, second)
    with bookkeeping() as session:
        for mobile, email in (
            ("+218910000001", None),
            (None, "OFFICER1@gov.example"),
            (None, "new@x.example"),
        ):
            session.add(
                Contact(audience_id=audience, name="", mobile=mobile, email=email, language="ar")
            )
    found = who(audience)
    used = [way for each in found.everybody for way in (each.mobile, each.email) if way]
    assert len(used) == len({way.lower() for way in used}) == 4
    assert found.duplicates == 2
    assert found.count == 3


def test_it_is_kept_by_administrators_and_by_alert_operators(house: str) -> None:
    operator = given.a_person(standing_duty=Duty.ALERT_OPERATOR)
    saved = save_audience(operator, OFFICE_ID, described=PRESS)
    assert saved.added
    again = save_audience(
        given.an_administrator(), OFFICE_ID, described=PRESS, audience_id=saved.audience_id
    )
    assert not again.added
    for other in (
        given.a_coordinator(),
        given.a_person(standing_duty=Duty.DRAFTER),
        given.a_person(rank=Rank.AUDITOR, standing_duty=Duty.ALERT_OPERATOR),
    ):
        with pytest.raises(Forbidden):
            save_audience(other, OFFICE_ID, described=PRESS)
        with pytest.raises(Forbidden):
            retire_audience(other, OFFICE_ID, audience_id=saved.audience_id)


def test_a_code_is_given_once(house: str) -> None:
    system = given.the_system()
    administrator = given.an_administrator()
    save_audience(administrator, OFFICE_ID, described=PRESS)
    with refused(Invalid, "taken"):
        save_audience(administrator, OFFICE_ID, described=PRESS)
    assert system


def test_what_is_out_of_use_is_offered_no_more_and_comes_back(house: str) -> None:
    administrator = given.an_administrator()
    incident = given.an_incident()
    audience = alerts.an_audience(alerts.an_officer(1))
    retire_audience(administrator, OFFICE_ID, audience_id=audience)
    with refused(Conflict, "already"):
        retire_audience(administrator, OFFICE_ID, audience_id=audience)
    with refused(Invalid, "no_audience"):
        alerts.an_alert(incident, alerts.an_operator(incident), alerts.a_draft(audience))
    retire_audience(administrator, OFFICE_ID, audience_id=audience, active=True)
    alerts.an_alert(incident, alerts.an_operator(incident), alerts.a_draft(audience))


def test_no_number_and_no_name_stays_in_the_journal(house: str) -> None:
    alerts.an_audience(alerts.an_officer(7), code="duty")
    with reading() as session:
        line = session.scalars(select(Line).where(Line.name == "audience.saved")).one()
    assert line.facts["people"] == 1
    assert "0000007" not in str(line.facts)


def test_the_page_counts_before_it_keeps(phone: FlaskClient) -> None:
    phone.application.config.update(WTF_CSRF_ENABLED=False)
    health = given.a_ministry("MOH")
    alerts.an_officer(1, ministry=health)
    browser = given.signed_in(phone, given.an_administrator())
    form = {"_form": "audience", "code": "moh", "kind": "staff", "name_ar": "الصحة"}
    seen = browser.post(
        "/office/audiences/new", data={**form, "ministries": str(health), "then": "look"}
    )
    assert seen.status_code == 200
    assert '<b class="num">1</b>' in seen.text
    with reading() as session:
        assert not session.scalars(select(Audience)).all()
    kept = browser.post("/office/audiences/new", data={**form, "ministries": str(health)})
    assert kept.status_code == 303
    assert "moh" in browser.get("/office/audiences").text
