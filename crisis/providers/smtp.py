"""Mail through a mail server of one's own: a few connections, kept open and used again.

Until the text of a mail has left, nothing has been sent and every failure says so; from there on,
only the server's answer tells whether it took it.
"""

from __future__ import annotations

import asyncio
import queue
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import Final, Literal

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
from crisis.alerts.reasons import class_of
from crisis.kernel import clock
from crisis.providers.wire import CONNECT_SECONDS, READ_SECONDS, refuse_exercises
from crisis.settings import Settings

CONNECTIONS: Final = 4
LETTERS: Final = 20
ENOUGH_SECONDS: Final = 4.0
"""Of one call: then what has not been begun waits for the next one, so that none takes longer."""
LAST_SECONDS: Final = 14.0
"""Of one call: no answer is waited for beyond."""
IDLE_SECONDS: Final = 60.0
GREYLISTED_SECONDS: Final = 60.0
GO_ON: Final = 354
Security = Literal["starttls", "tls", "none"]
_ENHANCED: Final = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Server:
    """Which server, and how we are known there."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str | None = None
    password: str | None = None
    certificates: str | None = None
    """A file of certificates to trust instead of the machine's own."""


@dataclass
class _Line:
    """One connection, and when it was last used."""

    smtp: smtplib.SMTP
    used: float


class _NotNowError(Exception):
    """The server takes nothing from us just now: no mail of this call has left."""


class Smtp:
    """Takes mail to an SMTP server, in threads of its own."""

    name: Final = "smtp"
    channel: Final = Channel.EMAIL
    reaches_the_world: Final = True
    calls_at_once: Final = CONNECTIONS
    letters_per_call: Final = LETTERS

    def __init__(self, server: Server) -> None:
        self._server = server
        self._idle: queue.SimpleQueue[_Line] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="smtp")

    @classmethod
    def of(cls, settings: Settings) -> Smtp:
        """As the settings say, which were checked at the start."""
        password = settings.smtp_password
        return cls(
            Server(
                host=settings.smtp_host or "",
                port=settings.smtp_port,
                sender=settings.mail_from or "",
                security=settings.smtp_tls,
                user=settings.smtp_user,
                password=password.get_secret_value() if password else None,
                certificates=settings.smtp_certificates,
            )
        )

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand them over one after another on one connection: see `Courier`."""
        refuse_exercises(letters)
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._send, letters)
        return await work

    async def look_up(self, letter: Letter, since: datetime) -> Trace:
        """A mail server keeps no list."""
        return CannotTell("keeps no list")

    async def close(self) -> None:
        """Say goodbye on every connection."""
        while not self._idle.empty():
            with suppress(OSError, smtplib.SMTPException):
                self._idle.get_nowait().smtp.quit()
        self._threads.shutdown(wait=False)

    # -- in a thread ------------------------------------------------------------------------------

    def _send(self, letters: Sequence[Letter]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        began, smtp = time.monotonic(), None
        for letter in letters:
            if time.monotonic() - began > ENOUGH_SECONDS:
                break
            try:
                smtp = smtp or self._open()
            except _NotNowError as error:
                return outcomes + [NotAccepted(str(error))] * (len(letters) - len(outcomes))
            until = began + LAST_SECONDS
            outcome, is_usable = hand_over(smtp, letter, self._server.sender, until)
            outcomes.append(outcome)
            if not is_usable:
                _hang_up(smtp)
                smtp = None
        if smtp is not None:
            self._idle.put(_Line(smtp, time.monotonic()))
        later = NotAccepted("not begun", 0.0)
        return outcomes + [later] * (len(letters) - len(outcomes))

    def _open(self) -> smtplib.SMTP:
        """A connection that works, an old one if there is one."""
        while True:
            try:
                line = self._idle.get_nowait()
            except queue.Empty:
                return connect(self._server)
            with suppress(OSError, smtplib.SMTPException):
                if time.monotonic() - line.used < IDLE_SECONDS and line.smtp.noop()[0] == 250:
                    return line.smtp
            _hang_up(line.smtp)


def connect(server: Server) -> smtplib.SMTP:
    """Connect, encrypt, sign in. Raises `_NotNowError` for whatever stands in the way."""
    smtp: smtplib.SMTP | None = None
    try:
        trusted = ssl.create_default_context(cafile=server.certificates)
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, timeout=CONNECT_SECONDS, context=trusted
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
        if server.security == "starttls":
            smtp.starttls(context=trusted)
        if server.user and server.password:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _hang_up(smtp)
        raise _NotNowError(_named(error)) from error
    return smtp


def hand_over(
    smtp: smtplib.SMTP, letter: Letter, sender: str, until: float
) -> tuple[Outcome, bool]:
    """One mail, and whether the connection can be used for another. No answer is waited for beyond
    `until`, on the clock of `time.monotonic`."""
    try:
        needs_utf8 = not letter.address.isascii()
        if needs_utf8 and not smtp.has_extn("smtputf8"):
            why = "the server takes no addresses like this"
            return GiveUp(why, None, ErrorClass.INVALID_NUMBER), True
        body = mail_of(letter, sender)
    except (ValueError, MessageError) as error:  # a line break in the subject, say
        return GiveUp(f"no mail can be made of it: {type(error).__name__}"), True
    try:
        refusal = _envelope(smtp, letter, sender, until, needs_utf8=needs_utf8)
    except (OSError, smtplib.SMTPException) as error:
        return NotAccepted(_named(error)), False
    if refusal is not None:
        return refusal, _forget(smtp)
    try:
        _wait(smtp, until)
        smtp.send(_dotted(body))
        code, said = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Unknown(_named(error)), False
    if 200 <= code < 300:
        return Accepted(message_id(letter, sender)[1:-1][:64], str(code)), True
    return _refused(code, said, letter_is_at_fault=True), _forget(smtp)


def mail_of(letter: Letter, sender: str) -> bytes:
    """The mail as it goes over the line (RFC 5322). Raises `ValueError` for hostile headers."""
    policy = SMTP if letter.address.isascii() else SMTPUTF8
    mail = EmailMessage(policy=policy.clone(max_line_length=78))
    mail["From"] = sender
    mail["To"] = letter.address
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(letter, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.language
    mail.set_content(mails.text(letter), cte="base64")
    mail.add_alternative(mails.html(letter), subtype="html", cte="base64")
    return mail.as_bytes()


def message_id(letter: Letter, sender: str) -> str:
    """The same for the same attempt, so that whoever gets it twice can tell."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{letter.delivery_id.hex}.{letter.attempt}@{domain}>"


