"""A mail is readable in three languages, in their direction of writing, and nothing in it acts."""

from dataclasses import replace
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from crisis.alerts import letters, links
from crisis.alerts.couriers import Letter
from crisis.alerts.letters import around
from crisis.alerts.outbox import Channel, Purpose
from crisis.statements.content import Language

BASE = "https://crisis.gov.example"
TEXT = {
    "ar": "اجتماع ضباط الاتصال الساعة 15:00 عن بعد.\nلا تصريحات قبل الاجتماع.\n\nسيول وادي السدر.",
    "en": "Liaison officers meet online at 15:00.\nNo remarks before.\n\nWadi Al-Sidr floods.",
    "fr": "Réunion des officiers de liaison à 15:00.\nAucune déclaration.\n\nInondations.",
}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example">ادخل</a>',
    "{{ 7*7 }}{% include '/etc/passwd' %}",
    "javascript:alert(1)",
    "</td></tr></table><h1>جديد",
)


@pytest.fixture(autouse=True)
def _public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links.plugged, "base", BASE)


def a_letter(
    language: str = "ar",
    *,
    own: bool = True,
    drill: bool = False,
    body: str | None = None,
    purpose: Purpose = Purpose.ALERT,
) -> Letter:
    address = f"{BASE}/k/7K4PX2abcdef" if own else f"{BASE}/me/duties"
    return Letter(
        delivery_id=uuid4(),
        attempt=1,
        channel=Channel.EMAIL,
        purpose=purpose,
        address="hana@gov.example",
        language=language,
        subject="عاجل: اجتماع 15:00",
        text=f"{TEXT[language] if body is None else body}\n\n{address}",
        is_exercise=drill,
        link=address if own else "",
    )


class Page(HTMLParser):
    """What a mail program would find in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.root: dict[str, str | None] = {}
        self.words: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.handlers += [name for name in given if name.startswith("on")]
        if tag == "html":
            self.root = given
        if tag == "a":
            self.links.append(str(given["href"]))
        self.fetched += [str(given[name]) for name in ("src", "background") if name in given]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr"), ("fr", "ltr")])
def test_a_mail_is_written_in_its_readers_direction(language: str, direction: str) -> None:
    page = Page(letters.html(a_letter(language)))

    assert (page.root["lang"], page.root["dir"]) == (language, direction)
    for line in TEXT[language].split("\n"):
        assert line in page.said


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("purpose", Purpose)
def test_one_button_leads_out_and_nothing_is_fetched(own: bool, purpose: Purpose) -> None:
    letter = a_letter(own=own, purpose=purpose)
    page = Page(letters.html(letter))
    address = letter.text.rpartition("\n")[2]

    assert page.links == [address]
    assert page.fetched == []
    assert not {"img", "script", "link", "iframe", "form", "input"} & set(page.tags)
    assert page.said.count(address) == 1, "once for those whose program shows no button"
    assert around().buttons["own" if own else purpose].ar in page.said
    assert ("لكم وحدكم" in page.said) is own


def test_without_an_address_there_is_no_button() -> None:
    letter = replace(a_letter(), text="لا رابط هنا.", link="")

    assert Page(letters.html(letter)).links == []
    assert "لا رابط هنا." in letters.text(letter)


def test_an_address_of_somebody_else_becomes_no_button() -> None:
    letter = replace(a_letter(own=False), text="انظر\n\nhttps://evil.example/k/7K4PX2")

    assert Page(letters.html(letter)).links == []


def test_whatever_the_carrier_fills_in_stands_where_the_address_goes() -> None:
    letter = replace(a_letter(), text="نص\n\n-link-", link="-link-")

    assert Page(letters.html(letter)).links == ["-link-"]
    assert "-link-" in letters.text(letter)


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_people_wrote_is_text(evil: str) -> None:
    letter = replace(a_letter(body=f"قبل {evil} بعد"), subject=f"عنوان {evil}")
    page, plain = Page(letters.html(letter)), Page(letters.html(a_letter(body="قبل بعد")))

    ours = [each for each in page.tags if each != "bdi"]  # around what reads from left to right
    assert ours == plain.tags
    assert page.links == plain.links
    assert page.handlers == []
    assert evil in page.said
    assert f"قبل {evil} بعد" in letters.text(letter)


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_an_exercise_says_so_before_everything_else(language: Language) -> None:
    said = around().exercise.of(language)
    letter = a_letter(language, drill=True)

    assert letters.text(letter).startswith(said)
    assert Page(letters.html(letter)).said.find(said) < Page(letters.html(letter)).said.find(
        TEXT[language].split("\n")[0]
    )
    assert said not in letters.html(a_letter(language))


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_the_plain_text_says_the_same(language: Language) -> None:
    letter = a_letter(language)
    told = letters.text(letter)

    assert told.startswith(TEXT[language])
    assert f"\n{letter.link}\n" in told
    assert "<" not in told
    assert told.endswith(around().sender.of(language) + "\n")


def test_every_reason_to_write_has_its_button() -> None:
    assert around().buttons.keys() == {"own", *Purpose}


def test_a_dark_screen_gets_dark_colours() -> None:
    html = letters.html(a_letter())

    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
