"""Who is in the room: rows of every process, and no ghosts of one that died."""

from datetime import timedelta
from uuid import UUID

from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import new_id
from crisis.realtime import presence
from crisis.realtime.rooms import Connection

FLOOD, FIRE = new_id(), new_id()
NOOR, SAMI = new_id(), new_id()


def a_page(person_id: UUID, *incidents: UUID, minutes_ago: int = 0) -> Connection:
    since = clock.now() - timedelta(minutes=minutes_ago)
    return Connection(
        sid="",
        id=new_id(),
        session_id=new_id(),
        person_id=person_id,
        language="ar",
        dismiss=lambda: None,
        incidents=dict.fromkeys(incidents, since),
    )


def present(incident: UUID) -> list[UUID]:
    with reading() as session:
        return presence.present(session, incident)


def test_people_stand_in_the_order_they_came_however_many_pages_they_have(house: str) -> None:
    presence.begin("one:5000")
    presence.keep(
        [
            a_page(SAMI, FLOOD, minutes_ago=1),
            a_page(NOOR, FLOOD, minutes_ago=9),
            a_page(SAMI, FLOOD, minutes_ago=5),
            a_page(SAMI, FIRE),
        ]
    )

    assert present(FLOOD) == [NOOR, SAMI]
    assert present(FIRE) == [SAMI]


def test_whoever_closes_the_page_is_gone(house: str) -> None:
    presence.begin("one:5000")
    noor, sami = a_page(NOOR, FLOOD), a_page(SAMI, FLOOD)
    presence.keep([noor, sami])
    presence.keep([sami])

    assert present(FLOOD) == [SAMI]


def test_each_process_writes_for_itself_alone(house: str) -> None:
    presence.begin("one:5000")
    presence.keep([a_page(NOOR, FLOOD, minutes_ago=2)])
    presence.begin("two:5000")
    presence.keep([a_page(SAMI, FLOOD)])

    assert present(FLOOD) == [NOOR, SAMI]


def test_a_process_that_comes_back_takes_its_ghosts_away(house: str) -> None:
    presence.begin("one:5000")
    presence.keep([a_page(NOOR, FLOOD)])
    presence.begin("one:5000")
    presence.keep([])

    assert present(FLOOD) == []


def test_rows_of_a_process_that_died_count_for_45_seconds_and_are_dropped(house: str) -> None:
    presence.begin("one:5000")
    presence.keep([a_page(NOOR, FLOOD)])
    later = clock.now() + presence.COUNTS_FOR

    with clock.at(later - timedelta(seconds=1)):
        assert present(FLOOD) == [NOOR]
    with clock.at(later + timedelta(seconds=1)):
        assert present(FLOOD) == []
    with bookkeeping() as session:
        presence.forget(session, later + timedelta(seconds=1))
    assert present(FLOOD) == []
