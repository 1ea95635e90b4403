"""SMS through Twilio: the official SDK on our own pool of connections."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from crisis.alerts.couriers import (
    Accepted,
    CannotTell,
    Found,
    GiveUp,
    Letter,
    NotAccepted,
    NotFound,
    Outcome,
    Trace,
    Unknown,
)
from crisis.alerts.outbox import Channel, ErrorClass
from crisis.alerts.reasons import class_of
from crisis.providers.callbacks import status_address
from crisis.providers.wire import (
    Answer,
    NoAnswerError,
    NotSentError,
    Wire,
    in_doubt,
    not_now,
    refuse_exercises,
)
from crisis.settings import Settings

if TYPE_CHECKING:
    from twilio.rest import Client

API: Final = "https://api.twilio.com"
EARLIER: Final = timedelta(minutes=5)
"""Their clock may be so far behind ours."""
MOST_LISTED: Final = 100
UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError)
"""What the SDK raises over an answer that is not what it expects."""
NOT_THE_LETTER: Final = frozenset({401, 403, 429})
"""Whoever sends is refused, or everybody is: the message itself is not at fault."""
OVERFULL: Final = frozenset({"14107", "20429", "21611", "63038"})
"""Too much at once, whatever the status says: nothing was taken, and it may be later."""


@dataclass(frozen=True)
class Account:
    """Whose account it is, and what the messages come from."""

    sid: str
    token: str
    sender: str
    """A number, a name, or a messaging service (`MG…`)."""
    api: str = API


class Twilio:
    """Takes SMS to Twilio, one in each call: it has no call for several."""

    name: Final = "twilio"
    channel: Final = Channel.SMS
    reaches_the_world: Final = True
    letters_per_call: Final = 1

    def __init__(self, account: Account, calls_at_once: int) -> None:
        self.calls_at_once: Final = calls_at_once
        self._account = account
        self._url = f"{API}/2010-04-01/Accounts/{account.sid}/Messages.json"
        self._wire = Wire(calls_at_once)
        self._client: Client | None = None

    @classmethod
    def of(cls, settings: Settings) -> Twilio:
        """As the settings say, which were checked at the start."""
        account = Account(
            sid=settings.twilio_account_sid or "",
            token=settings.twilio_auth_token.get_secret_value()
            if settings.twilio_auth_token
            else "",
            sender=settings.twilio_from or "",
            api=(settings.twilio_api_base_url or API).rstrip("/"),
        )
        return cls(account, settings.twilio_calls_at_once)

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand them over: see `Courier`."""
        refuse_exercises(letters)
        return [await self._send(each) for each in letters]

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        """Whether Twilio lists a message to that number with exactly these words.

        It is asked by number alone: a message that still waits there has no date it was sent at.
        """
        from crisis.providers import twilio_sdk  # noqa: PLC0415  0.2 s that only senders should pay

        try:
            listed = await self._sdk().messages.list_async(
                to=letter.address, limit=MOST_LISTED, page_size=MOST_LISTED
            )
            found = [each for each in listed if _is(each, letter, since - EARLIER)]
        except (NotSentError, NoAnswerError) as error:
            return CannotTell(str(error))
        except twilio_sdk.NotTakenError as error:
            return CannotTell(f"HTTP {error.answer.status}")
        except (twilio_sdk.TwilioException, *UNREADABLE):
            return CannotTell("an answer that cannot be read")
        return Found(str(found[0].sid), str(found[0].status)) if found else NotFound()

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def _send(self, letter: Letter) -> Outcome:
        from crisis.providers import twilio_sdk  # noqa: PLC0415  as above

        try:
            # by the SDK's own door, but not into an object of 20 fields and three dates
            answer = await self._sdk().request_async("POST", self._url, data=self._form(letter))
        except NotSentError as error:
            return NotAccepted(str(error))
        except NoAnswerError as error:
            return Unknown(str(error))
        except twilio_sdk.NotTakenError as error:
            return outcome_of(error.answer)
        return _taken(answer.text)

    def _form(self, letter: Letter) -> dict[str, str]:
        sender = self._account.sender
        return {
            "To": letter.address,
            "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
            "Body": letter.text,
            "SmartEncoded": "false",  # not a letter of what was confirmed is exchanged for another
            "StatusCallback": status_address(letter.delivery_id),
        }

    def _sdk(self) -> Client:
        if self._client is None:
            from crisis.providers import twilio_sdk  # noqa: PLC0415  as above

            own = self._account
            self._client = twilio_sdk.client(self._wire, sid=own.sid, token=own.token, api=own.api)
        return self._client


def _taken(said: str) -> Outcome:
    """What Twilio calls it; without that, nobody knows whether it was Twilio that answered."""
    try:
        told = json.loads(said)
    except ValueError:
        return Unknown("an answer that cannot be read")
    reference = told.get("sid") if isinstance(told, dict) else None
    if not isinstance(reference, str) or not reference:
        return Unknown("an answer without a reference")
    return Accepted(reference[:64], str(told.get("status") or ""))


def _is(listed: Any, letter: Letter, since: datetime) -> bool:
    created = listed.date_created
    is_new = not isinstance(created, datetime) or created >= since
    return bool(listed.sid) and listed.body == letter.text and is_new


def outcome_of(answer: Answer) -> Outcome:
    """What an answer that took nothing proves (reliability F1)."""
    if not answer.is_refused:
        return in_doubt(answer)
    code, said = _reason(answer)
    if code in OVERFULL:
        return not_now(answer)
    if answer.status in NOT_THE_LETTER and class_of("twilio", code) is ErrorClass.UNKNOWN:
        return not_now(answer)
    why = said or f"HTTP {answer.status}"
    return GiveUp(why[:200], code or str(answer.status), class_of("twilio", code))


def _reason(answer: Answer) -> tuple[str, str]:
    """Twilio's code and words; empty when the answer is not Twilio's."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("code") or "")[:16], str(told.get("message") or "")
