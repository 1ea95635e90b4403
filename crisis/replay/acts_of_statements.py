"""Playing what happens to a statement: drafts, signatures, release, translation, correction."""

from datetime import timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import select

from crisis.alerts.recipients import Recipient
from crisis.deadlines.model import DUE, SPANS, Code, Deadline
from crisis.deadlines.model import State as Due
from crisis.incidents.commands import add_note
from crisis.incidents.model import Incident
from crisis.kernel import clock, journal
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict
from crisis.kernel.event import Event
from crisis.kernel.text import OptionalLine, OptionalProse, Prose
from crisis.kernel.words import Message
from crisis.policy import Duty
from crisis.replay import texts
from crisis.replay.acts import act
from crisis.replay.policies import known_policies, policy_for, slots_for
from crisis.replay.scenario import (
    Happening,
    OrgRef,
    PersonRef,
    Reference,
    Told,
    duty_of,
)
from crisis.replay.stage import NotYetError, Part, Stage
from crisis.statements.commands import (
    correcting,
    emergencies,
    releasing,
    renditions,
    signing,
    submitting,
    waiving,
    writing,
)
from crisis.statements.content import LANGUAGES, Language, Type
from crisis.statements.model.slots import Slot
from crisis.statements.model.statement import Statement
from crisis.statements.model.states import Answer, Ground
from crisis.statements.model.versions import Version
from crisis.statements.templates import templates

Number = Annotated[int, Field(strict=True, ge=1, le=10_000)]
ChannelName = Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Channels = Annotated[tuple[ChannelName, ...], Field(max_length=20)]


def _policy(code: str) -> str:
    if not set(code.split("+")) <= known_policies():
        raise PydanticCustomError("replay.unknown", "{name}", {"name": code[:40]})
    return code


def _template_code(code: str) -> str:
    if code not in templates():
        raise PydanticCustomError("replay.unknown", "{name}", {"name": code[:40]})
    return code


def _languages(joined: str) -> str:
    if not set(joined.split("+")) <= set(LANGUAGES):
        raise PydanticCustomError("replay.unknown", "{name}", {"name": joined[:40]})
    return joined


# ── writing it ───────────────────────────────────────────────────────────────────────────────────


class Create(texts.Written):
    type: Type
    template: Annotated[str, AfterValidator(_template_code)] | None = None
    policy: Annotated[str, AfterValidator(_policy)] | None = None
    co_owners: tuple[OrgRef, ...] = ()
    incident: Reference | None = None
    corrects: Reference | None = None
    retracts: Reference | None = None
    what_was_wrong: OptionalProse = None
    reason: OptionalProse = None


@act("statement.create", shape=Create, begins="statement")
def create(stage: Stage, happening: Happening, told: Create) -> Event:
    ref = told.incident or stage.incident_ref(happening)
    actor = stage.actor(happening.actor)
    created: Event
    if told.corrects:
        wrong = told.what_was_wrong or _first_words(stage, happening)
        created = correcting.prepare_correction(
            actor, stage.parts[told.corrects].id, what_was_wrong={"ar": wrong}
        )
    elif told.retracts:
        why = told.reason or _first_words(stage, happening)
        created = correcting.prepare_retraction(
            actor, stage.parts[told.retracts].id, reason={"ar": why}
        )
    else:
        draft = texts.begun(told, told.type, told.template)
        created = writing.create_statement(
            actor, stage.incidents[ref], content=draft, template=told.template
        )
    stage.parts[str(happening.ref)] = Part(
        id=created.statement_id,
        incident_ref=ref,
        policy=policy_for(told.type, told.policy),
        co_owners=told.co_owners,
        template=told.template,
    )
    return created


def _first_words(stage: Stage, happening: Happening) -> str:
    """What its first text will say; the file tells the error nowhere else."""
    for each in stage.scenario.later(happening, happening.ref):
        if each.type == "statement.submit" and each.data.body_ar:
            return str(each.data.body_ar)
    return "—"


class Edit(texts.Written):
    pass


@act("statement.edit", shape=Edit, about="statement")
def edit(stage: Stage, happening: Happening, told: Edit) -> Event:
    with reading() as session:
        statement = stage.statement(session, happening)
        content, revision = statement.content, statement.revision
    return writing.edit_statement(
        stage.actor(happening.actor),
        stage.part(happening).id,
        content=texts.rewritten(content, told),
        based_on=revision,
    )


class Submit(texts.Written):
    version: Number
    figures: tuple[Reference, ...] = ()


