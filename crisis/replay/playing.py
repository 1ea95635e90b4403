"""Playing a scenario from its first event to its last, into the office this process is bound to."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from crisis.jobs import heartbeat
from crisis.kernel import clock
from crisis.kernel.errors import Refusal
from crisis.kernel.ids import OFFICE_ID
from crisis.people.queries import the_office, the_system
from crisis.replay import (  # they fill ACTS and JUDGES
    acts_of_alerts,
    acts_of_incidents,
    acts_of_statements,
    judging_of_alerts,
)
from crisis.replay.acts import ACTS, vocabulary
from crisis.replay.cast import assemble
from crisis.replay.commands import begin_replay, end_replay
from crisis.replay.judging import WISHES, judged
from crisis.replay.pace import AtOnce, Live, Pace
from crisis.replay.report import Line, Report
from crisis.replay.scenario import Happening, Scenario, read_scenario
from crisis.replay.stage import NotYetError, Played, Stage
from crisis.replay.supported import supported
from crisis.simulator.commands import behaviour, tune

__all__ = [
    "acts_of_alerts",
    "acts_of_incidents",
    "acts_of_statements",
    "judging_of_alerts",
    "play",
    "read",
]

Heard = Callable[[Line], None]


def read(file: Path) -> Scenario:
    """The scenario in `file`. Raises `Invalid` (`scenario`) for whatever is wrong with it."""
    known = supported()
    return read_scenario(
        file, vocabulary(wishes=WISHES, later=known.later, later_wishes=known.later_expects)
    )


def play(
    scenario: Scenario,
    *,
    until: int | None = None,
    speed: int = 0,
    start: int | None = None,
    heard: Heard = lambda _line: None,
) -> Report:
    """Play it up to minute `until`, `speed` times faster than written, or at once (0); what stands
    before minute `start` at once in any case.

    Its people act through the product's own commands; `heard` is told each event. Raises
    `Conflict` (`not_exercise`) for an office that is no exercise.
    """
    told = [each for each in scenario.happenings if until is None or each.t_min <= until]
    cast = assemble(scenario)
    stage = Stage(scenario, cast, _pace(scenario, told, speed, start))
    begin_replay(the_system(), OFFICE_ID, scenario=scenario.id, sha256=scenario.sha256, speed=speed)
    report = Report(scenario, speed)
    with _workers_resting(stage.pace), _silent_simulator(stage.pace):
        for each in told:
            line = _played(stage, each)
            report.lines.append(line)
            heard(line)
            _still_telling(stage.pace)
    _end(report)
    return report


def _pace(scenario: Scenario, told: list[Happening], speed: int, start: int | None) -> Pace:
    if speed:
        return Live(scenario, speed=speed, now=clock.now(), start=start)
    last = told[-1].t_min if told else 0
    return AtOnce(scenario, last=last, zone=the_office().zone, now=clock.now())


def _end(report: Report) -> None:
    end_replay(
        the_system(),
        OFFICE_ID,
        scenario=report.scenario.id,
        sha256=report.scenario.sha256,
        done=report.count("done"),
        refused=report.count("refused"),
        broken=report.keys("broken"),
    )


# ── one event ────────────────────────────────────────────────────────────────────────────────────


def _played(stage: Stage, happening: Happening) -> Line:
    moment = stage.pace.of(stage.scenario.at(happening.t_min))
    stage.come_to(moment)
    stage.also.clear()
    with stage.pace.at(moment):
        return _told(stage, happening)


def _told(stage: Stage, happening: Happening) -> Line:
    played = Played(happening)
    act = ACTS.get(happening.type)
    if act is None:
        return Line(happening, "unsupported", expects=_all(happening.expect))
    try:
        _act(stage, happening)
    except NotYetError:
        return Line(happening, "unsupported", expects=_all(happening.expect))
    except Refusal as refusal:
        played.refused = refusal.code
        stage.go()
        return Line(
            happening,
            "refused",
            code=refusal.code,
            message=refusal.message,
            expected=_is_expected(stage, happening, refusal),
            expects=judged(stage, played),
            also=tuple(stage.also),
        )
    stage.go()
    return Line(happening, "done", expects=judged(stage, played), also=tuple(stage.also))


def _act(stage: Stage, happening: Happening) -> None:
    """Play it; somebody whom the file lets act without the duty for it is given theirs first."""
    act = ACTS[happening.type]
    try:
        act.play(stage, happening, happening.data)
        return
    except Refusal as refusal:
        foreseen = "rejected" in happening.expect or refusal.code not in _WITHOUT_DUTY
        if foreseen or not stage.let_in(happening):
            raise
    act.play(stage, happening, happening.data)


_WITHOUT_DUTY = frozenset({"forbidden", "not_found"})


def _is_expected(stage: Stage, happening: Happening, refusal: Refusal) -> bool:
    """Whether the file says so: at this event, or, of a text that the rules hold back, at the
    next one about it."""
    if refusal.code == happening.expect.get("rejected"):
        return True
    if refusal.code != "lint":
        return False
    later = stage.scenario.later(happening, happening.ref)
    said = (each.expect.get("blocked_by") for each in (happening, *later))
    blocked: list[str] = next((rules for rules in said if rules), [])
    return stage.part(happening).blocked == sorted(blocked)


def _all(expect: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(expect, "unsupported")


# ── other workers ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _workers_resting(pace: Pace) -> Generator[None]:
    """While the past is told, its deadlines fall due at its time, not at that of other workers."""
    _still_telling(pace)
    try:
        yield
    finally:
        if not pace.speed:
            heartbeat.end(heartbeat.TELLER_ID)


@contextmanager
def _silent_simulator(pace: Pace) -> Generator[None]:
    """Told live, messages are seen in the simulator, and only the story says how they fare."""
    if not pace.speed:
        yield
        return
    before = behaviour()
    tune(**{**before, "delay": 1, "failing": 0, "silent": 100, "answering": 0})
    try:
        yield
    finally:
        tune(**before)


def _still_telling(pace: Pace) -> None:
    if not pace.speed:
        heartbeat.beat(heartbeat.TELLER_ID)
