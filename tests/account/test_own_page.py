"""One's own page: language, look, password."""

import pytest
from flask.testing import FlaskClient

from crisis.account.commands import choose_preferences
from crisis.account.model import Announce
from crisis.account.queries import own_account, own_sessions
from crisis.kernel import clock
from crisis.kernel.errors import Forbidden
from crisis.people.commands import choose_language
from tests import given


def test_a_reader_chooses_a_language_before_signing_in(client: FlaskClient) -> None:
    given.an_office()

    answer = client.post("/preferences", data={"lang": "fr", "next": "/signin"})

    assert answer.location == "/signin"
    assert 'lang="fr"' in client.get("/signin").text


def test_a_signed_in_reader_finds_their_language_on_every_machine(client: FlaskClient) -> None:
    laila = given.a_person(language="ar")
    given.signed_in(client, laila)

    client.post("/preferences", data={"lang": "en", "next": "/me"})
    client.delete_cookie("lang")

    assert given.person(laila.id).language == "en"
    assert '<html lang="en" dir="ltr"' in client.get("/me").text


@pytest.mark.parametrize(
    ("theme", "scheme"), [("light", "light"), ("dark", "dark"), ("dim", "dark")]
)
def test_the_theme_is_a_matter_of_the_browser(client: FlaskClient, theme: str, scheme: str) -> None:
    given.signed_in(client, given.a_person())

    client.post("/preferences", data={"theme": theme, "next": "/me"})

    page = client.get("/me").text
    assert f'data-theme="{theme}"' in page
    assert f'name="color-scheme" content="{scheme}"' in page
    assert f'value="{theme}" aria-pressed="true"' in page


@pytest.mark.parametrize(
    "sent", [{"lang": "xx"}, {"theme": "pink"}, {"lang": "ar", "colour": "red"}]
)
def test_what_cannot_be_chosen_is_refused(client: FlaskClient, sent: dict[str, str]) -> None:
    given.an_office()

    assert client.post("/preferences", data=sent).status_code == 422


def test_nobody_chooses_for_somebody_else(house: str) -> None:
    laila, salem = given.a_person(), given.an_administrator()

    with pytest.raises(Forbidden):
        choose_language(salem, laila.id, language="fr")
    with pytest.raises(Forbidden):
        choose_preferences(salem, laila.id, language="fr", shortcuts=False, announce=Announce.NONE)


def test_shortcuts_and_announcements_can_be_switched_off(client: FlaskClient) -> None:
    laila = given.a_person()
    given.signed_in(client, laila)

    answer = client.post("/me", data={"lang": "fr", "announce": "none"})

    page = client.get("/me").text
    assert answer.location == "/me"
    assert 'data-shortcuts="off"' in page
    assert 'data-announce="none"' in page
    assert not own_account(laila).shortcuts


def test_a_new_password_takes_the_old_one_and_ends_other_sessions(client: FlaskClient) -> None:
    laila = given.a_person()
    old = given.a_password(laila)
    given.signed_in(client, laila)
    given.a_session(laila)
    new = {"password": "a wholly new sentence", "again": "a wholly new sentence"}

    refused = client.post("/me/password", data={"current": "not this one", **new})
    still = own_account(laila).password_hash
    accepted = client.post("/me/password", data={"current": old, **new})

    assert refused.status_code == 422
    assert accepted.location == "/me"
    assert own_account(laila).password_hash != still
    assert client.get("/me").status_code == 200, "this session goes on"
    assert len(own_sessions(laila)) == 1


def test_guessing_the_old_password_takes_longer_and_longer(client: FlaskClient) -> None:
    laila = given.a_person()
    given.a_password(laila)
    given.signed_in(client, laila)
    guess = {"current": "x", "password": "a wholly new sentence", "again": "a wholly new sentence"}

    with clock.at(clock.now()):
        statuses = [client.post("/me/password", data=guess).status_code for _ in range(5)]

    assert statuses == [422, 422, 422, 422, 409]
