"""One text, many signatures: written on a desktop, signed on phones, released and corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crisis.incidents.commands import assign_duty
from crisis.kernel import database
from crisis.kernel.database import reading
from crisis.people.model import Person
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty, Rank
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from tests import given
from tests.browser.entering import enter_as, go_live
from tests.browser.writing import TITLES, correct, seals, send_for_approval, state, write
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.server import StartProduct

HUDA, SAMIRA, KHALED, ADEL = "هدى المبروك", "سميرة العوكلي", "Khaled al-Naas", "Adel Hassadi"
CONFLICT = ("409",)
BETTER = {
    "ar": ("مستقر", "تحت المراقبة المستمرة"),
    "en": ("stable", "under continuous watch"),
    "fr": ("stable", "sous surveillance continue"),
}

pytestmark = needs("browser")


@dataclass(frozen=True)
class Scene:
    """A demo office in an exercise: its database, its incident, and the Interior's id."""

    database: str
    incident: UUID
    ref: str
    interior: UUID


@pytest.fixture
def scene(sqlite_url: str) -> Iterator[Scene]:
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    given.a_person(rank=Rank.COORDINATOR, name=HUDA)
    given.a_person(name=ADEL, language="fr", standing_duty=Duty.SPOKESPERSON)
    health, interior = given.a_ministry("MOH"), given.a_ministry("MOI")
    liaison = Duty.LIAISON
    given.a_person(name=SAMIRA, ministry=health, standing_duty=liaison)
    given.a_person(name=KHALED, ministry=interior, language="en", standing_duty=liaison)
    incident = given.an_incident(by=called(HUDA), lead=health, supporting=[interior])
    yield Scene(sqlite_url, incident.id, incident.ref, interior)
    database.engine().dispose()


def called(name: str) -> Actor:
    with reading() as session:
        people = session.scalars(select(Person)).all()
    return given.actor(next(each.id for each in people if each.name["ar"] == name))


@pytest.mark.slow
def test_from_the_first_word_to_the_correction(
    scene: Scene, start_product: StartProduct, open_window: OpenWindow
) -> None:
    url = start_product(scene.database).url
    desk = open_window(url, lang="ar", forgiven=CONFLICT).page
    enter_as(desk, HUDA)
    room = desk.context.new_page()
    go_live(room, scene.ref)

    write(desk, scene.ref, interior=scene.interior)
    expect(state(room)).to_have_text("مسودة")
    a_language_is_left_out_by_a_press_alone(desk, scene)
    send_for_approval(desk, ["MOH", "MOI"], role="spokesperson")
    expect(seals(room, "asked")).to_have_count(3)

    samira = open_window(url, lang="ar", viewport=PHONE, forgiven=CONFLICT).page
    khaled = open_window(url, lang="en", viewport=PHONE, forgiven=CONFLICT).page
    adel = open_window(url, lang="fr", viewport=PHONE, javascript=False, forgiven=CONFLICT).page
    link = f"/approvals/{the_statement(scene).id}"

    # Health, from the link to "approved" in three taps: open it, enter, approve.
    samira.goto(link)
    samira.locator("form[action*='/signin/as/']", has_text=SAMIRA).locator("button").click()
    expect(samira.locator("h1")).to_have_text("مطلوب اعتمادك")
    expect(seals(room, "opened")).to_have_count(1)
    samira.locator("#approve button").click()
    expect(samira.locator("h1")).to_have_text("سُجّل اعتمادك")
    expect(seals(room, "approve")).to_have_count(1)

    # The Interior objects, and the room shows why.
    khaled.goto(link)
    khaled.locator("form[action*='/signin/as/']", has_text=KHALED).locator("button").click()
    expect(khaled.locator("#mine")).to_contain_text("Your entity's part")
    khaled.locator("details.say summary").nth(1).click()
    khaled.locator("#object-reason").fill("The dam level is not known to be stable.")
    khaled.locator("#object .go").click()
    expect(khaled.locator("h1")).to_have_text("Your objection is recorded")
    expect(state(room)).to_have_text("اعتراض")
    expect(room.locator("#statements .held")).to_contain_text("not known to be stable")

    # The spokesperson reads version 1, without JavaScript, while version 2 is written.
    adel.goto(link)
    adel.locator("form[action*='/signin/as/']", has_text=ADEL).locator("button").click()
    expect(adel.locator("h1")).to_have_text("Votre validation est demandée")
    improve(desk, scene)
    expect(seals(room, "approve")).to_have_count(0)
    adel.locator("#approve button").click()
    expect(adel.locator(".notice.bad")).to_contain_text("Le texte a changé")
    expect(adel.locator("ins").first).to_be_visible()
    adel.locator("#approve button").click()
    expect(adel.locator("h1")).to_have_text("Votre validation est enregistrée")
    expect(seals(room, "approve")).to_have_count(1)

    # Nobody approves their own words, whatever duty they hold.
    as_author(desk, scene, link)

    # Health sees only what changed since it approved; the Interior sees the whole text.
    samira.goto(link)
    expect(samira.locator("h1")).to_have_text("تغيّر النص بعد اعتمادك")
    expect(samira.locator(".df")).to_have_count(3)
    expect(samira.locator(".same")).to_be_visible()
    samira.locator("#approve button").click()
    khaled.goto(link)
    khaled.locator("#approve button").click()
    expect(khaled.locator("h1")).to_have_text("Your approval is recorded")
    expect(state(room)).to_have_text("معتمد")
    expect(room.locator("#statements .alarm")).to_contain_text("معتمد ولم يصدر")

    # The spokesperson lets it out, still without JavaScript; the room counts down to the next.
    adel.goto(f"/i/{scene.ref}/statements/1/release")
    adel.locator(".dlg-foot button.primary").click()
    expect(adel.locator(".hd .tag.brass")).to_be_visible()
    expect(state(room)).to_have_text("صادر")
    expect(room.locator("#header [data-until]")).to_be_visible()
    assert room.evaluate("window.neverReloaded === true"), "the room was reloaded"

    visitor = open_window(url, javascript=False).page
    visitor.goto(f"/newsroom/{scene.ref}/1")
    expect(visitor.locator("h1")).to_have_text(TITLES["ar"])
    expect(visitor.locator(".bd")).to_contain_text("تحت المراقبة المستمرة")
    visitor.emulate_media(media="print")
    expect(visitor.locator(".sha.on-paper")).to_be_visible()
    expect(visitor.locator(".lg")).to_be_hidden()
    said = visitor.evaluate("getComputedStyle(document.body, '::before').content")
    assert said == '"تمرين: ليس للنشر"', "an exercise says so on every page of paper"
    visitor.emulate_media(media="screen")

    correct(desk, scene.ref)
    send_for_approval(desk, ["MOH", "MOI"], role="spokesperson")
    expect(room.locator("#stm-title")).to_have_text("البيان 2")
    for page in (samira, khaled, adel):
        page.goto(f"/approvals/{the_statement(scene, 2).id}")
        page.locator("#approve button").click()
        expect(page.locator(".stamp")).to_be_visible()
    adel.goto(f"/i/{scene.ref}/statements/2/release")
    adel.locator(".dlg-foot button.primary").click()
    expect(adel.locator(".hd .tag.brass")).to_be_visible()
    assert the_statement(scene).state is State.CORRECTED
    visitor.goto(f"/newsroom/{scene.ref}/1?lang=en")
    expect(visitor.locator(".ban")).to_contain_text("This statement was corrected.")


