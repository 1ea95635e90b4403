"""Everything that changes a statement."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.incidents.states import Status
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.kernel.words import Message
from crisis.people.model import Kind, Ministry, Office
from crisis.policy import Action, Duty
from crisis.statements.content import (
    NEVER_PUBLIC,
    Content,
    Correction,
    Language,
    Paragraph,
    Retraction,
    Texts,
    Type,
    canonical_bytes,
    fingerprint,
    paragraphs_of,
)
from crisis.statements.due import (
    await_next_update,
    await_ratification,
    await_signatures,
    reminded,
    stop_awaiting_ratification,
)
from crisis.statements.lint import LintContext, can_be_waived, check
from crisis.statements.model import (
    Answer,
    AnswerWithdrawn,
    ApproverReminded,
    Comment,
    CommentAdded,
    EmergencyAsked,
    EmergencyJudged,
    EvidenceNoted,
    Ground,
    ObjectionResolved,
    Rendition,
    RenditionReleased,
    RenditionReviewed,
    RenditionWritten,
    Slot,
    SlotSpec,
    State,
    Statement,
    StatementAnswered,
    StatementCreated,
    StatementEdited,
    StatementOpened,
    StatementReleased,
    StatementSubmitted,
    StatementWithdrawn,
    Version,
    WaiverAnswered,
    WaiverAsked,
)
from crisis.statements.places import Value
from crisis.statements.templates import must_be_filled, opening_of_correction
from crisis.statements.translations import Place
from crisis.statements.witness import must_be_as_told, must_be_reviewed_as_told


@command(Action.DRAFT_STATEMENT, on=Incident)
def create_statement(
    incident: Incident, work: Work, *, content: Content, template: str | None = None
) -> StatementCreated:
    """Begin a statement of a live incident; whoever begins it is its first author."""
    return _begin(incident, work, content, template=template)


@command(Action.DRAFT_STATEMENT, on=Statement)
def edit_statement(
    statement: Statement,
    work: Work,
    *,
    content: Content,
    based_on: int,
    confirmed: Collection[Place] = (),
) -> StatementEdited:
    """Take a new text, written on revision `based_on`; `confirmed` translations still hold."""
    statement.must_be_readable()
    kept = replace(
        content, correction=statement.content.correction, retraction=statement.content.retraction
    )
    edited = statement.edit(kept, based_on=based_on, by=work.actor.id, confirmed=confirmed)
    await_signatures(statement, work)
    return edited


@command(Action.SUBMIT_STATEMENT, on=Statement)
def submit_statement(
    statement: Statement,
    work: Work,
    *,
    slots: Sequence[SlotSpec],
    based_on: int,
    deadline_at: datetime,
) -> StatementSubmitted:
    """Freeze the draft and ask for its signatures until `deadline_at`.

    Raises `Invalid` (`open_places`) while a place of a prepared text is still to be filled.
    """
    must_be_filled(statement.content)
    _check_slots(work.session, slots)
    if deadline_at <= work.now:
        past = Message("The deadline is already past.")
        raise Invalid(past, fields={"deadline": past})
    incident = work.session.get_one(Incident, statement.incident_id)
    _must_run(incident)
    submitted = statement.submit(
        list(slots),
        based_on=based_on,
        findings=_findings(statement, incident, work, issued_at=deadline_at),
        by=work.actor.id,
        at=work.now,
        deadline_at=deadline_at,
    )
    await_signatures(statement, work)
    return submitted


@command(Action.SUBMIT_STATEMENT, on=Statement)
def ask_waiver(statement: Statement, work: Work, *, rule: str, reason: str) -> WaiverAsked:
    """Ask that a finding be let pass for this very text. Raises `Conflict` (`not_waivable`)."""
    if not can_be_waived(rule):
        raise Conflict(
            Message("Nobody can let this pass. Change the text instead."), code="not_waivable"
        )
    return statement.ask_waiver(rule, reason=reason, by=work.actor.id, at=work.now)


@command(Action.WAIVE_FINDING, on=Statement)
def answer_waiver(
    statement: Statement, work: Work, *, rule: str, granted: bool, reason: str
) -> WaiverAnswered:
    """Grant a waiver or deny it; never one of the authors."""
    return statement.answer_waiver(rule, granted=granted, reason=reason, by=work.actor, at=work.now)


@command(Action.APPROVE_STATEMENT, on=Statement)
def open_statement(statement: Statement, work: Work) -> StatementOpened:
    """Note that an approver has the current version before them; noted once for each slot."""
    slot = statement.waiting_for(work.actor)
    if slot is None or slot.opened_at is not None:
        raise Conflict(Message("That is already so."), code="already")
    slot.opened_at, slot.opened_by = work.now, work.actor.id
    return StatementOpened(
        statement_id=statement.id,
        number=statement.number,
        version=len(statement.versions),
        ministry_id=slot.ministry_id,
    )


@command(Action.APPROVE_STATEMENT, on=Statement)
def answer_statement(
    statement: Statement,
    work: Work,
    *,
    answer: Answer,
    version: int,
    text_hash: str,
    reason: str | None = None,
) -> StatementAnswered:
    """Approve, ask for a change, object or refuse: of the very text one has read."""
    answered = statement.answer(
        work.actor, answer, version=version, text_hash=text_hash, reason=reason, at=work.now
    )
    await_signatures(statement, work)
    return answered


@command(Action.REMIND_APPROVER, on=Statement)
def remind_now(statement: Statement, work: Work, *, slot_id: UUID) -> ApproverReminded:
    """Remind those whose signature is awaited in this slot, without waiting for the clock."""
    slot = work.session.get(Slot, slot_id)
    if slot is None:
        raise Conflict(Message("This signature is not awaited now."), code="not_awaited")
    return reminded(statement, slot, work, percent=None)


@command(Action.APPROVE_STATEMENT, on=Statement)
def withdraw_answer(statement: Statement, work: Work) -> AnswerWithdrawn:
    """Take back one's answer, until release."""
    withdrawn = statement.withdraw_answer(work.actor, at=work.now)
    await_signatures(statement, work)
    return withdrawn


