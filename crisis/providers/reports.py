"""What providers say, put into our words: their forms and events, read strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from werkzeug.datastructures import MultiDict

from crisis.alerts.inbound import Incoming
from crisis.alerts.outbox import State
from crisis.alerts.receipts import Reported
from crisis.kernel import clock
from crisis.providers.sendgrid import OWN

TWILIO: Final[Mapping[str, State]] = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
    "read": State.READ,
}
SENDGRID: Final[Mapping[str, State]] = {
    "processed": State.ACCEPTED,
    "deferred": State.ACCEPTED,
    "delivered": State.DELIVERED,
    "open": State.READ,
    "bounce": State.UNDELIVERED,
    "dropped": State.FAILED,
    "spamreport": State.SUPPRESSED,
    "unsubscribe": State.SUPPRESSED,
    "group_unsubscribe": State.SUPPRESSED,
}
OPTED_OUT: Final = frozenset({"spamreport", "unsubscribe", "group_unsubscribe"})
UNWANTED: Final = re.compile(r"unsubscribed|spam report", re.IGNORECASE)
MOST_EVENTS: Final = 1000
OLDEST: Final = timedelta(hours=48)
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")
_MAY_BE_MISSING: Final = ("AccountSid", "ErrorCode")
_SID: Final = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")
_CODE: Final = re.compile(r"[0-9]{4,6}")
_WORD: Final = re.compile(r"[\x21-\x7e]{1,128}")
_STATUS: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_OPTED_OUT_CODE: Final = "21610"


class UnreadableError(Exception):
    """It is signed, and it is not what such a call must hold: nothing was done."""


def status_of(form: MultiDict[str, str], delivery_id: UUID | None) -> Reported:
    """Twilio's report on one message. Raises `UnreadableError`."""
    told = _once(form)
    sid, status = _must(told, "MessageSid", _SID), told.get("MessageStatus", "")
    if status not in TWILIO:
        raise UnreadableError("MessageStatus")
    code = told.get("ErrorCode") or None
    if code is not None and not _CODE.fullmatch(code):
        raise UnreadableError("ErrorCode")
    state = State.SUPPRESSED if code == _OPTED_OUT_CODE else TWILIO[status]
    named = "\x1f".join((sid, status, code or ""))
    return Reported(
        event_key=sha256(named.encode()).hexdigest(),
        reference=sid,
        state=state,
        provider_status=status,
        error_code=code,
        happened_at=clock.now(),
        delivery_id=delivery_id,
    )


def message_of(form: MultiDict[str, str]) -> Incoming:
    """An SMS somebody sent us. Raises `UnreadableError`. What else it carries is not fetched."""
    told = _once(form)
    if "From" not in told or "Body" not in told:
        raise UnreadableError("From or Body")
    return Incoming(
        provider="twilio",
        reference=_must(told, "MessageSid", _SID),
        from_number=told["From"].strip(),
        text=told["Body"],
    )


def events_of(body: bytes) -> Sequence[Reported]:
    """SendGrid's events that are about messages; the others are let be. Raises `UnreadableError`
    when they are no events at all."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("JSON") from None
    if not isinstance(told, list) or len(told) > MOST_EVENTS:
        raise UnreadableError("a list")
    return [found for each in told for found in _event(each)]


def account_of(form: MultiDict[str, str]) -> str | None:
    """Whose account the form names; None when it names none."""
    return form.get("AccountSid")


def _event(told: Any) -> Iterator[Reported]:
    if not isinstance(told, dict) or _text(told, "event") not in SENDGRID:
        return
    if told.get("sg_machine_open") is True:  # a program opened it, and no person
        return
    key, called = _text(told, "sg_event_id"), _text(told, "sg_message_id")
    at = _moment(told.get("timestamp"))
    if not _WORD.fullmatch(key) or at is None:
        return
    event = _text(told, "event")
    code = _code(event, told)
    yield Reported(
        event_key=key,
        # what SendGrid told us when it took the mail, and behind it where it went
        reference=called.partition(".")[0] if _WORD.fullmatch(called) else "",
        state=State.SUPPRESSED if code == "opted_out" else SENDGRID[event],
        provider_status=event,
        error_code=code,
        happened_at=at,
        delivery_id=_own(told),
    )


def _code(event: str, told: Mapping[str, Any]) -> str | None:
    """Why, as `crisis.alerts.reasons` knows it."""
    if event in OPTED_OUT:
        return "opted_out"
    reason = _text(told, "reason")
    if event == "dropped":
        return "opted_out" if UNWANTED.search(reason) else _dropped(reason)
    if event != "bounce":
        return None
    status = _text(told, "status")
    if _text(told, "type") == "blocked":
        return "blocked"
    return status if _STATUS.fullmatch(status) else "550"


def _dropped(reason: str) -> str | None:
    said = reason.casefold()
    if "bounced" in said or "invalid" in said:
        return "invalid"
    return "expired" if "expired" in said else None


def _own(told: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(_text(told, OWN))
    except ValueError:
        return None


def _moment(told: Any) -> datetime | None:
    """When it happened; None when that is no time, or too long ago."""
    if isinstance(told, bool) or not isinstance(told, int) or not 0 < told < 2**33:
        return None
    at, now = datetime.fromtimestamp(told, UTC), clock.now()
    return min(at, now) if at >= now - OLDEST else None


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _once(form: MultiDict[str, str]) -> dict[str, str]:
    """Each field is there once and has a name like Twilio's: a signature alone does not say where a
    name ends and its value begins."""
    for name, values in form.lists():
        if len(values) != 1 or not _NAME.fullmatch(name) or _is_moved(name):
            raise UnreadableError(name[:40])
    return {name: form[name] for name in form}


def _is_moved(name: str) -> bool:
    """Whether part of a field that may be missing has been moved into its name, or out of it. Of a
    field that must be there, what is left is refused anyhow."""
    return name not in _MAY_BE_MISSING and any(
        name.startswith(each) or each.startswith(name) for each in _MAY_BE_MISSING
    )


def _must(told: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = told.get(name, "")
    if not shape.fullmatch(value):
        raise UnreadableError(name)
    return value
