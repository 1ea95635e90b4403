"""What must be true after an event: each key of its `expect`, held against what really is.

A judge answers whether the wish came true. Keys nobody judges are not supported yet.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.alerts.outbox import Delivery
from crisis.deadlines.model import SHARES, SPANS, Code, Deadline
from crisis.deadlines.model import State as Due
from crisis.incidents.model import Incident
from crisis.kernel import journal
from crisis.kernel.database import reading
from crisis.kernel.errors import Refusal
from crisis.policy import Duty
from crisis.replay.acts_of_incidents import open_proposal
from crisis.replay.acts_of_statements import awaited_slot, deadlines_of
from crisis.replay.scenario import PersonRef, duty_of
from crisis.replay.stage import NotYetError, Played, Stage
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import State
from crisis.statements.model.versions import Version

Judge = Callable[[Stage, Played, Any], bool]
JUDGES: Final[dict[tuple[str, str], Judge]] = {}
"""By type of event and key of its `expect`; the type `*` stands for every one that is played."""
WISHES: Final[dict[tuple[str, str], TypeAdapter[Any]]] = {}
"""The same, and what may be wished for."""
OF_SPANS: Final = frozenset({"timer_due", "ratify_due", "reminder", "delegated_to"})
"""Keys about spans that the office itself sets: told faster, they come out otherwise."""


_STRICT: Final = ConfigDict(strict=True)


def judge(key: str, *types: str, wants: Any = str) -> Callable[[Judge], Judge]:
    """Let the decorated function judge this key of events of these types.

    `wants` is the type of what may be wished for.
    """
    wish: TypeAdapter[Any] = TypeAdapter(wants, config=_STRICT)

    def add(says: Judge) -> Judge:
        JUDGES.update({(each, key): says for each in types or ("*",)})
        WISHES.update({(each, key): wish for each in types or ("*",)})
        return says

    return add


def judged(stage: Stage, played: Played) -> dict[str, str]:
    """Each key of the event's `expect`: met, broken or unsupported. A key that expects several
    things of several timers is judged for each."""
    verdicts: dict[str, str] = {}
    for key, wanted in played.happening.expect.items():
        if key == "timer_due" and isinstance(wanted, dict):
            each = {f"{key}.{name}": (key, {name: minute}) for name, minute in wanted.items()}
        else:
            each = {key: (key, wanted)}
        for name, (by, wish) in each.items():
            verdicts[name] = _verdict(stage, played, by, wish)
    return verdicts


def _verdict(stage: Stage, played: Played, key: str, wanted: Any) -> str:
    says = JUDGES.get((played.happening.type, key)) or JUDGES.get(("*", key))
    if says is None or (key in OF_SPANS and not stage.pace.keeps_spans):
        return "unsupported"
    try:
        return "met" if says(stage, played, wanted) else "broken"
    except NotYetError:
        return "unsupported"
    except Refusal:  # what it would be judged by never came to be
        return "broken"


# ── every act ────────────────────────────────────────────────────────────────────────────────────


@judge("rejected")
def is_rejected(stage: Stage, played: Played, wanted: object) -> bool:
    return played.refused == wanted


# ── incidents ────────────────────────────────────────────────────────────────────────────────────


def _incident(session: Session, stage: Stage, played: Played) -> Incident:
    return session.get_one(Incident, stage.incident_id(played.happening))


@judge("status", "incident.report", "incident.watch", "incident.open", "incident.dismiss")
def has_status(stage: Stage, played: Played, wanted: object) -> bool:
    with reading() as session:
        return _incident(session, stage, played).status == wanted


@judge("phase", "incident.open", "phase.change")
def has_phase(stage: Stage, played: Played, wanted: object) -> bool:
    with reading() as session:
        return _incident(session, stage, played).phase == wanted


@judge("level", "incident.open", "level.assess", wants=int)
def has_level(stage: Stage, played: Played, wanted: object) -> bool:
    with reading() as session:
        return _incident(session, stage, played).level == wanted


@judge("log", "incident.report", "observation", "warroom.message", wants=bool)
def is_logged(stage: Stage, played: Played, wanted: bool) -> bool:
    """Whether the last line that people wrote in the incident is this one."""
    with reading() as session:
        lines = journal.last_lines(session, stage.incident_id(played.happening), limit=5)
    said = [each for each in lines if each.actor_id == _actor_id(stage, played)]
    return bool(said) is wanted


@judge("timers_shortened", "level.assess", wants=bool)
def leaves_less_time(stage: Stage, played: Played, wanted: bool) -> bool:
    """Whether nothing that runs is due later than the new level allows."""
    with reading() as session:
        incident = _incident(session, stage, played)
        running = session.scalars(
            select(Deadline).where(Deadline.incident_id == incident.id, Deadline.state == Due.DUE)
        ).all()
    late = [
        each
        for each in running
        if (spans := SPANS.get(Code(each.code))) and each.due_at > stage.now + spans[incident.level]
    ]
    return (not late) is wanted


@judge("timer_due", "incident.open", wants=dict[str, int])
def is_due(stage: Stage, played: Played, wanted: dict[str, int]) -> bool:
    """Whether the timer is due so many minutes after the story's own beginning."""
    [(timer, minute)] = wanted.items()
    if timer != "T-HOLD":
        raise NotYetError
    with reading() as session:
        due_at = session.scalar(
            select(Deadline.due_at).where(
                Deadline.code == Code.HOLDING,
                Deadline.subject_id == stage.incident_id(played.happening),
                Deadline.cycle == SHARES[-1],
            )
        )
    return due_at is not None and _is_minute(stage, due_at, minute)


