"""Where a page sends its reader back to: only ever to another page of this house."""

import re
from typing import Annotated, Final

from flask import jsonify, redirect, request
from werkzeug.wrappers import Response

from crisis.kernel.text import line, optional
from crisis.web.asking import wants_json

Way = Annotated[str | None, optional(line(2000))]
"""A form's `next`: the page to go to afterwards."""

_LOCAL: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def local(way: str | None, default: str = "/") -> str:
    """`way` when it is a path of this very host, else `default`.

    A browser reads `//host`, `/\\host` and control characters as another host (B37).
    """
    return way if way and _LOCAL.fullmatch(way) else default


def asked_way() -> str:
    """The `next` of this request, from its form or its address; empty when it has none."""
    return local(request.form.get("next") or request.args.get("next"), "")


def go(way: str | None, default: str = "/") -> Response:
    """Go there after a successful post; a script gets the address instead of being sent there."""
    address = local(way, default)
    if wants_json():
        return jsonify(ok=True, to=address)
    return redirect(address, code=303)
