"""What a request may carry: a form as browsers send it, and not too much of one."""

from typing import Final

from flask import request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
MOST_FIELDS: Final = 500
"""Values in one form; no form of ours needs more, and each costs time to check and to tell."""


def take_body() -> None:
    """Before a request: read its form, once; refuse what is none, and too much of one.

    What was refused here is read by nobody else: it then counts as an empty form.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    try:
        if _is_strange():
            raise UnsupportedMediaType
        if sum(len(values) for _name, values in request.form.lists()) > MOST_FIELDS:
            raise RequestEntityTooLarge
    except HTTPException:
        request.form, request.files = ImmutableMultiDict(), ImmutableMultiDict()
        raise


def _is_strange() -> bool:
    """Whether the body is not a form in UTF-8 as browsers send it."""
    charset = request.mimetype_params.get("charset", "utf-8")
    encoded = request.headers.get("Content-Encoding", "identity")
    is_empty = not request.content_length and "Transfer-Encoding" not in request.headers
    is_form = is_empty or request.mimetype in FORMS
    return not is_form or charset.lower() != "utf-8" or encoded.lower() != "identity"