def _envelope(
    smtp: smtplib.SMTP, letter: Letter, sender: str, until: float, *, needs_utf8: bool
) -> Outcome | None:
    """From whom, to whom, and now the text: a refusal, or None when the server waits for it."""
    options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []
    _wait(smtp, until)
    code, said = smtp.mail(parseaddr(sender)[1], options)
    if code != 250:
        return _refused(code, said)
    _wait(smtp, until)
    code, said = smtp.rcpt(letter.address)
    if code not in {250, 251}:
        return _refused(code, said, letter_is_at_fault=True)
    _wait(smtp, until)
    code, said = smtp.docmd("DATA")
    return None if code == GO_ON else _refused(code, said)


def _wait(smtp: smtplib.SMTP, until: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(min(max(until - time.monotonic(), 0.1), READ_SECONDS))


def _refused(code: int, said: bytes, *, letter_is_at_fault: bool = False) -> Outcome:
    """A clear no: for now (4…), or for good (5…)."""
    words = said.decode("utf-8", "replace")
    why = f"{code} {words}"[:200]
    if not 500 <= code < 600:
        return NotAccepted(why, GREYLISTED_SECONDS if letter_is_at_fault else None)
    enhanced = _ENHANCED.match(words)
    error_class = class_of("smtp", enhanced[1] if enhanced else str(code))
    if error_class is ErrorClass.UNKNOWN:
        error_class = class_of("smtp", str(code))
    if not letter_is_at_fault:
        error_class = ErrorClass.NOT_ALLOWED
    return GiveUp(why, str(code), error_class)


def _forget(smtp: smtplib.SMTP) -> bool:
    """Begin anew after a refusal; whether the connection still works."""
    return _worked(lambda: smtp.rset()[0] == 250)


def _worked(act: Callable[[], bool]) -> bool:
    try:
        return act()
    except (OSError, smtplib.SMTPException):
        return False


def _hang_up(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        with suppress(OSError, smtplib.SMTPException):
            smtp.close()


def _dotted(body: bytes) -> bytes:
    """With its lines marked as the protocol wants, and its end (RFC 5321 §4.5.2)."""
    lines = re.sub(rb"(?m)^\.", b"..", body)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _named(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {words}"[:200]
    return type(error).__name__
