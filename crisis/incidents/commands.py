"""Everything that changes an incident."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis import policy
from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.events import (
    DecisionRecorded,
    IncidentClosed,
    IncidentDismissed,
    IncidentLinked,
    IncidentOpened,
    IncidentRenamed,
    IncidentReported,
    IncidentWatched,
    LeadNamed,
    LevelAssessed,
    LineCorrected,
    MinistryJoined,
    MinistryLeft,
    NoteAdded,
    PhaseChanged,
    Reopened,
    RestrictionChanged,
    Resumed,
    StoodDown,
)
from crisis.incidents.events_of_duties import DutyAssigned, DutyReleased
from crisis.incidents.levels import Scores
from crisis.incidents.model import Incident, IncidentLink
from crisis.incidents.queries import default_lead, may_follow, on_standing_duty, similar_to, staff
from crisis.incidents.states import Phase, Status
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.journal import Line
from crisis.kernel.words import Message
from crisis.people.model import (
    DutyHolding,
    DutyProposal,
    Hazard,
    Ministry,
    Names,
    Office,
    Person,
    Proposed,
)
from crisis.policy import LIAISONS, Action, Duty, Rank

CORRECTABLE: Final = frozenset({"note.added", "decision.recorded", "line.corrected"})
RUNNING: Final = frozenset({Duty.DIRECTOR, Duty.COORDINATOR})
"""A live incident has somebody who holds one of these."""


@command(Action.REPORT_INCIDENT, on=Office)
def report_incident(
    office: Office,
    work: Work,
    *,
    title: str,
    language: str,
    source: str,
    hazard: Hazard = Hazard.OTHER,
    is_exercise: bool = False,
) -> IncidentReported:
    """Tell the centre of something; whoever reports may follow what becomes of it."""
    incident = _new(office, work, {language: title}, hazard, is_exercise, restricted=False)
    incident.source = source
    give(work, incident, work.actor.id, Duty.OBSERVER)
    return IncidentReported(
        incident_id=incident.id,
        ref=incident.ref,
        title=incident.title,
        hazard=incident.hazard,
        source=source,
        is_exercise=incident.is_exercise,
    )


@command(Action.OPEN_INCIDENT, on=Office)
def open_incident(
    office: Office,
    work: Work,
    *,
    title: str,
    language: str,
    level: int,
    hazard: Hazard,
    lead_id: UUID | None = None,
    supporting_ids: Sequence[UUID] = (),
    restricted: bool = False,
    is_exercise: bool = False,
    despite_similar: bool = False,
) -> IncidentOpened:
    """Open an incident and give the centre's staff and the liaisons their standing duties.

    Without `lead_id` the ministry that leads this hazard leads, else the centre. Raises `Conflict`
    (`similar`) when an open incident of the last 24 hours that the person may follow has a similar
    title, unless `despite_similar`.
    """
    if not despite_similar and similar_to(work.session, work.actor, title, work.now):
        raise Conflict(Message("A similar incident is already open."), code="similar")
    incident = _new(office, work, {language: title}, hazard, is_exercise, restricted=restricted)
    return _open(incident, work, level, hazard, lead_id, supporting_ids)


@command(Action.TRIAGE_INCIDENT, on=Incident)
def open_reported(
    incident: Incident,
    work: Work,
    *,
    level: int,
    hazard: Hazard,
    lead_id: UUID | None = None,
    supporting_ids: Sequence[UUID] = (),
) -> IncidentOpened:
    """Open what was reported or watched."""
    return _open(incident, work, level, hazard, lead_id, supporting_ids)


@command(Action.TRIAGE_INCIDENT, on=Incident)
def watch_incident(incident: Incident, work: Work, *, reason: str | None) -> IncidentWatched:
    """Keep an eye on what was reported, at level 0."""
    return incident.watch(reason=reason)


@command(Action.TRIAGE_INCIDENT, on=Incident)
def dismiss_incident(incident: Incident, work: Work, *, reason: str) -> IncidentDismissed:
    """Put aside what was reported or watched."""
    return incident.dismiss(reason=reason)


@command(Action.TRIAGE_INCIDENT, on=Incident)
def rename_incident(incident: Incident, work: Work, *, title: Names) -> IncidentRenamed:
    """Give the incident a better title, or its title in another language."""
    return incident.rename(title=title)


@command(Action.ASSESS_LEVEL, on=Incident)
def assess_level(
    incident: Incident, work: Work, *, scores: Scores, chosen: int, rationale: str
) -> LevelAssessed:
    """Score the nine criteria and set the level."""
    return incident.assess(
        scores=scores,
        chosen=chosen,
        rationale=rationale,
        by=work.actor.id,
        at=work.now,
        may_lower=policy.allows(work.actor, Action.LOWER_LEVEL, work.case),
    )


@command(Action.CHANGE_PHASE, on=Incident)
def change_phase(
    incident: Incident, work: Work, *, phase: Phase, reason: str | None = None
) -> PhaseChanged:
    """Take the response one phase on, or back with a reason."""
    return incident.change_phase(phase=phase, reason=reason)


@command(Action.NAME_MINISTRIES, on=Incident)
def name_lead(incident: Incident, work: Work, *, ministry_id: UUID) -> LeadNamed:
    """Let another ministry lead; the one that led goes on supporting."""
    _active_ministry(work.session, ministry_id)
    named = incident.name_lead(ministry_id)
    _give_liaisons(work, incident)
    return named


@command(Action.NAME_MINISTRIES, on=Incident)
def add_ministry(incident: Incident, work: Work, *, ministry_id: UUID) -> MinistryJoined:
    """Bring in a supporting ministry; its liaisons get their duty."""
    _active_ministry(work.session, ministry_id)
    joined = incident.add_ministry(ministry_id)
    _give_liaisons(work, incident)
    return joined


@command(Action.NAME_MINISTRIES, on=Incident)
def remove_ministry(incident: Incident, work: Work, *, ministry_id: UUID) -> MinistryLeft:
    """Let a supporting ministry go; the duties its people hold for it end, and they are asked to
    take none any more. The centre's people hold theirs for the office, and keep them.

    Raises `Conflict` (`last_coordinator`) when nobody would run the incident then.
    """
    left = incident.remove_ministry(ministry_id)
    if not work.session.get_one(Ministry, ministry_id).is_centre:
        _let_go(work, incident, ministry_id)
    return left


@command(Action.ASSIGN_DUTY, on=Incident)
def assign_duty(
    incident: Incident, work: Work, *, person_id: UUID, duty: Duty, note: str | None = None
) -> DutyAssigned:
    """Name somebody to a duty at once, without asking. Raises `Conflict` (`already`)."""
    incident.must_take_duties()
    must_be_able_to_hold(work, person_id, duty)
    if not give(work, incident, person_id, duty):
        raise Conflict(Message("This person already holds that duty."), code="already")
    return DutyAssigned(incident_id=incident.id, person_id=person_id, duty=duty, note=note)


@command(Action.ASSIGN_DUTY, on=Incident)
def release_duty(
    incident: Incident, work: Work, *, person_id: UUID, duty: Duty, reason: str | None = None
) -> DutyReleased:
    """Relieve somebody of a duty. Raises `Conflict` when nobody would run the incident then."""
    return _release(incident, work, person_id, duty, reason)


@command(Action.LEAVE_DUTY, on=Incident)
def leave_duty(
    incident: Incident, work: Work, *, duty: Duty, reason: str | None = None
) -> DutyReleased:
    """Lay down one's own duty."""
    return _release(incident, work, work.actor.id, duty, reason)


