"""People who do everything one can do with a statement, in any order, on whatever they last read.

After every step the rows are judged by the oracle. A refusal is an answer like any other; anything
else that goes wrong is a failure.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crisis.incidents.commands import assign_duty, release_duty
from crisis.incidents.model import Incident
from crisis.kernel import clock
from crisis.kernel.errors import Refusal
from crisis.policy import Actor, Duty
from crisis.statements.commands import (
    emergencies,
    releasing,
    renditions,
    signing,
    submitting,
    writing,
)
from crisis.statements.content import Content, Type, paragraphs_of
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer, Ground, State
from tests import given
from tests.reliability.oracle import broken

TEXTS: Final = ("ابتعدوا عن مجرى الوادي الليلة.", "ابقوا في بيوتكم.", "عودوا إلى بيوتكم.")
ENGLISH: Final = ("Keep away from the valley.", "Stay at home.")
WHY: Final = "المياه تعبر المفيض وزمن الوصول إلى المجرى أقل من خمس وأربعين دقيقة."

PEOPLE: Final[dict[str, tuple[str | None, tuple[Duty, ...]]]] = {
    "drafter": (None, (Duty.DRAFTER,)),
    "health": ("MOH", (Duty.LIAISON,)),
    "also health": ("MOH", (Duty.LEAD_LIAISON,)),
    "interior": ("MOI", (Duty.LIAISON,)),
    "director": (None, (Duty.DIRECTOR,)),
    "lawyer and fact checker": (None, (Duty.LEGAL, Duty.FACT_CHECKER)),
    "spokesperson": (None, (Duty.SPOKESPERSON,)),
    "coordinator": (None, (Duty.COORDINATOR,)),
    "translator": (None, (Duty.TRANSLATOR_LEAD,)),
    "another translator": (None, (Duty.TRANSLATOR_LEAD,)),
    "outsider": ("MOH", ()),
}
"""The ministry and the duties of each; whoever is of none is of the centre."""

HEALTH: Final = ("MOH",)
SLOTS: Final = (
    HEALTH,
    ("MOH", "MOI"),
    ("MOH", "MOI", Duty.DIRECTOR),
    (Duty.DIRECTOR,),
    (Duty.LEGAL, Duty.FACT_CHECKER),
)
BEHIND: Final = st.sampled_from([0, 0, 0, 1])
BACK: Final = st.sampled_from([0, 0, 1, 2])
ANSWERS: Final = st.sampled_from([Answer.APPROVE, Answer.APPROVE, *Answer])
AUTHORS: Final = st.sampled_from(["drafter", "health", "director"])
SIGNERS: Final = st.sampled_from(
    ["health", "interior", "also health", "director", "lawyer and fact checker", "outsider"]
)
SPEAKERS: Final = st.sampled_from(["spokesperson", "director", "health"])
LEADERS: Final = st.sampled_from(["director", "coordinator", "spokesperson"])
TRANSLATORS: Final = st.sampled_from(["translator", "another translator"])


@dataclass(frozen=True)
class Look:
    """What somebody had before them, perhaps long ago."""

    version: int
    text_hash: str


class Office:
    """The people, who are the same in every incident."""

    def __init__(self) -> None:
        self.ministries = {code: given.a_ministry(code) for code in ("MOH", "MOI")}
        self.people = {
            name: given.a_person(
                ministry=self.ministries[code] if code else None,
                name=name,
                standing_duty=duties[0] if duties else None,
            )
            for name, (code, duties) in PEOPLE.items()
        }
        self.opener = given.a_coordinator()

    def incident(self) -> Incident:
        """A grave incident in which they all hold their duties."""
        lead, supporting = self.ministries.values()
        incident = given.an_incident(by=self.opener, level=3, lead=lead, supporting=[supporting])
        for name, (_, duties) in PEOPLE.items():
            for duty in duties[1:]:
                person = self.people[name]
                assign_duty(self.opener, incident.id, person_id=person.id, duty=duty)
        return incident


class Signing(RuleBasedStateMachine):
    """One statement, written, signed and let out by people who do not wait for each other."""

    office: ClassVar[Office]
    answers: ClassVar[Counter[str]]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        by, text = data.draw(AUTHORS), data.draw(st.sampled_from(TEXTS))
        slots, stages = data.draw(st.sampled_from(SLOTS)), data.draw(st.booleans())
        self.send_for_signature(by, text, slots, stages)

    def send_for_signature(
        self, by: str, text: str, slots: Sequence[str | Duty], stages: bool
    ) -> None:
        self.incident = self.office.incident()
        self.looks: list[Look] = []
        author = self.office.people[by]
        begun = writing.create_statement(author, self.incident.id, content=a_text(text))
        self.id: UUID = begun.statement_id
        self.submit("interior", slots, stages, behind=0)

    # -- writing ------------------------------------------------------------------------------

    @rule(by=AUTHORS, text=st.sampled_from(TEXTS), behind=BEHIND)
    def edit(self, by: str, text: str, behind: int) -> None:
        based_on = self.statement.revision - behind
        self.attempt(writing.edit_statement, by, content=a_text(text), based_on=based_on)

    @rule(
        by=st.sampled_from(["drafter", "interior"]),
        slots=st.sampled_from(SLOTS),
        stages=st.booleans(),
        behind=BEHIND,
    )
    def submit(self, by: str, slots: Sequence[str | Duty], stages: bool, behind: int) -> None:
        sent = self.attempt(
            submitting.submit_statement,
            by,
            slots=[self.slot(each, n if stages else 1) for n, each in enumerate(slots, 1)],
            based_on=self.statement.revision - behind,
            deadline_at=clock.now() + timedelta(minutes=30),
            although_nobody_signs=True,
        )
        if sent:
            self.looks.append(Look(sent.version, sent.text_hash))

    @rule(by=AUTHORS, text=st.sampled_from(TEXTS), slots=st.sampled_from(SLOTS))
    def revise(self, by: str, text: str, slots: Sequence[str | Duty]) -> None:
        self.edit(by, text, behind=0)
        self.submit("interior", slots, stages=False, behind=0)

    # -- signing ------------------------------------------------------------------------------

    @rule(by=SIGNERS, answer=ANSWERS, back=BACK)
    def answer(self, by: str, answer: Answer, back: int) -> None:
        self.say(by, answer, self.looked(back))

    @rule(first=SIGNERS, of=BACK, text_of=BACK)
    def sign_what_is_asked(self, first: str, of: int, text_of: int) -> None:
        """Everybody whose signature is awaited gives it, one of them first; perhaps with the
        number of one version and the fingerprint of another.
        """
        look = Look(self.looked(of).version, self.looked(text_of).text_hash)
        for name in [first, *PEOPLE]:
            if self.statement.waiting_for(given.actor(self.office.people[name].id)):
                self.attempt(signing.open_statement, name)
                self.say(name, Answer.APPROVE, look)

    @rule(by=SIGNERS)
    def take_back(self, by: str) -> None:
        self.attempt(signing.withdraw_answer, by)

    @rule(by=SIGNERS)
    def resolve(self, by: str) -> None:
        self.attempt(signing.resolve_objection, by, resolution="تم")

    @rule(by=AUTHORS, number=st.integers(0, 4))
    def overrule(self, by: str, number: int) -> None:
        slots = [slot.id for version in self.statement.versions for slot in version.slots]
        if slots:
            slot_id = slots[-1 - number % len(slots)]
            self.attempt(signing.overrule_objection, by, slot_id=slot_id, rationale="عاجل")

    @rule(
        duty=st.sampled_from([Duty.LIAISON, Duty.LEGAL, Duty.DIRECTOR]),
        to=SIGNERS,
        take=st.booleans(),
    )
    def pass_on(self, duty: Duty, to: str, take: bool) -> None:
        """Somebody gets a duty, or gives it back."""
        change = release_duty if take else assign_duty
        person = self.office.people[to]
        self.attempt(change, None, self.incident.id, person_id=person.id, duty=duty)

    # -- sending out --------------------------------------------------------------------------

    @rule(by=SPEAKERS, back=BACK)
    def release(self, by: str, back: int) -> None:
        self.attempt(
            releasing.release_statement,
            by,
            version=self.looked(back).version,
            channels=["website"],
            next_update_at=None,
        )

    @rule(by=SIGNERS, between=st.sampled_from(["nothing", "an edit", "a change of mind", "both"]))
    def nearly_out(self, by: str, between: str) -> None:
        """Everybody signs, and at the last moment something may come between."""
        self.sign_what_is_asked(by, of=0, text_of=0)
        if between in {"an edit", "both"}:
            self.edit("drafter", TEXTS[len(self.looks) % len(TEXTS)], behind=0)
        if between in {"a change of mind", "both"}:
            self.take_back(by)
        self.release("spokesperson", back=0)

    # -- what must hold -----------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        found = [*broken(self.incident.id), *self.outlived()]
        assert not found, found

    def outlived(self) -> Iterator[str]:
        """I4, as people see it: after a change nothing counts as signed any more."""
        statement = self.statement
        latest = statement.latest
        changed = latest is not None and latest.content != statement.draft
        if changed and statement.state is State.APPROVED:
            yield "I4: a text counts as signed after it was changed"

    # -- pieces -------------------------------------------------------------------------------

    @property
    def statement(self) -> Statement:
        return given.statement(self.id)

    def looked(self, back: int) -> Look:
        return self.looks[-1 - back % len(self.looks)]

    def attempt(
        self, act: Callable[..., Any], by: str | None, on: UUID | None = None, **asked: Any
    ) -> Any:
        """What the command answers; None when it refuses."""
        actor: Actor = self.office.people[by] if by else self.office.opener
        name = getattr(act, "__name__", "?")
        try:
            done = act(actor, on or self.id, **asked)
        except Refusal as refusal:
            self.answers[f"{name}: {refusal.code}"] += 1
            return None
        self.answers[f"{name}: done"] += 1
        return done

    def say(self, by: str, answer: Answer, look: Look) -> None:
        said = self.attempt(
            signing.answer_statement,
            by,
            answer=answer,
            version=look.version,
            text_hash=look.text_hash,
            reason="الرقم قديم",
        )
        if said:
            number = said.version
            signed = next(each for each in self.statement.versions if each.number == number)
            assert look == Look(signed.number, signed.sha256), "I1: signed without being read"

    def slot(self, of: str | Duty, stage: int) -> SlotSpec:
        if isinstance(of, Duty):
            return SlotSpec(duties=(of,), stage=stage)
        return SlotSpec(ministry_id=self.office.ministries[of], stage=stage)


class Haste(Signing):
    """The same, while some want it out before everybody signed."""

    hasty: Look | None = None

    @precondition(lambda self: self.looked(0) != self.hasty)
    @rule(by=LEADERS)
    def ask_for_haste(self, by: str) -> None:
        asked = self.attempt(
            emergencies.ask_emergency, by, ground=Ground.THREAT_TO_LIFE, justification=WHY
        )
        if asked:
            self.hasty = Look(asked.version, asked.text_hash)
            self.looks.append(self.hasty)

    @rule(by=LEADERS, back=BACK)
    def confirm_haste(self, by: str, back: int) -> None:
        look = self.looked(back)
        self.attempt(
            emergencies.confirm_emergency,
            by,
            version=look.version,
            text_hash=look.text_hash,
            channels=["website"],
            next_update_at=None,
        )


class Translating(Signing):
    """A text that was signed is translated, while it may still change."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.send_for_signature("drafter", data.draw(st.sampled_from(TEXTS)), HEALTH, False)
        self.say("health", Answer.APPROVE, self.looked(0))
        self.written: list[str] = []

    @rule(by=TRANSLATORS, text=st.sampled_from(ENGLISH))
    def translate(self, by: str, text: str) -> None:
        content = Content(Type.PRESS_RELEASE, bodies={"en": paragraphs_of(text)})
        written = self.attempt(renditions.write_rendition, by, language="en", content=content)
        if written:
            self.written.append(written.text_hash)

    @precondition(lambda self: self.written)
    @rule(by=TRANSLATORS, back=BACK)
    def review(self, by: str, back: int) -> None:
        text_hash = self.written[-1 - back % len(self.written)]
        self.attempt(renditions.review_rendition, by, language="en", text_hash=text_hash)

    @rule(by=TRANSLATORS, reviewer=TRANSLATORS, again=st.booleans())
    def nearly_out_in_english(self, by: str, reviewer: str, again: bool) -> None:
        """Written, reviewed, and perhaps touched once more at the last moment."""
        self.translate(by, ENGLISH[0])
        if self.written:
            self.review(reviewer, back=0)
        if again:
            self.translate(by, ENGLISH[1])
        self.release_translation()

    @precondition(lambda self: self.written)
    @rule()
    def release_translation(self) -> None:
        """The original first, if it is not out yet."""
        self.release("spokesperson", back=0)
        self.attempt(
            renditions.release_rendition, "spokesperson", language="en", channels=["website"]
        )


def a_text(body: str) -> Content:
    return Content(
        Type.PRESS_RELEASE, bodies={"ar": paragraphs_of(body)}, channels=frozenset({"website"})
    )


STORIES: Final = (Signing, Haste, Translating)


def run(
    *, examples: int, steps: int, number: int, stories: Sequence[type[Signing]] = STORIES
) -> Counter[str]:
    """Play that many stories of each kind; how often everything was done or refused."""
    answers: Counter[str] = Counter()
    office = Office()
    asked = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    for kind in stories:
        story = type(kind.__name__, (kind,), {"office": office, "answers": answers})
        run_state_machine_as_test(seed(number)(story), settings=asked)
    return answers