@command(Action.APPROVE_STATEMENT, on=Statement)
def resolve_objection(statement: Statement, work: Work, *, resolution: str) -> ObjectionResolved:
    """Say that one's own objection is settled; the signature is still to be given."""
    resolved = statement.resolve(work.actor, resolution=resolution, at=work.now)
    await_signatures(statement, work)
    return resolved


@command(Action.OVERRULE_OBJECTION, on=Statement)
def overrule_objection(
    statement: Statement, work: Work, *, slot_id: UUID, rationale: str
) -> ObjectionResolved:
    """Go on over an objection; the dissent stays on record."""
    resolved = statement.overrule(slot_id, work.actor, rationale=rationale, at=work.now)
    await_signatures(statement, work)
    return resolved


@command(Action.COMMENT_STATEMENT, on=Statement)
def comment_statement(statement: Statement, work: Work, *, text: str) -> CommentAdded:
    """Remark on the text, for whoever writes the next version."""
    version = len(statement.versions)
    work.session.add(
        Comment(
            incident_id=statement.incident_id,
            statement_id=statement.id,
            version=version,
            person_id=work.actor.id,
            at=work.now,
            text=text,
        )
    )
    return CommentAdded(
        statement_id=statement.id, number=statement.number, version=version, text=text
    )


@command(Action.RELEASE_STATEMENT, on=Statement)
def release_statement(
    statement: Statement,
    work: Work,
    *,
    version: int,
    channels: Sequence[str],
    next_update_at: datetime | None,
) -> StatementReleased:
    """Let the signed text out in every language that was signed."""
    _must_promise_future(next_update_at, work.now)
    _must_run(work.session.get_one(Incident, statement.incident_id))
    released = statement.release(
        version=version,
        channels=list(channels),
        next_update_at=next_update_at,
        by=work.actor.id,
        at=work.now,
    )
    must_be_as_told(work.session, statement, _out(statement))
    _end_earlier(statement, work)
    await_signatures(statement, work)
    await_next_update(statement, work, next_update_at)
    return released


