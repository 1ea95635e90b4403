"""What the page of a room shows, and what it is told to fetch again."""

import re

from flask.testing import FlaskClient

from crisis.incidents.commands import add_note, link_incident
from crisis.kernel import clock
from crisis.kernel.ids import new_id
from crisis.realtime import presence
from crisis.realtime.rooms import Connection
from tests import given
from tests.parts.pages import app, client

__all__ = ["app", "client"]


def test_whoever_has_the_room_open_is_marked_without_a_script(client: FlaskClient) -> None:
    incident = given.an_incident()
    runs = given.runs(incident)
    presence.begin("one:5000")
    presence.keep(
        [
            Connection(
                sid="",
                id=new_id(),
                session_id=new_id(),
                person_id=runs.id,
                language="ar",
                dismiss=lambda: None,
                incidents={incident.id: clock.now()},
            )
        ]
    )
    page = given.signed_in(client, runs).get(f"/i/{incident.ref}").text

    marks = dict(re.findall(r'class="st here (\w+)" data-person="([^"]+)"', page))
    assert marks == {"ok": str(runs.id)}


def test_a_new_link_is_fetched_again_by_everybody_and_a_note_by_nobody(client: FlaskClient) -> None:
    one, other = given.an_incident(), given.an_incident()
    runs = given.runs(one)
    browser = given.signed_in(client, runs)

    def told() -> list[str]:
        news = browser.get(f"/i/{one.ref}/since/1").get_json()
        return list(news["packets"][-1]["mine"])

    add_note(runs, one.id, text="وصل الفريق.")
    assert told() == []
    link_incident(runs, one.id, other_ref=other.ref, reason="السبب نفسه")
    assert "links" in told()


def test_the_forms_of_a_room_stand_on_a_page_of_their_own(client: FlaskClient) -> None:
    incident = given.an_incident()
    browser = given.signed_in(client, given.runs(incident))

    room, acts = (browser.get(f"/i/{incident.ref}{rest}").text for rest in ("", "/acts"))
    offered = re.findall(r'id="(act-[\w-]+)"', room)
    assert offered
    assert offered == re.findall(r'id="(act-[\w-]+)"', acts)
    assert [f'id="{each[4:]}"' in room for each in offered] == [False] * len(offered)
    assert [f'id="{each[4:]}"' in acts for each in offered] == [True] * len(offered)
