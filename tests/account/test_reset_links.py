"""A link to set a password: made by an administrator, shown once, good once, for a day."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from flask.testing import FlaskClient

from crisis.account.commands import enable_second_step, make_reset_link, use_reset_link
from crisis.account.model import digest
from crisis.account.queries import own_account
from crisis.kernel import clock
from crisis.kernel.errors import Conflict, Forbidden
from crisis.people.commands import set_person_active
from crisis.policy import Actor, Rank
from tests import given

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FRESH = {"password": "a wholly new sentence", "again": "a wholly new sentence"}


def link_for(client: FlaskClient, person_id: UUID, **fields: str) -> str:
    """The path of a link that an administrator makes on the person's page."""
    given.signed_in(client, given.an_administrator())
    page = client.post(f"/office/people/{person_id}/password-reset", data=fields)
    assert page.status_code == 200
    found = re.search(r"(http://localhost)?(/reset/[\w-]+)", page.text)
    assert found
    client.delete_cookie("sid")
    return found[2]


def signs_in(client: FlaskClient, actor: Actor, password: str) -> bool:
    email = str(given.person(actor.id).email)
    answer = client.post("/signin", data={"email": email, "password": password})
    return bool(answer.status_code == 303)


def test_the_link_sets_the_password_once(client: FlaskClient) -> None:
    laila = given.a_person()
    link = link_for(client, laila.id)

    answer = client.post(link, data=FRESH)
    again = client.post(link, data=FRESH)

    assert answer.location == "/signin"
    assert again.status_code == 409
    assert signs_in(client, laila, FRESH["password"])


def test_looking_at_the_link_uses_nothing_up(client: FlaskClient) -> None:
    laila = given.a_person()
    link = link_for(client, laila.id)

    pages = [client.get(link) for _ in range(3)]

    assert {page.status_code for page in pages} == {200}
    assert pages[0].headers["Referrer-Policy"] == "no-referrer"
    assert client.post(link, data=FRESH).status_code == 303


def test_the_link_is_shown_only_when_it_is_made(client: FlaskClient) -> None:
    laila = given.a_person()
    link = link_for(client, laila.id)

    given.signed_in(client, given.an_administrator())
    page = client.get(f"/office/people/{laila.id}")

    assert link not in page.text
    assert own_account(laila).reset_hash == digest(link.rpartition("/")[2])


def test_a_link_is_good_for_a_day(house: str) -> None:
    laila = given.a_person()
    with clock.at(NOON):
        make_reset_link(
            given.the_system(), laila.id, token_hash=digest("t"), removes_second_step=False
        )
    with clock.at(NOON + timedelta(hours=24)), pytest.raises(Conflict, match="no longer works"):
        use_reset_link(laila, laila.id, token_hash=digest("t"), password_hash="x")
    with clock.at(NOON + timedelta(hours=23, minutes=59)):
        use_reset_link(laila, laila.id, token_hash=digest("t"), password_hash="x")


def test_a_second_link_ends_the_first(client: FlaskClient) -> None:
    laila = given.a_person()
    first, second = link_for(client, laila.id), link_for(client, laila.id)

    assert client.get(first).status_code == 409
    assert client.get(second).status_code == 200


def test_a_link_of_somebody_out_of_service_is_dead(client: FlaskClient) -> None:
    laila = given.a_person()
    link = link_for(client, laila.id)

    set_person_active(given.an_administrator(), laila.id, active=False)

    assert client.get(link).status_code == 409
    assert client.post(link, data=FRESH).status_code == 409
    with pytest.raises(Conflict, match="Only an active person"):
        make_reset_link(
            given.an_administrator(), laila.id, token_hash="x", removes_second_step=False
        )


@pytest.mark.parametrize("rank", [Rank.COORDINATOR, Rank.MEMBER, Rank.AUDITOR])
def test_only_an_administrator_makes_links(house: str, rank: Rank) -> None:
    laila, other = given.a_person(), given.a_person(rank=rank)

    with pytest.raises(Forbidden):
        make_reset_link(other, laila.id, token_hash="x", removes_second_step=False)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"password": "short", "again": "short"}, "reset-password"),
        ({"password": "a wholly new sentence", "again": "another one here"}, "reset-again"),
    ],
)
def test_a_refused_password_leaves_the_link_as_it_was(
    client: FlaskClient, sent: dict[str, str], field: str
) -> None:
    laila = given.a_person()
    link = link_for(client, laila.id)

    refused = client.post(link, data={**sent, "_form": "reset"})

    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert f'"{sent["password"]}"' not in refused.text
    assert client.post(link, data=FRESH).status_code == 303


@pytest.mark.parametrize("removes", [False, True])
def test_whoever_lost_the_telephone_gets_in_by_a_link_that_says_so(
    client: FlaskClient, removes: bool
) -> None:
    laila, secret = given.a_person(), pyotp.random_base32()
    code = pyotp.TOTP(secret).now()
    enable_second_step(laila, laila.id, secret=secret, code=code, recovery_hashes=[])
    asked = {"removes_second_step": "yes"} if removes else {}

    client.post(link_for(client, laila.id, **asked), data=FRESH)

    assert own_account(laila).has_second_step is not removes


def test_links_name_the_house_as_its_settings_do(client: FlaskClient) -> None:
    laila = given.a_person()
    given.signed_in(client, given.an_administrator())
    settings = client.application.config["SETTINGS"]
    known = settings.model_copy(update={"public_base_url": "https://nasaq.gov.example"})
    client.application.config["SETTINGS"] = known

    page = client.post(
        f"/office/people/{laila.id}/password-reset", headers={"X-Forwarded-Host": "evil.example"}
    )

    assert "https://nasaq.gov.example/reset/" in page.text
    assert "evil.example" not in page.text
