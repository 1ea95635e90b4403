"""How a refusal or a mistake looks over HTTP. The only place that knows."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from flask import (
    Flask,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import force_locale
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadHost, HTTPException

from crisis.kernel.errors import Forbidden, Invalid, Refusal
from crisis.kernel.words import Message
from crisis.web.asking import STATUS, wants_json, what_was_sent
from crisis.web.locale import LANGUAGES, say

log = logging.getLogger(__name__)

TITLES = {
    400: Message("This request could not be read"),
    401: Message("Sign in first"),
    403: Message("This is not open to you"),
    404: Message("There is no such page"),
    405: Message("This page does not take that"),
    409: Message("This can no longer be done"),
    413: Message("This is too long"),
    415: Message("This kind of file is not taken"),
    422: Message("Please correct what you sent"),
    429: Message("Too many attempts"),
    500: Message("Something went wrong on our side"),
    503: Message("The system is busy"),
}
ADVICE = {
    400: Message("Go back, reload the page, and send it again."),
    404: Message("There is no such page, or it is not open to you."),
    405: Message("Open the page anew, and use what it offers."),
    413: Message("Go back: what you typed is still there. Shorten it, or send it in parts."),
    415: Message("Open the page anew, and send its form."),
    429: Message("Wait a moment, then try again. Nothing that was sent before is lost."),
    503: Message("Wait a moment, then try again. Nothing that was sent before is lost."),
}
SECRET = frozenset({"password", "again", "current", "code"})
"""Fields of an account's forms that are never shown again."""

LABELS = {"reason": Message("Why?")}
"""What a field is called to people, where it stands on many pages."""


def register(app: Flask) -> None:
    """Answer every refusal and every mistake in the reader's language, and lose nothing typed."""
    app.register_error_handler(Refusal, _refuse)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeoutError, _busy)
    app.register_error_handler(Exception, _broken)


def _refuse(refusal: Refusal) -> Any:
    if refusal.code == "signed_out":
        return _sign_in_first(refusal)
    return _answer(STATUS[type(refusal)], refusal.message, refusal)


def _sign_in_first(refusal: Refusal) -> Any:
    if wants_json() or request.method != "GET":
        return _answer(401, refusal.message, refusal)
    query = request.query_string.decode("utf-8", "replace")
    way = f"{request.path}?{query}" if query else request.path
    return redirect(url_for("account.signin", next=way), code=303)


def _expired(_error: CSRFError) -> Any:
    message = Message("This page was open too long. Open it again; what you typed is below.")
    return _answer(400, message)


def _http(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    message = ADVICE.get(error.code, ADVICE[400])
    answer = _answer(error.code, message)
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow"}:
            answer[0].headers[name] = value
    return answer


def _busy(error: OperationalError | PoolTimeoutError) -> Any:
    """The database did not answer in time, or not at all."""
    log.error("Request to %s found no database", request.endpoint, exc_info=error)
    answer = _plain_answer(503, ADVICE[503])
    answer[0].headers["Retry-After"] = "5"
    return answer


def _broken(error: Exception) -> Any:
    reference = secrets.token_hex(4)
    log.error("Request %s failed (%s)", reference, request.endpoint, exc_info=error)
    message = Message(
        "It is not your doing, and it was reported. Whoever looks into it needs this reference."
    )
    return _plain_answer(500, message, reference)


def _answer(status: int, message: Message, refusal: Refusal | None = None) -> Any:
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    if wants_json():
        return _told_a_script(status, message, fields, refusal.code if refusal else str(status))
    if isinstance(request.routing_exception, BadHost):  # no address can be built for the page
        return _plain_answer(status, message)
    page = render_template(
        "web/error.html",
        status=status,
        title=TITLES.get(status, TITLES[400]),
        message=message,
        problems_of=fields,
        sent=_to_copy(),
        needs=refusal.needs if isinstance(refusal, Forbidden) else "",
        may_repeat=status == 429 and request.method == "GET",
        way_on=g.get("way_on"),
    )
    return make_response(page, status), status


def _plain_answer(status: int, message: Message, reference: str = "") -> Any:
    """An answer that asks nothing of the database: not who reads, nor how the office writes."""
    said = request.cookies.get("lang", "")
    with force_locale(said if said in LANGUAGES else "ar"):
        if wants_json():
            return _told_a_script(status, message, {}, str(status), reference)
        template = current_app.jinja_env.get_template("web/broken.html")
        page = template.render(
            status=status,
            title=TITLES[status],
            message=message,
            reference=reference,
            problems_of={},
            sent=_to_copy(),
            may_repeat=request.method == "GET" and status >= 500,
            inside=True,
            theme=request.cookies.get("theme", "system"),
        )
    return make_response(page, status), status


def _told_a_script(
    status: int,
    message: Message,
    fields: Mapping[str, Message],
    code: str,
    reference: str = "",
) -> Any:
    told = {name: say(each) for name, each in fields.items()}
    why = f"{say(message)} {reference}".strip()
    response = jsonify(ok=False, code=code, why=why, fields=told)
    response.status_code = status
    return response, status


def _to_copy() -> list[tuple[str, str]]:
    """What was typed, for whoever must type it anew; no passwords and no codes."""
    secret = SECRET if request.blueprint == "account" else frozenset[str]()
    sent = request.args.items(multi=True) if request.method == "GET" else what_was_sent()
    return [
        (say(LABELS[name]) if name in LABELS else name, value)
        for name, value in sent
        if name not in secret
    ]