@command(Action.RESTRICT_INCIDENT, on=Incident)
def restrict_incident(incident: Incident, work: Work, *, restricted: bool) -> RestrictionChanged:
    """Hide the incident from everybody without a duty in it, or open it to the office again.

    Whoever restricts it without a duty becomes its coordinator, so that somebody can undo it.
    """
    if restricted and not work.actor.duties.get(incident.id):
        give(work, incident, work.actor.id, Duty.COORDINATOR)
    return incident.restrict(restricted)


@command(Action.LINK_INCIDENT, on=Incident)
def link_incident(incident: Incident, work: Work, *, other_ref: str, reason: str) -> IncidentLinked:
    """Note a connection with another incident that the person may follow.

    Raises `Conflict` (`would_betray`) where those who may not know of the other would read of it.
    """
    other = work.session.scalar(select(Incident).where(Incident.ref == other_ref))
    if other is None or not may_follow(work.actor, other) or other.id == incident.id:
        wrong = Message("There is no other incident {ref} that is open to you.", ref=other_ref)
        raise Invalid(wrong, fields={"other_ref": wrong})
    if other.restricted and not incident.restricted:
        raise Conflict(
            Message("Link them from the restricted incident: here everybody would read of it."),
            code="would_betray",
        )
    if _are_linked(work.session, incident.id, other.id):
        raise Conflict(Message("These incidents are already linked."), code="already")
    work.session.add(
        IncidentLink(incident_id=incident.id, other_id=other.id, reason=reason, at=work.now)
    )
    return IncidentLinked(incident_id=incident.id, other_id=other.id, reason=reason)


@command(Action.ADD_NOTE, on=Incident)
def add_note(incident: Incident, work: Work, *, text: str) -> NoteAdded:
    """Write a line into the incident's log."""
    return incident.note(text)


