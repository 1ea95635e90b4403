"""Pages travel packed to who can unpack them, and say nothing by their length."""

import gzip

import pytest
from flask.testing import FlaskClient

from crisis.web import packing
from crisis.web.packing import LEAST, MOST_NOISE
from tests.given import a_coordinator, an_office, signed_in
from tests.parts.pages import app, client

__all__ = ["app", "client"]

PACKED = {"Accept-Encoding": "br, gzip"}


def test_a_page_travels_packed_to_who_can_unpack_it(client: FlaskClient) -> None:
    an_office()
    signed_in(client, a_coordinator())
    plain = client.get("/newsroom")
    packed = client.get("/newsroom", headers=PACKED)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content_length == len(packed.data)
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert plain.vary == packed.vary
    assert "Accept-Encoding" in packed.vary
    assert "Content-Encoding" not in plain.headers
    assert (
        "Content-Encoding" not in client.get("/newsroom", headers={"Accept-Encoding": "br"}).headers
    )


def test_its_length_is_another_one_each_time(client: FlaskClient) -> None:
    an_office()
    lengths = [len(client.get("/newsroom", headers=PACKED).data) for _ in range(12)]

    assert len(set(lengths)) > 3
    assert max(lengths) - min(lengths) < MOST_NOISE


def test_every_noise_makes_a_length_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []
    for noise in range(MOST_NOISE):
        monkeypatch.setattr("secrets.randbelow", lambda _, noise=noise: noise)
        lengths.append(len(packing.packed(b"words")))

    assert lengths == list(range(lengths[0], lengths[0] + MOST_NOISE))


def test_what_is_short_or_unchanged_is_left_alone(client: FlaskClient) -> None:
    an_office()
    short = client.get("/healthz", headers=PACKED)
    first = client.get("/newsroom", headers=PACKED)
    tag = first.headers["ETag"]
    again = client.get("/newsroom", headers={**PACKED, "If-None-Match": tag})

    assert len(short.data) < LEAST
    assert "Content-Encoding" not in short.headers
    assert tag.startswith("W/")
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers
