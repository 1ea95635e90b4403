"""Wherever an alert is named, its places are filled: nobody reads {place} on a page or a mail."""

from sqlalchemy import select

from crisis.alerts.following import follow_alert, in_room
from crisis.alerts.outbox import Purpose, Wording
from crisis.kernel.database import reading
from tests import given
from tests.alerts import given as alerts
from tests.parts.timers import settle

TITLE = {"ar": "سيول - {place}", "en": "Floods - {place}", "fr": "Inondations - {place}"}


def test_an_alert_is_named_in_full_on_its_page_in_the_room_and_in_what_colleagues_are_told(
    house: str,
) -> None:
    incident = given.an_incident()
    alert = alerts.sent(incident, alerts.an_officer(1), title=TITLE)
    found = follow_alert(given.runs(incident), incident.id, alert_id=alert.id, language="en")
    assert found.title == "Floods - Wadi Zahr"
    settle()
    with reading() as session:
        shown = in_room(session, incident.id, "ar")
        said = session.scalars(select(Wording)).all()
        told = [each for each in alerts.deliveries(alert) if each.purpose == Purpose.ALERT]
    assert shown is not None
    assert shown.title == "سيول - وادي الزهر"
    assert told
    assert [each.text for each in said if "{place}" in f"{each.subject} {each.text}"] == []
    assert any("سيول - وادي الزهر" in each.text for each in said), "the second person reads it"