@command(Action.CORRECT_LINE, on=Incident)
def correct_line(
    incident: Incident, work: Work, *, seq: int, text: str, reason: str
) -> LineCorrected:
    """Say that a line was wrong and what is right; the line itself stays.

    Only what people wrote can be corrected: notes, decisions and corrections; a decision only by
    whoever may decide.
    """
    line = work.session.get(Line, (incident.id, seq))
    if line is None or line.name not in CORRECTABLE:
        raise Conflict(Message("That line cannot be corrected."), code="not_correctable")
    corrects = int(line.facts["corrects"]) if line.name == "line.corrected" else seq
    _may_correct(work, work.session.get_one(Line, (incident.id, corrects)))
    return LineCorrected(incident_id=incident.id, corrects=corrects, text=text, reason=reason)


@command(Action.RECORD_DECISION, on=Incident)
def record_decision(incident: Incident, work: Work, *, draft: DecisionDraft) -> DecisionRecorded:
    """Record a decision with its options and its rationale."""
    return incident.decide(draft, by=work.actor.id, at=work.now)


@command(Action.STAND_DOWN, on=Incident)
def stand_down(incident: Incident, work: Work, *, reason: str) -> StoodDown:
    """Begin to end the response."""
    may_lower = policy.allows(work.actor, Action.LOWER_LEVEL, work.case)
    return incident.stand_down(reason=reason, at=work.now, may_lower=may_lower)


@command(Action.STAND_DOWN, on=Incident)
def resume_incident(incident: Incident, work: Work, *, reason: str) -> Resumed:
    """Take up the response again while it was standing down."""
    return incident.resume(reason=reason)


@command(Action.CLOSE_INCIDENT, on=Incident)
def close_incident(
    incident: Incident, work: Work, *, summary: str, waiver: str | None = None
) -> IncidentClosed:
    """Close it, with its checks in order or waived."""
    return incident.close(summary=summary, waiver=waiver, at=work.now)


@command(Action.REOPEN_INCIDENT, on=Incident)
def reopen_incident(incident: Incident, work: Work, *, reason: str) -> Reopened:
    """Take it up again, 30 days after closing at most."""
    return incident.reopen(reason=reason, at=work.now)


def _new(
    office: Office, work: Work, title: Names, hazard: Hazard, is_exercise: bool, *, restricted: bool
) -> Incident:
    incident = Incident(
        id=new_id(),
        ref=office.next_reference(work.now.year),
        title=title,
        hazard=hazard,
        status=Status.REPORTED,
        level=0,
        restricted=restricted,
        is_exercise=is_exercise or office.is_exercise,
        zone=office.zone,
        source="",
        reported_at=work.now,
        ministries=[],
        assessments=[],
        decisions=[],
    )
    work.session.add(incident)
    work.session.flush()
    return incident


def _open(
    incident: Incident,
    work: Work,
    level: int,
    hazard: Hazard,
    lead_id: UUID | None,
    supporting_ids: Sequence[UUID],
) -> IncidentOpened:
    lead = lead_id or default_lead(work.session, hazard)
    _active_ministry(work.session, lead, field="lead")
    for each in supporting_ids:
        _active_ministry(work.session, each, field="supporting")
    opened = incident.open(
        level=level, hazard=hazard, lead_id=lead, supporting_ids=list(supporting_ids), at=work.now
    )
    give(work, incident, work.actor.id, Duty.COORDINATOR)
    _give_staff(work, incident)
    _give_liaisons(work, incident)
    return opened


def _active_ministry(session: Session, ministry_id: UUID, *, field: str = "ministry_id") -> None:
    ministry = session.get(Ministry, ministry_id)
    if ministry is None or not ministry.active:
        wrong = Message("Choose an active entity.")
        raise Invalid(wrong, fields={field: wrong})


def must_be_able_to_hold(work: Work, person_id: UUID, duty: Duty) -> Person:
    """The person, if they could be given this duty; else `Invalid` says why not."""
    person = work.session.get(Person, person_id)
    if person is None or not person.active or person.is_machine:
        wrong = Message("Choose an active person.")
        raise Invalid(wrong, fields={"person_id": wrong})
    if not policy.may_hold(Rank(person.rank), duty):
        observes = Message("Administrators and auditors can only observe.")
        raise Invalid(observes, code="only_observes", fields={"duty": observes})
    return person