@judge("deputy_proposed", "role.decline", wants=PersonRef)
def deputy_is_asked(stage: Stage, played: Played, wanted: str) -> bool:
    """Whether the deputy is asked, or need not be because they hold the duty already."""
    duty, deputy = _duty(played), stage.cast.people[wanted]
    if open_proposal(stage, played.happening, deputy, duty):
        return True
    return duty in stage.actor(wanted).duties.get(stage.incident_id(played.happening), frozenset())


@judge("accepted_required", "role.handover", wants=bool)
def waits_for_acceptance(stage: Stage, played: Played, wanted: bool) -> bool:
    """Whether the duty stays with its holder until the other has accepted it."""
    duty, incident_id = _duty(played), stage.incident_id(played.happening)
    to = stage.cast.people[played.happening.data.to]
    asked = open_proposal(stage, played.happening, to, duty)
    stays = duty in stage.actor(played.happening.actor).duties.get(incident_id, frozenset())
    return (asked is not None and stays) is wanted


def _duty(played: Played) -> Duty:
    duty = duty_of(played.happening.data.role)
    if duty is None:
        raise NotYetError
    return duty


# ── statements ───────────────────────────────────────────────────────────────────────────────────

_STATEMENTS: Final = (
    "statement.create",
    "statement.edit",
    "statement.submit",
    "statement.review_pass",
    "statement.withdraw",
    "approval.decide",
    "approval.object",
    "release",
    "ltt.release",
    "qa.release",
    "emergency_release",
)


def _statement(session: Session, stage: Stage, played: Played) -> Statement:
    return stage.statement(session, played.happening)


@judge("status", *_STATEMENTS)
def stands_there(stage: Stage, played: Played, wanted: object) -> bool:
    with reading() as session:
        return _statement(session, stage, played).state == wanted


@judge("blocked_by", "statement.submit", "legal.objection", wants=list[str])
def is_blocked_by(stage: Stage, played: Played, wanted: list[str]) -> bool:
    """Whether exactly these rules held the text back when it was last submitted."""
    return stage.part(played.happening).blocked == sorted(wanted)


