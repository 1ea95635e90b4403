"""Who may do what. The only file that answers that question.

Policy says *who* may act; the model says *when* the act makes sense. Nothing is allowed that is
not written here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID


class Rank(StrEnum):
    """A standing across the whole office."""

    ADMINISTRATOR = "administrator"
    """Keeps people, ministries and settings; has no operational power, whatever their duty."""
    COORDINATOR = "coordinator"
    """Opens incidents and follows every incident that is not restricted."""
    MEMBER = "member"
    """Acts where a duty gives the right to."""
    AUDITOR = "auditor"
    """Reads what is not restricted, and writes nothing, whatever their duty."""


class Duty(StrEnum):
    """A part played in one incident."""

    DIRECTOR = "director"
    COORDINATOR = "coordinator"
    LEAD_LIAISON = "lead_ministry_liaison"
    LIAISON = "ministry_liaison"
    FACT_CHECKER = "fact_checker"
    DRAFTER = "drafter"
    LEGAL = "legal"
    SPOKESPERSON = "spokesperson"
    ALERT_OPERATOR = "alert_operator"
    MEDIA_OFFICER = "media_officer"
    MONITOR_LEAD = "monitor_lead"
    COMMUNITY_LEAD = "community_lead"
    TRANSLATOR_LEAD = "translator_lead"
    LOGKEEPER = "logkeeper"
    OBSERVER = "observer"


LIAISONS: Final = frozenset({Duty.LIAISON, Duty.LEAD_LIAISON})
"""Whoever has one of these stands for their ministry."""


class Action(StrEnum):
    """Everything that somebody may or may not do."""

    KEEP_OFFICE = "keep_office"
    KEEP_AUDIENCES = "keep_audiences"
    SEE_OFFICE = "see_office"
    SEE_OFFICE_JOURNAL = "see_office_journal"
    SEE_CONTACTS = "see_contacts"
    KEEP_OWN_ACCOUNT = "keep_own_account"
    REPORT_INCIDENT = "report_incident"
    OPEN_INCIDENT = "open_incident"
    FOLLOW_INCIDENT = "follow_incident"
    TRIAGE_INCIDENT = "triage_incident"
    ASSESS_LEVEL = "assess_level"
    CHANGE_PHASE = "change_phase"
    NAME_MINISTRIES = "name_ministries"
    ASSIGN_DUTY = "assign_duty"
    LEAVE_DUTY = "leave_duty"
    ANSWER_DUTY = "answer_duty"
    RESTRICT_INCIDENT = "restrict_incident"
    LINK_INCIDENT = "link_incident"
    ADD_NOTE = "add_note"
    CORRECT_LINE = "correct_line"
    RECORD_DECISION = "record_decision"
    STAND_DOWN = "stand_down"
    CLOSE_INCIDENT = "close_incident"
    REOPEN_INCIDENT = "reopen_incident"
    LOWER_LEVEL = "lower_level"
    DRAFT_STATEMENT = "draft_statement"
    SUBMIT_STATEMENT = "submit_statement"
    COMMENT_STATEMENT = "comment_statement"
    WAIVE_FINDING = "waive_finding"
    APPROVE_STATEMENT = "approve_statement"
    OVERRULE_OBJECTION = "overrule_objection"
    RELEASE_STATEMENT = "release_statement"
    ASK_EMERGENCY = "ask_emergency"
    CONFIRM_EMERGENCY = "confirm_emergency"
    RATIFY_EMERGENCY = "ratify_emergency"
    TRANSLATE_STATEMENT = "translate_statement"
    REVIEW_TRANSLATION = "review_translation"
    REMIND_APPROVER = "remind_approver"
    SHARE_STATEMENT = "share_statement"
    WRITE_ALERT = "write_alert"
    CONFIRM_ALERT = "confirm_alert"
    STOP_ALERT = "stop_alert"
    ANSWER_ALERT = "answer_alert"
    FOLLOW_UP_ALERT = "follow_up_alert"
    MIND_ALERT = "mind_alert"
    HOLD_LANE = "hold_lane"
    USE_SIMULATOR = "use_simulator"
    SEE_STYLEGUIDE = "see_styleguide"
    FIRE_DEADLINE = "fire_deadline"
    REPLAY_SCENARIO = "replay_scenario"


@dataclass(frozen=True)
class Case:
    """The incident a question is about, as far as rights depend on it."""

    id: UUID
    restricted: bool = False


@dataclass(frozen=True)
class Actor:
    """A person as they stand at this moment, detached from the database."""

    id: UUID
    ministry_id: UUID | None = None
    rank: Rank = Rank.MEMBER
    duties: Mapping[UUID, frozenset[Duty]] = field(default_factory=dict[UUID, frozenset[Duty]])
    active: bool = True
    asked: frozenset[UUID] = frozenset()
    """The incidents in which they are or were asked to take a duty."""
    is_machine: bool = False
    standing: Duty | None = None
    """The duty they hold from the opening of each incident."""


Rule = Callable[[Actor, Case | None], bool]
"""Given a person and the incident they act in (None: the whole office), may they?"""


def rank(*ranks: Rank) -> Rule:
    """Holds for these ranks, whatever the incident."""
    return lambda actor, _case: actor.rank in ranks


def duty(*duties: Duty) -> Rule:
    """Holds for whoever has one of these duties in this incident."""
    return lambda actor, case: (
        case is not None and not actor.duties.get(case.id, frozenset()).isdisjoint(duties)
    )


def standing(*duties: Duty) -> Rule:
    """Holds for whoever has one of these as their standing duty, in the office as in incidents."""
    return lambda actor, _case: actor.standing in duties


def asked(actor: Actor, case: Case | None) -> bool:
    """Holds for whoever was asked to take a duty in this incident; whether it is too late to answer
    is for the model to say."""
    return case is not None and case.id in actor.asked


def machine(actor: Actor, _case: Case | None) -> bool:
    """Holds for the installation itself, which does what people decided when its time has come."""
    return actor.is_machine


def unrestricted(rule: Rule) -> Rule:
    """Narrows a rule to incidents that are not restricted."""
    return lambda actor, case: case is not None and not case.restricted and rule(actor, case)


def working(rule: Rule) -> Rule:
    """Narrows a rule to the ranks that work on incidents; the others only look on."""
    return lambda actor, case: actor.rank in _WORKING and rule(actor, case)


def either(*rules: Rule) -> Rule:
    """Holds when one of the rules does."""
    return lambda actor, case: any(rule(actor, case) for rule in rules)


def anyone(_actor: Actor, _case: Case | None) -> bool:
    """Holds for everybody who is signed in."""
    return True


_WORKING: Final = frozenset({Rank.COORDINATOR, Rank.MEMBER})
_WORKERS: Final = tuple(each for each in Duty if each is not Duty.OBSERVER)
_WRITES: Final = working(either(duty(*_WORKERS), unrestricted(rank(Rank.COORDINATOR))))
_RUNS: Final = working(
    either(duty(Duty.DIRECTOR, Duty.COORDINATOR), unrestricted(rank(Rank.COORDINATOR)))
)
_DIRECTS: Final = working(duty(Duty.DIRECTOR))
_FOLLOWS: Final = either(duty(*Duty), unrestricted(rank(Rank.COORDINATOR, Rank.AUDITOR)))
_DRAFTS: Final = working(
    duty(
        Duty.DIRECTOR,
        Duty.COORDINATOR,
        Duty.LEAD_LIAISON,
        Duty.LIAISON,
        Duty.DRAFTER,
        Duty.SPOKESPERSON,
        Duty.MEDIA_OFFICER,
        Duty.MONITOR_LEAD,
    )
)

_ALERTS: Final = working(duty(Duty.DIRECTOR, Duty.COORDINATOR, Duty.ALERT_OPERATOR))

RULES: Final[Mapping[Action, Rule]] = {
    Action.KEEP_OFFICE: rank(Rank.ADMINISTRATOR),
    Action.KEEP_AUDIENCES: either(rank(Rank.ADMINISTRATOR), working(standing(Duty.ALERT_OPERATOR))),
    Action.SEE_OFFICE: anyone,
    Action.SEE_OFFICE_JOURNAL: rank(Rank.ADMINISTRATOR, Rank.AUDITOR),
    Action.SEE_CONTACTS: rank(Rank.ADMINISTRATOR, Rank.COORDINATOR),
    Action.KEEP_OWN_ACCOUNT: anyone,
    Action.REPORT_INCIDENT: rank(Rank.COORDINATOR, Rank.MEMBER),
    Action.OPEN_INCIDENT: rank(Rank.COORDINATOR),
    Action.FOLLOW_INCIDENT: _FOLLOWS,
    Action.TRIAGE_INCIDENT: _RUNS,
    Action.ASSESS_LEVEL: _RUNS,
    Action.CHANGE_PHASE: _RUNS,
    Action.NAME_MINISTRIES: _RUNS,
    Action.ASSIGN_DUTY: _RUNS,
    Action.LEAVE_DUTY: duty(*Duty),
    Action.ANSWER_DUTY: asked,
    Action.RESTRICT_INCIDENT: _RUNS,
    Action.LINK_INCIDENT: _RUNS,
    Action.ADD_NOTE: _WRITES,
    Action.CORRECT_LINE: _WRITES,
    Action.RECORD_DECISION: _RUNS,
    Action.STAND_DOWN: _RUNS,
    Action.CLOSE_INCIDENT: _DIRECTS,
    Action.REOPEN_INCIDENT: _DIRECTS,
    Action.LOWER_LEVEL: _DIRECTS,
    Action.DRAFT_STATEMENT: _DRAFTS,
    Action.SUBMIT_STATEMENT: _DRAFTS,
    Action.COMMENT_STATEMENT: working(duty(*_WORKERS)),
    Action.WAIVE_FINDING: working(duty(Duty.DIRECTOR, Duty.FACT_CHECKER)),
    Action.APPROVE_STATEMENT: working(duty(*_WORKERS)),
    Action.OVERRULE_OBJECTION: _DIRECTS,
    Action.RELEASE_STATEMENT: working(duty(Duty.DIRECTOR, Duty.COORDINATOR, Duty.SPOKESPERSON)),
    Action.ASK_EMERGENCY: working(duty(Duty.DIRECTOR, Duty.COORDINATOR)),
    Action.CONFIRM_EMERGENCY: working(duty(Duty.DIRECTOR, Duty.COORDINATOR, Duty.SPOKESPERSON)),
    Action.RATIFY_EMERGENCY: working(duty(Duty.DIRECTOR, Duty.LIAISON, Duty.LEAD_LIAISON)),
    Action.TRANSLATE_STATEMENT: working(
        duty(Duty.TRANSLATOR_LEAD, Duty.DRAFTER, Duty.MEDIA_OFFICER)
    ),
    Action.REVIEW_TRANSLATION: working(
        duty(Duty.TRANSLATOR_LEAD, Duty.FACT_CHECKER, Duty.MEDIA_OFFICER)
    ),
    Action.REMIND_APPROVER: _RUNS,
    Action.SHARE_STATEMENT: working(
        duty(Duty.DIRECTOR, Duty.COORDINATOR, Duty.SPOKESPERSON, Duty.MEDIA_OFFICER)
    ),
    Action.WRITE_ALERT: _ALERTS,
    Action.CONFIRM_ALERT: _ALERTS,
    Action.STOP_ALERT: _ALERTS,
    Action.ANSWER_ALERT: either(machine, duty(*Duty)),
    Action.FOLLOW_UP_ALERT: either(_ALERTS, working(unrestricted(rank(Rank.COORDINATOR)))),
    Action.MIND_ALERT: machine,
    Action.HOLD_LANE: working(either(rank(Rank.COORDINATOR), standing(Duty.ALERT_OPERATOR))),
    Action.USE_SIMULATOR: either(
        rank(Rank.ADMINISTRATOR, Rank.COORDINATOR), working(standing(Duty.ALERT_OPERATOR))
    ),
    Action.SEE_STYLEGUIDE: rank(Rank.ADMINISTRATOR, Rank.COORDINATOR),
    Action.FIRE_DEADLINE: machine,
    Action.REPLAY_SCENARIO: machine,
}

FROM_OUTSIDE: Final = frozenset(
    {
        Action.ANSWER_DUTY,
        Action.ANSWER_ALERT,
        Action.MIND_ALERT,
        Action.FIRE_DEADLINE,
        Action.REPLAY_SCENARIO,
    }
)
"""What is done in an incident by somebody who may not follow it, or not yet."""


def allows(actor: Actor, action: Action, case: Case | None) -> bool:
    """May this person do this? Raises `KeyError` for an action without a rule."""
    return actor.active and RULES[action](actor, case)


def knows_of(actor: Actor, action: Action, case: Case) -> bool:
    """Whether the incident exists for this person, who wants to do this in it."""
    follows = allows(actor, Action.FOLLOW_INCIDENT, case)
    return follows or (action in FROM_OUTSIDE and allows(actor, action, case))


def who_may(action: Action) -> tuple[list[Rank], list[Duty]]:
    """The ranks that may do this in an incident that is not restricted, whatever their duty, and
    the duties that let a member do it there: for telling somebody who may not."""
    case = Case(_SOME_INCIDENT)

    def may(rank: Rank, *held: Duty) -> bool:
        actor = Actor(_SOME_INCIDENT, rank=rank, duties={case.id: frozenset(held)})
        return allows(actor, action, case)

    duties = [] if may(Rank.MEMBER) else [each for each in Duty if may(Rank.MEMBER, each)]
    return [each for each in Rank if may(each)], duties


_SOME_INCIDENT: Final = UUID(int=0)


def may_hold(rank: Rank, duty: Duty) -> bool:
    """May somebody of this rank be given this duty? Whoever only looks on is given nothing else."""
    return rank in _WORKING or duty is Duty.OBSERVER