@command(Action.SHARE_STATEMENT, on=Statement)
def share_statement(statement: Statement, work: Work, *, version: int) -> StatementReleased:
    """Hand a signed text that is never published (lines to take, questions and answers) to those
    who speak; unlike a release, the media officer may do it too.

    Raises `Conflict` (`public`) for a text that is released instead.
    """
    if Type(statement.type) not in NEVER_PUBLIC:
        raise Conflict(Message("This text is for the public: release it."), code="public")
    _must_run(work.session.get_one(Incident, statement.incident_id))
    shared = statement.release(
        version=version, channels=[], next_update_at=None, by=work.actor.id, at=work.now
    )
    must_be_as_told(work.session, statement, _out(statement))
    await_signatures(statement, work)
    return shared


@command(Action.ASK_EMERGENCY, on=Statement)
def ask_emergency(
    statement: Statement, work: Work, *, ground: Ground, justification: str
) -> EmergencyAsked:
    """The first of two people asks that the text go out before everybody signed."""
    incident = work.session.get_one(Incident, statement.incident_id)
    return statement.ask_emergency(
        ground=ground,
        justification=justification,
        level=incident.level,
        by=work.actor.id,
        directs=_directs(work),
        at=work.now,
        findings=_findings(statement, incident, work, issued_at=work.now),
    )


@command(Action.CONFIRM_EMERGENCY, on=Statement)
def confirm_emergency(
    statement: Statement,
    work: Work,
    *,
    version: int,
    text_hash: str,
    channels: Sequence[str],
    next_update_at: datetime | None,
) -> StatementReleased:
    """The second person lets it out; a ratification is due within the hour."""
    _must_promise_future(next_update_at, work.now)
    _must_run(work.session.get_one(Incident, statement.incident_id))
    released = statement.confirm_emergency(
        version=version,
        text_hash=text_hash,
        channels=list(channels),
        next_update_at=next_update_at,
        by=work.actor.id,
        directs=_directs(work),
        at=work.now,
    )
    must_be_as_told(work.session, statement, _out(statement))
    _end_earlier(statement, work)
    await_signatures(statement, work)
    await_ratification(statement, work)
    await_next_update(statement, work, next_update_at)
    return released


@command(Action.RATIFY_EMERGENCY, on=Statement)
def ratify_emergency(
    statement: Statement, work: Work, *, ratified: bool, reason: str | None = None
) -> EmergencyJudged:
    """Stand behind an emergency release afterwards, or ask for its correction.

    For the director or the cabinet office, and never for one of the two who released it.
    """
    ministry = work.actor.ministry_id and work.session.get(Ministry, work.actor.ministry_id)
    if not _directs(work) and (not ministry or ministry.kind != Kind.CABINET_OFFICE):
        raise Forbidden(Message("This is for the director or the cabinet office."))
    verdict = statement.ratify(ratified=ratified, reason=reason, by=work.actor.id, at=work.now)
    stop_awaiting_ratification(statement, work)
    return verdict


@command(Action.RELEASE_STATEMENT, on=Statement)
def withdraw_statement(statement: Statement, work: Work, *, reason: str) -> StatementWithdrawn:
    """Give it up before it went out."""
    withdrawn = statement.withdraw(reason=reason, at=work.now)
    await_signatures(statement, work)
    return withdrawn


@command(Action.RELEASE_STATEMENT, on=Statement)
def note_evidence(
    statement: Statement, work: Work, *, channel: str, evidence: str
) -> EvidenceNoted:
    """Say where the released text can be seen on a channel."""
    return statement.note_evidence(channel, evidence)


@command(Action.DRAFT_STATEMENT, on=Statement)
def prepare_correction(
    statement: Statement, work: Work, *, what_was_wrong: dict[Language, str]
) -> StatementCreated:
    """Begin a correction: what was wrong, what is right and why, then the text that was released.

    The right and the reason are left as places to fill, and nothing can be submitted before they
    are. Audience and channels are those of the text it corrects.
    """
    released = _out(statement).text
    return _begin_about(
        statement,
        work,
        replace(
            released,
            type=Type.CORRECTION,
            bodies=_put_before(
                released, opening_of_correction(_told_of(statement, work, what_was_wrong))
            ),
            correction=Correction(
                corrects=statement.id,
                what_was_wrong=what_was_wrong,
                since=_released_at(statement),
            ),
            next_update_at=None,
        ),
    )