@act("statement.submit", shape=Submit, about="statement")
def submit(stage: Stage, happening: Happening, told: Submit) -> Event:
    """Writes what the file says anew, if anything, and asks for the policy's signatures."""
    part, actor = stage.part(happening), stage.actor(happening.actor)
    part.numbers[told.version], part.blocked, part.voided = None, [], []
    with reading() as session:
        statement = stage.statement(session, happening)
        revision, before = statement.revision, statement.content
        level = session.get_one(Incident, statement.incident_id).level
    written = texts.rewritten(before, told)
    ready = texts.fit_to_submit(written, stage, happening, _promised_languages(stage, happening))
    if ready != before:
        edited = writing.edit_statement(actor, part.id, content=ready, based_on=revision)
        revision = edited.revision
    try:
        submitted = submitting.submit_statement(
            actor,
            part.id,
            slots=slots_for(stage, happening, ready.text("ar")),
            based_on=revision,
            deadline_at=clock.now() + _span(stage, level),
            although_nobody_signs=True,  # the file tells what was done, in time or not
        )
    except Conflict as refusal:
        if refusal.code == "lint":
            part.blocked = str(refusal.message.params["rules"]).split(", ")
        raise
    part.voided = [
        f"{stage.cast.code_of(each)}@v{_label(part, submitted.version - 1)}"
        for each in submitted.voided
    ]
    part.numbers[told.version] = submitted.version
    return submitted


def _span(stage: Stage, level: int) -> timedelta:
    return SPANS[Code.APPROVAL][level] / max(1, stage.pace.speed)


def _label(part: Part, number: int) -> int | None:
    """What the file calls this version of ours."""
    return next((label for label, each in part.numbers.items() if each == number), None)


def _promised_languages(stage: Stage, happening: Happening) -> list[Language]:
    """Those it is released in together with its original and never translated into afterwards:
    then they must be part of what is signed."""
    later = list(stage.scenario.later(happening, happening.ref))
    translated = {each.data.language for each in later if each.type == "translation.review"}
    released = {
        language
        for each in later
        if each.type == "release" and each.data.language and "ar" in each.data.language
        for language in each.data.language.split("+")
    }
    return [each for each in LANGUAGES if each in released - translated and each != "ar"]


class Withdraw(Told):
    reason: Prose


@act("statement.withdraw", shape=Withdraw, about="statement")
def withdraw(stage: Stage, happening: Happening, told: Withdraw) -> Event:
    return releasing.withdraw_statement(
        stage.actor(happening.actor), stage.part(happening).id, reason=told.reason
    )


class Remark(Told):
    text: Prose


@act("comment", shape=Remark)
def comment(stage: Stage, happening: Happening, told: Remark) -> Event:
    """On a statement a comment; on what the product has no page for yet, a note in the log."""
    actor = stage.actor(happening.actor)
    if happening.ref in stage.parts:
        return writing.comment_statement(actor, stage.part(happening).id, text=told.text)
    return add_note(actor, stage.incident_id(happening), text=told.text)


class AskWaiver(Told):
    rule: Annotated[str, Field(strict=True, pattern=r"^L[0-9]{2}$")]
    reason: OptionalProse = None


@act("lint.waiver_request", shape=AskWaiver, about="statement")
def ask_waiver(stage: Stage, happening: Happening, told: AskWaiver) -> Event:
    return waiving.ask_waiver(
        stage.actor(happening.actor),
        stage.part(happening).id,
        rule=told.rule,
        reason=told.reason or "—",
    )


class AnswerWaiver(Told):
    rule: Annotated[str, Field(strict=True, pattern=r"^L[0-9]{2}$")] | None = None
    reason: Prose


@act("lint.waiver_denied", "lint.waiver_granted", shape=AnswerWaiver, about="statement")
def answer_waiver(stage: Stage, happening: Happening, told: AnswerWaiver) -> Event:
    """The waiver that was asked for last, unless the file names its rule."""
    with reading() as session:
        asked = stage.statement(session, happening).waivers
    rule = told.rule or next((each.rule for each in reversed(asked) if each.decided_at is None), "")
    return waiving.answer_waiver(
        stage.actor(happening.actor),
        stage.part(happening).id,
        rule=rule,
        granted=happening.type == "lint.waiver_granted",
        reason=told.reason,
    )


# ── signing it ───────────────────────────────────────────────────────────────────────────────────


class Review(Told):
    version: Number


@act("statement.review_pass", shape=Review, about="statement")
def review(stage: Stage, happening: Happening, told: Review) -> Event:
    return _answer(stage, happening, told.version, Answer.APPROVE, None)


class Answered(Told):
    version: Number
    decision: Literal["approve", "request_changes", "object", "refuse"]
    reason: OptionalProse = None
    device: OptionalLine = None
    on_behalf_of: PersonRef | None = None


