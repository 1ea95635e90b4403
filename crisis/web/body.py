"""What a request may carry: a form as browsers send it, and not too much of one."""

from typing import IO, Final
from urllib.parse import parse_qsl

from flask import Request, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
RAW: Final = {"hooks.sendgrid": 1024 * 1024}
"""Doors that take no form, but whose body is read as it came because it is signed; and how much of
it at most."""
MOST_FIELDS: Final = 500
"""Values in one form; no form of ours needs more, and each costs time to check and to tell."""


class _FormParser(FormDataParser):
    def _parse_urlencoded(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str],
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        return stream, self.cls(_pairs(stream.read())), self.cls()


class ReadRequest(Request):
    """A request in which bytes that are no UTF-8 become U+FFFD, which every field refuses.

    Werkzeug would let them pass as the three characters of their percent code.
    """

    form_data_parser_class = _FormParser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return self.parameter_storage_class(_pairs(self.query_string))


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def take_body() -> None:
    """Before a request: read its form, once; refuse what is none, and too much of one.

    What was refused here is read by nobody else: it then counts as an empty form.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.endpoint in RAW:
        request.max_content_length = RAW[request.endpoint]
        request.form, request.files = ImmutableMultiDict(), ImmutableMultiDict()
        return
    taken = False
    try:
        if _is_strange():
            raise UnsupportedMediaType
        if sum(len(values) for _name, values in request.form.lists()) > MOST_FIELDS:
            raise RequestEntityTooLarge
        taken = True
    finally:
        if not taken:
            request.form, request.files = ImmutableMultiDict(), ImmutableMultiDict()


def _is_strange() -> bool:
    """Whether the body is not a form in UTF-8 as browsers send it."""
    charset = request.mimetype_params.get("charset", "utf-8")
    encoded = request.headers.get("Content-Encoding", "identity")
    is_empty = not request.content_length and "Transfer-Encoding" not in request.headers
    is_form = is_empty or request.mimetype in FORMS
    return not is_form or charset.lower() != "utf-8" or encoded.lower() != "identity"
