"""The recipients of an alert as a file for a spreadsheet, in which no cell can become a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.model import Alert
from crisis.alerts.outbox import Delivery, Purpose
from crisis.alerts.recipients import Recipient
from crisis.kernel.command import query
from crisis.people.model import Ministry, in_language
from crisis.policy import Action

COLUMNS: Final = (
    "step",
    "name",
    "instead_of",
    "entity",
    "language",
    "mobile",
    "email",
    "left_out",
    "sms",
    "sms_error",
    "mail",
    "mail_error",
    "opened_at",
    "answer",
    "answered_at",
    "late",
    "method",
    "arrives_in",
    "reason",
)
"""Names of columns are the same in every language, so that other programs can rely on them."""
_CELL: Final = r"(?:^|(?<=[;\t\r\n]))"
"""Where a cell begins: at its start, and where spreadsheets of other countries part a line, which
in Arabic and French is at a semicolon."""
_FORMULA: Final = re.compile(_CELL + r"(?=[ \"]*[=+\-@\t\r\n＝＋－＠'])")
_MARKED: Final = re.compile(_CELL + "'")
_MARK: Final = "\ufeff"
"""Without it, spreadsheets take Arabic for something else."""


@query(Action.FOLLOW_UP_ALERT, on=Alert)
def export(alert: Alert, session: Session, *, language: str) -> str:
    """Everybody who was told or asked, one row each: those of the audience, then who stood in."""
    ministries = {each.id: each.name for each in session.scalars(select(Ministry))}
    asked = select(Recipient).where(Recipient.alert_id == alert.id)
    people = session.scalars(asked.order_by(Recipient.step, Recipient.id)).all()
    names = {each.id: in_language(each.name, language) for each in people}
    sent = _messages(session, alert.id)
    rows = [
        _row(
            each,
            names,
            in_language(ministries.get(each.ministry_id, {}), language) if each.ministry_id else "",
            sent.get(each.id, {}),
        )
        for each in people
    ]
    return written([COLUMNS, *rows])


def written(rows: Iterable[Sequence[str]]) -> str:
    """The rows as RFC 4180 says, each cell as `safe` makes it."""
    out = io.StringIO()
    out.write(_MARK)
    csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL).writerows(
        [safe(cell) for cell in row] for row in rows
    )
    return out.getvalue()


def read(text: str) -> list[list[str]]:
    """The rows as they were before `written`."""
    lines = csv.reader(io.StringIO(text.removeprefix(_MARK), newline=""))
    return [[plain(cell) for cell in row] for row in lines]


def safe(cell: str) -> str:
    """What a spreadsheet would take for a formula, or for our own mark, gets an apostrophe."""
    return _FORMULA.sub("'", cell)


def plain(cell: str) -> str:
    """The cell without the apostrophes of `safe`."""
    return _MARKED.sub("", cell)


def _row(
    each: Recipient, names: dict[UUID, str], entity: str, sent: dict[str, Delivery]
) -> list[str]:
    sms, mail = sent.get("sms"), sent.get("email")
    return [
        str(each.step),
        names[each.id],
        names.get(each.instead_of_id, "") if each.instead_of_id else "",
        entity,
        each.language,
        each.mobile or "",
        each.email or "",
        each.left_out or "",
        sms.state if sms else "",
        (sms.error_class or "") if sms else "",
        mail.state if mail else "",
        (mail.error_class or "") if mail else "",
        _time(each.opened_at),
        each.answer,
        _time(each.answered_at),
        "yes" if each.is_late else "",
        each.method or "",
        "" if each.arrives_in is None else str(each.arrives_in),
        each.reason or "",
    ]


def _messages(session: Session, alert_id: UUID) -> dict[UUID, dict[str, Delivery]]:
    """By recipient and channel the last message: a repetition tells more than what it repeats."""
    sent = select(Delivery).where(Delivery.alert_id == alert_id, Delivery.purpose == Purpose.ALERT)
    found: dict[UUID, dict[str, Delivery]] = {}
    for each in session.scalars(sent.order_by(Delivery.id)):
        if each.recipient_id:
            found.setdefault(each.recipient_id, {})[each.channel] = each
    return found


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
