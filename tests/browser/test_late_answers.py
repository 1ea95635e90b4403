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
    page.wait_for_url("**/room")


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
  for (const { name, value } of template.content.firstChild.attributes)
    asks.setAttribute(name, value);
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


BESIDE = '<meta name="csrf-token" content="{}"><body data-me="{}">'
RENEWING = """async ({ me, html }) => {
  document.body.dataset.me = me;
  window.posts = 0;
  window.fetch = async (way, { method } = {}) => {
    if (method !== 'POST') return new Response(html);
    posts += 1;
    return new Response('{"ok": true}', { status: posts === 1 ? 400 : 200 }); };
  const { send } = await import('/static/js/send.js');
  return send('/note', { text: 'words of Huda' }, 'k'); }"""


def test_what_one_person_wrote_is_not_sent_as_anothers_who_signed_in_beside_it(
    bare_page: OpenPage,
) -> None:
    page = bare_page(FRAME)
    asked = {"me": "huda", "html": BESIDE.format("another", "huda")}
    assert page.evaluate(RENEWING, asked) == {"done": True}
    asked["html"] = BESIDE.format("another", "salem")
    kept = "then((told) => sessionStorage.told = JSON.stringify(told))"
    with page.expect_event("load"):  # which may come before an answer of the page that goes
        page.evaluate(f"(asked) => void ({RENEWING})(asked).{kept}", asked)
    assert page.evaluate("JSON.parse(sessionStorage.told)") == {"unknown": True}


PART = '<div id="part"><p id="said">{}</p></div>'
ROOM = """<form id="note" action="/note"><textarea name="text" data-kept="i"></textarea></form>
<ul id="outbox"></ul><ol id="feed"></ol><div id="feed-scroll"></div>
<p id="news"><span></span></p>"""


def test_an_older_answer_never_takes_the_place_of_a_younger_one(bare_page: OpenPage) -> None:
    page = bare_page(FRAME + PART.format("first"))
    page.clock.install()
    page.evaluate(IN_TURN, "refetch")
    refetch = "async () => (await import('/static/js/refetch.js')).refetch(['part'], 1)"
    for _ in range(2):
        page.evaluate(refetch)
        page.clock.run_for(100)
    for number, text in ((1, "third"), (0, "second")):
        page.evaluate("([n, html]) => answers[n](html)", [number, PART.format(text)])
        page.wait_for_timeout(100)
    expect(page.locator("#said")).to_have_text("third")


def test_a_line_that_waits_is_not_lost_because_another_tab_writes_and_this_one_is_closed(
    bare_page: OpenPage,
) -> None:
    first, second = (bare_page(FRAME + ROOM) for _ in range(2))
    for tab in (first, second):
        tab.evaluate(
            "async () => { window.sent = [];"
            " window.fetch = async (way, { body } = {}) => {"
            "   if (body) sent.push(`${body.get('text')} ${body.get('_key')}`);"
            "   throw new TypeError('Failed to fetch'); };"
            " await import('/static/js/composer.js'); }"
        )
    box = "[name=text]"
    first.locator(box).fill("written while it is out")
    first.locator(box).press("Control+Enter")
    expect(first.locator("#outbox li")).to_have_count(1)
    second.locator(box).fill("w")
    sent = first.evaluate("sent[0]")
    first.close()
    second.reload()
    second.evaluate(
        "async () => { window.fetch = async (way, { body } = {}) => {"
        "   if (body) window.sent = `${body.get('text')} ${body.get('_key')}`;"
        '   return new Response(\'{"ok": true, "packets": []}\'); };'
        " await import('/static/js/composer.js'); }"
    )
    second.wait_for_timeout(100)
    assert second.evaluate("window.sent") == sent


REFUSING = """const listeners = {};
export const io = () => (window.opened = (window.opened ?? 0) + 1, {
  connected: true, io: { on() {} }, off() { return this; },
  on(name, act) { listeners[name] = act; if (name === 'connect') setTimeout(act); },
  close() { this.connected = false; listeners.disconnect?.(); },
  timeout() { return { emitWithAck: async () => ({ ok: false, code: 'failed' }) }; } });"""


def test_a_room_that_could_not_be_entered_is_asked_for_again(bare_page: OpenPage) -> None:
    page = bare_page(FRAME)
    page.route(
        "**/vendor/socket.io.js",
        lambda route: route.fulfill(body=REFUSING, content_type="text/javascript"),
    )
    page.evaluate(
        'async () => { window.fetch = async () => new Response(\'{"ticket": "t"}\');'
        " (await import('/static/js/socket.js')).stayConnected("
        "   { hello: () => ['enter', {}], on: {}, poll() {} }); }"
    )
    page.wait_for_function("window.opened > 1")


def test_whether_the_server_is_there_is_not_asked_for_ever(bare_page: OpenPage) -> None:
    """Questions that hang take every connection a browser makes, and none is left for a socket."""
    page = bare_page(FRAME)
    for script in ("dashboard", "follow"):
        page.goto("/")
        page.evaluate(
            """async (script) => {
              document.body.append(Object.assign(document.createElement('i'), { id: 'follow' }));
              window.endless = [];
              window.fetch = (way, { signal } = {}) => {
                if (!signal) endless.push(way);
                return new Promise(() => {}); };
              window.setInterval = (act) => (window.tick = act, setTimeout(act));
              await import(`/static/js/${script}.js`); }""",
            script,
        )
        page.wait_for_timeout(100)
        assert page.evaluate("endless") == [], script


def test_older_lines_that_cannot_come_are_not_waited_for_in_silence(bare_page: OpenPage) -> None:
    page = bare_page(
        '<div id="words" data-needs-server="Needs the server" hidden></div><div id="sr-polite">'
        '</div><div id="sr-alert"></div><ol id="feed"></ol><div id="feed-scroll"></div>'
        '<p id="news"><span></span></p><p><a id="older" href="/older">Older lines</a></p>'
    )
    page.route("**/older", lambda route: route.abort())
    page.evaluate(
        "async () => (await import('/static/js/older.js'))"
        ".fetchOlder(document.getElementById('older'))"
    )
    expect(page.locator("#sr-alert")).to_have_text("Needs the server")