_ANSWERS: Final = {
    "approve": Answer.APPROVE,
    "request_changes": Answer.CHANGE,
    "object": Answer.OBJECT,
    "refuse": Answer.REFUSE,
}


@act("approval.decide", shape=Answered, about="statement")
def decide(stage: Stage, happening: Happening, told: Answered) -> Event:
    return _answer(stage, happening, told.version, _ANSWERS[told.decision], told.reason)


class Objected(Told):
    version: Number
    reason: Prose


@act("approval.object", shape=Objected, about="statement")
def object_(stage: Stage, happening: Happening, told: Objected) -> Event:
    return _answer(stage, happening, told.version, Answer.OBJECT, told.reason)


class LegalObjection(Told):
    reason: Prose


@act("legal.objection", shape=LegalObjection, about="statement")
def object_by_law(stage: Stage, happening: Happening, told: LegalObjection) -> Event:
    """An objection where legal advice is awaited on a text, else a remark on its draft."""
    actor, part = stage.actor(happening.actor), stage.part(happening)
    with reading() as session:
        statement = stage.statement(session, happening)
        latest = statement.latest if statement.waiting_for(actor) else None
    if latest is None:
        return writing.comment_statement(actor, part.id, text=told.reason)
    return signing.answer_statement(
        actor,
        part.id,
        answer=Answer.OBJECT,
        version=latest.number,
        text_hash=latest.sha256,
        reason=told.reason,
    )


def _answer(
    stage: Stage, happening: Happening, number: int, answer: Answer, reason: str | None
) -> Event:
    """Answers the text of that version, as whoever had it before them would."""
    with reading() as session:
        version = stage.version(session, happening, number)
    if version is None:
        raise Conflict(Message("It was not submitted yet."), code="not_submitted")
    return signing.answer_statement(
        stage.actor(happening.actor),
        stage.part(happening).id,
        answer=answer,
        version=version.number,
        text_hash=version.sha256,
        reason=reason,
    )


# ── sending it out ───────────────────────────────────────────────────────────────────────────────


class Release(Told):
    channels: Channels = ()
    language: Annotated[str, AfterValidator(_languages)] | None = None
    next_update_at: AwareDatetime | None = None


@act("release", shape=Release, about="statement")
def release(stage: Stage, happening: Happening, told: Release) -> Event | None:
    """The signed text, then the reviewed translations that are named beside it."""
    actor, part = stage.actor(happening.actor), stage.part(happening)
    with reading() as session:
        latest = stage.statement(session, happening).latest
        signed = set(latest.text.languages) if latest else set()
    wanted = (told.language or "ar").split("+")
    event: Event | None = None
    if "ar" in wanted:
        event = releasing.release_statement(
            actor,
            part.id,
            version=latest.number if latest else 0,
            channels=told.channels,
            next_update_at=told.next_update_at and stage.pace.of(told.next_update_at),
        )
    for language in LANGUAGES:
        if language in wanted and language not in signed:
            event = renditions.release_rendition(
                actor, part.id, language=language, channels=told.channels
            )
    return event


class Share(Told):
    pass


@act("ltt.release", "qa.release", shape=Share, about="statement")
def share(stage: Stage, happening: Happening, told: Share) -> Event:
    """Hand lines to take, or questions and answers, to those who speak."""
    with reading() as session:
        latest = stage.statement(session, happening).latest
    return releasing.share_statement(
        stage.actor(happening.actor),
        stage.part(happening).id,
        version=latest.number if latest else 0,
    )


class Emergency(Told):
    second_person: PersonRef
    ground: Ground
    justification: Prose
    channels: Channels = ("website",)
    next_update_at: AwareDatetime | None = None


@act("emergency_release", shape=Emergency, about="statement")
def release_at_once(stage: Stage, happening: Happening, told: Emergency) -> Event:
    """The first person asks, the second has read the same text and lets it out."""
    part = stage.part(happening)
    asked = emergencies.ask_emergency(
        stage.actor(happening.actor),
        part.id,
        ground=told.ground,
        justification=told.justification,
    )
    return emergencies.confirm_emergency(
        stage.actor(told.second_person),
        part.id,
        version=asked.version,
        text_hash=asked.text_hash,
        channels=told.channels,
        next_update_at=told.next_update_at and stage.pace.of(told.next_update_at),
    )


class Ratify(Told):
    decision: Literal["ratified", "rejected"]
    reason: OptionalProse = None


@act("approval.ratify", shape=Ratify, about="statement")
def ratify(stage: Stage, happening: Happening, told: Ratify) -> Event:
    return emergencies.ratify_emergency(
        stage.actor(happening.actor),
        stage.part(happening).id,
        ratified=told.decision == "ratified",
        reason=told.reason,
    )


