"""A part of the page becomes its newer self without taking anything from whoever works in it."""

from playwright.sync_api import Page, expect

from tests.parts.promises import needs
from tests.parts.scripts import OpenPage

pytestmark = needs("browser")

PART = """<section id="part"><p id="said">old</p>
<details id="fold"><summary>More</summary><p>inside</p></details>
<form method="post" action="/"><input type="hidden" name="_key" value="1">
<input id="field" value="server"><textarea id="area">server</textarea></form>
<button id="act">Act</button><div id="scroll"><p>{long}</p></div></section>"""
OLD = PART.format(long="word <br>" * 200)
NEW = OLD.replace(">old<", ">new<").replace("server", "changed")
LOOK = "<style>#scroll { block-size: 60px; overflow: auto }</style>"


def opened(open_page: OpenPage) -> Page:
    page = open_page(f'{LOOK}<button id="elsewhere">Elsewhere</button>{OLD}')
    page.clock.install()
    page.evaluate(
        "async () => { const { morph } = await import('/static/js/morph.js');"
        " window.renew = (html) => morph(document.getElementById('part'), html); }"
    )
    return page


def test_what_was_opened_typed_and_scrolled_survives(bare_page: OpenPage) -> None:
    page = opened(bare_page)
    page.locator("summary").click()
    page.locator("#area").fill("typed and not sent")
    page.locator("#scroll").evaluate("each => each.scrollTop = 120")
    page.locator("#elsewhere").focus()
    page.evaluate("html => renew(html)", NEW)

    expect(page.locator("#said")).to_have_text("new")
    expect(page.locator("#fold")).to_have_attribute("open", "")
    expect(page.locator("#area")).to_have_value("typed and not sent")
    expect(page.locator("#field")).to_have_value("changed")
    assert page.locator("#scroll").evaluate("each => each.scrollTop") == 120
    expect(page.locator("#elsewhere")).to_be_focused()


def test_a_part_somebody_works_in_waits_until_they_leave_it(bare_page: OpenPage) -> None:
    page = opened(bare_page)
    page.locator("#field").focus()
    page.evaluate("html => renew(html)", NEW.replace(">new<", ">never shown<"))
    page.evaluate("html => renew(html)", NEW)
    page.locator("#act").focus()  # still inside
    expect(page.locator("#said")).to_have_text("old")

    page.locator("#elsewhere").focus()
    expect(page.locator("#said")).to_have_text("new", timeout=1_000)


def test_after_five_seconds_it_is_renewed_around_the_field_and_its_selection(
    bare_page: OpenPage,
) -> None:
    page = opened(bare_page)
    page.locator("#field").fill("half a sentence")
    page.locator("#field").evaluate("each => each.setSelectionRange(2, 6)")
    page.evaluate("html => renew(html)", NEW)
    page.clock.fast_forward(4_900)
    expect(page.locator("#said")).to_have_text("old")
    page.clock.fast_forward(200)

    expect(page.locator("#said")).to_have_text("new")
    expect(page.locator("#field")).to_be_focused()
    expect(page.locator("#field")).to_have_value("half a sentence")
    selection = "each => [each.selectionStart, each.selectionEnd]"
    assert page.locator("#field").evaluate(selection) == [2, 6]


def test_when_what_had_the_focus_is_gone_the_focus_stays_in_its_part(bare_page: OpenPage) -> None:
    page = opened(bare_page)
    page.locator("#act").focus()
    page.evaluate("html => renew(html)", NEW.replace('<button id="act">Act</button>', ""))
    page.clock.fast_forward(5_100)

    expect(page.locator("#said")).to_have_text("new")
    expect(page.locator("#part")).to_be_focused()


def test_a_part_that_is_fetched_says_so_and_late_draws_a_line(bare_page: OpenPage) -> None:
    page = opened(bare_page)
    page.evaluate(
        "async () => { const { busyUntil } = await import('/static/js/busy.js');"
        " const ended = new Promise((end) => (window.end = end));"
        " busyUntil([document.getElementById('part')], ended); }"
    )
    part = page.locator("#part")
    expect(part).to_have_attribute("aria-busy", "true")
    page.clock.fast_forward(390)
    expect(page.locator("#part[data-late]")).to_have_count(0)
    page.clock.fast_forward(20)
    expect(page.locator("#part[data-late]")).to_have_count(1)

    page.evaluate("end()")
    expect(page.locator("#part:not([aria-busy], [data-late])")).to_have_count(1)
