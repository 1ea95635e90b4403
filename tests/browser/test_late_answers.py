"""Answers that come late, twice, not at all or after a later question: what was asked is done once,
what was typed stays, and a page ends up with the latest that was said."""

import re
from pathlib import Path

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


def test_a_deed_on_a_wholeof_its_own_leads_where_its_answer_does(bare_page: OpenPage) -> None:
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


EDITOR = """<form id="edit" action="/edit"><input type="hidden" name="based_on" value="{revision}"
data-kept="s"><div data-row><textarea name="ar" lang="ar">{text}</textarea><select></select>
<span class="no"></span></div></form><p id="saved" data-saving="" data-saved="" data-kept=""></p>
<p id="conflict-note" hidden>Somebody changed the text</p>"""
WRITING = """async () => {
  window.sent = [];
  window.fetch = async (way, { body } = {}) => {
    sent.push(`${body.get('ar')} on ${body.get('based_on')}`);
    throw new TypeError('Failed to fetch'); };
  await import('/static/js/editor.js'); }"""


def writing(open_page: OpenPage, *, text: str, revision: int) -> Page:
    """The statement editor, on a line over which nothing arrives."""
    page = open_page(FRAME + EDITOR.format(text=text, revision=revision))
    page.clock.install()
    page.evaluate(WRITING)
    return page


def brought_anew(page: Page, body: str) -> None:
    """Whatever is opened now, or come back to, has this body."""

    whole = f"<!doctype html><html lang=en>{FRAME}{body}"

    def serve(route: Route) -> None:
        if "/static/" in route.request.url:
            route.fallback()
        else:
            route.fulfill(body=whole, content_type="text/html")

    page.route("**/*", serve)


def test_words_kept_of_an_older_text_are_shown_as_such_and_not_thrown_away(
    bare_page: OpenPage,
) -> None:
    """What was saved last may have arrived and its answer not; more was typed after it."""
    page = writing(bare_page, text="old", revision=1)
    page.locator("[name=ar]").first.fill("mine, and not saved")
    brought_anew(page, EDITOR.format(text="what the server has", revision=2))
    page.reload()
    page.evaluate(WRITING)

    expect(page.locator("[name=ar]").first).to_have_value("mine, and not saved")
    expect(page.locator("[name=based_on]")).to_have_value("1")
    expect(page.locator("#conflict-note")).to_be_visible()
    page.clock.run_for(5_000)
    assert page.evaluate("sent") == []


def test_words_that_a_press_sent_are_not_put_back_over_what_came_of_them(
    bare_page: OpenPage,
) -> None:
    page = writing(bare_page, text="old", revision=1)
    page.locator("[name=ar]").first.fill("mine, and sent ")
    brought_anew(page, EDITOR.format(text="mine, and sent", revision=2))
    page.evaluate("document.getElementById('edit').requestSubmit()")
    page.wait_for_url("**/edit?**")
    page.evaluate(WRITING)

    expect(page.locator("[name=ar]").first).to_have_value("mine, and sent")
    expect(page.locator("#conflict-note")).to_be_hidden()


def test_who_comes_back_to_the_editor_saves_no_old_words_over_newer_ones(
    bare_page: OpenPage,
) -> None:
    """A browser that goes back fills in what stood in the fields when it left, and no more."""
    page = writing(bare_page, text="old", revision=1)
    page.locator("[name=ar]").first.fill("mine, and saved")
    page.evaluate("localStorage.clear()")
    brought_anew(page, EDITOR.format(text="theirs, and newer", revision=3))
    page.goto("/elsewhere")
    page.go_back()
    page.evaluate(WRITING)
    page.clock.run_for(5_000)

    expect(page.locator("[name=ar]").first).to_have_value("theirs, and newer")
    assert page.evaluate("sent") == []


COUNTED = '<p id="audience-count">{}</p>'
RULE = """<form id="audience" action="/audience"><input type="checkbox" name="all"></form>"""
IN_TURN = """async (script) => {
  window.answers = [];
  window.fetch = (way, { signal } = {}) => new Promise((answer, fail) => {
    signal?.addEventListener('abort', () => fail(signal.reason));
    answers.push((html, status = 200) => answer(new Response(html, { status }))); });
  await import(`/static/js/${script}.js`); }"""


