"""What machines show of a released statement elsewhere: its link in a chat, a search result."""

import re

from flask import Flask
from flask.testing import FlaskClient

from crisis.policy import Duty
from crisis.statements.model.statement import Statement
from tests import given
from tests.parts.pages import app, client
from tests.statements.test_correcting import a_correction, a_released_text

__all__ = ["app", "client"]


def told(client: FlaskClient, of: Statement, ref: str) -> dict[str, str]:
    page = client.get(f"/newsroom/{ref}/{of.number}?lang=en").get_data(as_text=True)
    found = re.findall(r'<meta (?:name|property)="([a-z:]+)" content="([^"]*)"', page)
    found += re.findall(r'<link rel="alternate" (hreflang="[a-z-]+") href="([^"]*)"', page)
    return {**dict(found), "title": page.partition("<title>")[2].partition("</title>")[0]}


def test_of_an_exercise_nothing_is_shown_without_its_prefix(client: FlaskClient) -> None:
    given.an_office(is_exercise=True)
    incident, statement, _, _ = a_released_text()
    shown = told(client, statement, incident.ref)

    assert shown["description"] == f"تمرين: {statement.content.bodies['ar'][0].text}"
    assert shown["og:title"].startswith("تمرين: ")
    assert shown["title"].startswith("EXERCISE: ")


def test_of_what_was_corrected_that_is_said_first_and_the_claim_is_left_out(
    app: Flask, client: FlaskClient
) -> None:
    given.an_office()
    incident, statement, health, slot = a_released_text()
    lead = statement.content.bodies["ar"][0].text
    assert told(client, statement, incident.ref)["description"] == lead

    correction = a_correction(statement, by=given.someone(Duty.DRAFTER, on=incident))
    given.submitted(correction, slot)
    given.answered(correction, health)
    given.sent_out(correction, by=given.runs(incident))
    shown = told(client, statement, incident.ref)
    assert shown["description"] == "This statement was corrected. Read statement 2"
    assert shown["og:title"].startswith("This statement was corrected. ")
    page = f"http://localhost/newsroom/{incident.ref}/1"
    assert shown['hreflang="ar"'] == f"{page}?lang=ar"
    assert shown['hreflang="x-default"'] == page
