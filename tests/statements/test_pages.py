"""The pages of statements: what each shows, and that nothing typed is lost when one is refused."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crisis.incidents.commands import assign_duty
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.policy import Actor, Duty
from crisis.statements.commands.releasing import release_statement
from crisis.statements.commands.signing import answer_statement
from crisis.statements.content import Type
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer
from tests import given

pytestmark = pytest.mark.slow

ROLE = SlotSpec(duties=(Duty.DIRECTOR,))


class Scene:
    """An incident with a drafter, a director, a spokesperson and a liaison of Health."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.incident: Incident = given.an_incident(level=3)
        self.drafter = given.someone(Duty.DRAFTER, on=self.incident)
        self.director = given.someone(Duty.DIRECTOR, on=self.incident)
        self.speaker = given.someone(Duty.SPOKESPERSON, on=self.incident)
        self.liaison, self.health = given.a_liaison(self.incident)
        self.statement: Statement = given.a_statement(on=self.incident, by=self.drafter)

    @property
    def address(self) -> str:
        return f"/i/{self.incident.ref}/statements/{self.statement.number}"

    @property
    def approval(self) -> str:
        return f"/approvals/{self.statement.id}"

    def as_(self, who: Actor, lang: str = "en") -> FlaskClient:
        self.client.set_cookie("lang", lang)
        return given.signed_in(self.client, given.actor(who.id))

    def submit(self) -> dict[str, str]:
        version = given.submitted(self.statement, self.health, ROLE)
        return {"version": str(version.number), "text_hash": version.sha256}

    def sign(self) -> None:
        version = given.version(self.statement)
        for who in (self.liaison, self.director):
            answer_statement(
                given.actor(who.id),
                self.statement.id,
                answer=Answer.APPROVE,
                version=version.number,
                text_hash=version.sha256,
            )

    def release(self) -> None:
        release_statement(
            given.actor(self.speaker.id),
            self.statement.id,
            version=1,
            channels=["website"],
            next_update_at=None,
        )


@pytest.fixture
def scene(client: FlaskClient) -> Scene:
    return Scene(client)


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="(\w+)" checked', page)