def test_an_audience_is_counted_as_it_was_asked_last(bare_page: OpenPage) -> None:
    page = bare_page(FRAME + RULE + COUNTED.format("12"))
    page.clock.install()
    page.evaluate(IN_TURN, "audience")
    for _ in range(2):
        page.locator("[name=all]").click()
        page.clock.run_for(300)
    page.evaluate("(html) => answers[1](html)", COUNTED.format("30"))
    expect(page.locator("#audience-count")).to_have_text("30")
    page.evaluate("(html) => answers[0](html)", COUNTED.format("20"))
    page.wait_for_timeout(100)
    expect(page.locator("#audience-count")).to_have_text("30")


COMPOSER = """<form id="compose" action="/compose"><p id="put-back" hidden><button type="button">
Begin anew</button></p><input name="revision" value="1"><textarea name="sms_ar">{}</textarea>
<input type="checkbox" name="channels" value="email"><button id="take">Take</button></form>"""


def test_what_was_kept_of_an_alert_is_put_back_though_somebody_goes_on_or_nothing_answers(
    bare_page: OpenPage,
) -> None:
    page = bare_page(FRAME + COMPOSER.format("what the server has"))
    page.clock.install()
    page.evaluate(IN_TURN, "alerts")
    page.locator("[name=sms_ar]").fill("what was typed here")
    page.goto("/")
    page.evaluate(IN_TURN, "alerts")
    page.locator("[name=channels]").click()
    page.locator("[name=sms_ar]").focus()
    page.clock.run_for(1_000)
    page.evaluate("answers[0]('', 503)")
    page.wait_for_timeout(100)
    page.clock.run_for(4_000)
    page.evaluate("(html) => answers.at(-1)(html)", COMPOSER.format("what was typed here"))

    expect(page.locator("[name=sms_ar]")).to_have_value("what was typed here")
    expect(page.locator("[name=sms_ar]")).to_be_focused()
    expect(page.locator("#put-back")).to_be_visible()


def test_who_comes_back_to_the_composer_finds_the_text_as_it_is_now(bare_page: OpenPage) -> None:
    page = bare_page(FRAME + COMPOSER.format("old"))
    page.evaluate(IN_TURN, "alerts")
    page.locator("[name=sms_ar]").fill("mine, and kept")
    page.evaluate("localStorage.clear()")
    brought_anew(page, COMPOSER.format("theirs, and newer"))
    page.goto("/elsewhere")
    page.go_back()
    expect(page.locator("[name=sms_ar]")).to_have_value("theirs, and newer")


TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ASKS = re.compile(r'data-hx-get="[^"]*" data-hx-trigger="(?:input|change)[^>]*')


ASKING = """async (tag) => {
  const asks = document.getElementById('asks');
  const template = document.createElement('template');
  template.innerHTML = `<p ${tag}></p>`;
  for (const { name, value } of template.content.firstChild.attributes) asks.setAttribute(name, value);
  asks.setAttribute('data-hx-get', '/asked');
  asks.setAttribute('data-hx-target', '#asks');
  window.asked = [];
  window.fetch = (way, { signal }) => new Promise((_, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason));
    asked.push(way); });
  await import('/static/js/forms.js'); }"""


def test_of_several_questions_while_somebody_types_the_last_one_is_asked(
    bare_page: OpenPage,
) -> None:
    found = [each for file in TEMPLATES.rglob("*.html") for each in ASKS.findall(file.read_text())]
    assert len(found) == 4
    for tag in found:
        page = bare_page(FRAME + '<div id="opening"><input id="asks" name="q"></div>')
        page.clock.install()
        page.evaluate(ASKING, tag)
        page.clock.run_for(100)
        for text in ("a", "ab", "abc"):
            page.locator("#asks").fill(text)
            page.locator("#asks").dispatch_event("change")
            page.clock.run_for(500)
        assert page.evaluate("asked.at(-1)") == "/asked?q=abc", tag
        page.close()
