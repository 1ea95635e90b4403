"""Mail through SendGrid: up to a thousand people in one call, each with their own link.

The SDK says who we are and where SendGrid is. Its own transport opens a connection and reads all
certificates anew for each call, and holds up everything meanwhile; so the call itself is made on
our pool of connections.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from itertools import compress
from typing import Any, Final
from uuid import UUID

from crisis.alerts import letters as mails
from crisis.alerts.couriers import (
    Accepted,
    CannotTell,
    GiveUp,
    Letter,
    NotAccepted,
    Outcome,
    Trace,
    Unknown,
)
from crisis.alerts.outbox import Channel, ErrorClass
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

API: Final = "https://api.sendgrid.com"
MOST_AT_ONCE: Final = 1000
"""Personalisations of one request, says SendGrid."""
CALLS: Final = 4
LINK: Final = "-nasaq-own-link-"
"""Stands where each reader's own address goes."""
NOBODY: Final = UUID(int=0)
OWN: Final = "delivery_id"
"""The argument by which SendGrid tells us which message an event is about."""
NOT_THE_LETTER: Final = frozenset({401, 403, 429})
_TO: Final = re.compile(r"personalizations\.(\d+)\.to")
_BREAKS: Final = re.compile(r"[\r\n\x00\u0085\u2028\u2029]")


@dataclass(frozen=True)
class Account:
    """Whose account it is, and who the mails are from."""

    key: str
    sender: str
    """An address, or a name and an address as in a mail."""
    api: str = API


class SendGrid:
    """Takes mail to SendGrid."""

    name: Final = "sendgrid"
    channel: Final = Channel.EMAIL
    reaches_the_world: Final = True
    calls_at_once: Final = CALLS
    letters_per_call: Final = MOST_AT_ONCE

    def __init__(self, account: Account) -> None:
        self._account = account
        self._wire = Wire(CALLS)
        self._headers: dict[str, str] = {}

    @classmethod
    def of(cls, settings: Settings) -> SendGrid:
        """As the settings say, which were checked at the start."""
        key = settings.sendgrid_api_key
        api = (settings.sendgrid_api_base_url or API).rstrip("/")
        return cls(Account(key.get_secret_value() if key else "", settings.mail_from or "", api))

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand them over in one call: see `Courier`."""
        refuse_exercises(letters)
        first = _in_general(letters[0])
        if _BREAKS.search(first.subject):
            return [GiveUp("a subject of several lines")] * len(letters)
        alike = [_in_general(each) == first for each in letters]
        outcomes = iter(await self._send(first, list(compress(letters, alike))))
        # nobody must get the words of somebody else, whoever put these together
        apart = NotAccepted("not the same words", 0.0)
        return [next(outcomes) if is_alike else apart for is_alike in alike]

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        """SendGrid's list is an extra that accounts may not have; its events tell."""
        return CannotTell("keeps no list")

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def _send(self, general: Letter, letters: Sequence[Letter]) -> Sequence[Outcome]:
        body = json.dumps(mail_of(self._account.sender, general, letters)).encode()
        url = f"{self._account.api}/v3/mail/send"
        try:
            answer = await self._wire.post(url, body=body, headers=self._proof())
        except NotSentError as error:
            return [NotAccepted(str(error))] * len(letters)
        except NoAnswerError as error:
            return [Unknown(str(error))] * len(letters)
        if answer.status == 202:
            reference = answer.headers.get("X-Message-Id", "")[:64]
            return [_taken(reference)] * len(letters)
        return outcomes_of(answer, len(letters))

    def _proof(self) -> Mapping[str, str]:
        if not self._headers:
            from sendgrid import SendGridAPIClient  # noqa: PLC0415  0.1 s only senders should pay

            api = SendGridAPIClient(self._account.key, host=self._account.api)
            self._headers = {**api.client.request_headers, "Content-Type": "application/json"}
        return self._headers


def mail_of(sender: str, general: Letter, letters: Sequence[Letter]) -> dict[str, Any]:
    """The body of the call."""
    name, address = parseaddr(sender)
    return {
        "from": {"email": address, **({"name": name} if name else {})},
        "subject": general.subject,
        "personalizations": [
            {
                "to": [{"email": each.address}],
                "custom_args": {OWN: str(each.delivery_id)},
                **({"substitutions": {LINK: each.link}} if each.link else {}),
            }
            for each in letters
        ],
        "content": [
            {"type": "text/plain", "value": mails.text(general)},
            {"type": "text/html", "value": mails.html(general)},
        ],
        "headers": {"Auto-Submitted": "auto-generated"},
        # a link of the centre leads to the centre, and is not counted on the way
        "tracking_settings": {"click_tracking": {"enable": False, "enable_text": False}},
    }


def outcomes_of(answer: Answer, count: int) -> Sequence[Outcome]:
    """What an answer other than 202 proves of each letter of the call.

    SendGrid refuses a call as a whole. Where it names the addresses at fault, only those are given
    up, and the others go again without them.
    """
    if not answer.is_refused:
        return [in_doubt(answer)] * count
    if answer.status in NOT_THE_LETTER:
        return [not_now(answer)] * count
    said = _said(answer)
    wrong = {int(found[1]): message for field, message in said if (found := _TO.match(field))}
    if not wrong:
        why = said[0][1] if said else f"HTTP {answer.status}"
        return [GiveUp(why[:200], str(answer.status), ErrorClass.UNKNOWN)] * count
    others = NotAccepted("refused with others of its call", 0.0)
    return [
        GiveUp(wrong[at][:200], str(answer.status), ErrorClass.INVALID_NUMBER)
        if at in wrong
        else others
        for at in range(count)
    ]


def _in_general(letter: Letter) -> Letter:
    """What is the same for all readers of one call, with a place for what is not."""
    text = letter.text.replace(letter.link, LINK) if letter.link else letter.text
    link = LINK if letter.link else ""
    nobody = replace(letter, delivery_id=NOBODY, attempt=0, address="", recipient_name="")
    return replace(nobody, text=text, link=link)


def _taken(reference: str) -> Outcome:
    return (
        Accepted(reference, "accepted") if reference else Unknown("an answer without a reference")
    )


def _said(answer: Answer) -> list[tuple[str, str]]:
    """Which field is wrong, and what SendGrid says of it."""
    try:
        told = json.loads(answer.body)
        errors = told["errors"]
        return [(str(each.get("field") or ""), str(each.get("message") or "")) for each in errors]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
