"""Looks, scripts, faces and drawings at addresses that change with them: a browser asks once.

The name of a font carries the hash of its letters. Everything else stands under the edition, a hash
of all of it, because a script names the others beside it and must find the ones it was written for.
"""

import gzip
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter
from werkzeug.security import safe_join

A_YEAR: Final = 365 * 24 * 3600
WORDS: Final = frozenset({".css", ".js", ".json", ".svg", ".txt"})
"""What becomes smaller when it is packed; fonts are packed already."""

_REMARKS: Final = {
    "js": re.compile(
        rb"^[ \t]*(?://[^\n]*|/\*\*.*?\*/[ \t]*$)| // [^\n]*$", re.MULTILINE | re.DOTALL
    ),
    "css": re.compile(rb"/\*.*?\*/", re.DOTALL),
}
"""What only its readers need, by the folder in which a file of ours stands."""
_INDENT: Final = re.compile(rb"^[ \t]+", re.MULTILINE)
_NAMED_BY_CONTENT: Final = re.compile(r"\.[0-9a-f]{8}\.woff2$")


class Edition(BaseConverter):
    """The name of an edition in a path."""

    regex = "[0-9a-f]{10}"


def register(app: Flask, folder: Path) -> None:
    """Serve `folder`. Templates say `url_for("static", filename=…)`, or `asset(…)` where there is
    no request."""
    now = edition(folder)

    def serve(filename: str, edition: str = "") -> Response:
        lasting = edition == now or _NAMED_BY_CONTENT.search(filename) is not None
        return _answer(folder, filename, lasting)

    def address(filename: str) -> str:
        return f"/static/{filename}" if _is_font(filename) else f"/static/v-{now}/{filename}"

    def at_its_edition(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not _is_font(values.get("filename", "")):
            values.setdefault("edition", now)

    app.url_map.converters["edition"] = Edition
    app.add_url_rule("/static/v-<edition:edition>/<path:filename>", "static", serve)
    app.add_url_rule("/static/<path:filename>", "static", serve)
    app.url_default_functions.setdefault(None, []).append(at_its_edition)
    app.jinja_env.globals["asset"] = address


def edition(folder: Path) -> str:
    """What the files of this folder are as a whole; it changes with every letter of one of them."""
    told = sha256()
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        if not _is_font(file.name):
            told.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
            told.update(file.read_bytes())
    return told.hexdigest()[:10]


def _is_font(filename: str) -> bool:
    return filename.endswith(".woff2")


def _answer(folder: Path, filename: str, lasting: bool) -> Response:
    """The file; whoever asked for it as part of another edition asks again next time."""
    place = safe_join(str(folder), filename)
    if place is None:
        raise NotFound
    response = send_from_directory(folder, filename, max_age=A_YEAR if lasting else None)
    if not lasting:
        return response
    response.cache_control.public = True
    response.cache_control.immutable = True
    file = Path(place)
    if file.suffix in WORDS:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] and response.status_code == 200:
            response.direct_passthrough = False
            response.set_data(_packed(file, file.stat().st_mtime_ns))
            response.headers["Content-Encoding"] = "gzip"
            response.headers.pop("ETag", None)
    return response


@lru_cache(maxsize=256)
def _packed(file: Path, _changed: int) -> bytes:
    words, remarks = file.read_bytes(), _REMARKS.get(file.parent.name)
    return gzip.compress(_spare(words, remarks) if remarks else words, 9, mtime=0)


def _spare(words: bytes, remarks: re.Pattern[bytes]) -> bytes:
    """A script or a look without what only its readers need; every line keeps its number."""
    bare = remarks.sub(lambda found: b"\n" * found[0].count(b"\n"), words)
    return _INDENT.sub(b"", bare)
