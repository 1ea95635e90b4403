"""What the forms of the simulator may carry."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from crisis.kernel.text import Whole, line
from crisis.simulator.model import LONGEST_DELAY
from crisis.web.asking import Form

Percent = Annotated[Whole, Field(ge=0, le=100)]


class BoxAsked(Form):
    """Which phones are shown, named by a message on each, and which mail is open."""

    one: UUID | None = None
    two: UUID | None = None
    mail: UUID | None = None
    focus: UUID | None = None
    """The message that the buttons below its phone are for."""


class ReportForm(Form):
    """What the carrier says of the message now."""

    report: Literal["delivered", "undelivered", "again", "open"]


class ReplyForm(Form):
    """What somebody answers from their phone."""

    text: Annotated[str, line(160)]


class NetworkForm(Form):
    """How the carrier and the people behind it behave."""

    delay: Annotated[Whole, Field(ge=0, le=LONGEST_DELAY)]
    failing: Percent
    silent: Percent
    answering: Percent
    replies: bool = False
