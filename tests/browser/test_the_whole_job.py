"""The main job from the first minute to the corrected word, through the pages alone.

Whoever carries out a step does it in a browser of their own, in their own language: nothing is
done behind the pages once the office is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from crisis.alerts.audiences import save_audience
from crisis.alerts.described import Described
from crisis.kernel import database
from crisis.kernel.ids import OFFICE_ID
from crisis.people.commands import add_contact
from crisis.people.model import AudienceKind, ContactKind, Hazard
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty, Rank
from tests import given
from tests.browser.entering import enter_as, go_live, open_acts
from tests.browser.writing import correct, seals, send_for_approval, state, write
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs
from tests.parts.server import Product

HUDA, MOUNIR, ADEL = "هدى المبروك", "Mounir al-Abbani", "Adel Hassadi"
SAMIRA, KHALED, DEPUTY, SALEM, NADIA, LAYLA = (
    "سميرة العوكلي",
    "Khaled al-Naas",
    "Yousef Bashir",
    "سالم القماطي",
    "نادية الشريف",
    "ليلى بن عمر",
)
TITLE = "سيول وادي الزهر بعد أمطار الليل"
PLAN = "خطة الإخلاء معتمدة: الحي القديم أولا."

pytestmark = needs("browser")


@dataclass(frozen=True)
class Office:
    """A demo office where nothing has happened yet."""

    database: str
    interior: UUID


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    """Two who run it, a spokesperson, and four ministries with somebody on duty in each."""
    database.connect(sqlite_url)
    plug_kernel()
    administrator = given.an_office(is_exercise=True)
    water = given.a_ministry("MWR", leads=[Hazard.FLOOD_WEATHER])
    interior, health = given.a_ministry("MOI"), given.a_ministry("MOH")
    local = given.a_ministry("MLG")
    liaison = Duty.LIAISON
    deputy = given.a_person(name=DEPUTY, ministry=interior, language="en")
    on_duty = [
        given.a_person(name=SALEM, ministry=water, standing_duty=liaison),
        given.a_person(
            name=KHALED, ministry=interior, language="en", standing_duty=liaison, deputy=deputy
        ),
        given.a_person(name=SAMIRA, ministry=health, standing_duty=liaison),
        given.a_person(name=NADIA, ministry=local, standing_duty=liaison),
    ]
    centre = [
        given.a_person(rank=Rank.COORDINATOR, name=HUDA),
        given.a_person(name=MOUNIR, language="en", standing_duty=Duty.ALERT_OPERATOR),
        given.a_person(name=ADEL, language="fr", standing_duty=Duty.SPOKESPERSON),
        given.a_person(name=LAYLA),
    ]
    for number, each in enumerate([deputy, *on_duty, *centre]):
        value = f"+2189100001{number:02}"
        add_contact(administrator, each.id, kind=ContactKind.MOBILE, value=value, label="")
    an_audience(administrator, on_duty)
    yield Office(sqlite_url, interior)
    database.engine().dispose()


def an_audience(administrator: Actor, members: Sequence[Actor]) -> None:
    described = Described(
        code="ministry_duty",
        kind=AudienceKind.MINISTRY_DUTY,
        name={"ar": "المناوبون في الجهات", "en": "Duty officers of the entities"},
        member_ids=tuple(each.id for each in members),
    )
    save_audience(administrator, OFFICE_ID, described=described)


@pytest.fixture
def url(office: Office, tmp_path: Path) -> Iterator[str]:
    """Where the product is, with its worker."""
    product = Product(office.database, tmp_path, {})
    product.start("serve", "--with-worker")
    yield product.url
    product.stop()


@pytest.mark.slow
def test_from_the_first_word_to_the_last_acknowledgement(
    office: Office, url: str, open_window: OpenWindow
) -> None:
    def somebody(name: str, lang: str, *, phone: bool = False) -> Page:
        size = {"viewport": PHONE} if phone else {}
        page = open_window(url, lang=lang, **size).page
        enter_as(page, name)
        return page

    desk = somebody(HUDA, "ar")
    ref = open_a_flood(desk)
    room = desk.context.new_page()
    go_live(room, ref)
    bring_in_a_fourth(room)
    give_a_duty(room, somebody(LAYLA, "ar", phone=True))

    write(desk, ref, interior=office.interior)
    send_for_approval(desk, ["MOH", "MOI"], role="spokesperson")
    samira = somebody(SAMIRA, "ar", phone=True)
    khaled = somebody(KHALED, "en", phone=True)
    adel = somebody(ADEL, "fr", phone=True)
    signers = [samira, khaled, adel]
    for number, phone in enumerate(signers, 1):
        approve(phone)
        expect(seals(room, "approve")).to_have_count(number)
    release(adel, ref, 1)
    expect(state(room)).to_have_text("صادر")

    mounir = somebody(MOUNIR, "en", phone=True)
    send_with_statement(desk, ref, 1)
    confirm(mounir, count=4)
    expect(alerts_in(room)).to_contain_text("0/4")
    expect(numbers(room)).to_have_text(["0/4", "0", "4", "0", "0", "0"])

    follow = desk.context.new_page()
    follow.goto(f"/i/{ref}/alerts/1")
    follow.evaluate("window.neverReloaded = true")
    expect(rungs(follow)).to_have_text(["4", "4", "0", "0"])
    simulator = desk.context.new_page()

    # One presses the button behind the link, one answers by SMS, one cannot and the deputy does.
    link = link_of(simulator, SALEM)
    link.locator("button[value=have]").click()
    expect(link.locator("h1")).to_have_text("سُجّل تأكيدكم")
    expect(rungs(follow)).to_have_text(["4", "4", "1", "1"])
    answer_by_sms(simulator, SAMIRA, "١")
    expect(rungs(follow)).to_have_text(["4", "4", "1", "2"])
    link = link_of(simulator, KHALED)
    link.locator("button[value=cannot]").click()
    expect(link.locator("h1")).to_have_text("Your answer is recorded")
    expect(row_of(follow, DEPUTY)).to_contain_text(KHALED)
    link = link_of(simulator, DEPUTY)
    link.locator("button[value=have]").click()
    expect(link.locator("h1")).to_have_text("Your acknowledgement is recorded")

    expect(rungs(follow)).to_have_text(["4", "4", "2", "3"])
    expect(numbers(room).first).to_have_text("3/4")
    expect(row_of(follow, NADIA)).to_have_count(1)
    expect(follow.locator("table.silent tbody tr")).to_have_count(1)

    # What was wrong is corrected, and everybody who got the first text gets the second.
    correct(desk, ref)
    send_for_approval(desk, ["MOH", "MOI"], role="spokesperson")
    for phone in signers:
        approve(phone)
    release(adel, ref, 2)
    send_with_statement(desk, ref, 2, to_the_same=True)
    confirm(mounir, count=5)
    follow.goto(f"/i/{ref}/alerts/2")
    expect(rungs(follow)).to_have_text(["5", "5", "0", "0"])
    for name in (SALEM, SAMIRA, KHALED, DEPUTY, NADIA):
        on_phone(simulator, name)
        words = "تصحيح لبيان 1" if name in (SALEM, SAMIRA, NADIA) else "Correction to statement 1"
        expect(simulator.locator("#phone-one .bub", has_text=words)).to_have_count(1)

    expect(room.locator("#alr-title")).to_have_text("التنبيه 2")
    assert room.evaluate("window.neverReloaded === true"), "the room was reloaded"


def open_a_flood(page: Page) -> str:
    """A flood of level 3, led by whoever leads floods; its reference."""
    page.locator("a[data-dialog='open-incident']").first.click()
    page.locator("#opening-title").fill(TITLE)
    page.locator("#opening input[name=level][value='3']").check(force=True)
    page.locator("#opening-hazard").select_option("flood_weather")
    page.locator("#opening details.more summary").click()
    for code in ("MOI", "MOH"):
        page.locator("#opening .check", has_text=code).locator("input").check()
    page.locator("#opening [data-submit]").click()
    expect(page.locator("#room")).to_be_visible()
    return page.locator("#room").get_attribute("data-ref") or ""


def bring_in_a_fourth(room: Page) -> None:
    """A ministry more; whoever is on duty there takes part at once."""
    expect(ministries(room)).to_have_count(3)
    open_acts(room, "الجهات")
    room.locator("#joining-ministry_id").select_option(label="وزارة MLG")
    room.locator("#joining button").click()
    expect(ministries(room)).to_have_count(4)
    for name in (SALEM, KHALED, SAMIRA, NADIA):
        expect(room.locator("#people .mins")).to_contain_text(name)


def give_a_duty(room: Page, phone: Page) -> None:
    """Somebody is asked to advise on the law, and accepts on a phone."""
    open_acts(room, "الأدوار")
    room.locator("#duty-person_id").select_option(label=LAYLA)
    room.locator("#duty-duty").select_option("legal")
    room.locator("#duty").get_by_role("button").click()
    phone.goto("/")
    phone.locator("#waiting a").click()
    phone.get_by_role("button", name="أقبل").click()
    expect(room.locator("#people .team")).to_contain_text(LAYLA)


def approve(phone: Page) -> None:
    """From what waits for them, to their signature: two taps."""
    phone.goto("/")
    phone.locator("#waiting a[href*='/approvals/']").click()
    phone.locator("#approve button").click()
    expect(phone.locator(".stamp")).to_be_visible()


def release(phone: Page, ref: str, number: int) -> None:
    """What everybody signed goes out."""
    phone.goto("/")
    phone.locator("#waiting a[href*='/release']").click()
    phone.locator(".dlg-foot button.primary").click()
    expect(phone.locator(".hd .tag.brass")).to_be_visible()


def send_with_statement(page: Page, ref: str, number: int, *, to_the_same: bool = False) -> None:
    """An alert with the text that was released, for a second person to confirm."""
    page.goto(f"/i/{ref}/statements/{number}")
    page.locator("a[href*='/alerts/new']").click()
    expect(page.locator("#compose")).to_be_visible()
    if not to_the_same:
        page.locator(".apill", has_text="المناوبون").click()
    page.locator("label:has([name=priority][value=urgent])").click()
    page.locator("label:has([name=answer][value='15'])").click()
    page.locator("#compose button[value=ask]").click()
    expect(page.locator("#cnf-top .notice")).to_be_visible()


def confirm(phone: Page, *, count: int) -> None:
    """The second person reads it, types how many it reaches, and it leaves."""
    phone.goto("/")
    phone.locator("#waiting a[href*='/confirmation']").click()
    phone.locator("#confirmation-typed_count").fill(str(count))
    phone.locator("#confirmation button.primary").click()
    expect(phone.locator("#delivery")).to_be_visible()


def on_phone(simulator: Page, name: str) -> None:
    """The first phone of the simulator is this person's."""
    simulator.goto("/simulator")
    option = simulator.locator("#pick-one option", has_text=name).first
    simulator.locator("#pick-one").select_option(value=option.get_attribute("value"))
    simulator.locator("#phone-one .ph0 button").click()
    expect(simulator.locator("#pick-one option:checked")).to_contain_text(name)


def link_of(simulator: Page, name: str) -> Page:
    """The page behind the link of their last message, opened as they would."""
    on_phone(simulator, name)
    with simulator.context.expect_page() as opened:
        simulator.locator("#phone-one button[value=open]").click()
    return opened.value


def answer_by_sms(simulator: Page, name: str, text: str) -> None:
    on_phone(simulator, name)
    simulator.locator("#reply-one-text").fill(text)
    simulator.locator("#reply-one button").click()


def ministries(room: Page) -> Locator:
    return room.locator("#people .mins tbody")


def alerts_in(room: Page) -> Locator:
    return room.locator("#alerts")


def numbers(room: Page) -> Locator:
    """Acknowledged, opened, delivered, handed over, unknown, failed, as the room shows them."""
    return room.locator("#alerts dd")


def rungs(page: Page) -> Locator:
    """Handed over, delivered, opened, acknowledged, as the page of the alert shows them."""
    return page.locator(".rungs .rc > b")


def row_of(page: Page, name: str) -> Locator:
    return page.locator("table.silent tbody tr", has_text=name)
