"""Sessions: how long they last, and everything that ends them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from crisis.account import sessions
from crisis.account.commands import sign_out, sign_out_everywhere
from crisis.account.model import Attempts, SignIn
from crisis.account.queries import alive_people, find_standing, own_sessions, session_alive
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden
from crisis.people.commands import edit_person, set_person_active
from crisis.people.model import Person, Profile
from crisis.policy import Actor, Duty, Rank
from tests import given

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def alive(*ids: UUID) -> set[UUID]:
    with reading() as session:
        return session_alive(session, ids)


def profile_of(person: Person, *, rank: Rank) -> Profile:
    assert person.ministry_id is not None
    return Profile(
        ministry_id=person.ministry_id,
        name=person.name,
        title=person.title,
        email=person.email,
        language=person.language,
        rank=rank,
        standing_duty=Duty(person.standing_duty) if person.standing_duty else None,
        deputy_id=person.deputy_id,
    )


def test_a_session_lasts_a_shift_and_no_longer(house: str) -> None:
    laila = given.a_person()
    with clock.at(NOON):
        begun = given.a_session(laila)
    for hour in range(1, 12):
        with clock.at(NOON + timedelta(hours=hour)):
            sessions.touch([begun])

    with clock.at(NOON + timedelta(hours=11, minutes=59)):
        assert alive(begun) == {begun}
    with clock.at(NOON + timedelta(hours=12)):
        assert alive(begun) == set()


def test_a_session_nobody_uses_ends_after_two_hours(house: str) -> None:
    laila = given.a_person()
    with clock.at(NOON):
        used, unused = given.a_session(laila), given.a_session(laila)
    with clock.at(NOON + timedelta(hours=1)):
        sessions.touch([used])

    with clock.at(NOON + timedelta(hours=2)):
        assert alive(used, unused) == {used}


def test_reading_a_page_is_use_and_is_written_once_a_minute(client: FlaskClient) -> None:
    laila = given.a_person()
    with clock.at(NOON):
        given.signed_in(client, laila)

    def seen_after(seconds: int) -> timedelta:
        with clock.at(NOON + timedelta(seconds=seconds)):
            client.get("/me")
        with reading() as session:
            return session.query(SignIn).one().last_seen_at - NOON

    assert seen_after(30) == timedelta(0)
    assert seen_after(90) == timedelta(seconds=90)
    assert seen_after(120) == timedelta(seconds=90)


def test_signing_out_ends_this_session_only(house: str) -> None:
    laila = given.a_person()
    here, elsewhere = given.a_session(laila), given.a_session(laila)

    sign_out(laila, laila.id, sign_in_id=here)

    assert alive(here, elsewhere) == {elsewhere}
    with pytest.raises(Conflict, match="already ended"):
        sign_out(laila, laila.id, sign_in_id=here)


def deactivate(person: Actor, administrator: Actor) -> None:
    set_person_active(administrator, person.id, active=False)


def promote(person: Actor, administrator: Actor) -> None:
    profile = profile_of(given.person(person.id), rank=Rank.COORDINATOR)
    edit_person(administrator, person.id, profile=profile)


def reset_password(person: Actor, _administrator: Actor) -> None:
    given.a_password(person)


def sign_out_of_all(person: Actor, _administrator: Actor) -> None:
    sign_out_everywhere(person, person.id)


@pytest.mark.parametrize("act", [deactivate, promote, reset_password, sign_out_of_all])
def test_what_changes_a_person_ends_their_sessions_and_nobody_elses(
    house: str, act: Callable[[Actor, Actor], None]
) -> None:
    laila, salem, administrator = given.a_person(), given.a_person(), given.an_administrator()
    own = [given.a_session(laila) for _ in range(2)]
    others = given.a_session(salem)

    act(laila, administrator)

    assert alive(*own, others) == {others}


def test_coming_back_into_service_revives_no_session(house: str) -> None:
    laila, administrator = given.a_person(), given.an_administrator()
    begun = given.a_session(laila)

    deactivate(laila, administrator)
    with reading() as session:
        in_service = alive_people(session, [laila.id, administrator.id])
    set_person_active(administrator, laila.id, active=True)

    assert in_service == {administrator.id}
    assert alive(begun) == set()


def test_editing_a_name_ends_no_session(house: str) -> None:
    laila, administrator = given.a_person(), given.an_administrator()
    begun = given.a_session(laila)

    edit_person(
        administrator,
        laila.id,
        profile=profile_of(given.person(laila.id), rank=Rank.MEMBER),
    )

    assert alive(begun) == {begun}


def test_nobody_ends_somebody_elses_session(house: str) -> None:
    laila, salem = given.a_person(), given.a_coordinator()
    begun = given.a_session(laila)

    with pytest.raises(Forbidden, match="somebody else"):
        sign_out(salem, laila.id, sign_in_id=begun)
    with pytest.raises(Conflict):
        sign_out(salem, salem.id, sign_in_id=begun)

    assert alive(begun) == {begun}


def test_a_page_shows_ones_own_sessions_and_ends_one(client: FlaskClient) -> None:
    laila, salem = given.a_person(), given.a_person()
    elsewhere, others = given.a_session(laila), given.a_session(salem)
    given.signed_in(client, laila)

    page = client.get("/me").text
    answer = client.post(f"/me/sessions/{elsewhere}/end")

    assert str(elsewhere) in page
    assert str(others) not in page
    assert answer.location == "/me"
    assert alive(elsewhere) == set()
    assert len(own_sessions(laila)) == 1


def test_after_signing_out_the_cookie_is_worth_nothing(client: FlaskClient) -> None:
    laila = given.a_person()
    given.signed_in(client, laila)
    carried = client.get_cookie("sid")
    assert carried is not None

    answer = client.post("/signout")
    client.set_cookie("sid", carried.value)

    assert answer.location == "/signin"
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert client.get("/me").status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "x" * 2000, "\u0633", "a;b", "0" * 43])
def test_a_made_up_cookie_is_nobody(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("sid", cookie)

    assert client.get("/me").status_code == 303


def test_what_is_long_over_is_forgotten(house: str) -> None:
    laila = given.a_person()
    with clock.at(NOON):
        given.a_session(laila, token=(token := uuid4().hex))
        sessions.begin_attempt("laila@gov.example")

    sessions.forget(NOON + timedelta(days=29))
    with reading() as session:
        assert session.query(SignIn).count() == session.query(Attempts).count() == 1
    sessions.forget(NOON + timedelta(days=31))
    with reading() as session:
        assert session.query(SignIn).count() == session.query(Attempts).count() == 0
    assert find_standing(token) is None


def test_all_other_sessions_end_and_the_one_at_hand_goes_on(client: FlaskClient) -> None:
    laila = given.a_person()
    others = [given.a_session(laila) for _ in range(2)]
    given.signed_in(client, laila)
    (here,) = {each.id for each in own_sessions(laila)} - set(others)

    answer = client.post("/signout-everywhere", data={"but_here": "yes"})

    assert answer.location == "/me"
    assert alive(*others, here) == {here}
    assert client.get("/me").status_code == 200
