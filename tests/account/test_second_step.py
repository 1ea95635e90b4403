"""The second step: a code from an application, good once; or a recovery code, good once."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask.testing import FlaskClient

from crisis.account.commands import change_password, disable_second_step, enable_second_step
from crisis.account.model import Account, digest, read_code
from crisis.account.passwords import fresh_recovery_codes
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import new_id
from crisis.policy import Actor
from tests import given

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = pyotp.random_base32()
STEP = timedelta(seconds=30)


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


def switched_on(person: Actor, *, recovery: list[str] | None = None) -> None:
    """That person has had a second step since an hour ago."""
    with clock.at(NOON - timedelta(hours=1)):
        enable_second_step(
            person,
            person.id,
            secret=SECRET,
            code=code_at(clock.now()),
            recovery_hashes=[digest(read_code(each)) for each in recovery or []],
        )


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def at_the_code(client: FlaskClient, noon: None) -> FlaskClient:
    """A browser in which Laila, who has a second step, gave her password."""
    laila = given.a_person(email="laila@gov.example")
    password = given.a_password(laila)
    switched_on(laila, recovery=["ABCD-EFGH-JKLM-NPQR"])
    answer = client.post("/signin", data={"email": "laila@gov.example", "password": password})
    assert answer.location == "/signin/code"
    return client


def give(client: FlaskClient, code: str) -> int:
    """Send the code; the status of the answer."""
    return client.post("/signin/code", data={"code": code}).status_code


def is_inside(client: FlaskClient) -> bool:
    return bool(client.get("/me").status_code == 200)


def test_the_password_alone_opens_nothing(at_the_code: FlaskClient) -> None:
    assert not is_inside(at_the_code)
    assert at_the_code.get("/signin/code").status_code == 200


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_may_be_half_a_minute_early_or_late(at_the_code: FlaskClient, steps: int) -> None:
    assert give(at_the_code, code_at(NOON + steps * STEP)) == 303
    assert is_inside(at_the_code)


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_an_older_or_later_code_is_refused(at_the_code: FlaskClient, steps: int) -> None:
    assert give(at_the_code, code_at(NOON + steps * STEP)) == 422
    assert not is_inside(at_the_code)


def test_arabic_digits_and_spaces_are_understood(at_the_code: FlaskClient) -> None:
    arabic = code_at(NOON).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert give(at_the_code, f"{arabic[:3]} {arabic[3:]}") == 303


def test_a_code_works_once(at_the_code: FlaskClient) -> None:
    give(at_the_code, code_at(NOON))
    at_the_code.post("/signout")
    password = {"email": "laila@gov.example", "password": "three words do well"}
    at_the_code.post("/signin", data=password)

    assert give(at_the_code, code_at(NOON)) == 422
    assert give(at_the_code, code_at(NOON - STEP)) == 422, "nor one from before it"
    assert give(at_the_code, code_at(NOON + STEP)) == 303


def test_a_recovery_code_works_once(at_the_code: FlaskClient) -> None:
    first = give(at_the_code, "abcd efgh jklm npqr")
    at_the_code.post("/signout")
    password = {"email": "laila@gov.example", "password": "three words do well"}
    at_the_code.post("/signin", data=password)

    assert first == 303
    assert give(at_the_code, "ABCD-EFGH-JKLM-NPQR") == 422


@pytest.mark.parametrize(
    "nonsense", ["", "12345", "1234567", "abcdef", "ABCD-EFGH-JKLM-NPQ0", "٣" * 7]
)
def test_what_is_no_code_is_refused_with_the_reason(
    at_the_code: FlaskClient, nonsense: str
) -> None:
    assert give(at_the_code, nonsense) == 422
    assert not is_inside(at_the_code)


def test_guessing_codes_takes_longer_and_longer(at_the_code: FlaskClient) -> None:
    statuses = [give(at_the_code, "000000") for _ in range(4)]

    # The password was the first attempt of the row.
    assert statuses == [422, 422, 422, 409]


def test_after_five_minutes_one_begins_again(at_the_code: FlaskClient) -> None:
    with clock.at(NOON + timedelta(minutes=5)):
        answer = at_the_code.post("/signin/code", data={"code": code_at(clock.now())})

    assert answer.location == "/signin"
    assert not is_inside(at_the_code)


def test_a_new_password_ends_what_the_old_one_began(at_the_code: FlaskClient) -> None:
    with reading() as session:
        account = session.query(Account).one()
    laila = given.actor(account.id)
    change_password(
        laila, laila.id, checked_hash=account.password_hash, password_hash="x", keep=new_id()
    )

    assert at_the_code.post("/signin/code", data={"code": code_at(NOON)}).location == "/signin"
    assert not is_inside(at_the_code)


def test_it_is_switched_on_with_its_first_code(house: str, noon: None) -> None:
    laila = given.a_person()

    with pytest.raises(Invalid, match="not valid now"):
        enable_second_step(laila, laila.id, secret=SECRET, code="000000", recovery_hashes=[])
    with reading() as session:
        assert session.query(Account).filter(Account.totp_secret.is_not(None)).count() == 0

    enable_second_step(laila, laila.id, secret=SECRET, code=code_at(NOON), recovery_hashes=[])
    with pytest.raises(Conflict, match="already on"):
        enable_second_step(laila, laila.id, secret=SECRET, code=code_at(NOON), recovery_hashes=[])


def test_nobody_switches_it_off_for_somebody_else(house: str, noon: None) -> None:
    laila, salem = given.a_person(), given.an_administrator()
    switched_on(laila)

    with pytest.raises(Forbidden, match="somebody else"):
        disable_second_step(salem, laila.id, checked_hash=None)


def test_its_pages_show_the_codes_once(client: FlaskClient) -> None:
    laila = given.a_person()
    given.a_password(laila)
    given.signed_in(client, laila)
    setup = client.get("/me/totp")
    with client.session_transaction() as kept:
        secret = kept["totp"]

    shown = client.post("/me/totp", data={"code": pyotp.TOTP(secret).now()})
    again = client.get("/me/totp")

    assert " ".join([secret[:4], secret[4:8]]) in setup.text
    assert shown.status_code == 200
    assert len(set(recovery_codes_in(shown.text))) == 10
    assert again.status_code == 303
    assert recovery_codes_in(client.get("/me").text) == []


def test_new_recovery_codes_end_the_old_ones_and_take_the_password(client: FlaskClient) -> None:
    laila = given.a_person()
    password = given.a_password(laila)
    old = fresh_recovery_codes()
    given.signed_in(client, laila)
    with clock.at(NOON):
        switched_on(laila, recovery=old)

    refused = client.post("/me/recovery-codes", data={"password": "something else here"})
    shown = client.post("/me/recovery-codes", data={"password": password})

    with reading() as session:
        kept = session.get_one(Account, laila.id).recovery_hashes
    new = recovery_codes_in(shown.text)
    assert refused.status_code == 422
    assert sorted(kept) == sorted(digest(read_code(each)) for each in new)
    assert not set(new) & set(old)


def recovery_codes_in(page: str) -> list[str]:
    letters = "[A-HJ-NP-Z2-9]{4}"
    return re.findall(rf"\b{letters}-{letters}-{letters}-{letters}\b", page)
