"""Asking people to take a duty: they accept or decline, a deputy is asked, a duty changes hands."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import policy
from crisis.incidents.commands import (
    give,
    held_now,
    must_be_able_to_hold,
    open_proposals,
)
from crisis.incidents.events_of_duties import (
    DutyAccepted,
    DutyDeclined,
    DutyHandoverOffered,
    DutyLapsed,
    DutyProposalWithdrawn,
    DutyProposed,
)
from crisis.incidents.levels import ANSWERED_WITHIN
from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people.model import DutyHolding, DutyProposal, Person, Proposed
from crisis.policy import Action, Duty, Rank


@command(Action.ASSIGN_DUTY, on=Incident)
def propose_duty(
    incident: Incident, work: Work, *, person_id: UUID, duty: Duty, note: str | None = None
) -> DutyProposed:
    """Ask somebody to take a duty; how long they may think depends on the level.

    Raises `Conflict`: `already` when they hold it, `asked` when they have been asked.
    """
    incident.must_take_duties()
    must_be_able_to_hold(work, person_id, duty)
    _must_be_free(work, incident, person_id, duty)
    proposal = _ask(work, incident, person_id, duty, note=note)
    return DutyProposed(
        incident_id=incident.id,
        proposal_id=proposal.id,
        person_id=person_id,
        duty=duty,
        note=note,
        answer_by=proposal.answer_by,
    )


@command(Action.LEAVE_DUTY, on=Incident)
def hand_over_duty(
    incident: Incident, work: Work, *, duty: Duty, person_id: UUID, note: str
) -> DutyHandoverOffered:
    """Offer one's own duty to somebody else; it stays with its holder until they accept.

    Often to one's deputy, who may hold it too: then accepting means carrying it on alone. In a
    restricted incident only whoever runs it lets new people in. Raises `Conflict`: `not_held`,
    `already` (it is one's own), `asked`; and `Forbidden`.
    """
    incident.must_take_duties()
    if _holding(work, incident, work.actor.id, duty) is None:
        raise Conflict(Message("You do not hold that duty."), code="not_held")
    must_be_able_to_hold(work, person_id, duty)
    _must_be_let_in(work, incident, person_id)
    if person_id == work.actor.id:
        raise _held_already()
    _must_not_be_asked(work, incident, person_id, duty)
    proposal = _ask(work, incident, person_id, duty, note=note, from_id=work.actor.id)
    return DutyHandoverOffered(
        incident_id=incident.id,
        proposal_id=proposal.id,
        person_id=person_id,
        duty=duty,
        from_id=work.actor.id,
        note=note,
        answer_by=proposal.answer_by,
    )


@command(Action.ANSWER_DUTY, on=DutyProposal)
def accept_duty(proposal: DutyProposal, work: Work) -> DutyAccepted:
    """Take the duty one was asked to take; whoever handed it over holds it no more."""
    incident = _running(proposal, work)
    duty = Duty(proposal.duty)
    must_be_able_to_hold(work, work.actor.id, duty)
    proposal.end(Proposed.ACCEPTED, at=work.now)
    give(work, incident, work.actor.id, duty)
    handed = proposal.from_id and _holding(work, incident, proposal.from_id, duty)
    if handed:
        handed.ended_at = work.now
    return DutyAccepted(
        incident_id=incident.id,
        proposal_id=proposal.id,
        person_id=work.actor.id,
        duty=duty,
        from_id=proposal.from_id if handed else None,
    )


@command(Action.ANSWER_DUTY, on=DutyProposal)
def decline_duty(proposal: DutyProposal, work: Work, *, reason: str) -> DutyDeclined:
    """Say no; the deputy of whoever declines is asked in the same act."""
    incident = _running(proposal, work)
    proposal.end(Proposed.DECLINED, at=work.now, reason=reason)
    return DutyDeclined(
        incident_id=incident.id,
        proposal_id=proposal.id,
        person_id=proposal.person_id,
        duty=Duty(proposal.duty),
        reason=reason,
        from_id=proposal.from_id,
        deputy_proposed=_ask_deputy(work, incident, proposal),
    )


@command(Action.ASSIGN_DUTY, on=DutyProposal)
def withdraw_proposal(proposal: DutyProposal, work: Work) -> DutyProposalWithdrawn:
    """Ask no longer."""
    work.session.get_one(Incident, proposal.incident_id).must_take_duties()
    proposal.end(Proposed.WITHDRAWN, at=work.now)
    return DutyProposalWithdrawn(
        incident_id=proposal.incident_id,
        proposal_id=proposal.id,
        person_id=proposal.person_id,
        duty=Duty(proposal.duty),
    )


def lapse_proposal(work: Work, proposal_id: UUID) -> DutyLapsed:
    """Nobody answered in time: the deputy is asked. Part of a command: the deadline's.

    Raises `Conflict` (`answered`) when somebody did answer.
    """
    proposal = work.session.get_one(DutyProposal, proposal_id, with_for_update=True)
    incident = work.session.get_one(Incident, proposal.incident_id)
    incident.must_take_duties()
    proposal.end(Proposed.LAPSED, at=work.now)
    return DutyLapsed(
        incident_id=incident.id,
        proposal_id=proposal.id,
        person_id=proposal.person_id,
        duty=Duty(proposal.duty),
        from_id=proposal.from_id,
        deputy_proposed=_ask_deputy(work, incident, proposal),
    )


def _running(proposal: DutyProposal, work: Work) -> Incident:
    """The incident, if it is still this person who is asked, and there is still something to do."""
    if proposal.person_id != work.actor.id:
        raise Forbidden(Message("Somebody else is asked to take this duty."), code="not_asked")
    incident = work.session.get_one(Incident, proposal.incident_id)
    incident.must_take_duties()
    return incident


def _ask(
    work: Work,
    incident: Incident,
    person_id: UUID,
    duty: Duty,
    *,
    note: str | None,
    from_id: UUID | None = None,
    instead_of_id: UUID | None = None,
) -> DutyProposal:
    proposal = DutyProposal(
        id=new_id(),
        incident_id=incident.id,
        person_id=person_id,
        duty=duty,
        proposed_by=work.actor.id,
        proposed_at=work.now,
        answer_by=_answer_by(incident, work.now),
        from_id=from_id,
        note=note,
        instead_of_id=instead_of_id,
        state=Proposed.OPEN,
    )
    work.session.add(proposal)
    return proposal


def _answer_by(incident: Incident, now: datetime) -> datetime:
    return now + ANSWERED_WITHIN[incident.level]


def _ask_deputy(work: Work, incident: Incident, proposal: DutyProposal) -> UUID | None:
    """Ask the deputy of whoever did not take it; None when that is for people to decide.

    A duty that is being handed over stays with its holder, and nobody learns of a restricted
    incident whom no person named.
    """
    if incident.restricted or proposal.from_id:
        return None
    duty = Duty(proposal.duty)
    deputy = _deputy(work.session, proposal)
    if deputy is None or not policy.may_hold(Rank(deputy.rank), duty):
        return None
    asked = open_proposals(work.session, incident.id, deputy.id, duty)
    if asked or _holding(work, incident, deputy.id, duty):
        return None
    note = proposal.note
    _ask(work, incident, deputy.id, duty, note=note, instead_of_id=proposal.id)
    return deputy.id


def _deputy(session: Session, proposal: DutyProposal) -> Person | None:
    """The deputy of the person asked, unless they are away or were asked before."""
    person = session.get_one(Person, proposal.person_id)
    deputy = person.deputy_id and session.get(Person, person.deputy_id)
    if not deputy or not deputy.active or deputy.is_machine:
        return None
    return None if deputy.id in set(_asked_before(session, proposal)) else deputy


def _asked_before(session: Session, proposal: DutyProposal) -> Iterator[UUID]:
    each: DutyProposal | None = proposal
    while each is not None:
        yield each.person_id
        each = session.get(DutyProposal, each.instead_of_id) if each.instead_of_id else None


def _must_be_free(work: Work, incident: Incident, person_id: UUID, duty: Duty) -> None:
    if _holding(work, incident, person_id, duty):
        raise _held_already()
    _must_not_be_asked(work, incident, person_id, duty)


def _held_already() -> Conflict:
    return Conflict(Message("This person already holds that duty."), code="already")


def _must_not_be_asked(work: Work, incident: Incident, person_id: UUID, duty: Duty) -> None:
    if open_proposals(work.session, incident.id, person_id, duty):
        raise Conflict(Message("This person was asked already."), code="asked")


def _must_be_let_in(work: Work, incident: Incident, person_id: UUID) -> None:
    known = any(each.person_id == person_id for each in held_now(work, incident))
    if incident.restricted and not known:
        if policy.allows(work.actor, Action.ASSIGN_DUTY, work.case):
            return
        raise Forbidden(
            Message("The incident is restricted: whoever runs it names new people."),
            code="restricted",
        )


def _holding(work: Work, incident: Incident, person_id: UUID, duty: Duty) -> DutyHolding | None:
    held = held_now(work, incident)
    return next((each for each in held if (each.person_id, each.duty) == (person_id, duty)), None)