def improve(page: Page, scene: Scene) -> None:
    """The next version, with other words in one paragraph of every language.

    Once the original changed its translations are marked, until each is found valid or updated.
    """
    page.goto(f"/i/{scene.ref}/statements/1")
    for language, (old, new) in BETTER.items():
        cell = page.locator(f"textarea[name={language}]").nth(1)
        cell.fill(cell.input_value().replace(old, new))
        if language == "ar":  # a signed text is saved, and its signatures end, by a press alone
            expect(page.locator("#saved")).to_have_text("محفوظ على هذا الجهاز")
            page.locator("button[name=then][value=stay]:not(.sm)").click()
            expect(page.locator(".outd ins")).to_have_count(2)
            page.locator("#said-fr-2 button[name=valid]").click()
            expect(page.locator("#said-fr-2 .outd")).to_have_count(0)
            expect(page.locator("textarea[name=fr]").nth(1)).to_be_focused()
            page.locator("h1").click()
            page.keyboard.press("BracketRight")
            expect(cell).to_be_focused()
    send_for_approval(page, ["MOH", "MOI"], role="spokesperson")


def as_author(page: Page, scene: Scene, link: str) -> None:
    huda = called(HUDA)
    assign_duty(huda, scene.incident, person_id=huda.id, duty=Duty.SPOKESPERSON)
    page.goto(link)
    expect(page.locator(".done.plain")).to_contain_text("فيعتمده غيرك")
    version = given.version(the_statement(scene))
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    refused = page.request.post(
        f"{link}/approval",
        form={"version": str(version.number), "text_hash": version.sha256, "csrf_token": token},
        headers={"Accept": "application/json"},
    )
    assert (refused.status, refused.json()["code"]) == (403, "author")


def a_language_is_left_out_by_a_press_alone(desk: Page, scene: Scene) -> None:
    """Saving in a pause takes every language; whoever presses again keeps the one struck out."""
    before = the_statement(scene).revision
    desk.locator("[name=left_out][value=fr]").check()
    expect(desk.locator("#edit-fr")).to_have_css("text-decoration-line", "line-through")
    title = desk.locator("#edit-title_ar")
    title.fill(f"{title.input_value()}.")
    expect(desk.locator("[name=based_on]")).to_have_value(str(before + 1))
    assert the_statement(scene).content.languages == ("ar", "en", "fr")
    desk.locator("[name=left_out][value=fr]").uncheck()
    title.fill(title.input_value().removesuffix("."))
    expect(desk.locator("[name=based_on]")).to_have_value(str(before + 2))


def the_statement(scene: Scene, number: int = 1) -> Statement:
    with reading() as session:
        wanted = select(Statement).where(
            Statement.incident_id == scene.incident, Statement.number == number
        )
        return session.scalars(wanted).one()
