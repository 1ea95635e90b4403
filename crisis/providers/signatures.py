"""Whether a call to us comes from the provider it names: forged ones change nothing.

The libraries of the providers check a signature well, and what is around it badly: they fail over
headers that are missing and believe a moment of years ago. So what they get is checked before.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from werkzeug.datastructures import Headers, MultiDict

from crisis.kernel import clock

TWILIO_HEADER: Final = "X-Twilio-Signature"
MAIL_HEADER: Final = "X-Twilio-Email-Event-Webhook-Signature"
MAIL_MOMENT: Final = "X-Twilio-Email-Event-Webhook-Timestamp"
AHEAD: Final = timedelta(seconds=300)
"""Their clock may run before ours by so much."""
BEHIND: Final = timedelta(hours=48)
"""What could not be told is told again for a day; what was heard before changes nothing."""
LONGEST: Final = 200
_MOMENT: Final = re.compile(r"[0-9]{10}")


def only(headers: Headers, name: str) -> str | None:
    """The value of a header that is there exactly once."""
    found = headers.getlist(name)
    return found[0] if len(found) == 1 else None


def is_twilio(
    url: str, form: MultiDict[str, str], signature: str | None, tokens: Sequence[str]
) -> bool:
    """Whether Twilio signed this form for this address of ours, with a token that we know."""
    if signature is None or not _is_written_rightly(signature):
        return False
    from twilio.request_validator import (  # noqa: PLC0415  only who is called needs it
        RequestValidator,
    )

    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)


def is_sendgrid(body: bytes, signature: str | None, moment: str | None, key: str) -> bool:
    """Whether SendGrid signed these very bytes, and not too long ago."""
    if signature is None or not _is_written_rightly(signature):
        return False
    if moment is None or not _MOMENT.fullmatch(moment) or not _is_recent(moment):
        return False
    from sendgrid.helpers.eventwebhook import EventWebhook  # noqa: PLC0415  as above

    try:
        said = body.decode("utf-8")
        return bool(EventWebhook(key).verify_signature(said, signature, moment))
    except (UnicodeDecodeError, binascii.Error, ValueError):
        return False


def _is_written_rightly(signature: str) -> bool:
    """Base64 has several spellings of the same bytes; only the one that providers use counts."""
    if not signature.isascii() or len(signature) > LONGEST:
        return False
    try:
        said = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return False
    return base64.b64encode(said) == signature.encode()


def _is_recent(moment: str) -> bool:
    at, now = datetime.fromtimestamp(int(moment), UTC), clock.now()
    return now - BEHIND <= at <= now + AHEAD
