"""A screen reader hears what matters and is never flooded, whoever wishes to hear how much."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.parts.promises import needs
from tests.parts.scripts import OpenPage

pytestmark = needs("browser")

# A queue with a clock that the test moves; `heard` are all the sentences in the order in which they
# were said, `spoken` those of them that were polite, with the second at which they were.
STAGE = """async (wish) => {
  const { queueOf, URGENT, MINE, NEWS } = await import("/static/js/queue.js");
  let time = 0;
  const timers = [], heard = [];
  const region = (name) => ({
    text: "",
    get textContent() { return this.text; },
    set textContent(text) {
      this.text = text;
      if (text) heard.push([name, text.trim(), time / 1000]);
    },
  });
  const [polite, alert] = [region("polite"), region("alert")];
  const stage = { isTyping: false, heard, polite, alert, level: { URGENT, MINE, NEWS } };
  const after = (ms, act) => timers.push([time + ms, act]);
  const digest = (items) => `${items.length} things`;
  const isTyping = () => stage.isTyping;
  stage.queue = queueOf({ wish, now: () => time, after, polite, alert, isTyping, digest });
  stage.wait = (seconds) => {
    const until = time + seconds * 1000;
    for (;;) {
      timers.sort(([a], [b]) => a - b);
      if (!timers.length || timers[0][0] > until) break;
      const [at, act] = timers.shift();
      time = at;
      act();
    }
    time = until;
  };
  window.stage = stage;
}"""


@pytest.fixture
def page(bare_page: OpenPage) -> Page:
    return bare_page("")


def heard(page: Page, script: str, *, wish: str = "all") -> list[Any]:
    """What is said while `script` runs: [region, sentence, second]."""
    page.evaluate(STAGE, wish)
    said = "(level, key, text) => stage.queue.announce(stage.level[level], key, text)"
    return list(page.evaluate(f"() => {{ const say = {said}; {script}; return stage.heard; }}"))


def test_an_hour_of_news_is_one_sentence_in_eight_seconds(page: Page) -> None:
    every_second = "for (let n = 0; n < 3600; n++) { say('NEWS', `line:${n}`, `line ${n}`);"
    said = heard(page, f"{every_second} stage.wait(1); }}")

    moments = [moment for _, _, moment in said]
    assert len(said) <= 3600 / 8 + 1
    assert min(b - a for a, b in pairwise(moments)) >= 8


def test_the_latest_of_a_key_takes_the_place_of_the_earlier(page: Page) -> None:
    said = heard(page, "say('NEWS', 'a', 'one'); say('NEWS', 'a', 'two'); stage.wait(20)")

    assert [text for _, text, _ in said] == ["two"]


def test_two_are_said_in_full_and_three_become_a_digest(page: Page) -> None:
    two = "for (const n of 'ab') say('NEWS', n, n); stage.wait(10);"
    three = "for (const n of 'xyz') say('NEWS', n, n); stage.wait(10);"
    said = heard(page, two + three)

    assert [text for _, text, _ in said] == ["a. b", "3 things"]


def test_news_is_dropped_while_somebody_types_and_what_concerns_them_is_not(page: Page) -> None:
    script = "stage.isTyping = true; say('NEWS', 'a', 'news'); say('MINE', 'b', 'yours');"
    later = "stage.wait(9); stage.isTyping = false; stage.wait(60);"
    before = "say('NEWS', 'c', 'begun'); stage.isTyping = true; stage.wait(60);"
    said = heard(page, script + later + before)

    assert [text for _, text, _ in said] == ["yours"]


def test_what_was_said_is_cleared_after_five_seconds(page: Page) -> None:
    heard(page, "say('NEWS', 'a', 'one'); stage.wait(1)")
    assert page.evaluate("() => stage.polite.textContent") == "one"
    assert page.evaluate("() => (stage.wait(5), stage.polite.textContent)") == ""


@pytest.mark.parametrize("level", ["NEWS", "URGENT"])
def test_nothing_is_said_twice_in_half_a_minute(page: Page, level: str) -> None:
    again = f"say('{level}', 'a', 'one'); stage.wait(10);"
    said = heard(page, again * 3 + "stage.wait(5);" + again)

    assert [text for _, text, _ in said] == ["one", "one"]


def test_what_is_urgent_waits_for_nothing(page: Page) -> None:
    script = "say('NEWS', 'a', 'one'); stage.wait(1); stage.isTyping = true;"
    said = heard(page, script + "say('URGENT', 'b', 'late'); stage.wait(1)")

    assert said[1] == ["alert", "late", 1]


def test_what_is_asked_for_is_said_again_at_once(page: Page) -> None:
    said = heard(
        page, "stage.queue.read('all'); stage.wait(1); stage.queue.read('all')", wish="none"
    )

    assert [text for _, text, _ in said] == ["all", "all"]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("all", ["urgent", "yours. news"]),
        ("mine", ["urgent", "yours"]),
        ("urgent", ["urgent"]),
        ("none", []),
    ],
)
def test_each_hears_what_they_wish_to_hear(page: Page, wish: str, told: list[str]) -> None:
    one_each = "say('URGENT', 'a', 'urgent'); say('MINE', 'b', 'yours'); say('NEWS', 'c', 'news');"
    said = heard(page, one_each + "stage.wait(60)", wish=wish)

    assert [text for _, text, _ in said] == told
