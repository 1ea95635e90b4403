"""The page behind the link of an alert: no sign-in, no script, for the poorest phone there is.

Opening it changes nothing, whoever or whatever opens it; only its buttons act.
"""

import re
from typing import Final, Literal

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_limiter.util import get_remote_address
from limits import parse
from werkzeug.wrappers import Response

from crisis.alerts.acknowledging import acknowledge, decline, open_link
from crisis.alerts.answers import AnswerPage, language_of, page_of
from crisis.alerts.recipients import Method
from crisis.kernel import clock
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.errors import Conflict
from crisis.people.model import in_language
from crisis.people.queries import the_office, the_system
from crisis.statements.content import LANGUAGES, Language
from crisis.web.asking import Form, asked, asked_of_url
from crisis.web.security import csrf, limiter

bp: Final = Blueprint("acknowledgement", __name__)

# Whoever presses proves who they are by the secret in the address, which no other site knows: a
# forged request would need it, and with it needs no forging. A token in a cookie would only shut
# out phones that keep none.
csrf.exempt(bp)

WRONG: Final = parse("20/minute")
"""Secrets that were sent to nobody, from one address. The right one is answered all the same: the
phones of a whole ministry may share one address of their operator, and 72 bits are not guessed."""
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_PREVIEW: Final = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|facebookexternalhit|whatsapp|telegram|slack|skype"
    r"|curl|wget|python|java/|go-http|headless",
    re.IGNORECASE,
)


class LanguageForm(Form):
    """The language of the page; that of the recipient unless another is asked for."""

    lang: Language | None = None


class AnswerForm(Form):
    """The button, and when they join."""

    answer: Literal["have", "cannot"]
    arrives_in: Literal["0", "15", "30"] | None = None


@bp.get("/k/<secret>")
def show(secret: str) -> Response:
    """What was sent, and the buttons; or what became of it."""
    lang = _language(secret)
    with reading() as session:
        found = page_of(session, secret, lang, clock.now())
    if found is None:
        return _no_such_link(lang)
    if not found.was_opened and _is_opened_by_a_person():
        _open(found)
    return _page("alerts/acknowledge.html", lang, found, secret=secret)


@bp.post("/k/<secret>")
def answer(secret: str) -> Response:
    """They have it, or cannot take it; the page then says how it stands."""
    lang = _language(secret)
    with reading() as session:
        found = page_of(session, secret, lang, clock.now())
    if found is None:
        return _no_such_link(lang)
    sent = asked(AnswerForm)
    if not found.was_opened:  # whoever presses has it open, whatever their browser tells of itself
        _open(found)
    try:
        if sent.answer == "have":
            joins = int(sent.arrives_in) if sent.arrives_in else None
            acknowledge(the_system(), found.recipient_id, method=Method.LINK, arrives_in=joins)
        else:
            decline(the_system(), found.recipient_id)
    except Conflict:  # answered, passed on, over or cancelled meanwhile: the page says which
        pass
    where = url_for("acknowledgement.show", secret=secret, lang=asked_of_url(LanguageForm).lang)
    return _guarded(redirect(where, code=303))


def _open(page: AnswerPage) -> None:
    with bookkeeping() as session:
        open_link(session, page.recipient_id, clock.now())


def _language(secret: str) -> Language:
    """What the address asks for, else the recipient's, else what the phone prefers."""
    chosen = asked_of_url(LanguageForm).lang
    if chosen:
        return chosen
    with reading() as session:
        own = language_of(session, secret)
    own = own or request.accept_languages.best_match(LANGUAGES)
    return next((each for each in LANGUAGES if each == own), "ar")


def _is_opened_by_a_person() -> bool:
    """Whether a browser shows this because somebody went there, as far as it tells."""
    headers = request.headers
    ahead = headers.get("Sec-Purpose", "") + headers.get("Purpose", "") + headers.get("X-Moz", "")
    return (
        request.method == "GET"
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and headers.get("Sec-Fetch-Dest", "document") == "document"
        and not ahead
        and not _PREVIEW.search(headers.get("User-Agent", ""))
    )


def _no_such_link(lang: Language) -> Response:
    allowed = not limiter.enabled or limiter.limiter.hit(WRONG, "k", get_remote_address())
    return _page("alerts/no_such_link.html", lang, None, status=404 if allowed else 429)


def _page(
    template: str, lang: Language, page: AnswerPage | None, *, status: int = 200, secret: str = ""
) -> Response:
    g.drill = page.is_exercise if page else bool(g.get("office_drill"))
    with force_locale(lang):
        office = the_office()
        text = render_template(
            template,
            page=page,
            secret=secret,
            chosen=asked_of_url(LanguageForm).lang,
            spoken=lang,
            languages=LANGUAGES,
            office_name=in_language(office.name, lang),
            phone=office.duty_phone or "",
        )
    return _guarded(make_response(text, status))


def _guarded(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
