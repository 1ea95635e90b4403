"""What a live page says of itself: how old it is, when it tries again, what cannot be done now; and
how it stands with other keyboards, in forced colours, without motion, and at twice the size."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from crisis.kernel import database
from crisis.plugs import plug_kernel
from crisis.policy import Rank
from tests import given
from tests.browser.entering import enter_as, go_live
from tests.parts.browser import OpenWindow, Visit
from tests.parts.promises import needs
from tests.parts.server import StartProduct

HUDA = "هدى المبروك"
FORGIVEN = ("ERR_INTERNET_DISCONNECTED", "WebSocket")
ARABIC = {"KeyN": "ى", "KeyD": "ي", "KeyG": "ل", "Slash": "؟"}

pytestmark = needs("browser")


@pytest.fixture
def place(sqlite_url: str) -> Iterator[tuple[str, str]]:
    """A database with an office and an incident that has a statement; its reference."""
    database.connect(sqlite_url)
    plug_kernel()
    given.an_office(is_exercise=True)
    by = given.a_person(rank=Rank.COORDINATOR, name=HUDA)
    incident = given.an_incident(by=by)
    on = given.incident(incident.id)
    _, slot = given.a_liaison(on)
    statement = given.a_statement(on=on, by=by)
    given.submitted(statement, slot, by=by)
    yield sqlite_url, incident.ref
    database.engine().dispose()


@pytest.fixture
def visit(place: tuple[str, str], start_product: StartProduct, open_window: OpenWindow) -> Visit:
    product = start_product(place[0])
    visit = open_window(product.url, lang="ar", forgiven=FORGIVEN)
    enter_as(visit.page, HUDA)
    return visit


def test_the_states_of_a_connection(visit: Visit, place: tuple[str, str]) -> None:
    page, root = visit.page, visit.page.locator("html")
    page.clock.install()
    go_live(page, place[1])
    panel, count = page.locator(".panel.live").first, page.locator("[data-age]")
    expect(count).to_contain_text("متصل")
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 2"))  # a slow machine is no silence

    visit.context.set_offline(True)
    page.clock.run_for(4_000)
    expect(page.locator("html:not([data-net])")).to_have_count(1)
    page.clock.run_for(8_000)
    expect(root).to_have_attribute("data-net", "slow")
    expect(count).to_contain_text("غير متصل · آخر تحديث قبل")
    expect(page.locator("#netbar")).to_be_hidden()
    page.clock.run_for(20_000)
    expect(root).to_have_attribute("data-net", "off")
    expect(page.locator("#netbar")).to_contain_text("محفوظ على هذا الجهاز")
    expect(page.locator("[data-next-try]")).to_contain_text("المحاولة")
    expect(page.locator("#sr-alert")).to_have_text("انقطع الاتصال بالخادم.")
    expect(panel).to_have_css("border-block-start-style", "solid")

    # A note waits; whatever else needs the server says so, and is not kept for later.
    expect(page.locator("#note button")).to_have_accessible_name("يُرسل عند عودة الاتصال")
    page.locator("#note-text").fill("كُتب أثناء الانقطاع")
    page.locator("#note button").click()
    page.clock.run_for(1_000)
    expect(page.locator("#outbox li")).to_have_count(1)
    page.locator("[data-dialog=decide-dialog]").first.click()
    send = page.locator("#decide-dialog button.primary")
    expect(send).to_have_attribute("aria-disabled", "true")
    page.locator("#decide-question").fill("هل نخلي؟")
    page.locator("#decide-question").press("Control+Enter")
    expect(page.locator("#decide-dialog [data-unsent]")).to_contain_text("يحتاج هذا إلى الاتصال")
    page.keyboard.press("Escape")
    page.locator(".tools [data-dialog=assess-dialog]").click()
    expect(page.locator("#sr-alert")).to_contain_text("يحتاج هذا إلى الاتصال")
    expect(page.locator("#assess-dialog a")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".ihead a[href*='/statements/new']").click()
    expect(page.locator("#room")).to_be_visible()

    page.clock.run_for(95_000)
    expect(root).to_have_attribute("data-net", "stale")
    expect(panel).to_have_css("border-block-start-style", "dashed")
    expect(page.locator(".ihead .clock")).to_have_css("opacity", "0.55")

    visit.context.set_offline(False)
    for _ in range(40):
        page.clock.run_for(400)
        if root.get_attribute("data-back") is not None:
            break
        page.wait_for_timeout(300)  # the network has a time of its own
    expect(page.locator(".net-back")).to_contain_text("عاد الاتصال · سطر جديد")
    expect(page.locator("#feed .body", has_text="كُتب أثناء الانقطاع")).to_have_count(1)
    expect(page.locator("#outbox")).to_be_hidden()
    expect(page.locator("#note button")).to_have_accessible_name("إضافة")
    expect(send).not_to_have_attribute("aria-disabled", "true")
    page.clock.run_for(7_000)
    expect(page.locator("#netbar")).to_be_hidden()


def test_keys_work_on_an_arabic_keyboard(visit: Visit, place: tuple[str, str]) -> None:
    page = visit.page
    go_live(page, place[1])

    press(page, "KeyN")
    expect(page.locator("#note-text")).to_be_focused()
    press(page, "KeyD")
    expect(page.locator("#note-text")).to_have_value(ARABIC["KeyD"])
    expect(page.locator("#decide-dialog")).to_be_hidden()
    page.keyboard.press("Alt+l")
    expect(page.locator("#sr-polite")).to_contain_text("0")

    page.locator("#note-text").fill("")
    page.keyboard.press("F6")
    expect(page.locator("#note-text")).not_to_be_focused()
    page.keyboard.press("Shift+F6")
    expect(page.locator("#p-log:focus-within")).to_have_count(1)
    lines = page.locator("#feed > li")
    page.locator("#feed-scroll").focus()
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(lines.nth(row).locator(":focus")).to_have_count(1)

    press(page, "Slash", shift=True)
    expect(page.locator("#shortcuts")).to_be_visible()
    expect(page.locator("#shortcut-list")).to_contain_text("N")
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    press(page, "KeyG")
    press(page, "KeyD")
    expect(page.locator("#now")).to_be_visible()

    page.goto("/me")
    page.locator("#profile-shortcuts").uncheck()
    page.locator("#profile button.primary").click()
    go_live(page, place[1])
    press(page, "KeyN")
    expect(page.locator("#note-text")).not_to_be_focused()
    page.goto("/me")
    page.locator("#profile-shortcuts").check()
    page.locator("#profile button.primary").click()


def test_forced_colours_no_motion_and_twice_the_size(visit: Visit, place: tuple[str, str]) -> None:
    page = visit.page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    go_live(page, place[1])
    expect(page.locator(".seal .disc")).to_have_count(1)
    edge = "each => getComputedStyle(each).border"
    assert not re.match("0px|.* none", page.locator(".seal .disc").evaluate(edge))
    paint = "each => getComputedStyle(each).stroke"
    assert page.locator(".ihead .sev path").evaluate(paint) not in ("none", "")
    moving = "() => document.getAnimations().filter((each) => each.playState === 'running').length"
    assert page.evaluate(moving) == 0

    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 640, "height": 360})  # 1280×720 at 200 %
    for path in (
        f"/i/{place[1]}",
        f"/i/{place[1]}/statements/1",
        f"/i/{place[1]}/alerts/new",
        "/",
        "/me",
    ):
        page.goto(path)
        wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{path} scrolls sideways: {wide}"
        expect(page.locator("h1").first).to_be_visible()
        if page.locator("#room").count():
            expect(page.locator("#header")).to_have_css("position", "static")
        page.keyboard.press("Shift+Slash")
        expect(page.locator("#shortcuts")).to_be_visible()
        assert page.locator("#shortcuts").bounding_box()["height"] <= 360
        page.keyboard.press("Escape")


def press(page: Page, code: str, *, shift: bool = False) -> None:
    """A key by its place, on a keyboard that writes Arabic."""
    session = page.context.new_cdp_session(page)
    key = {"code": code, "key": ARABIC[code], "modifiers": 8 if shift else 0}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": ARABIC[code], **key})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    session.detach()