@command(Action.DRAFT_STATEMENT, on=Statement)
def prepare_retraction(
    statement: Statement, work: Work, *, reason: dict[Language, str]
) -> StatementCreated:
    """Begin the retraction of what was released."""
    return _begin_about(
        statement,
        work,
        replace(
            _out(statement).text,
            type=Type.RETRACTION,
            retraction=Retraction(retracts=statement.id, reason=reason),
            next_update_at=None,
        ),
    )


@command(Action.TRANSLATE_STATEMENT, on=Statement)
def write_rendition(
    statement: Statement, work: Work, *, language: Language, content: Content
) -> RenditionWritten:
    """Write the text of the current version in one more language; it alters nothing approved."""
    version = statement.signed_version()
    if language in version.text.languages:
        raise Conflict(Message("The signed text already has this language."), code="already")
    if content.languages != (language,):
        raise Invalid(
            Message("A translation is written in its own language only."), code="other_language"
        )
    must_be_filled(content)
    frozen = canonical_bytes(content)
    found = _rendition(work.session, version.id, language)
    if found is not None and found.released_at:
        raise Conflict(Message("This translation was released."), code="released")
    row = found or Rendition(
        id=new_id(),
        incident_id=statement.incident_id,
        statement_id=statement.id,
        version_id=version.id,
        language=language,
    )
    row.content, row.sha256 = frozen, fingerprint(frozen)
    row.translator_id, row.translated_at = work.actor.id, work.now
    row.reviewer_id = row.reviewed_at = None
    work.session.add(row)
    return RenditionWritten(
        statement_id=statement.id,
        number=statement.number,
        version=version.number,
        language=language,
        text_hash=row.sha256,
    )


@command(Action.REVIEW_TRANSLATION, on=Statement)
def review_rendition(
    statement: Statement, work: Work, *, language: Language, text_hash: str
) -> RenditionReviewed:
    """Vouch for a translation; never its translator."""
    row = _rendition(work.session, statement.signed_version().id, language)
    if row is None:
        raise Conflict(Message("There is no translation into this language."), code="missing")
    if row.released_at:
        raise Conflict(Message("This translation was released."), code="released")
    if row.translator_id == work.actor.id:
        raise Forbidden(Message("Nobody reviews their own translation."), code="author")
    if row.sha256 != text_hash:
        raise Conflict(
            Message("The text changed after you opened it. Please read it again."),
            code="stale_version",
        )
    row.reviewer_id, row.reviewed_at = work.actor.id, work.now
    return RenditionReviewed(
        statement_id=statement.id,
        number=statement.number,
        language=language,
        text_hash=row.sha256,
    )


@command(Action.RELEASE_STATEMENT, on=Statement)
def release_rendition(
    statement: Statement, work: Work, *, language: Language, channels: Sequence[str]
) -> RenditionReleased:
    """Let a reviewed translation of what was released out, unless that was taken back since."""
    version = statement.released
    row = version and _rendition(work.session, version.id, language)
    if version is None or not row or row.reviewed_at is None:
        raise Conflict(Message("This translation was not reviewed yet."), code="not_reviewed")
    if row.released_at:
        raise Conflict(Message("This translation was released."), code="released")
    if statement.ended_as in {State.CORRECTED, State.RETRACTED}:
        raise Conflict(
            Message("The statement was corrected or retracted since."), code="taken_back"
        )
    version.must_be_as_signed()
    version.must_allow(list(channels))
    must_be_reviewed_as_told(work.session, statement, row)
    row.released_at, row.channels = work.now, dict.fromkeys(channels)
    return RenditionReleased(
        statement_id=statement.id,
        number=statement.number,
        language=language,
        text_hash=row.sha256,
        channels=list(channels),
    )


def _directs(work: Work) -> bool:
    held = work.actor.duties.get(work.case.id, frozenset()) if work.case else frozenset()
    return Duty.DIRECTOR in held


def _begin(
    incident: Incident,
    work: Work,
    content: Content,
    *,
    template: str | None = None,
    about: Statement | None = None,
) -> StatementCreated:
    _must_run(incident)
    last = select(func.max(Statement.number)).where(Statement.incident_id == incident.id)
    statement = Statement(
        id=new_id(),
        incident_id=incident.id,
        number=(work.session.scalar(last) or 0) + 1,
        type=content.type,
        draft=canonical_bytes(content),
        revision=1,
        editors=[str(work.actor.id)],
        created_by=work.actor.id,
        created_at=work.now,
        corrects_id=about.id if about and content.correction else None,
        retracts_id=about.id if about and content.retraction else None,
        versions=[],
        waivers=[],
    )
    work.session.add(statement)
    return StatementCreated(
        statement_id=statement.id,
        number=statement.number,
        type=content.type,
        template=template,
        about_id=about.id if about else None,
    )


