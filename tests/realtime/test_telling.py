"""A line that cannot be printed in one language silences neither the others nor what follows."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import Babel

from crisis.incidents.commands import add_note
from crisis.incidents.model import Incident
from crisis.kernel.ids import new_id
from crisis.kernel.journal import Line
from crisis.realtime import eviction, rooms, tailer
from crisis.realtime.rooms import Connection
from crisis.web.locale import Style
from tests import given

UNPRINTABLE = "cannot be printed"


@pytest.fixture
def said(house: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What is said in which room; the press fails on one text in French."""
    app = Flask(__name__)
    Babel(app)

    def press(lines: Sequence[Line], language: str) -> list[dict[str, Any]]:
        if language == "fr" and any(line.facts.get("text") == UNPRINTABLE for line in lines):
            raise ValueError
        return [{"seq": line.seq} for line in lines]

    tailer.plug(app, press=press, style=Style)
    eviction.plug(
        alive=lambda _session, ids: ids,
        may_follow=lambda _session, pairs: pairs,
        touch=lambda _ids: None,
    )
    heard: list[tuple[str, Any]] = []
    monkeypatch.setattr(rooms, "say", lambda _event, told, *, to: heard.append((to, told["seq"])))
    yield heard
    for connection in rooms.everyone():
        rooms.remove(connection.sid)


def listen(incident: Incident, language: str) -> str:
    """Somebody listens to the incident in this language; the name of their room."""
    listener = Connection(
        sid=f"a page in {language}",
        id=new_id(),
        session_id=new_id(),
        person_id=new_id(),
        language=language,
        dismiss=lambda: None,
        incidents={incident.id: incident.reported_at},
    )
    rooms.add(listener)
    return rooms.room_of(UUID(str(incident.id)), language)


def test_the_room_goes_on_after_a_line_that_cannot_be_printed(
    said: list[tuple[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    incident = given.an_incident()
    arabic, french = listen(incident, "ar"), listen(incident, "fr")
    tailer.follow(incident.id)
    for text in ("one", UNPRINTABLE, "three"):
        add_note(given.runs(incident), incident.id, text=text)
        tailer._look()

    assert [seq for room, seq in said if room == arabic] == [2, 3, 4]
    assert [seq for room, seq in said if room == french] == [2, 4]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_journal_restored_from_an_older_copy_is_told_anew(
    said: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = given.an_incident()
    room = listen(incident, "ar")
    tailer.follow(incident.id)
    monkeypatch.setitem(tailer._cursors, incident.id, 50)
    tailer._look()
    add_note(given.runs(incident), incident.id, text="after the restore")
    tailer._look()

    assert said == [(room, 2)]
