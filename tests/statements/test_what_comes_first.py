"""What a page puts first is what its reader can and should do; and what an act led to is said."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from crisis.deadlines.commands import set_deadline
from crisis.deadlines.model import SHARES, Code
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping
from crisis.policy import Duty
from crisis.statements.commands.releasing import release_statement
from crisis.statements.content import Type
from crisis.statements.model.states import Answer
from tests import given
from tests.statements.test_pages import ROLE, Scene, scene

__all__ = ["scene"]


def prominent(page: str) -> list[str]:
    """The words of the buttons that stand out in the head of a page."""
    head = page.partition('<header class="')[2].partition("</header>")[0]
    found = re.findall(r'<(a|button) class="btn primary"[^>]*>(.*?)</\1>', head, re.DOTALL)
    return [re.sub(r"<kbd.*?</kbd>|<[^>]+>", "", inside).strip() for _tag, inside in found]


def test_what_was_sent_for_approval_says_so_and_is_not_to_be_sent_again(scene: Scene) -> None:
    writer = scene.as_(scene.drafter)
    assert prominent(writer.get(scene.address).text) == ["Send for approval"]

    sent = {
        "based_on": "1",
        "ministries": str(scene.health.ministry_id),
        "roles": "director",
        "roles_last": "yes",
        "minutes": "30",
    }
    answer = writer.post(f"{scene.address}/submission", data=sent)
    assert answer.location == f"{scene.address}#sent"
    page = writer.get(answer.location).text
    assert prominent(page) == []
    assert "Awaiting approval" in page or "In review" in page
    told = re.sub(r"<[^>]+>", "", page.partition('id="sent"')[2].partition("</div></div>")[0])
    assert "Version 1 was sent for approval at " in told
    assert "0 of 2 approved" in told
    assert "Asked by text message and e-mail" in told
    assert "Asked after them: " in told
    assert "They have until " in told
    assert "Send version 2 for approval" in page

    slot = {"slot_id": str(given.version(scene.statement).slots[0].id)}
    runs = scene.as_(given.runs(scene.incident))
    for more, place in (({}, scene.address), ({"then": "room"}, f"/i/{scene.incident.ref}")):
        answer = runs.post(f"{scene.address}/reminder", data=slot | more)
        assert answer.location == place
    assert "They are reminded by text message and e-mail." in runs.get(scene.address).text


@pytest.mark.parametrize(
    ("first_due", "proposed"), [(None, "30"), (50, "30"), (22, "15"), (3, "10")]
)
def test_signatures_are_asked_for_before_the_public_waits_in_vain(
    scene: Scene, first_due: int | None, proposed: str
) -> None:
    """At level 3 half an hour is usual; it is too long where the first word is due sooner."""
    if first_due is not None:
        with bookkeeping() as session:
            set_deadline(
                session,
                incident_id=scene.incident.id,
                code=Code.HOLDING,
                subject_id=scene.incident.id,
                cycle=SHARES[-1],
                due_at=clock.now() + timedelta(minutes=first_due, seconds=30),
            )
    page = scene.as_(scene.drafter).get(f"{scene.address}/submission").text
    field = page.partition('name="minutes"')[2].partition("</div>")[0]
    assert re.findall(r'value="(\d+)" selected', field) == [proposed]
    assert ("First statement due " in field) == (first_due is not None)


def test_whoever_is_asked_to_sign_finds_that_first(scene: Scene) -> None:
    """A liaison officer may write as well; that is not what the page leads them to."""
    room = f"/i/{scene.incident.ref}"
    liaison = scene.as_(scene.liaison)
    assert prominent(liaison.get(scene.address).text) == []
    assert prominent(liaison.get(f"{room}/statements").text) == []
    assert prominent(liaison.get(room).text) == []

    scene.submit()
    liaison = scene.as_(scene.liaison)
    assert prominent(liaison.get(scene.address).text) == ["Read and approve"]
    assert prominent(liaison.get(room).text) == []
    assert prominent(scene.as_(scene.drafter).get(room).text) == ["New statement"]

    page = scene.as_(scene.liaison).get(scene.approval).text
    for way, causes in (
        ("change", "Its authors write a new version, which comes back to you."),
        ("object", "nobody can release it until you say the objection is settled"),
        ("refuse", "Nobody else is asked to sign it, and nobody can release it."),
    ):
        inside = page.partition(f'id="{way}"')[0].rpartition("<details")[2]
        assert causes in inside, way


def test_whoever_asked_for_a_change_is_shown_what_they_asked_for_and_what_changed(
    scene: Scene,
) -> None:
    """Not the whole text a second time, although they never approved it."""
    scene.submit()
    asked_for = "الوادي شرقي لا غربي."
    given.answered(scene.statement, scene.liaison, answer=Answer.CHANGE, reason=asked_for)
    added = "والوادي هو الشرقي."
    given.edited(scene.statement, by=scene.drafter, body=f"{given.INSTRUCTION}\n{added}")
    scene.submit()
    page = scene.as_(scene.liaison).get(scene.approval).text
    assert "The text changed after your answer" in page
    assert "It is version 2 now, and this is all that changed:" in page
    assert asked_for in page
    assert added in re.sub(r"<[^>]+>", "", page)
    assert given.INSTRUCTION not in page
    director = scene.as_(scene.director).get(scene.approval).text
    assert given.INSTRUCTION in director, "whoever said nothing yet reads it whole"
    assert asked_for not in director


def test_only_whoever_may_release_is_led_to_it(scene: Scene) -> None:
    scene.submit()
    scene.sign()
    shown = scene.as_(scene.speaker).get(scene.address).text
    assert prominent(shown) == ["Release"]
    for who in (scene.drafter, scene.liaison):
        page = scene.as_(who).get(scene.address).text
        assert prominent(page) == []
        assert "Everybody signed version 1; it has not gone out." in page
        assert "Who can do this:" in page
    panel = scene.as_(scene.liaison).get(f"/i/{scene.incident.ref}").text
    assert "Agreed but unsent." in panel
    assert "/release" not in panel


def test_the_public_is_told_when_a_promised_update_is_late(scene: Scene) -> None:
    incident = given.an_incident()
    director = given.someone(Duty.DIRECTOR, on=incident)
    due = clock.now() + timedelta(hours=1)
    text = replace(given.a_text(type=Type.UPDATE), next_update_at=due)
    statement = given.a_statement(on=incident, text=text)
    given.submitted(statement, ROLE)
    given.answered(statement, director)
    release_statement(
        given.runs(incident), statement.id, version=1, channels=["website"], next_update_at=due
    )
    page = f"/newsroom/{incident.ref}/{statement.number}?lang=en"
    for address in ("/newsroom?lang=en", page):
        shown = scene.client.get(address).text
        assert "is late" not in shown
        assert "Next statement" in shown
    with clock.at(due + timedelta(minutes=1)):
        for address in ("/newsroom?lang=en", page):
            shown = scene.client.get(address).text
            assert re.search(r"The update promised for [^<]*\d\d:\d\d is late", shown)
            assert "Next statement" not in shown
    assert 'href="/newsroom?lang=en"><svg' in scene.client.get(page).text
    given.closed(incident, by=director)
    with clock.at(due + timedelta(minutes=1)):
        assert "is late" not in scene.client.get(page).text