@judge("warn", "statement.submit", wants=list[str])
def is_warned_of(stage: Stage, played: Played, wanted: list[str]) -> bool:
    with reading() as session:
        latest = _statement(session, stage, played).latest
    found = {each["rule"] for each in latest.findings} if latest else set()
    return played.refused is None and set(wanted) <= found


@judge("approvals_void", "statement.submit", wants=list[str])
def ends_approvals(stage: Stage, played: Played, wanted: list[str]) -> bool:
    return sorted(stage.part(played.happening).voided) == sorted(wanted)


@judge("requests", "statement.submit", "statement.review_pass", wants=list[str])
def asks(stage: Stage, played: Played, wanted: list[str]) -> bool:
    """Whether exactly these entities and office roles are asked now."""
    with reading() as session:
        latest = _statement(session, stage, played).latest
        slots = [each for each in latest.unfilled if each.stage == latest.stage] if latest else []
    asked = [stage.cast.code_of(each.ministry_id) for each in slots if each.ministry_id]
    asked += [duty for each in slots for duty in each.duties]
    return sorted(asked) == sorted(wanted)


@judge("quorum", "approval.decide")
def has_quorum(stage: Stage, played: Played, wanted: object) -> bool:
    with reading() as session:
        latest = _statement(session, stage, played).latest
        slots = list(latest.slots) if latest else []
    return f"{sum(each.is_filled for each in slots)}/{len(slots)}" == wanted


@judge("ratify_due", "emergency_release", wants=int)
def is_to_be_ratified(stage: Stage, played: Played, wanted: int) -> bool:
    with reading() as session:
        out = _statement(session, stage, played).released
    return bool(out and out.ratify_due_at and _is_minute(stage, out.ratify_due_at, wanted))


@judge("emergency_outcome", "approval.ratify")
def came_out_as(stage: Stage, played: Played, wanted: object) -> bool:
    with reading() as session:
        out = _statement(session, stage, played).released
    return out is not None and out.outcome == wanted


# ── released ─────────────────────────────────────────────────────────────────────────────────────


@judge("timer_stopped", "release")
def stops_timer(stage: Stage, played: Played, wanted: str) -> bool:
    if wanted != "T-HOLD":
        raise NotYetError
    with reading() as session:
        running = select(Deadline.id).where(
            Deadline.code == Code.HOLDING,
            Deadline.subject_id == stage.incident_id(played.happening),
            Deadline.state == Due.DUE,
        )
        return session.scalar(running.limit(1)) is None


@judge("TTFS_min", "release", wants=int)
def is_first_after(stage: Stage, played: Played, wanted: int) -> bool:
    """Minutes from the opening of the incident to this, its first public statement."""
    with reading() as session:
        own = _statement(session, stage, played)
        opened_at = _incident(session, stage, played).opened_at
        times = [at for each in _siblings(session, own) if (at := _released_at(each))]
        mine = _released_at(own)
    if mine is None or opened_at is None or min(times) < mine:
        return False
    return stage.pace.same(mine - opened_at, wanted)


@judge("late_vs_promise_min", "release", wants=int)
def is_so_late(stage: Stage, played: Played, wanted: int) -> bool:
    late = _lateness(stage, played)
    return late is not None and stage.pace.same(late, wanted)


@judge("on_time", "release", wants=bool)
def is_on_time(stage: Stage, played: Played, wanted: bool) -> bool:
    late = _lateness(stage, played)
    told_late = late is None or (late > timedelta() and not stage.pace.same(late, 0))
    return (not told_late) is wanted


@judge("corrects", "release")
def corrects(stage: Stage, played: Played, wanted: str) -> bool:
    with reading() as session:
        own = _statement(session, stage, played)
        if wanted not in stage.parts:
            return False
        wrong = session.get_one(Statement, stage.parts[wanted].id)
        return (wrong.state, wrong.ended_by_id) == (State.CORRECTED, own.id)


