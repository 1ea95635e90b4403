"""Answers that come late, twice, not at all or after a later question: what was asked is done once,
what was typed stays, and a page ends up with the latest that was said."""

from playwright.sync_api import Page, Route, expect

from tests.parts.promises import needs
from tests.parts.scripts import OpenPage

pytestmark = needs("browser")

FRAME = """<meta name="csrf-token" content="t"><div id="words" hidden></div>
<div id="sr-polite"></div><div id="sr-alert"></div>"""
DEED = """<form id="deed" method="post" action="/deed" data-hx-post="/deed" data-hx-target="#deed"
data-hx-select="#deed" data-hx-swap="outerMorph"><input type="hidden" name="_key" value="{}">
<p data-unsent hidden><span></span></p><input name="why"><button>Do it</button></form>"""


def test_a_deed_has_its_key_until_it_is_answered_and_the_next_has_another(
    bare_page: OpenPage,
) -> None:
    """Or a slow answer did it twice, and a lost one left the form without a use."""
    page = bare_page(FRAME + DEED.format("first") + '<button id="elsewhere">Elsewhere</button>')
    asked: list[Route] = []
    page.route("**/deed", lambda route: asked.append(route))
    page.evaluate("import('/static/js/forms.js')")
    press = page.get_by_role("button", name="Do it").click

    press()
    page.locator("#elsewhere").focus()
    page.evaluate(
        "async (html) => (await import('/static/js/morph.js'))"
        ".become(document.getElementById('deed'), html)",
        DEED.format("never used"),
    )
    page.wait_for_timeout(100)
    asked[0].abort()
    expect(page.locator("[data-unsent]:not([hidden])")).to_have_count(1)
    press()
    page.wait_for_timeout(100)
    asked[1].fulfill(body=DEED.format("second"), content_type="text/html")
    expect(page.locator("[name=_key]")).to_have_value("second")
    press()
    page.wait_for_timeout(100)

    keys = [(each.request.post_data or "").split("&")[0] for each in asked]
    assert keys == ["_key=first", "_key=first", "_key=second"]


def test_a_deed_on_a_page_of_its_own_leads_where_its_answer_does(bare_page: OpenPage) -> None:
    page = bare_page(f'{FRAME}<section class="dlg">{DEED.format("first")}</section>')
    page.evaluate(
        """async (html) => {
          const led = { redirected: { value: true }, url: { value: `${location.origin}/room` } };
          window.fetch = async () => Object.defineProperties(new Response(html), led);
          await import('/static/js/forms.js'); }""",
        DEED.format("of the room"),
    )
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/room", timeout=3_000)
