"""A text changed by SQL: the pages stay up, people are told, and nothing of it goes out."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from crisis.incidents.model import Incident
from crisis.kernel import database
from crisis.kernel.errors import Conflict
from crisis.policy import Actor, Duty
from crisis.statements.content import DAMAGED
from crisis.statements.model.statement import Statement
from crisis.statements.model.versions import Version
from tests import given
from tests.parts.refusals import refused

pytestmark = pytest.mark.slow

Damage = Callable[[bytes], bytes]

WAYS: dict[str, Damage] = {
    "one bit of a letter": lambda frozen: frozen[:-40] + bytes([frozen[-40] ^ 1]) + frozen[-39:],
    "a byte without which it is no text": lambda frozen: frozen.replace(b'"type"', b'"tyqe"'),
    "half of it": lambda frozen: frozen[: len(frozen) // 2],
    "nothing left": lambda _: b"",
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def damage(request: pytest.FixtureRequest) -> Damage:
    way: Damage = request.param
    return way


class Scene:
    """A statement that waits for one signature, and the people around it."""

    def __init__(self) -> None:
        self.incident: Incident = given.an_incident()
        self.health, of_health = given.a_liaison(self.incident)
        self.speaker = given.someone(Duty.SPOKESPERSON, on=self.incident)
        self.statement: Statement = given.a_statement(on=self.incident)
        given.submitted(self.statement, of_health)

    @property
    def address(self) -> str:
        return f"/i/{self.incident.ref}/statements/{self.statement.number}"

    def addresses(self) -> list[str]:
        own = ("", "/compare", "/text.txt", "/text.txt?form=sms", "/renditions/en", "/release")
        around = ("/", "/me", f"/i/{self.incident.ref}", f"/approvals/{self.statement.id}")
        return [*(self.address + each for each in own), *around]

    def tamper(self, damage: Damage) -> None:
        changed = damage(given.version(self.statement).content)
        with database.engine().begin() as connection:
            connection.execute(update(Version).values(content=changed))


def opens(client: FlaskClient, who: Actor, path: str) -> bool:
    return given.signed_in(client, who).get(path).status_code < 500


def test_the_pages_stay_up(client: FlaskClient, damage: Damage) -> None:
    scene = Scene()
    scene.tamper(damage)
    for who in (scene.health, scene.speaker, given.actor(scene.statement.created_by)):
        shut = [path for path in scene.addresses() if not opens(client, who, path)]
        assert not shut


def test_who_would_sign_is_told(client: FlaskClient, damage: Damage) -> None:
    scene = Scene()
    read = given.version(scene.statement)
    scene.tamper(damage)
    client.set_cookie("lang", "en")
    answer = given.signed_in(client, scene.health).post(
        f"/approvals/{scene.statement.id}/approval",
        data={"version": str(read.number), "text_hash": read.sha256},
    )
    assert answer.status_code == 409
    assert "The stored text is not the text that was signed." in answer.text


def test_who_would_release_is_told(client: FlaskClient, damage: Damage) -> None:
    scene = Scene()
    given.answered(scene.statement, scene.health)
    scene.tamper(damage)
    client.set_cookie("lang", "en")
    answer = given.signed_in(client, scene.speaker).post(
        f"{scene.address}/release", data={"version": "1", "channels": "website"}
    )
    assert answer.status_code == 409
    assert "The stored text is not the text that was signed." in answer.text
    assert given.statement(scene.statement.id).released is None


def test_the_newsroom_does_not_show_what_was_changed_after_release(
    client: FlaskClient, damage: Damage
) -> None:
    scene = Scene()
    given.answered(scene.statement, scene.health)
    given.sent_out(scene.statement, by=scene.speaker)
    public = f"/newsroom/{scene.incident.ref}/{scene.statement.number}"
    assert client.get(public).status_code == 200
    scene.tamper(damage)
    assert client.get(public).status_code == 404
    assert client.get("/newsroom").status_code == 200
    for who in (scene.health, scene.speaker):
        assert not [path for path in scene.addresses() if not opens(client, who, path)]


def test_a_damaged_draft_is_shown_as_such_and_goes_nowhere(
    client: FlaskClient, damage: Damage
) -> None:
    incident = given.an_incident()
    statement = given.a_statement(on=incident)
    author = given.actor(statement.created_by)
    with database.engine().begin() as connection:
        connection.execute(update(Statement).values(draft=damage(statement.draft)))
    assert opens(client, author, f"/i/{incident.ref}/statements/{statement.number}")
    if given.statement(statement.id).content is DAMAGED:
        _, of_health = given.a_liaison(incident)
        with refused(Conflict, "tampered"):
            given.submitted(statement, of_health)
        with refused(Conflict, "tampered"):
            given.edited(statement, by=author, body="ابقوا في بيوتكم.")
