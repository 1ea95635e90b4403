"""The doors at which providers report. Who knocks must prove who they are; then work is bounded."""

import logging
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from flask import Blueprint, current_app, request
from pydantic import SecretStr
from werkzeug.wrappers import Response

from crisis.alerts import inbound, links, receipts
from crisis.alerts.receipts import Reported
from crisis.kernel.database import bookkeeping
from crisis.providers import callbacks, reports, signatures
from crisis.providers.reports import UnreadableError
from crisis.settings import Settings
from crisis.web.security import csrf

log = logging.getLogger(__name__)

bp = Blueprint("hooks", __name__, url_prefix="/hooks")
csrf.exempt(bp)  # no form of ours: their signature proves more

AT_ONCE: Final = 16
"""Reports that are worked on at the same time in one process: pages need the database too."""
WAIT_SECONDS: Final = 5.0
TOGETHER: Final = 50
"""Events of one call that share a transaction."""
_slots: Final = threading.BoundedSemaphore(AT_ONCE)


class BusyError(Exception):
    """Too many reports at once: the provider tells it again."""


@bp.post("/twilio/status")
def twilio_status() -> Response:
    """How far one SMS has come."""
    if not _is_twilio():
        return _answer(403)
    try:
        event = reports.status_of(request.form, _named())
    except UnreadableError as error:
        return _unreadable(error)
    return _kept("twilio", [event])


@bp.post("/twilio/inbound")
def twilio_inbound() -> Response:
    """An SMS somebody sent us. Nothing is answered to it."""
    if not _is_twilio():
        return _answer(403)
    try:
        incoming = reports.message_of(request.form)
        with _slot():
            inbound.receive(incoming)
    except UnreadableError as error:
        return _unreadable(error)
    except BusyError:
        return _answer(503)
    return _answer(204)


@bp.post("/sendgrid")
def sendgrid() -> Response:
    """What became of mails: up to a thousand events in one call."""
    key, body = _settings().sendgrid_webhook_public_key, request.get_data()
    signature = signatures.only(request.headers, signatures.MAIL_HEADER)
    moment = signatures.only(request.headers, signatures.MAIL_MOMENT)
    if key is None or not signatures.is_sendgrid(body, signature, moment, key):
        return _answer(403)
    try:
        return _kept("sendgrid", reports.events_of(body))
    except UnreadableError as error:
        return _unreadable(error)


def _is_twilio() -> bool:
    """Signed for the address that people know us by, whatever address the request names."""
    settings = _settings()
    query = request.query_string.decode("latin-1")
    url = links.address(request.path) + (f"?{query}" if query else "")
    signature = signatures.only(request.headers, signatures.TWILIO_HEADER)
    known = _secrets(settings.twilio_auth_token, settings.twilio_auth_token_next)
    if not signatures.is_twilio(url, request.form, signature, known):
        return False
    account = reports.account_of(request.form)
    return account is None or account == settings.twilio_account_sid


def _named() -> UUID | None:
    """The message that the address names, if it is an address of ours."""
    return callbacks.proven(request.args.get("delivery", ""), request.args.get("proof", ""))


def _kept(provider: str, told: Sequence[Reported]) -> Response:
    # In one order for everybody: two calls about the same messages never wait for each other.
    events = sorted(told, key=lambda each: (str(each.delivery_id or ""), each.reference))
    try:
        with _slot():
            for first in range(0, len(events), TOGETHER):
                with bookkeeping() as session:
                    receipts.receive(session, provider, events[first : first + TOGETHER])
    except BusyError:
        return _answer(503)
    return _answer(204)


@contextmanager
def _slot() -> Generator[None]:
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise BusyError
    try:
        yield
    finally:
        _slots.release()


def _unreadable(error: UnreadableError) -> Response:
    log.warning("A signed report at %s could not be read: %s", request.endpoint, error)
    return _answer(400)


def _answer(status: int) -> Response:
    answer = Response(status=status)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _secrets(*given: SecretStr | None) -> list[str]:
    return [each.get_secret_value() for each in given if each is not None]


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