class TranslationReviewed(texts.Written):
    language: Language
    status: Literal["reviewed"]


@act("translation.review", shape=TranslationReviewed, about="statement")
def review_translation(stage: Stage, happening: Happening, told: TranslationReviewed) -> Event:
    """A drafter writes the translation, and the person of the event vouches for it."""
    part, reviewer = stage.part(happening), stage.actor(happening.actor)
    with reading() as session:
        statement = stage.statement(session, happening)
        type_ = statement.signed_version().text.type
    written = renditions.write_rendition(
        stage.actor(_drafter(stage, happening)),
        part.id,
        language=told.language,
        content=texts.translation(type_, part.template, told.language, told),
    )
    return renditions.review_rendition(
        reviewer, part.id, language=told.language, text_hash=written.text_hash
    )


def _drafter(stage: Stage, happening: Happening) -> str:
    """Somebody of the file who drafts and is not the reviewer."""
    people = stage.scenario.people
    drafts = (name for name, each in people.items() if each.duty is Duty.DRAFTER)
    other = next((name for name in drafts if name != happening.actor), None)
    if other is None:
        raise NotYetError
    return other


# ── what falls due, and the log ──────────────────────────────────────────────────────────────────


class Fired(Told):
    timer: Annotated[str, Field(strict=True, pattern=r"^T-[A-Z]{2,12}$")]
    stage: Reference | None = None
    person: PersonRef | None = None


TIMERS: Final = {
    "T-ACK": Code.ACKNOWLEDGE,
    "T-APPR": Code.APPROVAL,
    "T-HOLD": Code.HOLDING,
    "T-NEXT": Code.NEXT_UPDATE,
    "T-RATIFY": Code.RATIFY,
}


@act("timer.fired", shape=Fired)
def fired(stage: Stage, happening: Happening, told: Fired) -> None:
    """Nobody plays a timer: the product's own must have fired by now."""
    if not _has_fired(stage, happening):
        stage.come_to(clock.now() + stage.pace.patience)
    if not _has_fired(stage, happening):
        raise Conflict(Message("Nothing fell due here by now."), code="not_fired")


def _has_fired(stage: Stage, happening: Happening) -> bool:
    return any(each.state == Due.FIRED for each in deadlines_of(stage, happening))


def deadlines_of(stage: Stage, happening: Happening) -> list[Deadline]:
    """The deadlines that an event of this kind tells of, the last cycles only where it matters."""
    told: Fired = happening.data
    code = TIMERS.get(told.timer)
    if code is None:
        raise NotYetError
    with reading() as session:
        subject = _subject(stage, happening, code)
        found = session.query(Deadline).filter_by(code=code, subject_id=subject).all()
    due_only = code is Code.NEXT_UPDATE
    return [each for each in found if not due_only or each.cycle == DUE]


def _subject(stage: Stage, happening: Happening, code: Code) -> UUID | None:
    if code is Code.HOLDING:
        return stage.incident_id(happening)
    if code is Code.ACKNOWLEDGE:
        return _asked_of(stage, happening)
    if code is not Code.APPROVAL:
        return stage.part(happening).id
    slot = awaited_slot(stage, happening)
    return slot.id if slot else None


def _asked_of(stage: Stage, happening: Happening) -> UUID | None:
    """What the person of the event is to the alert it is about."""
    if happening.ref not in stage.alerts or happening.data.person is None:
        raise NotYetError
    with reading() as session:
        return session.scalar(
            select(Recipient.id).where(
                Recipient.alert_id == stage.alerts[happening.ref],
                Recipient.person_id == stage.cast.people[happening.data.person],
            )
        )


def awaited_slot(stage: Stage, happening: Happening) -> Slot | None:
    """The signature an approval timer is about: of an office role, or of an entity by its code."""
    wanted: str = happening.data.stage or ""
    duty, ministry = duty_of(wanted), stage.cast.ministries.get(wanted)
    with reading() as session:
        statement: Statement = stage.statement(session, happening)
        latest: Version | None = statement.latest
        slots = list(latest.slots) if latest else []
    return next(
        (
            each
            for each in slots
            if duty in each.duties or (ministry and each.ministry_id == ministry)
        ),
        None,
    )


class Export(Told):
    pass


@act("log.export", shape=Export)
def export(stage: Stage, happening: Happening, told: Export) -> None:
    """Reads the whole journal as an export would, and holds it against its hashes."""
    stage.actor(happening.actor)
    with reading() as session:
        flaws = [str(each) for each in journal.verify(session)]
    if flaws:
        raise Conflict(Message("The journal is not what was written."), code="hash_chain")
