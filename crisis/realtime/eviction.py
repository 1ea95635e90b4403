"""Nobody stays in a room who may no longer be there.

Every second, in every process, and before a line is told when anything could have changed, it is
asked anew of every listener: is the session alive, is the person in service, may they still follow
the incident?
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.kernel import journal
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.journal import Line
from crisis.realtime import rooms
from crisis.realtime.rooms import Connection

SIGNED_OUT: Final = "signed_out"
NOT_YOURS: Final = "not_yours"

Pair = tuple[UUID, UUID]
"""A person and an incident."""


_judged: Final[dict[UUID, tuple[int, frozenset[Connection]]]] = {}
"""By stream: who was found to belong there, when the office's own stream had this many lines."""


class _Plugged:
    """What comes from above this package; `crisis.app` fills it with `plug`."""

    harmless: Collection[str] = ()
    alive: Callable[[Session, Collection[UUID]], Collection[UUID]]
    may_follow: Callable[[Session, Collection[Pair]], Collection[Pair]]
    touch: Callable[[list[UUID]], None]


_plugged: Final = _Plugged()


def plug(
    *,
    alive: Callable[[Session, Collection[UUID]], Collection[UUID]],
    may_follow: Callable[[Session, Collection[Pair]], Collection[Pair]],
    touch: Callable[[list[UUID]], None],
    harmless: Collection[str] = (),
) -> None:
    """Say who may be where.

    `alive(session, session_ids)` returns those sessions that are signed in still, of people in
    service. `may_follow(session, pairs)` returns those pairs of person and incident in which the
    person may read the page of the incident. `touch(session_ids)` notes that sessions are in use.
    `harmless` are the names of lines in an incident's stream after which everybody may still follow
    it who could before.
    """
    _plugged.harmless = harmless
    _plugged.alive, _plugged.may_follow, _plugged.touch = alive, may_follow, touch


def is_alive(session: Session, session_id: UUID) -> bool:
    """Whether that session is signed in still."""
    return session_id in _plugged.alive(session, [session_id])


def may_follow(session: Session, person_id: UUID, incident_id: UUID) -> bool:
    """Whether this person may read the page of this incident."""
    return (person_id, incident_id) in _plugged.may_follow(session, [(person_id, incident_id)])


def who_may_follow(
    session: Session, connections: Iterable[Connection], incident_ids: Collection[UUID]
) -> list[Connection]:
    """Those connections whose person may follow at least one of these incidents."""
    connections = list(connections)
    people = {each.person_id for each in connections}
    pairs = [(person, incident) for person in people for incident in incident_ids]
    allowed = {person for person, _incident in _plugged.may_follow(session, pairs)}
    return [each for each in connections if each.person_id in allowed]


def strangers(session: Session, connections: Collection[Connection]) -> dict[Connection, str]:
    """Those who must go, and why."""
    if not connections:
        return {}
    alive = _plugged.alive(session, {each.session_id for each in connections})
    # Read once: a room entered while this is asked has not been asked about.
    heard = {each: set(each.incidents) for each in connections}
    wanted = {(each.person_id, incident) for each in connections for incident in heard[each]}
    allowed = _plugged.may_follow(session, wanted) if wanted else ()
    found: dict[Connection, str] = {}
    for each in connections:
        if each.session_id not in alive:
            found[each] = SIGNED_OUT
        elif any((each.person_id, incident) not in allowed for incident in heard[each]):
            found[each] = NOT_YOURS
    return found


def touch(session_ids: Collection[UUID]) -> None:
    """Note that these sessions are in use: a page of theirs is open."""
    _plugged.touch(list(session_ids))


def strangers_to(
    session: Session, lines: Sequence[Line], connections: Collection[Connection]
) -> dict[Connection, str]:
    """Those who must go before they hear `lines`, the next of one stream.

    Rights change by lines of the incident's own stream or of the office's; so nobody is asked again
    when neither has any that could matter. Sessions that end by themselves are seen to each second.
    """
    stream, here = lines[0].stream, frozenset(connections)
    office_head = journal.head_of(session, OFFICE_ID)
    head_then, known = _judged.get(stream, (-1, frozenset()))
    nothing_new = head_then == office_head and here <= known
    if nothing_new and all(line.name in _plugged.harmless for line in lines):
        return {}
    found = strangers(session, connections)
    _judged[stream] = office_head, here - found.keys()
    return found


def forget(stream: UUID) -> None:
    """Nobody listens to this stream any more."""
    _judged.pop(stream, None)


def see_out(strangers: Mapping[Connection, str]) -> None:
    """Tell each why, and close their sockets."""
    for connection, why in strangers.items():
        rooms.evict(connection, why)
