"""Calls as providers make them: signed with our own keys, or forged."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from crisis.providers import callbacks

BASE: Final = "https://nasaq.gov.example"
ACCOUNT: Final = "AC" + "0" * 32
TOKEN: Final = "t" * 32
NEXT_TOKEN: Final = "n" * 32
FORM: Final = "application/x-www-form-urlencoded"
INBOUND: Final = "/hooks/twilio/inbound"
STATUS: Final = "/hooks/twilio/status"
MAIL: Final = "/hooks/sendgrid"
SID: Final = "SM" + "0" * 31 + "1"
_KEY: Final = ec.derive_private_key(20261121, ec.SECP256R1())
PUBLIC_KEY: Final = b64encode(
    _KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
SETTINGS: Final = {
    "SECRET_KEY": "k" * 32,
    "PUBLIC_BASE_URL": BASE,
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_AUTH_TOKEN_NEXT": NEXT_TOKEN,
    "SENDGRID_WEBHOOK_PUBLIC_KEY": PUBLIC_KEY,
}


def status(word: str = "delivered", **more: str) -> dict[str, str]:
    """What Twilio sends of a message."""
    usual = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "MessageSid": SID,
        "MessageStatus": word,
        "SmsSid": SID,
        "SmsStatus": word,
        "To": "+218911234567",
    }
    return {**usual, **more}


def inbound(text: str, number: str, sid: str = SID) -> dict[str, str]:
    """What Twilio sends of an SMS to us."""
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "Body": text,
        "From": number,
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": sid,
        "To": "+15005550006",
    }


def path_of(delivery_id: UUID) -> str:
    """The address of a message's reports, below the public address."""
    return callbacks.status_address(delivery_id).removeprefix(BASE)


def signature_of(path: str, form: Mapping[str, str], token: str = TOKEN, base: str = BASE) -> str:
    """How Twilio signs it."""
    return str(RequestValidator(token).compute_signature(base + path, dict(form)))


def twilio(
    client: FlaskClient,
    path: str,
    form: Mapping[str, str] | Sequence[tuple[str, str]],
    *,
    signature: str | None = "right",
    token: str = TOKEN,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    """Call as Twilio does."""
    if signature == "right":
        signature = signature_of(path, dict(form), token)
    sent = {**({"X-Twilio-Signature": signature} if signature is not None else {})}
    return client.post(
        path, data=urlencode(form), content_type=FORM, headers={**sent, **(headers or {})}
    )


def event(word: str = "delivered", **more: Any) -> dict[str, Any]:
    """One of SendGrid's events."""
    usual = {
        "email": "reader1@gov.example",
        "event": word,
        "sg_event_id": f"event-{word}",
        "sg_message_id": "CALL.recvd-1-2.0",
        "timestamp": int(datetime.now(UTC).timestamp()),
    }
    return {**usual, **more}


def sendgrid(
    client: FlaskClient,
    told: Any,
    *,
    at: int | str | None = None,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    """Call as SendGrid does."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    moment = str(at if at is not None else int(datetime.now(UTC).timestamp()))
    signed = {
        "X-Twilio-Email-Event-Webhook-Signature": sign(moment, body),
        "X-Twilio-Email-Event-Webhook-Timestamp": moment,
    }
    return client.post(
        MAIL, data=body, content_type="application/json", headers={**signed, **(headers or {})}
    )


def sign(moment: str, body: bytes) -> str:
    """How SendGrid signs it."""
    return b64encode(_KEY.sign(moment.encode() + body, ec.ECDSA(SHA256()))).decode()
