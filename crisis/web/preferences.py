"""The reader's language and the look of the pages, kept by the browser that chose them."""

from collections.abc import Callable
from typing import Final, Literal

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from crisis.web.asking import Form, asked
from crisis.web.returning import Way, go

bp = Blueprint("preferences", __name__)

language_keepers: Final[list[Callable[[str], None]]] = []
"""Told the language that a signed-in person chose. Filled by `crisis.account.loading`."""

YEAR: Final = 365 * 24 * 3600


class PreferencesForm(Form):
    lang: Literal["ar", "en", "fr"] | None = None
    theme: Literal["system", "light", "dark", "dim"] | None = None
    next: Way = None


def remember(response: Response, name: str, value: str) -> Response:
    """Keep a choice in this browser for a year."""
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )
    return response


@bp.post("/preferences")
def keep() -> Response:
    """Choose a language or a theme, from any page, signed in or not."""
    sent = asked(PreferencesForm)
    response = go(sent.next)
    if sent.theme:
        remember(response, "theme", sent.theme)
    if sent.lang:
        remember(response, "lang", sent.lang)
        for keeper in language_keepers:
            keeper(sent.lang)
    return response
