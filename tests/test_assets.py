"""Looks, scripts, faces and drawings: kept by browsers for a year, and never when they are old."""

import gzip
import re
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.web.assets import edition
from tests.given import a_coordinator, an_office, signed_in
from tests.parts.pages import app, client
from tests.structure.tree import ROOT

__all__ = ["app", "client"]

STATIC = ROOT / "static"
FONTS = sorted(STATIC.rglob("*.woff2"))


@pytest.fixture
def addresses(client: FlaskClient) -> list[str]:
    """What the page for signing in asks for."""
    an_office()
    page = client.get("/signin").get_data(as_text=True)
    return re.findall(r'(?:href|src)="(/static/[^"#]+)', page)


def test_all_that_a_page_asks_for_is_kept_for_a_year(
    client: FlaskClient, addresses: list[str]
) -> None:
    assert len(addresses) > 5
    for each in addresses:
        answer = client.get(each)
        assert answer.status_code == 200, each
        assert "immutable" in answer.headers["Cache-Control"], each
        assert "max-age=31536000" in answer.headers["Cache-Control"], each
        assert "Cookie" not in answer.vary, each


def test_a_look_carries_no_headers_that_only_a_page_needs(
    client: FlaskClient, addresses: list[str]
) -> None:
    for each in addresses:
        headers = client.get(each).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert ("Content-Security-Policy" in headers) == each.endswith(".svg"), each


@pytest.mark.parametrize("way", ["/static", "/static/v-0123456789"])
def test_what_is_asked_for_as_of_another_edition_is_asked_for_again(
    client: FlaskClient, way: str
) -> None:
    answer = client.get(f"{way}/css/tokens.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get(f"{way}/css/none.css").status_code == 404


def test_a_file_is_one_file_whichever_way_leads_to_it(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        straight = app.url_for("static", filename="css/base.css")
    around = straight.replace("/css/", "/nope/%2e%2e/css/")
    packs = {"Accept-Encoding": "gzip"}

    assert client.get(around, headers=packs).data == client.get(straight, headers=packs).data
    outside = straight.replace("/css/base.css", "/%2e%2e/run.py")
    assert client.get(outside, headers=packs).status_code == 404


def test_the_page_that_says_there_is_no_such_file_is_nobody_elses(client: FlaskClient) -> None:
    an_office()
    signed_in(client, a_coordinator())
    missing = client.get("/static/css/none.css")

    assert missing.status_code == 404
    assert missing.headers["Cache-Control"] == "no-store"
    assert "Cookie" in missing.vary
    assert "Content-Security-Policy" in missing.headers


def test_words_travel_packed_to_who_can_unpack_them(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        drawings = app.url_for("static", filename="icons/sprite.svg")
    packed = client.get(drawings, headers={"Accept-Encoding": "gzip"})
    plain = client.get(drawings)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data == (STATIC / "icons/sprite.svg").read_bytes()
    assert len(packed.data) < len(plain.data) / 3
    assert packed.vary == plain.vary


def test_our_scripts_travel_without_their_comments_line_by_line(
    app: Flask, client: FlaskClient
) -> None:
    for file in sorted((STATIC / "js").glob("*.js")):
        with app.test_request_context():
            address = app.url_for("static", filename=f"js/{file.name}")
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        travelled = gzip.decompress(packed.data).decode().split("\n")
        written = file.read_text("utf-8").split("\n")

        for sent, line in zip(travelled, written, strict=True):
            code, _, remark = line.lstrip().partition(" // ")
            assert sent in ("", code), f"{file.name}: {line}"
            assert remark.count('"') % 2 == remark.count("`") % 2 == 0, f"{file.name}: {line}"
            is_remark = line.lstrip().startswith(("//", "/**", "*")) or line.endswith("*/")
            assert sent or not line.strip() or is_remark, f"{file.name}: {line}"
        assert all(line.count("`") % 2 == 0 for line in written), f"a text spans lines: {file.name}"


def test_our_looks_travel_without_their_comments_line_by_line(
    app: Flask, client: FlaskClient
) -> None:
    for file in sorted((STATIC / "css").glob("*.css")):
        with app.test_request_context():
            address = app.url_for("static", filename=f"css/{file.name}")
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        travelled = gzip.decompress(packed.data).decode().split("\n")
        written = file.read_text("utf-8")
        bare = re.sub(r"/\*(.|\n)*?\*/", lambda found: "\n" * found[0].count("\n"), written)

        assert travelled == [line.lstrip() for line in bare.split("\n")], file.name
        said = re.sub(r'"[^"\n]*"', "", written)
        assert said.count("/*") == written.count("/*"), f"a text holds a remark: {file.name}"


def test_another_letter_makes_another_edition(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    before = edition(tmp_path)
    (tmp_path / "a.css").write_text("b{}")

    assert edition(tmp_path) != before


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
def test_a_font_is_named_by_its_letters(font: Path) -> None:
    assert font.name.split(".")[-2] == sha256(font.read_bytes()).hexdigest()[:8]


def test_the_looks_name_fonts_that_are_there_and_all_of_them() -> None:
    looks = "".join(file.read_text("utf-8") for file in (STATIC / "css").glob("*.css"))
    named = set(re.findall(r'url\("/static/(fonts/[^"]+)"\)', looks))

    assert named == {str(font.relative_to(STATIC)) for font in FONTS}
