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
    _stop_the_clock(page)
    page.evaluate(
        "async () => { const { morph } = await import('/static/js/morph.js');"
        " window.renew = (html) => morph(document.getElementById('part'), html); }"
    )
    return page


def _stop_the_clock(page: Page) -> None:
    """Time goes on when the test says so: a slow machine is no reason to be late."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 60"))


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
    expect(page.locator("#said")).to_have_text("new")


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
        "async () => { const { busyUntil } = await import('/static/js/morph.js');"
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


FETCHED = '<div id="part"><p id="said">{}</p><a id="act" href="#">Act</a></div>'
FRAME = """<button id="elsewhere">Elsewhere</button><div id="words" hidden></div>
<div id="sr-polite"></div><div id="sr-alert"></div>"""
FETCHING = """async ({ answers, html }) => {
  const { refetch } = await import('/static/js/refetch.js');
  const { heard } = await import('/static/js/age.js');
  window.asked = 0;
  window.fetch = async () => new Response(html, { status: answers[asked++] ?? 200 });
  window.hear = () => heard('live');
  window.again = () => refetch(['part'], 1);
}"""


def fetching(open_page: OpenPage, answers: list[int]) -> Page:
    """A page with a part that is fetched anew; the first answers have these statuses."""
    page = open_page(FRAME + FETCHED.format("old"))
    _stop_the_clock(page)
    page.evaluate(FETCHING, {"answers": answers, "html": FETCHED.format("new")})
    return page


def test_a_part_somebody_stays_in_is_fetched_after_five_seconds(bare_page: OpenPage) -> None:
    page = fetching(bare_page, [])
    page.locator("#act").focus()
    page.evaluate("again()")
    page.clock.run_for(2_000)
    page.evaluate("again()")
    page.clock.run_for(1_000)
    assert page.evaluate("asked") == 0
    page.clock.run_for(2_500)

    expect(page.locator("#said")).to_have_text("new")
    expect(page.locator("#act")).to_be_focused()
    assert page.evaluate("asked") == 1


def test_what_cannot_be_fetched_is_tried_again_and_the_page_is_not_live_meanwhile(
    bare_page: OpenPage,
) -> None:
    page = fetching(bare_page, [503] * 5)
    page.evaluate("again()")
    for _ in range(9):
        page.clock.run_for(1_000)
        page.evaluate("hear()")
    expect(page.locator("html")).to_have_attribute("data-net", "slow")
    expect(page.locator("#said")).to_have_text("old")
    assert page.evaluate("asked") < 6

    for _ in range(30):
        page.clock.run_for(1_000)
    expect(page.locator("#said")).to_have_text("new")
    expect(page.locator("html:not([data-net])")).to_have_count(1)
    assert page.evaluate("asked") == 6


def test_a_part_that_cannot_be_fetched_keeps_no_other_from_it(bare_page: OpenPage) -> None:
    page = fetching(bare_page, [])
    page.evaluate(
        """async () => {
          const { refetch } = await import('/static/js/refetch.js');
          const part = document.getElementById('part');
          part.insertAdjacentHTML('beforebegin', '<p id="cut" data-from="/cut">old</p>');
          const [whole, none] = [window.fetch, () => new Response('', { status: 503 })];
          window.fetch = async (way) => (way === '/cut' ? none() : whole());
          refetch(['cut', 'part'], 1);
        }"""
    )
    page.clock.run_for(500)

    expect(page.locator("#said")).to_have_text("new")
    expect(page.locator("#cut")).to_have_text("old")


def test_what_one_person_wrote_on_a_device_is_nobody_elses(bare_page: OpenPage) -> None:
    page = bare_page('<form id="compose"><textarea name="ar"></textarea></form>')
    script = """async ({ me, text }) => {
      document.body.dataset.me = me;
      const form = document.getElementById('compose');
      const { keepDraft, keptDraft } = await import('/static/js/draft.js');
      if (text) form.elements.ar.value = text, keepDraft(form);
      return keptDraft(form);
    }"""
    page.evaluate(script, {"me": "huda", "text": "words of Huda"})
    page.reload()
    assert page.evaluate(script, {"me": "salem", "text": ""}) is None
    page.reload()
    assert page.evaluate(script, {"me": "huda", "text": ""}) == [["ar", "words of Huda"]]


def test_a_number_is_read_in_any_digits_however_it_is_grouped(bare_page: OpenPage) -> None:
    page = bare_page("")
    read = "async (text) => (await import('/static/js/digits.js')).value(text)"

    for text in ("10000", "10,000", "10\u202f000", "١٠٬٠٠٠", "۱۰٬۰۰۰"):
        assert page.evaluate(read, text) == 10_000, text


EDITOR = """<meta name="csrf-token" content="t">
<form id="edit" action="/edit"><input name="based_on" value="1" data-kept="s">
<div data-row><textarea name="ar" lang="ar">old</textarea>
<div class="in-fr"><textarea name="fr" lang="fr">ancien</textarea>
<button name="valid" value="fr-1">Still valid</button></div>
<span class="no"></span><select></select></div></form>
<button form="edit" name="then" value="submit">Send</button>
<p id="saved" data-saving="" data-saved="" data-kept=""></p><p id="conflict-note" hidden></p>"""
SENT = """async () => {
  document.body.dataset.sent = "";
  document.addEventListener("submit", (event) => {
    const fields = new FormData(event.target, event.submitter);
    if (!event.defaultPrevented)
      document.body.dataset.sent += `${fields.get("then")} on ${fields.get("based_on")};`;
    event.preventDefault(); });
  window.fetch = () => new Promise((...ends) => { [window.answer, window.fail] = ends; });
  await import('/static/js/editor.js'); }"""


def test_who_found_a_translation_true_said_nothing_of_a_later_original(
    bare_page: OpenPage,
) -> None:
    page = bare_page(FRAME + EDITOR)
    page.evaluate(
        "async () => { window.fetch = async () => new Response('{}', { status: 422 });"
        " await import('/static/js/editor.js'); }"
    )
    confirmed = page.locator("input[name=valid]")
    page.get_by_role("button", name="Still valid").click()
    page.locator("[name=fr]").first.press_sequentially("x")
    expect(confirmed).to_have_count(1)
    page.locator("[name=ar]").first.press_sequentially("y")
    expect(confirmed).to_have_count(0)


def test_a_press_waits_for_what_is_on_its_way(bare_page: OpenPage) -> None:
    """Or one's own words, saved a moment ago, would be somebody else's edit."""
    page = _saving(bare_page)
    for _ in range(2):
        page.get_by_role("button", name="Send").click()
    expect(page.locator("body")).to_have_attribute("data-sent", "")

    page.evaluate('answer(new Response(\'{"ok": true, "revision": 2, "at": "14:07"}\'))')
    expect(page.locator("body")).to_have_attribute("data-sent", "submit on 2;")


def test_where_nothing_answers_a_press_goes_all_the_same(bare_page: OpenPage) -> None:
    page = _saving(bare_page)
    page.get_by_role("button", name="Send").click()
    for _ in range(2):
        expect(page.locator("body")).to_have_attribute("data-sent", "")
        page.evaluate("fail(new TypeError('Failed to fetch'))")

    expect(page.locator("body")).to_have_attribute("data-sent", "submit on 1;")


def _saving(bare_page: OpenPage) -> Page:
    """An editor whose pause is over: what was typed is on its way, and nothing has answered."""
    page = bare_page(FRAME + EDITOR)
    _stop_the_clock(page)
    page.evaluate(SENT)
    page.locator("[name=ar]").first.press_sequentially("y")
    page.clock.run_for(2_500)
    assert page.evaluate("typeof answer") == "function"
    return page