def revision(page: str) -> str:
    found = re.search(r'name="based_on" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("lang", ["ar", "en", "fr"])
@pytest.mark.parametrize("state", ["draft", "asked", "signed", "out"])
def test_every_page_opens_in_every_language_and_state(scene: Scene, lang: str, state: str) -> None:
    if state != "draft":
        scene.submit()
    if state in {"signed", "out"}:
        scene.sign()
    if state == "out":
        scene.release()
    for who in (scene.drafter, scene.director, scene.speaker, scene.liaison):
        browser = scene.as_(who, lang)
        for path in ("", "/compare", "/text.txt", "/text.txt?form=sms", "/renditions/en"):
            wanted = {200, 404} if path == "/compare" else {200}
            assert browser.get(scene.address + path).status_code in wanted, path
        assert browser.get(scene.approval).status_code == 200
        assert browser.get(f"/i/{scene.incident.ref}/statements").status_code == 200
        for path in ("/submission", "/release", "/emergency"):
            assert browser.get(scene.address + path).status_code in {200, 404, 409}, path
    assert scene.client.get(f"/i/{scene.incident.ref}").status_code == 200


def test_a_statement_is_begun_with_a_prepared_text(scene: Scene) -> None:
    browser = scene.as_(scene.drafter)
    begun = browser.post(
        f"/i/{scene.incident.ref}/statements/new", data={"template": "flood_weather.holding"}
    )
    page = browser.get(begun.location).text
    assert begun.status_code == 303
    written = re.findall(r"<textarea[^>]*>\n?([^<]*)</textarea>", page)
    assert any("[رقم الاتصال]" in each for each in written)
    assert any("[Number to call]" in each for each in written)
    assert not any("{" in each for each in written)
    assert 'data-place="[رقم الاتصال]">Number to call</a>' in page
    assert "places are still to be filled" in page
    sent = browser.get(f"{begun.location}/submission").text
    refused = browser.post(
        f"{begun.location}/submission",
        data={"_form": "submission", "based_on": revision(sent), "roles": "director"},
    )
    assert refused.status_code == 422
    assert "The text still has places to fill: " in refused.text
    assert "Number to call" in refused.text
    assert "{hotline}" not in refused.text


def test_each_line_is_a_paragraph_and_the_languages_stay_level(scene: Scene) -> None:
    browser = scene.as_(scene.drafter)
    sent = {
        "based_on": "1",
        "type": "press_release",
        "ar": ["واحد\nاثنان", "ثلاثة"],
        "en": ["one", "three"],
        "owner": ["", str(scene.health.ministry_id)],
    }
    assert browser.post(scene.address, data=sent).status_code == 303
    bodies = given.statement(scene.statement.id).content.bodies
    assert [each.text for each in bodies["ar"]] == ["واحد", "اثنان", "ثلاثة"]
    assert [each.text for each in bodies["en"]] == ["one", "", "three"]
    assert bodies["ar"][2].owner_ministry_id == scene.health.ministry_id


def test_whoever_comes_second_sees_both_texts_and_loses_nothing(scene: Scene) -> None:
    given.edited(scene.statement, by=scene.drafter, body="theirs, written first")
    browser = scene.as_(scene.drafter)
    sent = {"_form": "edit", "based_on": "1", "type": "update", "ar": ["mine, written second"]}
    answer = browser.post(scene.address, data=sent)
    assert answer.status_code == 409
    assert "theirs, written first" in answer.text
    assert "mine, written second" in answer.text
    again = browser.post(scene.address, data={**sent, "based_on": revision(answer.text)})
    assert again.status_code == 303
    assert given.statement(scene.statement.id).content.text("ar") == "mine, written second"


def test_saving_the_same_text_changes_nothing(scene: Scene) -> None:
    browser = scene.as_(scene.drafter)
    page = browser.get(scene.address).text
    cells = {
        lang: re.findall(rf'name="{lang}"[^>]*>\n?([^<]*)</textarea>', page)
        for lang in ("ar", "en", "fr")
    }
    titles = {
        f"title_{lang}": found[1]
        for lang in cells
        if (found := re.search(rf'name="title_{lang}"[^>]*>\n?([^<]*)</textarea>', page))
    }
    kind = re.search(r'<option value="(\w+)" selected', page.split('id="edit-type"')[1])
    assert kind
    boxes = {name: ticked(page, name) for name in ("audiences", "channels")}
    sent = {"based_on": "1", "type": kind[1], **cells, **titles, **boxes}
    assert browser.post(scene.address, data=sent).status_code == 303
    assert given.statement(scene.statement.id).revision == 1


def test_opening_the_request_is_noted_once_and_only_for_whoever_is_asked(scene: Scene) -> None:
    scene.submit()
    scene.as_(scene.speaker).get(scene.approval)
    assert all(each.opened_at is None for each in given.version(scene.statement).slots)
    browser = scene.as_(scene.liaison)
    browser.get(scene.approval)
    first = given.version(scene.statement).slots[0].opened_at
    browser.get(scene.approval)
    assert first is not None
    assert given.version(scene.statement).slots[0].opened_at == first


def test_a_text_that_changed_while_it_was_read_is_shown_by_its_difference(scene: Scene) -> None:
    read = scene.submit()
    given.edited(scene.statement, by=scene.drafter, body="the level is under continuous watch")
    given.submitted(scene.statement, scene.health, ROLE)
    browser = scene.as_(scene.liaison)
    answer = browser.post(f"{scene.approval}/approval", data={"_form": "approve", **read})
    assert answer.status_code == 409
    assert "<ins>" in answer.text
    assert "changed while you were reading" in answer.text
    assert given.version(scene.statement).slots[0].given is None


def test_an_author_is_told_that_others_sign(scene: Scene) -> None:
    read = scene.submit()
    duty_too(scene, scene.drafter, Duty.DIRECTOR)
    browser = scene.as_(scene.drafter)
    assert "others sign it" in browser.get(scene.approval).text
    refused = browser.post(f"{scene.approval}/approval", data=read, headers=SCRIPT)
    assert (refused.status_code, refused.json["code"]) == (403, "author")


SCRIPT = {"Accept": "application/json"}


def duty_too(scene: Scene, who: Actor, duty: Duty) -> None:
    assign_duty(given.runs(scene.incident), scene.incident.id, person_id=who.id, duty=duty)


def test_once_their_time_is_over_no_deputies_are_promised(scene: Scene) -> None:
    """There may be none, and in a restricted incident nobody stands in unnamed."""
    scene.submit()
    browser = scene.as_(scene.drafter)
    with clock.at(clock.now() + timedelta(minutes=31)):
        page = browser.get(scene.address).text
    assert "it can still be signed" in page
    assert "their deputies" not in page


def test_a_release_about_the_situation_promises_the_next(scene: Scene) -> None:
    given.edited(scene.statement, by=scene.drafter, text=given.a_text(type=Type.UPDATE))
    answer = scene.as_(scene.speaker).post(
        f"{scene.address}/release", data={"_form": "release", "version": "1"}
    )
    assert answer.status_code == 422
    assert "hear from us again" in answer.text


def test_a_correction_begins_with_the_text_that_went_out(scene: Scene) -> None:
    scene.submit()
    scene.sign()
    scene.release()
    browser = scene.as_(scene.drafter)
    form = {"_form": "correction", "wrong_ar": "ذكرنا [الساعة]."}
    refused = browser.post(f"{scene.address}/correction", data=form)
    assert refused.status_code == 422
    assert re.search(r'name="wrong_ar"[^>]* aria-invalid="true"', refused.text)
    begun = browser.post(f"{scene.address}/correction", data={"wrong_en": "The name was wrong."})
    assert begun.status_code == 303
    page = browser.get(begun.location).text
    assert 'value="correction" selected' in page


def test_the_newsroom_is_the_same_for_everybody_and_keeps_no_cookie(scene: Scene) -> None:
    scene.submit()
    page = f"/newsroom/{scene.incident.ref}/{scene.statement.number}"
    assert scene.client.get(page).status_code == 404
    scene.sign()
    scene.release()
    moment = (clock.now() + timedelta(minutes=1)).replace(second=5)
    for address in ("/newsroom", page, f"{page}?lang=fr"):
        with clock.at(moment):
            answer = scene.client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "<script" not in answer.text
        with clock.at(moment + timedelta(seconds=50)):
            again = scene.client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_a_restricted_incident_shows_its_released_text_and_not_its_name(
    client: FlaskClient,
) -> None:
    incident = given.an_incident(title="تسرب وثائق", restricted=True)
    drafter = given.someone(Duty.DRAFTER, on=incident)
    director = given.someone(Duty.DIRECTOR, on=incident)
    statement = given.a_statement(on=incident, by=drafter)
    given.submitted(statement, ROLE)
    given.answered(statement, director)
    given.sent_out(statement, by=director)
    for address in ("/newsroom", f"/newsroom/{incident.ref}/{statement.number}"):
        page = client.get(address)
        assert page.status_code == 200
        assert "تسرب وثائق" not in page.text


def test_a_closed_incident_leaves_its_statements_to_be_read(scene: Scene) -> None:
    director = given.someone(Duty.DIRECTOR, on=scene.incident)
    page = scene.as_(scene.drafter)
    assert 'id="edit"' in page.get(scene.address).text

    given.closed(scene.incident, by=given.actor(director.id))
    shown = scene.as_(scene.drafter).get(scene.address).text
    assert 'id="edit"' not in shown
    assert "This incident is closed." in shown


def test_what_is_outdated_stands_beside_its_translation_until_it_is_found_valid(
    scene: Scene,
) -> None:
    page = scene.as_(scene.drafter)

    def save(ar: str, **more: str) -> str:
        revision = str(given.statement(scene.statement.id).revision)
        fields = {"type": "press_release", "based_on": revision, "ar": ar, "en": "Stay in."}
        return page.post(scene.address, data=fields | more, follow_redirects=True).text

    assert "Still valid" not in save("ابقوا في بيوتكم.")
    shown = save("ابقوا في بيوتكم الليلة.")
    assert 'name="valid" value="en-1"' in shown
    assert "الليلة</ins>" in shown
    assert "Still valid" not in save("ابقوا في بيوتكم الليلة.", valid="en-1")
