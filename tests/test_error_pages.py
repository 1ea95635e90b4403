"""What people read when something is refused or broken: what happened, who can, the way on."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.kernel.errors import Forbidden
from crisis.policy import Action, Duty, Rank, who_may
from crisis.statements.commands.writing import create_statement
from tests.given import (
    a_coordinator,
    a_person,
    a_text,
    an_incident,
    an_office,
    signed_in,
    someone,
)
from tests.parts.pages import app, client

__all__ = ["app", "client"]

MESSAGE = {
    "ar": "الخلل من جهتنا",
    "en": "It is not your doing",
    "fr": "Vous n’y êtes pour rien",
}


@pytest.mark.parametrize("language", MESSAGE)
def test_a_mistake_of_ours_has_a_reference_that_the_log_has_too(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    an_office()
    signed_in(client, a_coordinator())
    client.set_cookie("lang", language)
    client.set_cookie("theme", "dark")
    app.view_functions["people.office"] = broken
    answer = client.get("/office?typed=kept")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 500
    assert MESSAGE[language] in page
    assert 'data-theme="dark"' in page
    assert "kept" in page, "what was typed is there to copy"
    reference = re.search(r'class="oops-code">.*?>([0-9a-f]{8})</bdi>', page, re.DOTALL)
    assert reference
    assert reference[1] in caplog.text


def broken() -> str:
    raise RuntimeError("a cable was cut")


def test_whoever_may_not_is_told_who_can(client: FlaskClient) -> None:
    an_office()
    client.set_cookie("lang", "en")
    signed_in(client, a_person())
    answer = client.get("/styleguide")
    page = answer.get_data(as_text=True)

    assert answer.status_code == 403
    told = re.search(r'class="who-can">(.*?)</p>', page, re.DOTALL)
    assert told
    assert re.findall(r'class="tag">([^<]+)', told[1]) == [
        "System administrator",
        "Crisis coordinator",
    ]


def test_who_may_is_what_the_rules_say() -> None:
    ranks, duties = who_may(Action.RELEASE_STATEMENT)
    assert (ranks, duties) == ([], [Duty.DIRECTOR, Duty.COORDINATOR, Duty.SPOKESPERSON])
    assert who_may(Action.OPEN_INCIDENT) == ([Rank.COORDINATOR], [])
    assert who_may(Action.SEE_OFFICE) == (list(Rank), [])


def test_a_page_that_is_not_there_leads_back(client: FlaskClient) -> None:
    an_office()
    signed_in(client, a_coordinator())
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert 'class="btn primary" href="/"' in answer.get_data(as_text=True)
    assert "who-can" not in answer.get_data(as_text=True)


def test_who_may_is_not_told_of_a_restricted_incident(client: FlaskClient) -> None:
    an_office()
    for restricted in (False, True):
        incident = an_incident(restricted=restricted)
        with pytest.raises(Forbidden) as refused:
            create_statement(someone(Duty.OBSERVER, on=incident), incident.id, content=a_text())
        assert bool(refused.value.needs) is not restricted
