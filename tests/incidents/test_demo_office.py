"""A new installation opens in the middle of an exercise."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from crisis.incidents.model import Incident
from crisis.incidents.queries import followed
from crisis.incidents.states import Phase, Status
from crisis.kernel import clock, command, database, journal
from crisis.kernel.database import reading
from crisis.people.model import Person
from crisis.people.queries import actor_of, standing, the_office
from crisis.policy import Actor, Rank
from crisis.seeding import seed_demo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with the demo office, on each engine; nothing here changes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "standing", standing)
        address = request.getfixturevalue(f"kept_{request.param}_url")
        database.connect(address)
        assert seed_demo()
        yield address
        database.engine().dispose()


@pytest.fixture
def demo(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "standing", standing)
    database.connect(filled)


def person(email: str) -> Actor:
    with reading() as session:
        found = actor_of(session, session.scalars(select(Person.id).filter_by(email=email)).one())
    assert found is not None
    return found


@pytest.mark.usefixtures("demo")
def test_no_first_page_is_empty() -> None:
    coordinator = followed(person("p02@gcc.gov.example"))
    assert sorted((each.status, each.level) for each in coordinator) == [
        (Status.CLOSED, 1),
        (Status.OPEN, 1),
        (Status.OPEN, 2),
        (Status.OPEN, 4),
        (Status.REPORTED, 0),
        (Status.STANDING_DOWN, 1),
        (Status.WATCH, 0),
    ]
    assert coordinator[0].phase == Phase.MAINTENANCE
    with reading() as session:
        assert journal.head_of(session, coordinator[0].id) >= 45


@pytest.mark.usefixtures("demo")
def test_everything_in_it_is_an_exercise_and_has_already_happened() -> None:
    assert the_office().is_exercise
    with reading() as session:
        assert all(each.is_exercise for each in session.scalars(select(Incident)))
        lines = session.scalars(select(journal.Line)).all()
    assert clock.now() - timedelta(days=31) < min(each.at for each in lines)
    assert max(each.at for each in lines) < clock.now()


@pytest.mark.usefixtures("demo")
def test_its_journal_is_as_sound_as_a_real_one() -> None:
    with reading() as session:
        assert list(journal.verify(session)) == []
        for incident in session.scalars(select(Incident)):
            told = journal.lines_since(session, incident.id, 0)
            assert [each.at for each in told] == sorted(each.at for each in told)


@pytest.mark.usefixtures("demo")
def test_the_restricted_incident_is_there_only_for_those_with_a_duty_in_it() -> None:
    def sees_it(email: str) -> bool:
        return any(each.restricted for each in followed(person(email)))

    assert [sees_it(f"p{n}@{org}.gov.example") for n, org in (("01", "gcc"), ("16", "moi"))] == [
        True,
        True,
    ]
    assert not any(sees_it(f"p{n}@gcc.gov.example") for n in ("03", "04", "13", "37"))
    assert not any(sees_it(f"p{n}@pmo.gov.example") for n in ("35", "38"))


@pytest.mark.usefixtures("demo")
def test_it_is_loaded_once() -> None:
    assert not seed_demo()
    with reading() as session:
        people = session.scalars(select(Person).where(Person.is_machine.is_(False))).all()
    assert len(people) == 38
    assert [each.rank for each in people].count(Rank.ADMINISTRATOR) == 1
    assert sum(each.deputy_id is not None for each in people) == 10
