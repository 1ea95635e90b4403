"""The main job without a mouse: every step is a press of a key, and the focus is always somewhere.

Who types does it on a keyboard of their own; nothing is clicked, and no field is filled but by
typing.
"""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from crisis.kernel import clock
from tests.browser.hands import Hands
from tests.browser.test_the_whole_job import ADEL, HUDA, KHALED, MOUNIR, SALEM, office, url
from tests.browser.writing import TEXTS, TITLES, seals, state
from tests.parts.browser import OpenWindow
from tests.parts.promises import needs

__all__ = ["office", "url"]

TITLE = "سيول وادي الزهر"

pytestmark = needs("browser")


@pytest.mark.slow
def test_the_main_job_by_keys_alone(url: str, open_window: OpenWindow) -> None:
    def somebody(name: str, lang: str) -> Hands:
        hands = Hands(open_window(url, lang=lang).page)
        hands.page.goto("/signin")
        hands.follow("form[action*='/signin/as/'] button", name)
        expect(hands.page.locator("#now")).to_be_visible()
        return hands

    huda = somebody(HUDA, "ar")
    room = huda.page
    open_a_flood(huda)
    note(huda, "وصل أول اتصال من البلدية.")
    decide(huda)
    draft(huda)
    submit(huda)

    huda.press("Escape")
    for hands in (somebody(KHALED, "en"), adel := somebody(ADEL, "fr")):
        sign(hands)
    release(adel)
    expect(room.locator("#whole")).to_be_visible()  # the page of the draft has become another
    room.wait_for_load_state()
    huda.press("g", "w")
    expect(room.locator("#room")).to_be_visible()
    expect(seals(room, "approve")).to_have_count(2)
    expect(state(room)).to_have_text("صادر")

    alert(huda)
    confirm(somebody(MOUNIR, "en"), count=4)
    acknowledge(somebody(SALEM, "ar"))
    huda.press("g", "w")
    expect(room.locator("#alerts dd").first).to_have_text(re.compile("^1(/4)?$"))


def open_a_flood(hands: Hands) -> None:
    hands.press("c")
    hands.on("#opening-title")
    hands.page.keyboard.type(TITLE)
    hands.choose("#opening [name=level]", "3")
    hands.choose("#opening-hazard", "flood_weather")
    hands.follow("#opening details.more summary")
    hands.tick("#opening .check input", "MOI")
    hands.press("Control+Enter")
    expect(hands.page.locator("html")).to_have_attribute("data-heard", "live")


def note(hands: Hands, text: str) -> None:
    hands.press("n")
    hands.on("#note-text")
    hands.page.keyboard.type(text)
    hands.press("Control+Enter")
    expect(hands.page.locator("#feed .body", has_text=text)).to_be_visible()
    hands.on("#note-text")


def decide(hands: Hands) -> None:
    hands.press("Tab", "d")
    expect(hands.page.locator("#decide-dialog")).to_be_visible()
    hands.type("#decide-question", "هل نخلي الحي القديم؟")
    hands.type("#decide-options-0", "نعم")
    hands.type("#decide-options-1", "لا")
    hands.type("#decide-rationale", "الوقت لا يسمح بالانتظار")
    hands.press("Control+Enter")
    expect(hands.page.locator("#decide-dialog")).to_be_hidden()
    recorded = hands.page.locator("#feed .decision", has_text="هل نخلي")
    expect(recorded).to_have_count(1)
    hands.on("#note button")  # where the shortcut was pressed


def draft(hands: Hands) -> None:
    hands.press("s")
    hands.follow("#begin button")
    expect(hands.page.locator("#edit")).to_be_visible()
    later = clock.now().astimezone(ZoneInfo("Africa/Tripoli")) + timedelta(minutes=55)
    for language in ("ar", "en", "fr"):
        hands.type(f"#edit-title_{language}", TITLES[language])
    for place, rows in enumerate(zip(*TEXTS.values(), strict=True)):
        for language, text in zip(TEXTS, rows, strict=True):
            hands.to(f"[data-row]:nth-of-type({place + 3}) textarea[name={language}]")
            hands.page.keyboard.insert_text(text.format(time=later.strftime("%H:%M")))
    hands.press("Control+Enter")


def submit(hands: Hands) -> None:
    expect(hands.page.locator("#submission")).to_be_visible()
    for box in hands.page.locator("#submission-ministries > .checks .check").all_inner_texts():
        hands.tick("#submission-ministries .check input", box.strip(), on="MOI" in box)
    for value in hands.page.locator("#submission-roles input").evaluate_all(
        "boxes => boxes.map((each) => each.value)"
    ):
        hands.tick(f"#submission-roles [value={value}]", on=value == "spokesperson")
    hands.follow("#submission .dlg-foot button")
    expect(hands.page.locator("#versions")).to_be_visible()


def sign(hands: Hands) -> None:
    waits(hands, "")
    hands.press("a", "Control+Enter")  # no shortcut signs
    expect(hands.page.locator(".stamp")).to_have_count(0)
    hands.follow("#approve button")
    expect(hands.page.locator(".stamp")).to_be_visible()


def release(hands: Hands) -> None:
    hands.page.goto("/")
    waits(hands, "[href*='/release']")
    hands.follow(".dlg-foot button.primary")
    expect(hands.page.locator(".hd .tag.brass")).to_be_visible()


def waits(hands: Hands, which: str) -> None:
    """What is asked of them, from their first page."""
    expect(hands.page.locator(f"#waiting a{which}")).to_be_visible()
    hands.follow(f"#waiting a{which}")


def alert(hands: Hands) -> None:
    """What was released goes to those on duty; a second person is asked."""
    hands.follow("#statements .ttl")
    hands.follow("a[href*='/alerts/new']")
    hands.tick("#compose [name=audiences]", "المناوبون")
    hands.choose("#compose [name=answer]", "15")
    hands.choose("#compose [name=priority]", "urgent")
    hands.follow("#compose button[value=ask]")
    expect(hands.page.locator("#cnf-top .notice")).to_be_visible()


def confirm(hands: Hands, *, count: int) -> None:
    waits(hands, "[href*='/confirmation']")
    hands.type("#confirmation-typed_count", str(count))
    hands.follow("#confirmation button.primary")
    expect(hands.page.locator("#delivery")).to_be_visible()


def acknowledge(hands: Hands) -> None:
    waits(hands, "")
    hands.follow("button[value=have]")
    expect(hands.page.locator("h1")).to_have_text("سُجّل تأكيدكم")
