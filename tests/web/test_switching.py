"""Whoever changes the language of a page stays on that page."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, request, url_for
from flask.testing import FlaskClient

from crisis.policy import Duty
from crisis.statements.model.slots import SlotSpec
from tests import given
from tests.parts.pages import app, client

__all__ = ["app", "client"]

DEEP = "/i/2026-001/statements/3/compare?since=1&to=2"
TITLE = "توجيه إلى سكان الوادي"


def switched(client: FlaskClient, page: str, lang: str) -> str:
    """What the switch of this page leads to, in that language."""
    form = page.partition('<form class="langs"')[2].partition("</form>")[0]
    way = re.search(r'name="next" value="([^"]*)"', form)
    assert way
    assert f'value="{lang}"' in form
    sent = {"lang": lang, "next": unescape(way[1])}
    shown = client.post("/preferences", data=sent, follow_redirects=True)
    assert shown.status_code == 200
    assert f'<html lang="{lang}"' in shown.text
    return shown.text


def goes_to(page: str) -> str:
    found = re.search(r'name="next" value="([^"]*)"', page.partition('id="signin"')[2])
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_who_signs_in_still_comes_to_where_they_were_going(client: FlaskClient, lang: str) -> None:
    given.an_office()
    page = client.get("/signin", query_string={"next": DEEP}).text
    assert goes_to(page) == DEEP
    page = switched(client, page, lang)
    assert goes_to(page) == DEEP

    wrong = {"_form": "signin", "email": "a@gov.example", "password": "not it", "next": DEEP}
    refused = client.post("/signin", data=wrong)
    assert 'value="a@gov.example"' in refused.text
    assert goes_to(switched(client, refused.text, "ar")) == DEEP


def test_a_public_page_leads_to_itself_in_every_language(client: FlaskClient) -> None:
    given.an_office()
    incident = given.an_incident()
    health, slot = given.a_liaison(incident)
    statement = given.a_statement(on=incident)
    given.submitted(statement, slot)
    given.answered(statement, health)
    given.sent_out(statement, by=given.runs(incident))
    place = f"/newsroom/{incident.ref}/{statement.number}"

    for path in ("/newsroom", place):
        page = client.get(f"{path}?lang=ar&theme=dark").text
        assert 'data-theme="dark"' in page
        for lang in ("en", "fr"):
            link = re.search(rf'<a href="([^"]*)" hreflang="{lang}"', page)
            assert link
            assert unescape(link[1]) == f"{path}?lang={lang}&theme=dark"
            assert f'<html lang="{lang}"' in client.get(unescape(link[1])).text
        assert f'hreflang="ar" href="http://localhost{path}?lang=ar"' in page
        for unknown in ("system", "pink"):
            page = client.get(f"{path}?lang=ar&theme={unknown}").text
            assert 'data-theme="system"' in page
            assert "theme=" not in page.replace("data-theme=", "")


@pytest.mark.parametrize(
    ("page", "theme"), [("/signin", "dark"), ("/newsroom", None), ("/k/x", None)]
)
def test_a_page_that_is_the_same_for_all_asks_no_cookie_for_its_links(
    app: Flask, page: str, theme: str | None
) -> None:
    with app.test_request_context(page, headers={"Cookie": "theme=dark"}):
        assert request.endpoint
        way = url_for("newsroom.index", lang="fr")
    assert parse_qs(urlsplit(way).query).get("theme", [None]) == [theme]


def test_what_stands_in_another_language_than_the_page_says_so(client: FlaskClient) -> None:
    """A text in Arabic alone, read by somebody who reads English."""
    given.an_office()
    incident = given.an_incident(title="سيول الوادي")
    drafter = given.someone(Duty.DRAFTER, on=incident)
    text = given.a_text()
    statement = given.a_statement(on=incident, by=drafter, text=text)
    given.submitted(statement, SlotSpec(duties=(Duty.DIRECTOR,)))
    director = given.someone(Duty.DIRECTOR, on=incident)
    given.answered(statement, director)
    given.sent_out(statement, by=director)
    client.set_cookie("lang", "en")
    given.signed_in(client, given.actor(drafter.id))
    for path in (f"/newsroom/{incident.ref}/1?lang=en", "/newsroom?lang=en"):
        assert passages_of(client.get(path).text, TITLE) == {"ar"}
    for path in ("/statements", "/statements/1", "/statements/1/renditions/en"):
        assert passages_of(client.get(f"/i/{incident.ref}{path}").text, TITLE) == {"ar"}, path
    assert passages_of(client.get(f"/i/{incident.ref}").text, TITLE) <= {"ar", "auto"}


def passages_of(page: str, words: str) -> set[str]:
    """The language in which each place with these words says that it is; `auto` where the words
    themselves decide the direction, for what somebody wrote in whatever language they write."""
    at, found = 0, set()
    body = page.partition("</head>")[2]
    while (at := body.find(words, at)) >= 0:
        found.add(language_at(body[:at]))
        at += len(words)
    assert found, "they are not on the page"
    return found


VOID = {"input", "br", "img", "use", "rect", "circle", "path", "line", "meta", "link", "hr"}
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")


def language_at(before: str) -> str:
    """The language of the innermost element open at the end of `before` that names one."""
    open_: list[tuple[str, str]] = []
    for closes, name, more in TAG.findall(before):
        if closes:
            while open_ and open_.pop()[0] != name:
                pass
        elif name not in VOID and not more.endswith("/"):
            open_.append((name, more))
    for name, more in reversed(open_):
        if said := re.search(r'\blang="(\w+)"', more):
            return said[1]
        if name == "bdi" or 'dir="auto"' in more:
            return "auto"
    return "the page's"