def give(work: Work, incident: Incident, person_id: UUID, duty: Duty) -> bool:
    """Note that the person holds the duty from now on; False when they already do.

    Whoever was asked to take it need not answer any more.
    """
    if any(each.person_id == person_id and each.duty == duty for each in held_now(work, incident)):
        return False
    person = work.session.get_one(Person, person_id)
    work.session.add(
        DutyHolding(
            incident_id=incident.id,
            person_id=person_id,
            ministry_id=person.ministry_id,
            duty=duty,
            since=work.now,
        )
    )
    for proposal in open_proposals(work.session, incident.id, person_id, duty):
        proposal.end(Proposed.ACCEPTED, at=work.now)
    return True


def open_proposals(
    session: Session, incident_id: UUID, person_id: UUID, duty: Duty
) -> Sequence[DutyProposal]:
    """The proposals of this duty that wait for this person's answer: one, or none."""
    waiting = select(DutyProposal).where(
        DutyProposal.incident_id == incident_id,
        DutyProposal.person_id == person_id,
        DutyProposal.duty == duty,
        DutyProposal.state == Proposed.OPEN,
    )
    return session.scalars(waiting).all()


def _give_staff(work: Work, incident: Incident) -> None:
    """The centre's people hold their standing duties; in a restricted incident only by name."""
    if incident.restricted:
        return
    for person_id, duty in staff(work.session):
        give(work, incident, person_id, duty)


def _give_liaisons(work: Work, incident: Incident) -> None:
    """The liaisons of lead and supporting ministries hold theirs: one for whoever leads now, the
    other for whoever supports, never both."""
    if incident.restricted:
        return
    involved = [each.ministry_id for each in incident.ministries]
    liaisons = select(Person).where(
        Person.ministry_id.in_(involved), Person.standing_duty.in_(LIAISONS), *on_standing_duty()
    )
    for person in work.session.scalars(liaisons):
        duty = Duty.LEAD_LIAISON if person.ministry_id == incident.lead_id else Duty.LIAISON
        if not policy.may_hold(Rank(person.rank), duty):
            continue
        for held in held_now(work, incident):
            if held.person_id == person.id and held.duty in LIAISONS - {duty}:
                held.ended_at = work.now
        give(work, incident, person.id, duty)


def _let_go(work: Work, incident: Incident, ministry_id: UUID) -> None:
    """Nobody of this ministry has a duty in the incident any more, or is asked to take one."""
    held = held_now(work, incident)
    leaving = [each for each in held if each.ministry_id == ministry_id]
    if any(each.duty in RUNNING for each in leaving):
        _must_be_run(incident, [each for each in held if each not in leaving])
    for each in leaving:
        each.ended_at = work.now
    asked = select(DutyProposal).join(Person, Person.id == DutyProposal.person_id)
    asked = asked.where(
        DutyProposal.incident_id == incident.id,
        DutyProposal.state == Proposed.OPEN,
        Person.ministry_id == ministry_id,
    )
    for proposal in work.session.scalars(asked):
        proposal.end(Proposed.WITHDRAWN, at=work.now)


def _release(
    incident: Incident, work: Work, person_id: UUID, duty: Duty, reason: str | None
) -> DutyReleased:
    incident.must_take_duties()
    held = held_now(work, incident)
    mine = [each for each in held if (each.person_id, each.duty) == (person_id, duty)]
    if not mine:
        raise Conflict(Message("This person does not hold that duty."), code="not_held")
    if duty in RUNNING:
        _must_be_run(incident, [each for each in held if each not in mine])
    mine[0].ended_at = work.now
    return DutyReleased(incident_id=incident.id, person_id=person_id, duty=duty, reason=reason)


def _must_be_run(incident: Incident, left: Sequence[DutyHolding]) -> None:
    """Raises `Conflict` when none of the duties that are left runs a live incident."""
    if incident.is_live and not any(each.duty in RUNNING for each in left):
        raise Conflict(
            Message("Somebody must run the incident. Name another coordinator first."),
            code="last_coordinator",
        )


def held_now(work: Work, incident: Incident) -> Sequence[DutyHolding]:
    """Every duty held in the incident, this command's own changes included."""
    work.session.flush()
    return _held(work.session, incident.id)


def _held(session: Session, incident_id: UUID) -> Sequence[DutyHolding]:
    held = select(DutyHolding).where(
        DutyHolding.incident_id == incident_id, DutyHolding.ended_at.is_(None)
    )
    return session.scalars(held).all()


def _may_correct(work: Work, line: Line) -> None:
    may_decide = policy.allows(work.actor, Action.RECORD_DECISION, work.case)
    if line.name == "decision.recorded" and not may_decide:
        raise Forbidden(Message("A decision is corrected by those who may decide."))


def _are_linked(session: Session, one: UUID, other: UUID) -> bool:
    linked = select(IncidentLink.id).where(
        IncidentLink.incident_id.in_([one, other]), IncidentLink.other_id.in_([one, other])
    )
    return session.scalar(linked.limit(1)) is not None
