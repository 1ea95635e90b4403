"""Once a second: sees out who may no longer stay, writes down who is here, and gives the pulse.

The pulse tells a page that it is live: up to which line it was told everything, who else is there,
and what moves without being a line, as the messages of an alert do. It is no news and has no
number; a page that misses one misses nothing.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.realtime import eviction, presence, rooms, tailer
from crisis.realtime.rounds import Rounds
from crisis.realtime.wire import refused
from crisis.web.locale import Style, speaking

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0
PULSE_SECONDS: Final = 10.0
MINUTE_SECONDS: Final = 60.0

Faces = Callable[[UUID, str], str]
"""HTML that shows who is present in this incident, for readers of this language."""
Marks = Callable[[Session, Collection[UUID]], Mapping[UUID, int]]
"""For each of these incidents in which something moves without a line, a number that changes when
it has."""
Regions = Callable[[UUID, str], dict[str, str]]
"""HTML of the parts of the page that moved with the mark, by id, for readers of a language."""


class _Plugged:
    """What comes from above this package; `crisis.app` fills it with `plug`."""

    app: Flask
    faces: Faces
    style: Callable[[], Style]
    marks: Marks
    regions: Regions


@dataclass(frozen=True)
class _Pulse:
    people: tuple[UUID, ...]
    languages: frozenset[str]
    mark: int
    at: float


class _Minute:
    """When the next begins."""

    next = 0.0


_plugged: Final = _Plugged()
_minute: Final = _Minute()
_pulses: Final[dict[UUID, _Pulse]] = {}


def plug(
    app: Flask,
    *,
    faces: Faces,
    style: Callable[[], Style],
    marks: Marks = lambda _session, _incidents: {},
    regions: Regions = lambda _incident, _language: {},
) -> None:
    """Say how those present are shown, and what moves without a line: `faces` and `regions` are
    called while `app` speaks the reader's language."""
    _plugged.app, _plugged.faces, _plugged.style = app, faces, style
    _plugged.marks, _plugged.regions = marks, regions


def start() -> None:
    """Begin to look. To be called in the process that serves, after it was forked."""
    _doorkeeper.start()


def stop() -> None:
    _doorkeeper.stop()


def wrong() -> str | None:
    """None when the doorkeeper works, else what is wrong with it."""
    return _doorkeeper.wrong()


def _look() -> None:
    connections = rooms.everyone()
    if connections:
        with reading() as session:
            strangers = eviction.strangers(session, connections)
        eviction.see_out(strangers)
    presence.keep(rooms.everyone())
    _each_minute()
    _give_pulses()


def _each_minute() -> None:
    now = time.monotonic()
    if now < _minute.next:
        return
    _minute.next = now + MINUTE_SECONDS
    if connections := rooms.everyone():  # who reads uses their session, though they do not type
        eviction.touch({each.session_id for each in connections})
    if refused:
        log.warning("Sockets closed for what they sent, in the last minute: %s", dict(refused))
        refused.clear()


def _give_pulses() -> None:
    listened = rooms.listened()
    for incident_id in _pulses.keys() - listened.keys():
        del _pulses[incident_id]
    if listened:
        with reading() as session:
            present = presence.present_in(session, listened)
            marks = _plugged.marks(session, listened)
        for incident_id, languages in listened.items():
            _give_pulse(incident_id, present[incident_id], marks.get(incident_id, 0), languages)


def _give_pulse(incident_id: UUID, people: Sequence[UUID], mark: int, languages: set[str]) -> None:
    head = tailer.told_until(incident_id)
    if head is None:
        return  # nobody is told that they are live while they may not be
    now, last = time.monotonic(), _pulses.get(incident_id)
    is_new = last is None or last.languages != languages
    moved = last is None or last.mark != mark
    is_news = is_new or moved or (last is not None and last.people != tuple(people))
    if last is not None and not is_news and now - last.at < PULSE_SECONDS:
        return
    _pulses[incident_id] = _Pulse(tuple(people), frozenset(languages), mark, now)
    at = clock.now().isoformat(timespec="milliseconds")
    for language in languages:
        with speaking(_plugged.app, language, _plugged.style()):
            shown = _plugged.faces(incident_id, language)
            regions = _plugged.regions(incident_id, language) if moved or is_new else {}
        told = {"at": at, "head": head, "present": shown, "alerts": mark, "regions": regions}
        rooms.say("pulse", told, to=rooms.room_of(incident_id, language))


_doorkeeper: Final = Rounds("doorkeeper", _look, seconds=EVERY_SECONDS)
