"""The war room on every screen: nothing is cut off, all is reached, and the brief is one page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from crisis.incidents.model import Incident
from crisis.kernel import clock, database
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty, Rank
from crisis.statements.commands.releasing import release_statement
from crisis.statements.model.slots import SlotSpec
from tests import given
from tests.browser.entering import enter_as
from tests.parts.browser import OpenWindow
from tests.parts.promises import needs
from tests.parts.server import StartProduct

HUDA = "هدى المبروك"
SIZES = [(1920, 1080), (1280, 720), (820, 1180), (390, 844)]
LONG = (
    "سيول وادي السدر وانقطاع الطريق الساحلي بين المرفأ والسدر "
    "وتوقف محطة تنقية المياه في المنطقة الشرقية"
)
DRAWN = ".cad text, .cad rect.pin, .since, .ihead h1, .who .btn, .tabsn a, .under a"
CUT_OFF = """drawn => {
  const wide = document.documentElement.scrollWidth;
  const wrong = wide > innerWidth ? [`the page is ${wide} wide`] : [];
  const line = document.querySelector(".ihead .meta").getBoundingClientRect();
  const sticksOut = (box, left, right) =>
    box.width && (box.left < left - 1 || box.right > right + 1);
  for (const each of document.querySelectorAll(".ihead .meta > span")) {
    const box = each.getBoundingClientRect();
    const isInLine = box.top < line.bottom - 4;
    if (isInLine && sticksOut(box, line.left, line.right)) wrong.push(each.textContent);
  }
  for (const each of document.querySelectorAll(".panel header *")) {
    const panel = each.closest(".panel").getBoundingClientRect();
    const isSeen = !each.closest(".vh") && getComputedStyle(each).clipPath === "none";
    const box = each.getBoundingClientRect();
    if (isSeen && sticksOut(box, panel.left, panel.right)) wrong.push(each.outerHTML);
  }
  for (const each of document.querySelectorAll(drawn))
    if (sticksOut(each.getBoundingClientRect(), 0, innerWidth)) wrong.push(each.outerHTML);
  return wrong;
}"""

pytestmark = needs("browser")


@dataclass(frozen=True)
class Office:
    """A demo office with an incident that runs, and one that has ended."""

    database_url: str
    runs: Incident
    ended: Incident


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    huda = given.a_person(rank=Rank.COORDINATOR, name=HUDA, language="ar")
    with clock.at(clock.now() - timedelta(hours=3)):
        incident = given.an_incident(by=huda, level=3, title=LONG)
    director = given.someone(Duty.DIRECTOR, on=incident)
    given.someone(Duty.LEGAL, Duty.FACT_CHECKER, Duty.DRAFTER, on=incident)
    with clock.at(clock.now() - timedelta(hours=1)):
        _speaks(incident, huda, director)
    given.submitted(given.a_statement(on=incident), SlotSpec(duties=(Duty.DIRECTOR,)))
    ended = given.an_incident(by=huda)
    given.closed(ended, by=given.someone(Duty.DIRECTOR, on=ended))
    yield Office(sqlite_url, incident, ended)
    database.engine().dispose()


def _speaks(incident: Incident, coordinator: Actor, director: Actor) -> None:
    """A statement went out just after opening, and promises the next."""
    statement = given.a_statement(on=incident)
    given.submitted(statement, SlotSpec(duties=(Duty.DIRECTOR,)))
    given.answered(statement, director)
    release_statement(
        coordinator,
        statement.id,
        version=1,
        channels=["website"],
        next_update_at=clock.now() + timedelta(minutes=64),
    )


def test_nothing_is_cut_off_on_any_screen_in_any_language(
    office: Office, start_product: StartProduct, open_window: OpenWindow
) -> None:
    product = start_product(office.database_url)
    page = open_window(product.url, viewport=SIZES[0]).page
    enter_as(page, HUDA)
    wrong = []
    for lang in ("ar", "en", "fr"):
        page.context.add_cookies([{"name": "lang", "value": lang, "url": product.url}])
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for incident in (office.runs, office.ended)[: 2 if lang == "ar" else 1]:
                page.goto(f"/i/{incident.ref}")
                wrong += [f"{lang} {width}: {each}" for each in page.evaluate(CUT_OFF, DRAWN)]
    assert wrong == []
    without_scripts(open_window(product.url, viewport=SIZES[2], javascript=False).page, office)
    before_the_scripts(open_window(product.url, viewport=SIZES[3], forgiven=("ERR_",)).page, office)


def test_the_room_is_arranged_folded_and_printed(
    office: Office, start_product: StartProduct, open_window: OpenWindow
) -> None:
    product = start_product(office.database_url)
    page = open_window(product.url, viewport=SIZES[0], forgiven=("422", "401")).page
    enter_as(page, HUDA)
    page.goto(f"/i/{office.runs.ref}")
    folds(page)
    closes_panels(page)
    counts_down(page)
    brings_what_is_reached_for(page)
    stays_where_one_worked(page)
    leads_by_its_pins(page, office.runs.ref)
    prints_one_page(page, office.runs.ref)
    shows_one_part_at_a_time(page, office.runs.ref)
    says_who_reopens(page, office.ended.ref)
    leads_away_who_is_signed_out(page, office.runs.ref)


def without_scripts(page: Page, office: Office) -> None:
    """Every part of the room is there, and what only scripts could do is not."""
    enter_as(page, HUDA)
    page.goto(f"/i/{office.runs.ref}")
    for part in ("log", "stm", "org", "alr", "dec"):
        expect(page.locator(f"#p-{part}")).to_be_visible()
    page.locator(".tabsn a[href='#p-org']").click()
    expect(page).to_have_url(re.compile("#p-org$"))
    for useless in page.locator(".lgtabs, [data-print], .pick-panels").all():
        expect(useless).to_be_hidden()


def before_the_scripts(phone: Page, office: Office) -> None:
    """On a slow line one part is there and the tabs lead to the others, though no script is."""
    enter_as(phone, HUDA)
    phone.route("**/js/*", lambda route: route.abort())
    phone.goto(f"/i/{office.runs.ref}")
    expect(phone.locator(".cols .tn:visible")).to_have_count(1)
    for part in ("org", "log", "stm"):
        phone.locator(f".tabsn a[href='#p-{part}']").click()
        expect(phone.locator(f"#p-{part}")).to_be_visible()
        expect(phone.locator(".cols .tn:visible")).to_have_count(1)


def folds(page: Page) -> None:
    """Of lines alike the newest stands for all, until somebody asks."""
    more = page.locator("#feed .alike").first
    hidden = page.locator("#feed .folded")
    before = hidden.count()
    assert before >= 2
    more.click()
    expect(hidden).not_to_have_count(before)


def closes_panels(page: Page) -> None:
    """A panel that somebody shut stays shut when they come back; the keyboard is enough for it."""
    page.locator(".pick-panels summary").focus()
    page.keyboard.press("Enter")
    page.locator("[data-panel=org]").press("Space")
    page.keyboard.press("Escape")
    expect(page.locator(".pick-panels")).not_to_have_attribute("open", "")
    page.reload()
    expect(page.locator("#people")).to_be_hidden()
    expect(page.locator("#org-title")).to_be_visible()
    page.locator(".pick-panels summary").click()
    page.locator("[data-panel=org]").check()
    expect(page.locator("#people")).to_be_visible()


def counts_down(page: Page) -> None:
    """The clock warns in the last five minutes and says when it is late."""
    timer = page.get_by_role("timer")
    expect(timer).to_have_class(re.compile(r"\bsoon\b"))
    expect(timer).to_have_attribute("aria-label", re.compile("4 دقائق"))
    page.locator("[data-until]").evaluate(
        "place => (place.dataset.until = new Date(Date.now() - 130_000).toISOString())"
    )
    expect(timer).to_have_text(re.compile(r"^\+02:1"))
    expect(page.locator(".since .late")).to_be_visible()


def brings_what_is_reached_for(page: Page) -> None:
    """Forms that few need come when somebody reaches for them; what is wrong comes back in them."""
    expect(page.locator("#assess .scores, #duty")).to_have_count(0)
    page.keyboard.press("l")
    expect(page.locator("#assess .scores")).to_be_visible()
    page.locator("#assess button.primary").click()
    expect(page.locator("#assess .err:not([hidden])").first).to_be_visible()
    page.locator("#assess .pills label:first-child").first.click()
    page.locator("#assess-rationale").fill("تغيّر الوضع")
    for pills in page.locator("#assess .pills").all():
        pills.locator("label").first.click()
    page.locator("#assess .levels label").nth(1).click()
    page.locator("#assess button.primary").click()
    expect(page.locator("#assess-dialog")).to_be_hidden()
    expect(page.locator("#level .why")).to_contain_text("تغيّر الوضع")
    page.locator("#act-duty summary").focus()
    expect(page.locator("#duty")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#duty")).to_be_visible()


def stays_where_one_worked(page: Page) -> None:
    """An act renews all that one may do; whoever did it by key is still at its button."""
    page.locator("#act-phase summary").focus()
    page.keyboard.press("Enter")
    page.locator("#phase button.primary").press("Enter")
    expect(page.locator("#phase input[value=initial]")).to_have_count(1)
    expect(page.locator("#phase button.primary")).to_be_focused()


def leads_by_its_pins(page: Page, ref: str) -> None:
    """Every pin leads to its statement, by mouse and, as a list, by keyboard; arrows go along."""
    assert page.locator(".cad.over a").count() == 2
    page.locator("#pin-1").focus()
    expect(page.locator("#pin-1")).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#pin-due")).to_be_focused()
    page.locator(".cad.over a").first.click()
    expect(page).to_have_url(re.compile(f"/i/{ref}/statements/1$"))


def prints_one_page(page: Page, ref: str) -> None:
    page.goto(f"/i/{ref}")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    for part in (".brief-head", "#p-dec", "#p-stm .record", "#people"):
        expect(page.locator(part).first).to_be_visible()
    for part in ("#p-log", "#p-alr", "#acts", ".rail", ".who"):
        expect(page.locator(part).first).to_be_hidden()
    page.emulate_media(media="screen")


def shows_one_part_at_a_time(page: Page, ref: str) -> None:
    """What a middling screen shows below the statement, and a phone in its place."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/i/{ref}")
    page.locator(".under [data-under-for=alr]").click()
    expect(page.locator("#p-alr")).to_be_visible()
    expect(page.locator("#p-org")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("log", "org", "alr", "act", "stm"):
        page.locator(f".tabsn [data-tab-for={part}]").click()
        expect(page.locator(f"#p-{part}")).to_be_visible()
        expect(page.locator(".cols .tn:visible")).to_have_count(1)
    page.mouse.wheel(0, 600)
    expect(page.get_by_role("timer")).to_be_in_viewport()
    shows_what_the_address_names(page)
    page.set_viewport_size({"width": 1920, "height": 1080})


def shows_what_the_address_names(page: Page) -> None:
    """On a phone, from elsewhere and in the room itself; its form is fetched. Below too."""
    here = page.url.partition("#")[0]
    page.locator("#p-stm").evaluate(
        "(part, way) => part.insertAdjacentHTML('beforeend', `<a id=way href='${way}'>way</a>`)",
        f"{here}#p-org",
    )
    for _again in range(2):
        page.locator(".tabsn [data-tab-for=stm]").click()
        page.locator("#way").click()
        expect(page.locator("#p-org")).to_be_visible()
    for width, height in SIZES[:0:-1]:
        page.set_viewport_size({"width": width, "height": height})
        page.goto("about:blank")
        page.goto(f"{here}#act-duty")
        expect(page.locator("#act-duty[open] #duty")).to_be_visible()
        expect(page.locator("#act-duty summary")).to_be_in_viewport()


def says_who_reopens(page: Page, ref: str) -> None:
    page.goto(f"/i/{ref}")
    expect(page.locator("#ended .who-can")).to_contain_text("إدارة")
    expect(page.locator(".who .primary")).to_have_count(0)


def leads_away_who_is_signed_out(page: Page, ref: str) -> None:
    page.goto(f"/i/{ref}")
    page.context.clear_cookies()
    page.locator("#act-duty summary").click()
    expect(page).to_have_url(re.compile("/signin"))
