"""Why a message did not arrive: the codes of each provider, in words that tell what to do.

Some of it passes: a phone that is switched off, a queue that is full. Such a message is worth
another try, which is not so of a number that does not exist.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from crisis.alerts.outbox import ErrorClass

TWILIO: Final[dict[str, ErrorClass]] = {
    "21211": ErrorClass.INVALID_NUMBER,
    "21217": ErrorClass.INVALID_NUMBER,
    "21401": ErrorClass.INVALID_NUMBER,
    "21421": ErrorClass.INVALID_NUMBER,
    "21614": ErrorClass.INVALID_NUMBER,  # it is no mobile
    "21212": ErrorClass.NOT_ALLOWED,  # our sender is none
    "21408": ErrorClass.NOT_ALLOWED,  # this country is not switched on in the account
    "21606": ErrorClass.NOT_ALLOWED,  # our sender cannot send SMS
    "21612": ErrorClass.NOT_ALLOWED,  # no way from this sender to that number
    "21657": ErrorClass.NOT_ALLOWED,
    "21610": ErrorClass.OPTED_OUT,
    "14107": ErrorClass.RATE_LIMITED,
    "20429": ErrorClass.RATE_LIMITED,
    "21611": ErrorClass.RATE_LIMITED,
    "30001": ErrorClass.RATE_LIMITED,
    "30022": ErrorClass.RATE_LIMITED,
    "30023": ErrorClass.RATE_LIMITED,
    "63038": ErrorClass.RATE_LIMITED,
    "30002": ErrorClass.PROVIDER_DOWN,  # our account is suspended
    "30003": ErrorClass.UNREACHABLE,
    "30004": ErrorClass.BLOCKED,
    "30005": ErrorClass.INVALID_NUMBER,
    "30006": ErrorClass.INVALID_NUMBER,  # a landline: it can only be called
    "30007": ErrorClass.BLOCKED,
    "30008": ErrorClass.CARRIER,
    "30017": ErrorClass.CARRIER,
    "30018": ErrorClass.NOT_ALLOWED,
    "30019": ErrorClass.CARRIER,
    "30032": ErrorClass.NOT_ALLOWED,
    "30034": ErrorClass.NOT_ALLOWED,
    "30036": ErrorClass.EXPIRED,
    "30410": ErrorClass.CARRIER,
}
MAIL: Final[dict[str, ErrorClass]] = {
    "5.1.1": ErrorClass.INVALID_NUMBER,
    "5.1.2": ErrorClass.INVALID_NUMBER,
    "5.1.3": ErrorClass.INVALID_NUMBER,
    "5.1.10": ErrorClass.INVALID_NUMBER,
    "5.2.1": ErrorClass.INVALID_NUMBER,
    "5.2.2": ErrorClass.UNREACHABLE,  # the box is full
    "5.4.4": ErrorClass.INVALID_NUMBER,
    "5.4.7": ErrorClass.EXPIRED,
    "5.7.1": ErrorClass.BLOCKED,
    "550": ErrorClass.INVALID_NUMBER,
    "551": ErrorClass.INVALID_NUMBER,
    "553": ErrorClass.INVALID_NUMBER,
    "552": ErrorClass.UNREACHABLE,
    "554": ErrorClass.BLOCKED,
    "blocked": ErrorClass.BLOCKED,
    "invalid": ErrorClass.INVALID_NUMBER,
    "opted_out": ErrorClass.OPTED_OUT,
    "expired": ErrorClass.EXPIRED,
}
"""Enhanced status codes of RFC 3463, replies of RFC 5321, and what a mail provider says in words
of its own (`crisis.providers.sendgrid`)."""


@dataclass(frozen=True)
class Another:
    """How often a message that failed so is tried once more, and how long after."""

    times: int
    after: timedelta


AGAIN: Final[dict[str, Another]] = {
    "30001": Another(2, timedelta(seconds=30)),
    "30003": Another(2, timedelta(seconds=60)),
    "30008": Another(1, timedelta(seconds=60)),
    "blocked": Another(1, timedelta(seconds=120)),
}
"""What passes. Each try is a message of its own, and the time to acknowledge runs on."""


def class_of(provider: str, code: str | None) -> ErrorClass:
    """What a provider's code means; `UNKNOWN` for codes of which nobody told us."""
    codes = TWILIO if provider == "twilio" else {**TWILIO, **MAIL} if provider == "local" else MAIL
    return codes.get(code or "", ErrorClass.UNKNOWN)


def another(provider: str, code: str | None) -> Another | None:
    """Whether a message that failed so is worth another try. What is only rehearsed stays failed,
    as whoever rehearses wants to see it."""
    return None if provider == "local" else AGAIN.get(code or "")