def _begin_about(statement: Statement, work: Work, content: Content) -> StatementCreated:
    incident = work.session.get_one(Incident, statement.incident_id)
    return _begin(incident, work, content, about=statement)


def _told_of(
    statement: Statement, work: Work, what_was_wrong: dict[Language, str]
) -> dict[str, Value]:
    zone = ZoneInfo(work.session.get_one(Incident, statement.incident_id).zone)
    return {
        "ref_old": {each: f"{word}{statement.number}" for each, word in _STATEMENT.items()},
        "time_old": _released_at(statement).astimezone(zone).strftime("%H:%M"),
        "wrong": {language: " ".join(text.split()) for language, text in what_was_wrong.items()},
    }


_STATEMENT: Final[Texts] = {"ar": "", "en": "statement ", "fr": "communiqué "}
"""As the opening of a correction needs it: in Arabic the word stands there already."""


def _put_before(content: Content, opening: Texts) -> dict[Language, tuple[Paragraph, ...]]:
    return {
        language: (*paragraphs_of(opening[language]), *body)
        for language, body in content.bodies.items()
    }


def _out(statement: Statement) -> Version:
    if statement.released is None:
        raise Conflict(Message("It was not released."), code="not_released")
    return statement.released


def _released_at(statement: Statement) -> datetime:
    at = _out(statement).released_at
    assert at is not None, "what is out went out at a time"
    return at


def _findings(
    statement: Statement, incident: Incident, work: Work, *, issued_at: datetime
) -> list[dict[str, Any]]:
    office = work.session.get_one(Office, OFFICE_ID)
    context = LintContext(
        level=incident.level,
        now=work.now,
        zone=incident.zone,
        country=office.country,
        issued_at=issued_at,
        level_since=incident.level_since,
        official_numbers=frozenset({office.duty_phone} if office.duty_phone else ()),
        stale=frozenset((each.language, each.paragraph) for each in statement.outdated),
    )
    return [each.as_json() for each in check(statement.content, context)]


def _must_run(incident: Incident) -> None:
    if incident.status not in {Status.OPEN, Status.STANDING_DOWN}:
        raise Conflict(Message("The incident is not running."), code="closed")


def _must_promise_future(next_update_at: datetime | None, now: datetime) -> None:
    if next_update_at is not None and next_update_at <= now:
        past = Message("The next update must lie ahead.")
        raise Invalid(past, fields={"next_update_at": past})


def _check_slots(session: Session, slots: Sequence[SlotSpec]) -> None:
    for spec in slots:
        if (spec.ministry_id is None) == (not spec.duties):
            raise Invalid(
                Message("A signature belongs to an entity or to a role."), code="bad_slot"
            )
        ministry = spec.ministry_id and session.get(Ministry, spec.ministry_id)
        if spec.ministry_id and (not ministry or not ministry.active):
            wrong = Message("Choose an active entity.")
            raise Invalid(wrong, fields={"ministries": wrong})


def _end_earlier(statement: Statement, work: Work) -> None:
    """Mark what this release overtakes: the corrected or retracted text, or the last update."""
    for about_id, state in (
        (statement.corrects_id, State.CORRECTED),
        (statement.retracts_id, State.RETRACTED),
    ):
        if about_id:
            work.session.get_one(Statement, about_id).end(state, statement)
    if statement.corrects_id or statement.retracts_id or not statement.overtakes:
        return
    earlier = select(Statement).where(
        Statement.incident_id == statement.incident_id, Statement.id != statement.id
    )
    for each in work.session.scalars(earlier):
        if each.overtakes and each.state is State.RELEASED:
            each.end(State.SUPERSEDED, statement)


def _rendition(session: Session, version_id: UUID, language: str) -> Rendition | None:
    return session.scalar(
        select(Rendition).where(Rendition.version_id == version_id, Rendition.language == language)
    )
