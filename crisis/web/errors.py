"""How a refusal or a mistake looks over HTTP. The only place that knows."""

import logging
import secrets
from typing import Any

from flask import Flask, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from crisis.kernel.errors import Invalid, Refusal
from crisis.kernel.words import Message
from crisis.web.asking import OURS, STATUS, wants_json
from crisis.web.locale import say

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


def register(app: Flask) -> None:
    """Answer every refusal and every mistake in the reader's language, and lose nothing typed."""
    app.register_error_handler(Refusal, _refuse)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refuse(refusal: Refusal) -> Any:
    if refusal.code == "signed_out":
        return _sign_in_first(refusal)
    return _answer(STATUS[type(refusal)], refusal.message, refusal)


def _sign_in_first(refusal: Refusal) -> Any:
    if wants_json() or request.method != "GET":
        return _answer(401, refusal.message, refusal)
    return redirect(url_for("account.signin", next=request.full_path.rstrip("?")), code=303)


def _expired(_error: CSRFError) -> Any:
    message = Message("This page was open too long. Open it again; what you typed is below.")
    return _answer(400, message)


def _http(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    message = TITLES.get(error.code, TITLES[400])
    answer = _answer(error.code, message)
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow"}:
            answer[0].headers[name] = value
    return answer


def _broken(error: Exception) -> Any:
    reference = secrets.token_hex(4)
    log.error("Request %s failed (%s)", reference, request.endpoint, exc_info=error)
    message = Message(
        "It was reported under the code {code}. What you typed is below.", code=reference
    )
    return _answer(500, message)


def _answer(status: int, message: Message, refusal: Refusal | None = None) -> Any:
    if wants_json():
        fields = refusal.fields if isinstance(refusal, Invalid) else {}
        told = {name: say(each) for name, each in fields.items()}
        code = refusal.code if refusal else str(status)
        response = jsonify(ok=False, code=code, why=say(message), fields=told)
    else:
        sent = [(n, v) for n, v in request.form.items(multi=True) if n not in OURS and v]
        private = ("password", "code")
        page = render_template(
            "web/error.html",
            status=status,
            title=TITLES.get(status, TITLES[400]),
            message=message,
            sent=[(n, v) for n, v in sent if not any(word in n for word in private)],
        )
        response = make_response(page)
    response.status_code = status
    return response, status
