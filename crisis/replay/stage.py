"""What a replay has in hand: the story, its people, and what of it is there by now."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis import policy
from crisis.deadlines.jobs import fire_due
from crisis.deadlines.model import Deadline
from crisis.deadlines.model import State as Due
from crisis.incidents.commands import assign_duty
from crisis.incidents.model import Incident
from crisis.incidents.queries import case_of
from crisis.jobs import reactions
from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.words import Message
from crisis.people.model import Person
from crisis.people.queries import standing_of
from crisis.policy import Action, Actor, Duty
from crisis.replay import carrier
from crisis.replay.cast import Cast
from crisis.replay.pace import Pace
from crisis.replay.scenario import MACHINES, Happening, Scenario
from crisis.statements.model.statement import Statement
from crisis.statements.model.versions import Version
from crisis.timeline import terms


class NotYetError(Exception):
    """The product cannot do or show this yet."""


@dataclass
class Part:
    """A statement of the story, as far as it has come."""

    id: UUID
    incident_ref: str
    policy: str
    co_owners: tuple[str, ...]
    template: str | None
    numbers: dict[int, int | None] = field(default_factory=dict[int, int | None])
    """By the file's version number the product's; None for one that was not accepted."""
    blocked: list[str] = field(default_factory=list[str])
    """The rules that held the last submission back."""
    voided: list[str] = field(default_factory=list[str])
    """The signatures of the version before that the last submission ended."""


@dataclass
class Stage:
    """Everything an act of the story may need."""

    scenario: Scenario
    cast: Cast
    pace: Pace
    incidents: dict[str, UUID] = field(default_factory=dict[str, UUID])
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    alerts: dict[str, UUID] = field(default_factory=dict[str, UUID])
    also: list[Message] = field(default_factory=list[Message])
    """What had to be done for the event at hand beside what the file says."""

    # -- the office -----------------------------------------------------------------------------

    def actor(self, name: str) -> Actor:
        """Somebody of the file as they stand now. Machines of the file do nothing themselves."""
        if name in MACHINES:
            raise NotYetError
        return standing_of(self.cast.people[name])

    def ministry(self, code: str) -> UUID:
        return self.cast.ministries[code]

    def incident_ref(self, happening: Happening) -> str:
        """The incident it happens in; without one of its own, the first of the story."""
        if happening.ref in self.incidents:
            return happening.ref
        if happening.ref in self.parts:
            return self.parts[happening.ref].incident_ref
        if not self.incidents:
            raise NotYetError
        return next(iter(self.incidents))

    def incident_id(self, happening: Happening) -> UUID:
        return self.incidents[self.incident_ref(happening)]

    def part(self, happening: Happening) -> Part:
        """The statement it is about."""
        if happening.ref not in self.parts:
            raise NotYetError
        return self.parts[happening.ref]

    def statement(self, session: Session, happening: Happening) -> Statement:
        return session.get_one(Statement, self.part(happening).id)

    def version(self, session: Session, happening: Happening, number: int) -> Version | None:
        """What the file calls this version; None when it was not accepted."""
        told = self.part(happening).numbers.get(number)
        rows = self.statement(session, happening).versions
        return next((each for each in rows if each.number == told), None)

    # -- people the incident does not know yet --------------------------------------------------

    def let_in(self, happening: Happening) -> bool:
        """Give whoever acts their standing duty, where the file has left out how they got it."""
        if happening.actor in MACHINES or not self.incidents:
            return False
        incident_id, person_id = self.incident_id(happening), self.cast.people[happening.actor]
        runner, duty = self._runner(incident_id), self._duty(incident_id, person_id)
        held = self.actor(happening.actor).duties.get(incident_id, frozenset())
        if runner is None or duty is None or duty in held:
            return False
        assign_duty(runner, incident_id, person_id=person_id, duty=duty)
        told = Message("{person} was given a duty first: {duty}.", person=happening.actor)
        self.also.append(told.filled(duty=terms.DUTY[duty]))
        return True

    def _duty(self, incident_id: UUID, person_id: UUID) -> Duty | None:
        with reading() as session:
            person = session.get_one(Person, person_id)
            leads = session.get_one(Incident, incident_id).lead_id == person.ministry_id
        if person.standing_duty is None:
            return None
        duty = Duty(person.standing_duty)
        return Duty.LEAD_LIAISON if leads and duty is Duty.LIAISON else duty

    def _runner(self, incident_id: UUID) -> Actor | None:
        """The first of the file's people who may give duties there."""
        with reading() as session:
            case = case_of(session.get_one(Incident, incident_id))
        everybody = (self.actor(name) for name in self.scenario.people)
        return next(
            (one for one in everybody if policy.allows(one, Action.ASSIGN_DUTY, case)), None
        )

    # -- what is due --------------------------------------------------------------------------

    def go(self) -> int:
        """What a worker does, for the incidents of the story: reactions, then what is due."""
        done = reactions.work_off() + fire_due(self.incidents.values())
        if not self.pace.speed:  # told live, the messages go the way of all others
            carrier.carry_the_rest(self.incidents.values())
        return done

    def next_due(self) -> datetime | None:
        """When something is due next in the incidents of the story."""
        reactions.work_off()
        soonest = select(func.min(Deadline.due_at)).where(
            Deadline.state == Due.DUE, Deadline.incident_id.in_(self.incidents.values())
        )
        with reading() as session:
            return session.scalar(soonest)

    def come_to(self, moment: datetime) -> None:
        """Let time pass."""
        self.pace.let_pass(moment, self)

    @property
    def now(self) -> datetime:
        return clock.now()


@dataclass
class Played:
    """What came of one event."""

    happening: Happening
    refused: str | None = None
    """The code of the refusal."""
