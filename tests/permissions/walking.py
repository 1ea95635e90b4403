"""A browser that goes where the matrix says there is a way."""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.permissions.matrix import MATRIX

HTML: Final = {"Accept": "text/html"}
JSON: Final = {"Accept": "application/json"}
_FRESH: Final = re.compile(r'[\w-]{40,}\.[\w-]{6}\.[\w-]{27}|name="_key" value="[^"]*"')
"""Tokens against forged requests, and names of one sending of a form."""


def ask(
    client: FlaskClient,
    app: Flask,
    name: str,
    names: Mapping[str, Any],
    accept: Mapping[str, str] = HTML,
    send: Mapping[str, Any] | None = None,
) -> TestResponse:
    """Open the route of that name, or send it its form (`send`, when that is not the right one)."""
    method, endpoint = name.split()
    rules = app.url_map.iter_rules(endpoint)
    told = next(
        {a: names[a] for a in rule.arguments} for rule in rules if rule.arguments <= {*names}
    )
    path = app.url_map.bind("localhost").build(endpoint, told, method)
    form = {
        key: value.format_map(names) if isinstance(value, str) else value
        for key, value in (MATRIX.routes[name].send if send is None else send).items()
    }
    return client.open(path, method=method, data=form or None, headers=dict(accept))


def plain(answer: TestResponse, ref: str = "") -> tuple[int, str]:
    """The answer without what is new each time, and without the reference that was asked for."""
    text = _FRESH.sub("", answer.text)
    return answer.status_code, text.replace(ref, "") if ref else text
