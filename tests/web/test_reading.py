"""Every page of an Arabic office, read as people read it: names keep their own direction, and the
numbers of the product are in the digits of the office."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from uuid import UUID

import pytest
import sqlalchemy
from flask.testing import FlaskClient

from crisis.account.queries import personas
from crisis.app import create_app
from crisis.kernel import database
from crisis.settings import load
from crisis.web.security import limiter
from tests.parts.server import run
from tests.screenshots import PEOPLE, SCREENS

NAME: Final = "(Dr. A) 12 بن-علي"
pytestmark = pytest.mark.slow

FLOOD: Final = "2026-004"
VOID: Final = frozenset(re.findall(r"\w+", "area base br col hr img input link meta source wbr"))
UNREAD: Final = frozenset({"script", "style", "template", "title", "head"})
VERBATIM: Final = frozenset({"kbd", "code", "pre", "blockquote"})
"""Where a text stands as somebody wrote it, or as it is typed."""
SAMPLE: Final = "0123456789"
SAMPLES: Final = "styleguide"
"""It shows both kinds of digits, and words written by hand."""


@dataclass
class Element:
    """An open tag, with what decides how its text is read."""

    tag: str
    attributes: dict[str, str]

    @property
    def isolates(self) -> bool:
        return self.tag in {"bdi", "textarea", "option"} or self.attributes.get("dir") == "auto"

    @property
    def is_verbatim(self) -> bool:
        classes = set(self.attributes.get("class", "").split())
        return (
            self.isolates
            or self.tag in VERBATIM
            or bool(classes & {"ltr", "user-text", "record", "mono", "bodytext"})
            or ("lang" in self.attributes and self.tag != "html")
        )


@dataclass
class Page(HTMLParser):
    """The texts of a page, each with the elements it stands in."""

    texts: list[tuple[str, list[Element]]] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(Element(tag, {name: said or "" for name, said in attributes}))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(each.tag in UNREAD for each in self.open):
            self.texts.append((" ".join(data.split()), list(self.open)))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    """Every screen that needs no message on its way, by its name."""
    address = f"sqlite:///{tmp_path_factory.mktemp('arabic') / 'nasaq.db'}"
    assert run("seed", database_url=address).returncode == 0
    app = create_app(load({"DATABASE_URL": address, "SECRET_KEY": "k" * 32}))
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
    limiter.enabled = False
    here = {role: names["ar"] for role, names in PEOPLE.items() if role != "founder"}
    entered = {role: _person(name) for role, name in here.items()}
    _turn_arabic()
    yield {
        screen.name: page
        for role, person in entered.items()
        for client in [_signed_in(app.test_client(), person)]
        for screen in SCREENS
        if screen.seen_by == role and screen.name != SAMPLES
        if (page := _read(client, screen.path))
    }
    limiter.enabled = True
    database.engine().dispose()


def test_a_name_keeps_its_own_direction(pages: dict[str, Page]) -> None:
    loose = {
        f"  {name}: {text[:90]}"
        for name, page in pages.items()
        for text, around in page.texts
        if NAME in re.sub("\u2068[^\u2069]*\u2069", "", text)
        and not any(each.isolates for each in around)
    }

    assert not loose, "\n".join(
        [
            f"{len(loose)} names turn the words around them:",
            *sorted(loose),
            "What to do: <bdi>{{ name }}</bdi>; in a sentence, U+2068 before it and U+2069 after.",
        ]
    )


def test_numbers_are_in_the_digits_of_the_office(pages: dict[str, Page]) -> None:
    latin = {
        f"  {name}: {text[:90]}  <{around[-1].tag} {around[-1].attributes.get('class', '')}>"
        for name, page in pages.items()
        for text, around in page.texts
        if text != SAMPLE
        and re.search("[0-9]", re.sub("\u2068[^\u2069]*\u2069", "", text))
        and not any(each.is_verbatim for each in around)
    }

    assert not latin, "\n".join(
        [
            f"{len(latin)} numbers are in Latin digits, in an office that writes Arabic ones:",
            *sorted(latin),
            "What to do: {{ n|number }}; a reference, a code or a phone number stands in ltr(…).",
        ]
    )


def test_every_page_was_read(pages: dict[str, Page]) -> None:
    assert len(pages) >= 25
    assert all(page.texts for page in pages.values())


def _turn_arabic() -> None:
    """Arabic digits, both calendars, and names that try to turn every line they stand in."""
    named = json.dumps({"ar": NAME, "en": NAME, "fr": NAME})
    with database.engine().begin() as connection:
        for change in (
            "UPDATE office SET digits = 'arab', calendar = 'gregory_and_hijri', country = 'SA'",
            *(f"UPDATE {table} SET name = :named" for table in ("person", "ministry", "audience")),
            "UPDATE incident SET title = :named",
        ):
            connection.execute(sqlalchemy.text(change), {"named": named} if ":" in change else {})


def _person(name: str) -> UUID:
    return next(each.id for each, _ in personas() if name in each.name["ar"])


def _signed_in(client: FlaskClient, person: UUID) -> FlaskClient:
    assert client.post(f"/signin/as/{person}").status_code == 303
    return client


def _read(client: FlaskClient, path: str) -> Page | None:
    if "{" in path.replace("{flood}", ""):
        return None
    answer = client.get(path.format(flood=FLOOD), headers={"Cookie": "lang=ar"})
    if answer.status_code != 200:
        return None
    page = Page()
    page.feed(answer.text)
    return page
