"""What can happen to a duty in an incident, from the question who takes it to giving it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.incidents.events import IncidentEvent
from crisis.policy import Duty


@dataclass(frozen=True, kw_only=True)
class DutyAssigned(IncidentEvent):
    name = "duty.assigned"
    person_id: UUID
    duty: Duty
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class DutyReleased(IncidentEvent):
    name = "duty.released"
    person_id: UUID
    duty: Duty
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class _ProposalEvent(IncidentEvent):
    """What became of asking a person to take a duty."""

    name = "proposal"
    proposal_id: UUID
    person_id: UUID
    duty: Duty


@dataclass(frozen=True, kw_only=True)
class DutyProposed(_ProposalEvent):
    name = "duty.proposed"
    note: str | None
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class DutyAccepted(_ProposalEvent):
    """`from_id`: who handed it over, and does not hold it any more."""

    name = "duty.accepted"
    from_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class DutyDeclined(_ProposalEvent):
    """`deputy_proposed`: who is asked instead; None when there is nobody to ask."""

    name = "duty.declined"
    reason: str
    from_id: UUID | None
    deputy_proposed: UUID | None


@dataclass(frozen=True, kw_only=True)
class DutyLapsed(_ProposalEvent):
    name = "duty.lapsed"
    from_id: UUID | None
    deputy_proposed: UUID | None


@dataclass(frozen=True, kw_only=True)
class DutyHandoverOffered(_ProposalEvent):
    name = "duty.handover_offered"
    from_id: UUID
    note: str
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class DutyProposalWithdrawn(_ProposalEvent):
    name = "duty.proposal_withdrawn"
