"""A correction says what was wrong and what is right wherever it is read, and no longer says what
was wrong; what is promised in a text is what the room counts down to."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from crisis.kernel import clock
from crisis.kernel.errors import Conflict
from crisis.policy import Duty
from crisis.room.dashboard import situation
from crisis.statements.commands.correcting import prepare_correction, prepare_retraction
from crisis.statements.content import Content, Correction, Language, Type, paragraphs_of
from crisis.statements.lint import Finding, LintContext, check
from crisis.statements.model.statement import Statement
from tests import given
from tests.parts.refusals import refused
from tests.statements.test_correcting import a_released_text
from tests.statements.test_pages import ROLE, Scene, scene

__all__ = ["scene"]

FIRST, SECOND = timedelta(hours=1), timedelta(minutes=90)


def hour(scene: Scene, after: timedelta) -> str:
    return _local(scene, after).strftime("%H:%M")


def typed(scene: Scene, after: timedelta) -> str:
    return _local(scene, after).strftime("%Y-%m-%dT%H:%M")


def _local(scene: Scene, after: timedelta) -> datetime:
    return (clock.now() + after).astimezone(ZoneInfo(scene.incident.zone))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page.replace("</p>", " ")).split())


def wrong_of(scene: Scene) -> str:
    return f"نصدر التحديث التالي عند الساعة {hour(scene, FIRST)}"


def an_update(scene: Scene) -> None:
    """About the situation, signed, with an hour for the next word."""
    text = given.a_text(f"{given.INSTRUCTION}\n{wrong_of(scene)} هنا فقط.", type=Type.UPDATE)
    given.edited(scene.statement, by=scene.drafter, text=text)
    scene.submit()
    scene.sign()


def sent(scene: Scene, at: str, **more: str) -> dict[str, str]:
    return {
        "_form": "release",
        "version": "1",
        "channels": "website",
        "next_update": at,
        **more,
    }


def test_an_hour_other_than_the_one_the_text_promises_is_asked_about(scene: Scene) -> None:
    an_update(scene)
    speaker = scene.as_(scene.speaker)
    address = f"{scene.address}/release"
    form = speaker.get(address).text
    assert f'value="{typed(scene, FIRST)}"' in form
    assert 'name="although"' not in form

    refusal = speaker.post(address, data=sent(scene, typed(scene, SECOND)))
    assert refusal.status_code == 422
    said = f"The text promises {hour(scene, FIRST)}, and this is {hour(scene, SECOND)}."
    assert said in refusal.text
    assert re.search(r'name="next_update"[^>]* aria-invalid="true"', refusal.text)
    assert 'name="although"' in refusal.text

    gone = speaker.post(address, data=sent(scene, typed(scene, SECOND), although="yes"))
    assert gone.status_code == 303


def test_a_correction_names_its_error_and_the_incident_goes_on(scene: Scene) -> None:
    an_update(scene)
    speaker = scene.as_(scene.speaker)
    gone = speaker.post(f"{scene.address}/release", data=sent(scene, typed(scene, FIRST)))
    assert gone.status_code == 303, "the hour that the text promises is not asked about"

    begun = prepare_correction(
        scene.drafter, scene.statement.id, what_was_wrong={"ar": wrong_of(scene)}
    )
    correction = given.statement(begun.statement_id)
    assert correction.content.titles == {"ar": "تصحيح: توجيه إلى سكان الوادي"}
    right = f"التحديث التالي عند الساعة {hour(scene, SECOND)}"
    filled = [
        each.text.replace("[الصحيح]", f"{right}.").replace("[السبب]", "سهو في كتابة الساعة.")
        for each in correction.content.bodies["ar"]
    ]
    _edited(correction, scene, filled)
    with refused(Conflict, "lint"):
        given.submitted(given.statement(correction.id), scene.health, ROLE)
    _edited(correction, scene, [*filled[:-1], f"{right} هنا فقط."])
    given.submitted(given.statement(correction.id), scene.health, ROLE)
    given.answered(correction, scene.liaison, scene.director)

    address = f"/i/{scene.incident.ref}/statements/{correction.number}"
    speaker = scene.as_(scene.speaker)
    assert f'value="{typed(scene, SECOND)}"' in speaker.get(f"{address}/release").text
    left_empty = speaker.post(f"{address}/release", data=sent(scene, ""))
    assert f"The text promises {hour(scene, SECOND)}, and this is left empty." in left_empty.text
    gone = speaker.post(f"{address}/release", data=sent(scene, "", although="yes"))
    assert gone.status_code == 303

    public = f"/newsroom/{scene.incident.ref}/{correction.number}?lang=en"
    told = f"Corrects statement 1. It wrongly said: {wrong_of(scene)}. What is right: {right}."
    for page in (speaker.get(address).text, scene.client.get(public).text):
        assert told in words(page)
    live = scene.client.get("/newsroom?lang=en").text.partition("Everything issued")[0]
    assert "Going on now" in live
    assert "تصحيح: توجيه إلى سكان الوادي" in live
    assert "corrects statement 1" in live


def _edited(correction: Statement, scene: Scene, lines: list[str]) -> None:
    content = given.statement(correction.id).content
    text = replace(content, bodies={"ar": paragraphs_of("\n".join(lines))})
    given.edited(correction, by=scene.drafter, text=text)


@pytest.mark.parametrize("word", ["تصحيح", "سحب"])
def test_a_title_names_the_kind_once(house: str, word: str) -> None:
    incident, statement, health, of_health = a_released_text()
    by = given.someone(Duty.DRAFTER, on=incident)
    for _ in range(2):
        begun = (
            prepare_correction(by, statement.id, what_was_wrong={"ar": "خطأ"})
            if word == "تصحيح"
            else prepare_retraction(by, statement.id, reason={"ar": "خطأ"})
        )
        statement = given.statement(begun.statement_id)
        assert statement.content.titles["ar"] == f"{word}: توجيه إلى سكان الوادي"
        lines = [each.text for each in statement.content.bodies["ar"]]
        whole = "\n".join(lines).replace("[الصحيح]", "غيره").replace("[السبب]", "سهو")
        text = replace(statement.content, bodies={"ar": paragraphs_of(whole)})
        given.edited(statement, by=by, text=text)
        given.submitted(given.statement(statement.id), of_health)
        given.answered(statement, health)
        given.sent_out(statement, by=given.runs(incident))


# ── what is corrected and still stands ───────────────────────────────────────────────────────────


def still_said(
    body: str, wrong: str, *, title: str = "تصحيح", spoken: Language = "ar"
) -> list[Finding]:
    content = Content(
        Type.CORRECTION,
        titles={spoken: title},
        bodies={spoken: paragraphs_of(body)},
        correction=Correction(UUID(int=1), {spoken: wrong}, clock.now()),
    )
    now = clock.now()
    found = check(content, LintContext(level=3, now=now, zone="Africa/Tripoli", country="LY"))
    return [each for each in found if each.rule == "L29"]


def test_the_paragraph_that_still_says_what_was_wrong_is_named() -> None:
    body = "ذكرنا: التحديث عند الساعة 14:30.\nوالصحيح: 15:00.\nنصدر  التحديث عند الساعة ١٤:٣٠ هنا."
    (found,) = still_said(body, "التحديث عند الساعة 14:30.")
    assert (found.severity, found.paragraph, found.language) == ("block", 3, "ar")
    assert "الفقرة 3" in found.message["ar"]
    assert "Paragraph 3" in found.message["en"]
    assert found.excerpt == "نصدر  التحديث عند الساعة ١٤:٣٠ هنا."

    assert not still_said(body.replace("١٤:٣٠", "١٥:٠٠"), "التحديث عند الساعة 14:30.")
    (in_title,) = still_said("ذكرنا: الجسر مغلق.", "الجسر مغلق", title="تصحيح: الجسر مغلق")
    assert in_title.message["en"].startswith("The title")
    assert not still_said("We said: at 14:30.\nIt is at 114:30.", "14:30", spoken="en")
    assert still_said("We said: at 14:30.\nIt is at 14:30.", "14:30", spoken="en")


def test_two_texts_of_one_number_are_told_apart_on_the_desk(house: str) -> None:
    titles = ("سيل وادي الكرم", "سيل وادي الزهر")
    director = None
    for title in titles:
        incident = given.an_incident()
        if director is None:
            director = given.someone(Duty.DIRECTOR, on=incident)
        else:
            director = given.named(director, Duty.DIRECTOR, on=incident)
        text = replace(given.a_text(), titles={"ar": title})
        given.submitted(given.a_statement(on=incident, text=text), ROLE)
    assert director is not None
    waiting = situation(given.actor(director.id), "ar").waiting
    assert {each.title for each in waiting if each.kind == "sign"} == set(titles)
