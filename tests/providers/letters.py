"""Letters to hand over."""

from typing import Any
from uuid import UUID, uuid4

from crisis.alerts.couriers import Letter
from crisis.alerts.outbox import Channel, Purpose

LINK = "https://nasaq.gov.example/k/AbCdEf123456"


def an_sms(**more: Any) -> Letter:
    """A warning to one phone."""
    return _letter(
        channel=Channel.SMS,
        address="+218911234567",
        subject="",
        text=f"طارئ: سيول في وادي الزهر. أكّد:\n{LINK}",
        **more,
    )


def a_mail(number: int = 1, **more: Any) -> Letter:
    """The same by mail, to reader `number`, with a link of their own."""
    link = f"https://nasaq.gov.example/k/AbCdEf{number:06}"
    usual = {
        "link": link,
        "address": f"reader{number}@gov.example",
        "subject": "طارئ: سيول",
        "text": f"سيول في وادي الزهر.\n.نقطة في أول السطر\n\n{link}",
    }
    return _letter(channel=Channel.EMAIL, **{**usual, **more})


def _letter(**told: Any) -> Letter:
    usual: dict[str, Any] = {
        "delivery_id": uuid4(),
        "attempt": 1,
        "purpose": Purpose.ALERT,
        "language": "ar",
        "is_exercise": False,
    }
    return Letter(**{**usual, **told})


def numbered(count: int) -> list[Letter]:
    """That many mails of one wording."""
    return [a_mail(number, delivery_id=UUID(int=number)) for number in range(1, count + 1)]
