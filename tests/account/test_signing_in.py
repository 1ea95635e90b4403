"""Signing in: who may, what a stranger learns from trying, and how long it takes them."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.account import sessions
from crisis.account.model import Attempts, SignIn, digest, wait_after
from crisis.account.queries import find_standing
from crisis.account.routes import browser_label
from crisis.app import create_app
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict
from crisis.kernel.journal import Line
from crisis.kernel.once import Once
from crisis.people.commands import set_person_active
from crisis.policy import Actor
from crisis.settings import load
from crisis.web.security import limiter
from tests import given

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WRONG = "not the password at all"


def knock(client: FlaskClient, email: str, password: str, **more: str) -> Any:
    """Send the sign-in form."""
    sent = {"_form": "signin", "email": email, "password": password, **more}
    return client.post("/signin", data=sent)


def email_of(actor: Actor) -> str:
    return str(given.person(actor.id).email)


def is_inside(client: FlaskClient) -> bool:
    return bool(client.get("/me").status_code == 200)


def test_the_right_password_opens_a_session(client: FlaskClient) -> None:
    laila = given.a_person()
    password = given.a_password(laila)

    answer = knock(client, email_of(laila).upper(), password)

    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.location) == (303, "/")
    assert cookie.startswith("sid=")
    assert all(said in cookie for said in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Secure" not in cookie
    assert is_inside(client)


def test_the_database_does_not_hold_what_the_cookie_says(client: FlaskClient) -> None:
    laila = given.a_person()
    knock(client, email_of(laila), given.a_password(laila))

    carried = client.get_cookie("sid")

    with reading() as session:
        kept = [row.token_hash for row in session.query(SignIn)]
    assert carried is not None
    assert kept == [digest(carried.value)]
    assert carried.value not in kept


def test_over_https_the_cookie_belongs_to_this_host_alone(sqlite_url: str) -> None:
    settings = {
        "DATABASE_URL": sqlite_url,
        "SECRET_KEY": "k" * 32,
        "PUBLIC_BASE_URL": "https://nasaq.gov.example",
    }
    secure = create_app(load(settings))
    secure.config["WTF_CSRF_ENABLED"] = False
    laila = given.a_person()
    password = given.a_password(laila)

    answer = knock(secure.test_client(), email_of(laila), password)

    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "sid" in c)
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_form_from_elsewhere_signs_nobody_in(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    laila = given.a_person()

    answer = knock(app.test_client(), email_of(laila), given.a_password(laila))

    assert answer.status_code == 400
    assert "sid=" not in str(answer.headers)


def test_a_stranger_does_not_learn_who_has_an_account(client: FlaskClient) -> None:
    known, gone, fresh = given.a_person(), given.a_person(), given.a_person()
    given.a_password(known)
    given.a_password(gone)
    set_person_active(given.an_administrator(), gone.id, active=False)

    tried = (email_of(known), email_of(gone), email_of(fresh), "nobody@gov.example")
    with clock.at(NOON):
        answers = [knock(client, email, WRONG) for email in tried]

    assert {each.status_code for each in answers} == {422}
    assert [told(each) for each in answers[1:]] == [told(answers[0])] * 3


def told(answer: Any) -> str:
    """A page without what differs each time or was typed."""
    lines = answer.get_data(as_text=True).splitlines()
    differing = ("_key", "csrf", 'name="email"')
    return "\n".join(line for line in lines if not any(w in line.lower() for w in differing))


@pytest.mark.usefixtures("hashed_as_meant")
def test_an_unknown_name_takes_as_long_as_a_wrong_password(client: FlaskClient) -> None:
    laila = given.a_person()
    given.a_password(laila, "words that no other test hashes")
    taken: dict[str, list[float]] = {email_of(laila): [], "nobody@gov.example": []}
    knock(client, email_of(laila), WRONG)

    for email in list(taken) * 7:
        sessions.forgive_attempts(email)
        begun = time.thread_time()  # what it costs, however busy the machine is
        knock(client, email, WRONG)
        taken[email].append(time.thread_time() - begun)

    known, unknown = (median(each) for each in taken.values())
    assert 1 / 2 < unknown / known < 2


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (3, 0), (4, 1), (5, 2), (6, 4), (12, 256), (13, 300), (5000, 300)],
)
def test_the_wait_doubles_and_never_becomes_a_lock(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("is_known", [True, False])
def test_whoever_fails_often_waits_known_or_not(client: FlaskClient, is_known: bool) -> None:
    laila = given.a_person()
    password = given.a_password(laila)
    email = email_of(laila) if is_known else "nobody@gov.example"
    with clock.at(NOON):
        statuses = [knock(client, email, WRONG).status_code for _ in range(5)]
        patience = knock(client, email, password)

    assert statuses == [422, 422, 422, 422, 409]
    assert patience.status_code == 409
    assert "sid=" not in str(patience.headers)


def test_after_the_wait_the_right_password_still_works(client: FlaskClient) -> None:
    laila = given.a_person()
    password = given.a_password(laila)
    with clock.at(NOON):
        for _ in range(4):
            knock(client, email_of(laila), WRONG)
    with clock.at(NOON + timedelta(seconds=1)):
        answer = knock(client, email_of(laila), password)
        again = knock(client, email_of(laila), WRONG)

    assert answer.status_code == 303
    assert again.status_code == 422, "the first failure after a success costs nothing"


def test_sixteen_at_once_guess_no_more_than_one_after_the_other(house: str) -> None:
    def guess(_number: int) -> bool:
        with clock.at(NOON):
            try:
                sessions.begin_attempt("laila@gov.example")
            except Conflict:
                return False
        return True

    with ThreadPoolExecutor(16) as crowd:
        let_through = sum(crowd.map(guess, range(16)))

    assert let_through == 4, "three are free, the fourth begins the waiting"
    with reading() as session:
        assert session.query(Attempts).one().failures == 4


def test_one_address_cannot_try_everybodys_password(app: Flask) -> None:
    limiter.enabled = True
    limiter.reset()
    client = app.test_client()

    statuses = [
        client.post("/signin", data={"email": "", "password": "x"}).status_code for _ in range(62)
    ]

    limiter.reset()
    assert statuses[:60] == [422] * 60
    assert statuses[60:] == [429, 429]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil.example",
        "///evil.example",
        "/ok\\evil",
        " //evil.example",
    ],
)
def test_signing_in_never_leads_elsewhere(client: FlaskClient, elsewhere: str) -> None:
    laila = given.a_person()
    password = given.a_password(laila)

    page = client.get("/signin", query_string={"next": elsewhere}).text
    form = page.partition('id="signin"')[2].partition("</form>")[0]
    answer = knock(client, email_of(laila), password, next=elsewhere)

    assert 'name="next"' not in form
    assert answer.location in {"/", None}


def test_signing_in_leads_back_to_where_one_was_going(client: FlaskClient) -> None:
    laila = given.a_person()
    password = given.a_password(laila)
    sent_away = client.get("/office/people?q=سالم")

    answer = knock(client, email_of(laila), password, next="/office/people?q=سالم")

    assert sent_away.status_code == 303
    assert sent_away.location.startswith("/signin?next=/office/people")
    assert answer.location.startswith("/office/people?q=")


def test_a_demo_office_can_be_entered_as_anybody(client: FlaskClient) -> None:
    salem = given.an_office(is_exercise=True)

    answer = client.post(f"/signin/as/{salem.id}", data={"next": "/office"})

    assert (answer.status_code, answer.location) == (303, "/office")
    assert is_inside(client)


def test_no_other_office_can_be_entered_without_a_password(client: FlaskClient) -> None:
    salem = given.an_office()

    assert client.post(f"/signin/as/{salem.id}").status_code == 404
    assert not is_inside(client)
    assert f"/signin/as/{salem.id}" not in client.get("/signin").text


def test_entering_as_somebody_else_ends_the_first_session(client: FlaskClient) -> None:
    salem, laila = given.an_office(is_exercise=True), given.a_person()
    client.post(f"/signin/as/{salem.id}")
    first = client.get_cookie("sid")

    client.post(f"/signin/as/{laila.id}")

    assert first is not None
    assert find_standing(first.value) is None
    assert is_inside(client)


def test_no_secret_stays_in_the_journal_or_among_answered_requests(client: FlaskClient) -> None:
    laila = given.a_person()
    password = given.a_password(laila)
    knock(client, email_of(laila), password, _key="00000000-0000-4000-8000-000000000001")

    carried = client.get_cookie("sid")
    with reading() as session:
        facts = str([line.facts for line in session.query(Line)])
        answered = session.query(Once).all()
    assert carried is not None
    assert all(word not in facts for word in (password, carried.value, digest(carried.value)))
    assert "argon2" not in facts
    assert answered == [], "a digest of a form with a password could be guessed at leisure"


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
            "Firefox · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_session_is_named_as_its_owner_would_name_it(agent: str, label: str) -> None:
    assert browser_label(agent) == label


def test_a_page_of_whoever_sat_here_before_does_nothing_in_the_name_of_the_next(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser, laila, other = app.test_client(), given.a_person(), given.a_person()
    passwords = {each.id: given.a_password(each) for each in (laila, other)}

    def token(path: str) -> str:
        page = browser.get(path).text
        return page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def enters(who: Actor) -> None:
        knock(browser, email_of(who), passwords[who.id], csrf_token=token("/signin"))

    def leaves_by(carried: str) -> int:
        return browser.post("/signout", data={"csrf_token": carried}).status_code

    enters(laila)
    hers = token("/me")
    assert leaves_by(hers) == 303
    enters(laila)
    assert leaves_by(hers) == 303, "what she typed before she signed in anew can still be sent"
    enters(other)
    assert leaves_by(hers) == 400
    assert is_inside(browser)
