"""What happens to an alert before it leaves, to its audiences, and to messages by a person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from crisis.alerts.model import AlertKind, Priority, _AlertEvent
from crisis.kernel.event import Event
from crisis.people.model import Names


@dataclass(frozen=True, kw_only=True)
class AlertDrafted(_AlertEvent):
    """Begun, by whom and from what the line tells."""

    name = "alert.drafted"
    kind: AlertKind
    priority: Priority
    template: str | None
    follows_number: int | None
    statement_number: int | None


@dataclass(frozen=True, kw_only=True)
class AlertEdited(_AlertEvent):
    name = "alert.edited"
    revision: int
    was_asked: bool
    """A second person had been asked for, and must be asked again."""


@dataclass(frozen=True, kw_only=True)
class ConfirmationAsked(_AlertEvent):
    """`asked_ids` are those who may say yes, for whoever tells them."""

    name = "alert.confirmation_asked"
    revision: int
    priority: Priority
    recipients: int
    asked_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ConfirmationOverdue(_AlertEvent):
    """Nobody has answered in time; it is not sent. `director_ids` are paged where lives are at
    stake, else nobody."""

    name = "alert.confirmation_overdue"
    priority: Priority
    director_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class AlertConfirmed(_AlertEvent):
    """Words and recipients are frozen and on their way. `first_id` wrote it, the line's actor
    confirmed it; both are the same where no second person is needed. `told_all_the_same` are staff
    who had asked not to be written to, told because a life is at stake."""

    name = "alert.confirmed"
    kind: AlertKind
    priority: Priority
    first_id: UUID
    recipients: int
    left_out: int
    told_all_the_same: int
    messages: int
    text_hash: str | None


@dataclass(frozen=True, kw_only=True)
class AlertSentBack(_AlertEvent):
    name = "alert.sent_back"
    reason: str


@dataclass(frozen=True, kw_only=True)
class AlertCancelled(_AlertEvent):
    """`stopped` messages never left; `gone` had left, or may have."""

    name = "alert.cancelled"
    reason: str
    stopped: int
    gone: int


@dataclass(frozen=True, kw_only=True)
class AlertTested(_AlertEvent):
    """Its writer sent it to themselves alone."""

    name = "alert.tested"
    language: str


@dataclass(frozen=True, kw_only=True)
class AudienceSaved(Event):
    name = "audience.saved"
    audience_id: UUID
    code: str
    audience: Names
    added: bool
    people: int
    """How many are in it now; nobody's number or name stays in the journal."""


@dataclass(frozen=True, kw_only=True)
class AudienceRetired(Event):
    name = "audience.retired"
    audience_id: UUID
    code: str
    audience: Names
    active: bool
    """Back in use, when true."""


@dataclass(frozen=True, kw_only=True)
class _MessageEvent(Event):
    """An event of one message: to whom, for people of the directory, and of which alert."""

    name = "message"
    delivery_id: UUID
    channel: str
    person_id: UUID | None
    alert_id: UUID | None
    alert_number: int | None

    @property
    def about(self) -> str:
        return f"alert:{self.alert_id}" if self.alert_id else f"message:{self.delivery_id}"


@dataclass(frozen=True, kw_only=True)
class MessageChecked(_MessageEvent):
    """The provider is asked once more what became of it."""

    name = "message.checked"


@dataclass(frozen=True, kw_only=True)
class MessageSentAgain(_MessageEvent):
    """`may_double`: the first may have arrived; this one says that it is a repetition."""

    name = "message.sent_again"
    may_double: bool


@dataclass(frozen=True, kw_only=True)
class MessageMarkedUnsent(_MessageEvent):
    """Somebody decided that it has not left, for that reason."""

    name = "message.marked_unsent"
    reason: str


@dataclass(frozen=True, kw_only=True)
class _LaneEvent(Event):
    name = "lane"
    provider: str


@dataclass(frozen=True, kw_only=True)
class LaneHeld(_LaneEvent):
    name = "lane.held"
    reason: str


@dataclass(frozen=True, kw_only=True)
class LaneOpened(_LaneEvent):
    name = "lane.opened"
