"""The main job in browsers that run no scripts: every step is a page, a form and an answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.entering import enter_as
from tests.browser.test_the_whole_job import (
    ADEL,
    HUDA,
    KHALED,
    LAYLA,
    MOUNIR,
    SALEM,
    SAMIRA,
    Office,
    approve,
    confirm,
    office,
    open_a_flood,
    release,
    url,
)
from tests.browser.writing import TEXTS, TITLES, correct, send_for_approval, when_next
from tests.parts.browser import PHONE, OpenWindow
from tests.parts.promises import needs

__all__ = ["office", "url"]

pytestmark = needs("browser")


@pytest.mark.slow
def test_the_main_job_without_a_script(office: Office, url: str, open_window: OpenWindow) -> None:
    def somebody(name: str, lang: str, *, phone: bool = True) -> Page:
        size = {"viewport": PHONE} if phone else {}
        page = open_window(url, lang=lang, javascript=False, **size).page
        enter_as(page, name)
        return page

    huda = somebody(HUDA, "ar", phone=False)
    ref = open_a_flood(huda)
    give_a_duty(huda)
    accept(somebody(LAYLA, "ar"))

    draft(huda, ref)
    send_for_approval(huda, ["MOH", "MOI"], role="spokesperson")
    adel = somebody(ADEL, "fr")
    signers = [somebody(SAMIRA, "ar"), somebody(KHALED, "en"), adel]
    for phone in signers:
        approve(phone)
    release(adel, ref, 1)

    alert(huda, ref)
    confirm(somebody(MOUNIR, "en"), count=4)
    acknowledge(somebody(SALEM, "ar"))
    huda.goto(f"/i/{ref}/alerts/1")
    expect(huda.locator(".rungs .rc > b").last).to_have_text("1")

    correct(huda, ref)
    send_for_approval(huda, ["MOH", "MOI"], role="spokesperson")
    for phone in signers:
        approve(phone)
    release(adel, ref, 2)
    huda.goto(f"/i/{ref}")
    expect(huda.locator("#statements")).to_contain_text("صادر")
    huda.goto(f"/newsroom/{ref}/1")
    expect(huda.locator("main")).to_contain_text("صُحّح هذا البيان")
    huda.goto(f"/newsroom/{ref}/2")
    expect(huda.locator("main")).to_contain_text("المنسوب يرتفع")


def give_a_duty(room: Page) -> None:
    """Somebody is asked to advise on the law, on the page where the forms of the room stand."""
    room.locator("#p-act summary", has_text="الأدوار").click()
    room.locator("#act-duty a").click()
    room.locator("#duty-person_id").select_option(label=LAYLA)
    room.locator("#duty-duty").select_option("legal")
    room.locator("#duty").get_by_role("button").click()
    expect(room.locator("#people .asked")).to_have_count(1)


def accept(phone: Page) -> None:
    phone.locator("#waiting a").click()
    phone.get_by_role("button", name="أقبل").click()
    expect(phone.locator(".my-duties .list li")).to_have_count(1)


def draft(page: Page, ref: str) -> None:
    """Six paragraphs in three languages; what is saved comes back with a row for the next."""
    page.goto(f"/i/{ref}/statements/new")
    page.locator("#begin button").click()
    for language, title in TITLES.items():
        page.locator(f"#edit-title_{language}").fill(title)
    for place, row in enumerate(zip(*TEXTS.values(), strict=True)):
        for language, text in zip(TEXTS, row, strict=True):
            cell = page.locator(f"textarea[name={language}]").nth(place)
            cell.fill(text.format(time=when_next()))
        page.locator("button[value=stay]").first.click()
        expect(page.locator("#edit [data-row]")).to_have_count(place + 2)


def alert(page: Page, ref: str) -> None:
    """What was released, to those on duty; the kept draft says that it needs a second person."""
    page.goto(f"/i/{ref}/statements/1")
    page.locator("a[href*='/alerts/new']").click()
    page.locator(".apill", has_text="المناوبون").click()
    page.locator("label:has([name=priority][value=urgent])").click()
    page.locator("label:has([name=answer][value='15'])").click()
    page.locator("#compose button[value=save]").click()
    page.locator("#compose button[value=ask]").click()
    expect(page.locator("#cnf-top .notice")).to_be_visible()


def acknowledge(phone: Page) -> None:
    """By the link of the alert, which waits on their first page too."""
    phone.goto("/")
    phone.locator("#waiting a[href*='/k/']").click()
    phone.locator("button[value=have]").click()
    expect(phone.locator("h1")).to_have_text("سُجّل تأكيدكم")
