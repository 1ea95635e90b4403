"""Pages travel packed, at a length that tells nothing about them.

What is packed together with a secret can betray it by its length (BREACH), when somebody else puts
words into the page and watches it travel. Our cookies do not come along when another site asks, and
the token of a form is signed anew with each second; beyond that each answer gets a random length.
"""

import gzip
import secrets
from http import HTTPStatus
from io import BytesIO
from typing import Final

from flask import Flask, Response, request

KINDS: Final = frozenset({"text/html", "text/csv", "text/plain", "application/json"})
LEAST: Final = 800
"""Shorter answers fit into one packet anyway."""
LEVEL: Final = 9
MOST_NOISE: Final = 100


def register(app: Flask) -> None:
    """Pack what leaves `app`; call it before others register what they do after a request."""
    app.after_request(pack)


def pack(response: Response) -> Response:
    """The answer packed, when its kind is packed and whoever asks can unpack it."""
    if response.mimetype not in KINDS or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.is_streamed or response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    if not request.accept_encodings["gzip"]:
        return response
    words = response.get_data()
    if len(words) >= LEAST:
        response.set_data(packed(words))
        response.headers["Content-Encoding"] = "gzip"
        _weaken(response)
    return response


def packed(words: bytes) -> bytes:
    """In the format of gzip; a name of random length stands in its head, which nobody reads."""
    into = BytesIO()
    noise = "n" * (1 + secrets.randbelow(MOST_NOISE))  # without any, the head would have no name
    with gzip.GzipFile(noise, "wb", LEVEL, into, mtime=0) as file:
        file.write(words)
    return into.getvalue()


def _weaken(response: Response) -> None:
    """The same page has other bytes next time, so its tag no longer stands for bytes."""
    tag, _ = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)
