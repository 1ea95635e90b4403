"""The style guide in a real browser: which faces it fetches first."""

import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Route

from tests.given import a_coordinator, an_office, signed_in
from tests.parts.pages import app, client
from tests.parts.promises import needs

__all__ = ["app", "client"]

pytestmark = needs("browser")

WHOLE = re.compile(r"arabic-arabic-\w+-normal|arabic-arabic-wght")
"""The full files of Arabic letters, three to four times as heavy as the everyday ones."""


@pytest.mark.parametrize("rare", [False, True])
def test_the_full_faces_come_only_for_a_rare_letter(
    client: FlaskClient, browser: Browser, rare: bool
) -> None:
    an_office()
    signed_in(client, a_coordinator())
    fetched: list[str] = []

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        fetched.append(asked.path)
        told = client.get(f"{asked.path}?{asked.query}")
        body = told.get_data()
        if rare and asked.path == "/styleguide":
            body = body.replace(b"<h1>", "<h1>ݐ".encode(), 1)
        route.fulfill(status=told.status_code, headers=dict(told.headers), body=body)

    page = browser.new_page(java_script_enabled=False)
    page.route("**/*", answer)
    page.goto("http://localhost/styleguide")
    page.screenshot()
    page.close()

    faces = [path for path in fetched if path.endswith(".woff2")]
    assert faces
    assert any(WHOLE.search(path) for path in faces) == rare
