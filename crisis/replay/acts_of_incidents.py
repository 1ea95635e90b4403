"""Playing what happens to an incident: reports, level, phase, duties, decisions, notes."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import select

from crisis.incidents import commands, duties
from crisis.incidents.decisions import DecisionDraft
from crisis.incidents.forms import OptionalWords, Words
from crisis.incidents.levels import Criterion
from crisis.incidents.model import Incident
from crisis.incidents.states import Phase
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict
from crisis.kernel.event import Event
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.text import OptionalLine
from crisis.kernel.words import Message
from crisis.people.model import DutyProposal, Hazard, Proposed
from crisis.people.queries import the_system
from crisis.policy import Actor, Duty
from crisis.replay.acts import act
from crisis.replay.commands import mark_replayed
from crisis.replay.scenario import (
    Happening,
    OrgRef,
    PersonRef,
    Reference,
    RoleName,
    Told,
    duty_of,
)
from crisis.replay.stage import NotYetError, Stage
from crisis.statements.written_content import names_in, written

_HAZARDS: Final = {
    "industrial_accident": Hazard.INDUSTRIAL,
    "transport_crash": Hazard.TRANSPORT,
    "cyber_outage": Hazard.CYBER,
    "security_event": Hazard.SECURITY,
    "water_contamination": Hazard.WATER,
}
"""Playbooks that are called otherwise than their hazard."""
_BY_THE_CRITERIA: Final = "تقدير وفق المعايير التسعة."
"""The rationale of an assessment that gives none: the command wants one in words."""

Score = Annotated[int, Field(strict=True, ge=0, le=4)]


# ── from a report to an open incident ────────────────────────────────────────────────────────────


class Report(Told):
    source: OptionalLine = None
    title_ar: OptionalLine = None
    text: OptionalWords = None


@act("incident.report", shape=Report, begins="incident")
def report(stage: Stage, happening: Happening, told: Report) -> Event:
    """The first report of a reference makes the incident; further ones are notes in it."""
    actor = stage.actor(happening.actor)
    if happening.ref in stage.incidents:
        text = told.text or told.title_ar or told.source or ""
        return commands.add_note(actor, stage.incident_id(happening), text=text)
    reported = commands.report_incident(
        actor,
        OFFICE_ID,
        title=told.title_ar or (told.text or stage.scenario.title["ar"])[:200],
        language="ar",
        source=told.source or "",
        is_exercise=True,
    )
    _begin(stage, happening, reported.incident_id)
    return reported


class Watch(Told):
    level: Score = 0
    reason: OptionalWords = None


@act("incident.watch", shape=Watch, about="incident")
def watch(stage: Stage, happening: Happening, told: Watch) -> Event:
    return commands.watch_incident(
        stage.actor(happening.actor), stage.incident_id(happening), reason=told.reason
    )


class Because(Told):
    reason: Words


@act("incident.dismiss", shape=Because, about="incident")
def dismiss(stage: Stage, happening: Happening, told: Because) -> Event:
    return commands.dismiss_incident(
        stage.actor(happening.actor), stage.incident_id(happening), reason=told.reason
    )


class Open(Told):
    level: Score
    hazard: Reference
    lead_org: OrgRef | None = None
    supporting: tuple[OrgRef, ...] = ()
    playbook: OptionalLine = None
    title_ar: OptionalLine = None
    parent: Reference | None = None


@act("incident.open", shape=Open, begins="incident")
def open_(stage: Stage, happening: Happening, told: Open) -> Event:
    """Opens what was reported under this reference, else a new one, linked to its parent."""
    actor = stage.actor(happening.actor)
    facts: dict[str, Any] = {
        "level": told.level,
        "hazard": _hazard(told.hazard),
        "lead_id": told.lead_org and stage.ministry(told.lead_org),
        "supporting_ids": [stage.ministry(each) for each in told.supporting],
    }
    if happening.ref in stage.incidents:
        opened = commands.open_reported(actor, stage.incident_id(happening), **facts)
        _rename(stage, happening, told.title_ar, actor)
        return opened
    opened = commands.open_incident(
        actor,
        OFFICE_ID,
        title=_title(told, stage),
        language="ar",
        is_exercise=True,
        despite_similar=True,
        **facts,
    )
    _begin(stage, happening, opened.incident_id)
    if told.parent:
        _link(stage, actor, opened.incident_id, told.parent)
    return opened


def _begin(stage: Stage, happening: Happening, incident_id: UUID) -> None:
    stage.incidents[str(happening.ref)] = incident_id
    scenario = stage.scenario
    mark_replayed(the_system(), incident_id, scenario=scenario.id, sha256=scenario.sha256)


def _rename(stage: Stage, happening: Happening, title: str | None, actor: Actor) -> None:
    incident_id = stage.incident_id(happening)
    with reading() as session:
        present = session.get_one(Incident, incident_id).title.get("ar")
    if title and title != present:
        commands.rename_incident(actor, incident_id, title={"ar": title})


def _link(stage: Stage, actor: Actor, incident_id: UUID, parent: str) -> None:
    with reading() as session:
        ref = session.get_one(Incident, stage.incidents[parent]).ref
    why = "حادثة متفرعة عنها."
    commands.link_incident(actor, incident_id, other_ref=ref, reason=why)


def _title(told: Open, stage: Stage) -> str:
    """What the file calls it, else what its playbook is called."""
    playbook = (told.playbook or "").partition("@")[0]
    if not told.title_ar and playbook in names_in("playbooks"):
        return str(written(f"playbooks/{playbook}.yaml")["name"]["ar"])
    return told.title_ar or stage.scenario.title["ar"]


def _hazard(name: str) -> Hazard:
    known = {each.value: each for each in Hazard} | _HAZARDS
    return known.get(name, Hazard.OTHER)


# ── running it ───────────────────────────────────────────────────────────────────────────────────


class Assess(Told):
    chosen: Score
    computed: Score | None = None
    scores: dict[Criterion, Score] = Field(default_factory=dict)
    rationale: OptionalWords = None


@act("level.assess", shape=Assess)
def assess(stage: Stage, happening: Happening, told: Assess) -> Event:
    """Criteria that the file does not score are not known, and count as that."""
    assessed = commands.assess_level(
        stage.actor(happening.actor),
        stage.incident_id(happening),
        scores={each: told.scores.get(each) for each in Criterion},
        chosen=told.chosen,
        rationale=told.rationale or _BY_THE_CRITERIA,
    )
    if told.computed not in {None, assessed.computed}:
        computed = Message("The criteria gave level {level} here.", level=assessed.computed)
        stage.also.append(computed)
    return assessed


class ChangePhase(Told):
    to: Phase
    reason: OptionalWords = None


@act("phase.change", shape=ChangePhase)
def change_phase(stage: Stage, happening: Happening, told: ChangePhase) -> Event:
    return commands.change_phase(
        stage.actor(happening.actor),
        stage.incident_id(happening),
        phase=told.to,
        reason=told.reason,
    )


class Decide(Told):
    question: Words
    options: Annotated[list[Words], Field(min_length=1, max_length=20)]
    chosen: Words
    rationale: Words
    information_known: OptionalWords = None
    assumptions: OptionalWords = None
    dissent: OptionalWords = None
    review_at: AwareDatetime | None = None


@act("decision", shape=Decide)
def decide(stage: Stage, happening: Happening, told: Decide) -> Event:
    chosen = told.options.index(told.chosen) if told.chosen in told.options else -1
    draft = DecisionDraft(
        question=told.question,
        options=tuple(told.options),
        chosen=chosen,
        rationale=told.rationale,
        information_known=told.information_known,
        assumptions=told.assumptions,
        dissent=told.dissent,
        review_at=told.review_at and stage.pace.of(told.review_at),
    )
    actor = stage.actor(happening.actor)
    return commands.record_decision(actor, stage.incident_id(happening), draft=draft)


class Say(Told):
    text: Words


@act("observation", "warroom.message", "report.unconfirmed", "media.observed", shape=Say)
def note(stage: Stage, happening: Happening, told: Say) -> Event:
    """What somebody saw, heard or says stands in the log as they put it."""
    return commands.add_note(
        stage.actor(happening.actor), stage.incident_id(happening), text=told.text
    )


@act("incident.stand_down", shape=Because, about="incident")
def stand_down(stage: Stage, happening: Happening, told: Because) -> Event:
    return commands.stand_down(
        stage.actor(happening.actor), stage.incident_id(happening), reason=told.reason
    )


class Close(Told):
    summary: Words
    waiver: OptionalWords = None


@act("incident.close", shape=Close, about="incident")
def close(stage: Stage, happening: Happening, told: Close) -> Event:
    return commands.close_incident(
        stage.actor(happening.actor),
        stage.incident_id(happening),
        summary=told.summary,
        waiver=told.waiver,
    )


# ── duties ───────────────────────────────────────────────────────────────────────────────────────


class Assign(Told):
    role: RoleName
    person: PersonRef


@act("role.assign", shape=Assign)
def assign(stage: Stage, happening: Happening, told: Assign) -> Event | None:
    """Asks the person where the file has their answer, else names them at once.

    Nothing is to be done for somebody who holds the duty since the opening.
    """
    person_id, duty = stage.cast.people[told.person], _duty(told.role)
    incident_id = stage.incident_id(happening)
    if duty in stage.actor(told.person).duties.get(incident_id, frozenset()):
        stage.also.append(_HELD)
        return None
    asks = _is_answered(stage, told)
    give = duties.propose_duty if asks else commands.assign_duty
    return give(stage.actor(happening.actor), incident_id, person_id=person_id, duty=duty)


class Accept(Told):
    role: RoleName
    device: OptionalLine = None


@act("role.accept", shape=Accept)
def accept(stage: Stage, happening: Happening, told: Accept) -> Event | None:
    actor, duty = stage.actor(happening.actor), _duty(told.role)
    proposal = open_proposal(stage, happening, actor.id, duty)
    if proposal is not None:
        return duties.accept_duty(actor, proposal)
    if duty in actor.duties.get(stage.incident_id(happening), frozenset()):
        stage.also.append(_HELD)
        return None
    raise Conflict(Message("This was answered or withdrawn already."), code="answered")


class Decline(Told):
    role: RoleName
    reason: Words


@act("role.decline", shape=Decline)
def decline(stage: Stage, happening: Happening, told: Decline) -> Event:
    """Says no to being asked; whoever holds the duty since the opening lays it down."""
    actor, duty = stage.actor(happening.actor), _duty(told.role)
    proposal = open_proposal(stage, happening, actor.id, duty)
    if proposal is not None:
        return duties.decline_duty(actor, proposal, reason=told.reason)
    incident_id = stage.incident_id(happening)
    return commands.leave_duty(actor, incident_id, duty=duty, reason=told.reason)


class HandOver(Told):
    role: RoleName
    to: PersonRef
    note: OptionalWords = None


@act("role.handover", shape=HandOver)
def hand_over(stage: Stage, happening: Happening, told: HandOver) -> Event:
    return duties.hand_over_duty(
        stage.actor(happening.actor),
        stage.incident_id(happening),
        duty=_duty(told.role),
        person_id=stage.cast.people[told.to],
        note=told.note or "—",
    )


def open_proposal(stage: Stage, happening: Happening, person_id: UUID, duty: Duty) -> UUID | None:
    """The proposal of this duty that waits for this person's answer."""
    with reading() as session:
        return session.scalar(
            select(DutyProposal.id).where(
                DutyProposal.incident_id == stage.incident_id(happening),
                DutyProposal.person_id == person_id,
                DutyProposal.duty == duty,
                DutyProposal.state == Proposed.OPEN,
            )
        )


def _is_answered(stage: Stage, told: Assign) -> bool:
    answers = stage.scenario.told("role.accept", "role.decline")
    return any((each.actor, each.data.role) == (told.person, told.role) for each in answers)


def _duty(role: str) -> Duty:
    duty = duty_of(role)
    if duty is None:
        raise NotYetError
    return duty


_HELD: Final = Message("The duty was held already, since the opening.")
