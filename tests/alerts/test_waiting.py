"""Whoever opens the first page sees which alert waits for them, and for nobody else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.alerts.acknowledging import acknowledge
from crisis.alerts.recipients import Method
from crisis.alerts.waiting import alerts_waiting
from crisis.policy import Actor, Rank
from tests import given
from tests.alerts import given as alerts


@pytest.fixture(autouse=True)
def _app(pages: Flask) -> None:
    """Links are made by an installation with a key."""


def waiting(who: Actor) -> list[tuple[str, int]]:
    return [(each.kind, each.number) for each in alerts_waiting(given.actor(who.id), "ar")]


def test_a_second_person_finds_what_they_are_asked_to_confirm(phone: FlaskClient) -> None:
    incident = given.an_incident()
    first, second = alerts.an_operator(incident), alerts.an_operator(incident)
    auditor = given.a_person(rank=Rank.AUDITOR)
    alert = alerts.an_alert(incident, first, alerts.a_draft(people=[alerts.an_officer(1)]))
    assert waiting(second) == []
    alerts.asked(alert, by=first)
    assert waiting(second) == [("confirm", 1)]
    assert waiting(first) == waiting(auditor) == []
    page = given.signed_in(phone, second).get("/").get_data(as_text=True)
    assert f'href="/i/{incident.ref}/alerts/1/confirmation"' in page
    alerts.confirmed(alert, by=second)
    assert waiting(second) == []


def test_whoever_was_told_finds_the_button_without_looking_for_the_message(
    phone: FlaskClient,
) -> None:
    incident = given.an_incident()
    officer, other = alerts.an_officer(1), alerts.an_officer(2)
    alert = alerts.sent(incident, officer)
    assert waiting(officer) == [("acknowledge", 1)]
    assert waiting(other) == []
    own = alerts_waiting(given.actor(officer.id), "fr")[0]
    assert own.title == "Inondations"
    assert phone.get(own.path).status_code == 200
    recipient = alerts.recipients(alert)[0]
    acknowledge(given.the_system(), recipient.id, method=Method.LINK)
    assert waiting(officer) == []


def test_nothing_is_awaited_of_anybody_where_no_answer_is_asked_for() -> None:
    incident = given.an_incident()
    officer = alerts.an_officer(1)
    alerts.sent(incident, officer, asks_answer=False)
    assert waiting(officer) == []