@judge("same_channels", "release", wants=bool)
def reaches_the_same_channels(stage: Stage, played: Played, wanted: bool) -> bool:
    with reading() as session:
        right, wrong = _correction(session, stage, played)
        return (set(wrong.channels or {}) <= set(right.channels or {})) is wanted


@judge("time_error_to_correction_min", "release", wants=int)
def is_corrected_after(stage: Stage, played: Played, wanted: int) -> bool:
    with reading() as session:
        right, wrong = _correction(session, stage, played)
    if right.released_at is None or wrong.released_at is None:
        return False
    return stage.pace.same(right.released_at - wrong.released_at, wanted)


def _lateness(stage: Stage, played: Played) -> timedelta | None:
    """How long after the promise of the last statement about the situation this went out."""
    with reading() as session:
        own = _statement(session, stage, played)
        mine = _released_at(own)
        before = [
            (at, each.released.next_update_at)
            for each in _siblings(session, own)
            if each.overtakes
            and each.released
            and (at := _released_at(each))
            and mine
            and at < mine
        ]
    promised = max(before)[1] if before else None
    return mine - promised if mine and promised else None


def _siblings(session: Session, own: Statement) -> list[Statement]:
    rows = select(Statement).where(Statement.incident_id == own.incident_id)
    return list(session.scalars(rows))


def _released_at(statement: Statement) -> datetime | None:
    return statement.released.released_at if statement.released else None


def _correction(session: Session, stage: Stage, played: Played) -> tuple[Version, Version]:
    own = _statement(session, stage, played)
    wrong = own.corrects_id and session.get(Statement, own.corrects_id)
    if not wrong or not wrong.released or not own.released:
        raise NotYetError
    return own.released, wrong.released


# ── what fell due ────────────────────────────────────────────────────────────────────────────────


def _fired(stage: Stage, played: Played) -> list[Deadline]:
    return [each for each in deadlines_of(stage, played.happening) if each.state == Due.FIRED]


@judge("late", "timer.fired", wants=bool)
def is_late(stage: Stage, played: Played, wanted: bool) -> bool:
    """Whether the promised statement had not come when its time was there."""
    return bool(_fired(stage, played)) is wanted


@judge("page", "timer.fired", wants=PersonRef)
def is_told(stage: Stage, played: Played, wanted: str) -> bool:
    """Whether this person is told of it: the message waits in the outbox."""
    with reading() as session:
        told = session.scalars(
            select(Delivery.id).where(
                Delivery.person_id == stage.cast.people[wanted],
                Delivery.incident_id == stage.incident_id(played.happening),
                Delivery.event.like("%.due"),
                Delivery.about == f"statement:{stage.part(played.happening).id}",
            )
        ).first()
    return told is not None


@judge("reminder", "timer.fired")
def is_reminded(stage: Stage, played: Played, wanted: str) -> bool:
    cycles = {each.cycle for each in _fired(stage, played)}
    return wanted in {f"{each}%" for each in cycles}


@judge("delegated_to", "timer.fired", wants=PersonRef)
def may_sign_now(stage: Stage, played: Played, wanted: str) -> bool:
    """Whether all the time has passed, and this person may give the signature from then on."""
    over = any(each.cycle == SHARES[-1] for each in _fired(stage, played))
    slot = awaited_slot(stage, played.happening)
    if slot is None or not over:
        return False
    return slot.is_open_to(stage.actor(wanted), stage.incident_id(played.happening))


# ── the log ──────────────────────────────────────────────────────────────────────────────────────


@judge("hash_chain", "log.export")
def is_sound(stage: Stage, played: Played, wanted: object) -> bool:
    return ("broken" if played.refused == "hash_chain" else "valid") == wanted


# ── looking things up ────────────────────────────────────────────────────────────────────────────


def _actor_id(stage: Stage, played: Played) -> UUID:
    return stage.cast.people[played.happening.actor]


def _is_minute(stage: Stage, moment: datetime, minute: int) -> bool:
    began = stage.pace.of(stage.scenario.t0)
    return stage.pace.same(moment - began, minute)
