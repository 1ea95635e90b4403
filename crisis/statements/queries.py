"""What people are shown of statements: who writes one, who signs one, who watches it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.incidents.queries import case_of
from crisis.incidents.states import Status
from crisis.kernel import clock
from crisis.kernel.command import query
from crisis.kernel.database import reading
from crisis.kernel.errors import NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.words import Message
from crisis.people.model import Audience, Kind, Ministry, Office, in_language
from crisis.policy import Action, Actor, Case, Duty, allows
from crisis.statements.content import (
    LANGUAGES,
    Content,
    Language,
    Paragraph,
    Texts,
    code_of,
    fingerprint,
    readable,
)
from crisis.statements.diff import ContentDiff, diff_contents
from crisis.statements.elements import element_names, elements_found
from crisis.statements.forms_of_text import (
    ShortForm,
    reading_seconds,
    short_form,
    word_count,
)
from crisis.statements.lint import Finding, LintContext, can_be_waived, check
from crisis.statements.model import (
    Answer,
    Comment,
    GivenAnswer,
    Outcome,
    Rendition,
    Slot,
    State,
    Statement,
    Version,
)
from crisis.statements.sms import SmsLength, sms_length
from crisis.statements.translations import Outdated, Place
from crisis.timeline.naming import Naming, plugged

_ORDER: Final[tuple[Language, ...]] = LANGUAGES
SIGNED_WITHIN: Final = timedelta(minutes=30)
OPEN: Final = frozenset(
    {
        State.DRAFT,
        State.IN_REVIEW,
        State.PENDING,
        State.CHANGES_REQUESTED,
        State.OBJECTED,
        State.REFUSED,
        State.APPROVED,
    }
)
"""States in which something is still to be done before a text goes out."""
_SIGNED_NOW: Final = OPEN - {State.DRAFT, State.IN_REVIEW}


@dataclass(frozen=True)
class Seal:
    """A signature that is needed, and how far it is."""

    slot_id: UUID
    ministry_id: UUID | None
    ministry: str
    duties: list[Duty]
    stage: int
    state: str
    """`asked`, `later` (its stage is still to come), `opened`, `waived`, or what was answered."""
    at: datetime
    """Since when that is so."""
    by: str
    reason: str | None
    settled: str | None
    """How an objection was settled, or why it was overruled."""


@dataclass(frozen=True)
class VersionView:
    """A frozen text and its signatures."""

    number: int
    sha256: str
    code: str
    by: str
    submitted_at: datetime
    deadline_at: datetime
    state: State
    seals: list[Seal]
    approvals: int
    is_current: bool
    """Whether the draft still says exactly this."""

    @property
    def needed(self) -> int:
        return len(self.seals)


@dataclass(frozen=True)
class Row:
    """One paragraph in every language, and the ministry it belongs to."""

    number: int
    owner_id: UUID | None
    owner: str
    texts: Texts


@dataclass(frozen=True)
class CommentView:
    """A remark."""

    version: int
    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class FindingView:
    """Something the rules found, and whether it was let pass."""

    rule: str
    severity: str
    message: str
    language: str | None
    paragraph: int | None
    excerpt: str
    waivable: bool
    waiver: str
    """Empty, `asked`, `granted` or `denied`."""
    why: str


@dataclass(frozen=True)
class Lengths:
    """How long a text is in one language."""

    language: Language
    words: int
    seconds: int
    sms: SmsLength


@dataclass(frozen=True)
class Checked:
    """What the rules and the counters say of a text."""

    findings: list[FindingView]
    elements: list[tuple[str, bool]]
    lengths: list[Lengths]
    short: ShortForm

    @property
    def blocking(self) -> list[FindingView]:
        found = [each for each in self.findings if each.severity == "block"]
        return [each for each in found if each.waiver != "granted"]

    @property
    def carried(self) -> int:
        """How many of the six elements are there."""
        return sum(there for _name, there in self.elements)


@dataclass(frozen=True)
class ReleaseView:
    """How a text went out, and what became of it."""

    version: int
    at: datetime
    by: str
    next_update_at: datetime | None
    channels: dict[str, str | None]
    emergency: dict[str, Any] | None
    ratify_due_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class RenditionView:
    """A translation made after approval."""

    language: Language
    version: int
    sha256: str
    title: str
    paragraphs: list[str]
    translator: str
    translator_id: UUID
    reviewer: str
    reviewed_at: datetime | None
    released_at: datetime | None


@dataclass(frozen=True)
class Summary:
    """A statement in a list."""

    id: UUID
    number: int
    type: str
    title: str
    state: State
    version: int
    approvals: int
    needed: int
    at: datetime
    languages: tuple[Language, ...]
    ended_by: int | None
    corrects: int | None
    retracts: int | None
    next_update_at: datetime | None
    code: str
    lead: str
    """How it begins."""
    seals: list[Seal]


@dataclass(frozen=True)
class Head:
    """The incident a statement belongs to."""

    id: UUID
    ref: str
    title: str
    level: int
    status: str
    zone: str
    drill: bool
    runs: bool


@dataclass(frozen=True)
class StatementView:
    """Everything the pages of one statement show."""

    incident: Head
    id: UUID
    number: int
    type: str
    state: State
    revision: int
    content: Content
    title: str
    rows: list[Row]
    versions: list[VersionView]
    comments: list[CommentView]
    editors: list[str]
    released: ReleaseView | None
    renditions: list[RenditionView]
    ended_by: int | None
    corrects: int | None
    retracts: int | None
    emergency: dict[str, Any] | None
    """What the first of two people asked for, while the second has not answered."""
    outdated: dict[Place, Outdated]
    """Translations in the draft whose original changed since, by where they stand."""
    contents: dict[int, Content] = field(repr=False)
    """By version, what it says."""

    @property
    def latest(self) -> VersionView | None:
        return self.versions[0] if self.versions else None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def voids(self) -> int:
        """How many approvals the next submission ends."""
        return self.latest.approvals if self.latest else 0

    @property
    def next_version(self) -> int:
        return len(self.versions) + 1


@dataclass(frozen=True)
class Panel:
    """What the room shows of statements."""

    current: StatementView | None
    checked: Checked | None
    others: list[Summary]


@dataclass(frozen=True)
class Promise:
    """That we speak again, and when."""

    number: int
    due_at: datetime
    missed: bool


@dataclass(frozen=True)
class Pin:
    """A statement on the axis of an incident: gone out, or due."""

    number: int | None
    """None for what is due: the next number may go to a text that never goes out."""
    at: datetime
    is_due: bool


@dataclass(frozen=True)
class Signing:
    """A version that is out for signatures: `version` of statement `number`."""

    number: int
    version: int
    seals: list[Seal]

    @property
    def approvals(self) -> int:
        return sum(each.state in {Answer.APPROVE, "waived"} for each in self.seals)


@dataclass(frozen=True)
class Request:
    """What the approval page shows one person."""

    statement: StatementView
    version: VersionView | None
    seal: Seal | None
    """The signature that waits for this person."""
    given: Seal | None
    """What they answered for this version."""
    given_answer: str
    is_author: bool
    being_edited: bool
    last_approved: int | None
    last_approved_at: datetime | None
    diff: ContentDiff | None
    own_changed: bool
    must_open: bool
    remaining: int


@dataclass(frozen=True)
class Waiting:
    """Something on somebody's desk."""

    kind: str
    """`sign`, `unsent`, `blocked`, `emergency` (a second person) or `ratify`."""
    statement_id: UUID
    ref: str
    number: int
    version: int
    title: str
    incident: str
    due_at: datetime | None
    zone: str


# ── one statement ────────────────────────────────────────────────────────────────────────────────


@query(Action.FOLLOW_INCIDENT, on=Incident)
def statements_of(incident: Incident, session: Session, *, language: str) -> list[Summary]:
    """Every statement of an incident, newest first."""
    return _summaries(_all(session, incident.id), _naming(session, language))


@query(Action.FOLLOW_INCIDENT, on=Incident)
def read_statement(
    incident: Incident, session: Session, *, number: int, language: str
) -> StatementView:
    """One statement by its number. Raises `NotFound`."""
    return _view(
        session, incident, _numbered(session, incident.id, number), _naming(session, language)
    )


@query(Action.FOLLOW_INCIDENT, on=Incident)
def checked(incident: Incident, session: Session, *, number: int, language: Language) -> Checked:
    """What the rules find in the draft, in the reader's language."""
    statement = _numbered(session, incident.id, number)
    return _checked(session, incident, statement, statement.content, language)


@query(Action.FOLLOW_INCIDENT, on=Incident)
def promised(incident: Incident, session: Session) -> Promise | None:
    """When this incident speaks again, as it promised; None when nothing is promised."""
    return promise_of(_all(session, incident.id))


@query(Action.FOLLOW_INCIDENT, on=Incident)
def audiences(_incident: Incident, session: Session, *, language: str) -> list[tuple[str, str]]:
    """The audiences a statement can be for: code and name."""
    found = session.scalars(select(Audience).order_by(Audience.code))
    return [(each.code, in_language(each.name, language)) for each in found]


@query(Action.FOLLOW_INCIDENT, on=Statement)
def read_request(
    statement: Statement,
    session: Session,
    *,
    by: Actor,
    language: str,
    since: int | None = None,
) -> Request:
    """The statement as one approver meets it; `since`: the version they were just reading."""
    incident = session.get_one(Incident, statement.incident_id)
    view = _view(session, incident, statement, _naming(session, language))
    latest, slot = statement.latest, statement.waiting_for(by)
    mine = _answered(latest, by.id) if latest else None
    before = _last_approval(statement, by.id)
    compared = _earlier(view, since or (before[0].number if before else None))
    current = latest.text if latest else None
    changed = diff_contents(compared, current) if compared and current else None
    seals = {each.slot_id: each for each in view.versions[0].seals} if view.versions else {}
    return Request(
        statement=view,
        version=view.latest,
        seal=seals.get(slot.id) if slot else None,
        given=seals.get(mine[0].id) if mine else None,
        given_answer=mine[1].answer if mine else "",
        is_author=bool(latest and str(by.id) in latest.authors),
        being_edited=bool(latest and view.state is State.DRAFT),
        last_approved=before[0].number if before else None,
        last_approved_at=before[1].at if before else None,
        diff=changed,
        own_changed=bool(changed and by.ministry_id and changed.touches(by.ministry_id)),
        must_open=slot is not None and slot.opened_at is None,
        remaining=len(latest.unfilled) if latest else 0,
    )


def waiting(actor: Actor, language: str) -> list[Waiting]:
    """What waits for this person: signatures, texts to send, texts of theirs that are held up."""
    with reading() as session:
        rows = session.scalars(
            select(Statement).where(
                Statement.incident_id.in_(list(actor.duties)),
                Statement.withdrawn_at.is_(None),
                Statement.ended_as.is_(None),
            )
        ).all()
        about = select(Incident).where(Incident.id.in_({each.incident_id for each in rows}))
        incidents = {each.id: each for each in session.scalars(about)}
        found = [
            _waiting(kind, each, incidents[each.incident_id], language)
            for each in rows
            if (kind := _wanted(session, each, incidents[each.incident_id], actor))
        ]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at))


# ── what everybody in the room may see ───────────────────────────────────────────────────────────


def written_in(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, list[Statement]]:
    """By incident its statements, the newest first; however many incidents, as many queries."""
    wanted = select(Statement).where(Statement.incident_id.in_(incident_ids))
    found: dict[UUID, list[Statement]] = {each: [] for each in incident_ids}
    for each in session.scalars(wanted.order_by(Statement.number.desc())):
        found[each.incident_id].append(each)
    return found


def panel(
    session: Session, incident: Incident, found: Sequence[Statement], naming: Naming
) -> Panel:
    """The statement that is being agreed on, else the last one; and the others."""
    shown = next((each for each in found if each.state in OPEN), found[0] if found else None)
    if shown is None:
        return Panel(None, None, [])
    language: Language = next(each for each in LANGUAGES if each == naming.language)
    latest = shown.latest
    content = shown.content if shown.state is State.DRAFT or latest is None else latest.text
    return Panel(
        current=_view(session, incident, shown, naming),
        checked=_checked(session, incident, shown, content, language),
        others=[each for each in _summaries(found, naming) if each.number != shown.number],
    )


def promise_of(found: Sequence[Statement]) -> Promise | None:
    """The next update that was promised last; whoever speaks of the situation again renews it.

    A correction says what was wrong, and leaves the promise standing unless it makes its own.
    """
    out = [
        (version.released_at, each.number, version.next_update_at)
        for each in found
        if (version := each.released)
        and version.released_at
        and (each.overtakes or version.next_update_at)
    ]
    if not out:
        return None
    _released_at, number, promised = max(out, key=lambda told: told[:2])
    return Promise(number, promised, promised <= clock.now()) if promised else None


def pins_of(found: Sequence[Statement]) -> list[Pin]:
    """Statements on the axis of time: those that went out, and the one that is promised."""
    gone = [
        Pin(each.number, out.released_at, is_due=False)
        for each in reversed(found)
        if (out := each.released) and out.released_at
    ]
    promised = promise_of(found)
    if promised is None:
        return gone
    return [*gone, Pin(None, promised.due_at, is_due=True)]


def to_sign(found: Sequence[Statement], by: Actor) -> UUID | None:
    """The statement that waits for this person's signature, if one does."""
    for each in found:
        latest = each.latest
        if latest and each.waiting_for(by) and str(by.id) not in latest.authors:
            return each.id
    return None


def signing(found: Sequence[Statement], naming: Naming) -> Signing | None:
    """The newest version that waits for signatures or was stopped by an answer; else None."""
    for each in found:
        latest = each.latest
        if latest and each.state in _SIGNED_NOW:
            seals = [_seal(slot, latest, naming) for slot in latest.slots]
            return Signing(each.number, latest.number, seals)
    return None


def unsent(found: Sequence[Statement]) -> list[int]:
    """Statements that everybody signed and nobody has sent."""
    return [each.number for each in found if each.state is State.APPROVED]


# ── putting it together ──────────────────────────────────────────────────────────────────────────


def _all(session: Session, incident_id: UUID) -> Sequence[Statement]:
    return written_in(session, [incident_id])[incident_id]


def _numbered(session: Session, incident_id: UUID, number: int) -> Statement:
    found = session.scalar(
        select(Statement).where(Statement.incident_id == incident_id, Statement.number == number)
    )
    if found is None:
        raise NotFound(Message("There is no such page, or it is not open to you."))
    return found


def _naming(session: Session, language: str) -> Naming:
    return Naming(language, plugged.directory(session))


def _view(
    session: Session, incident: Incident, statement: Statement, naming: Naming
) -> StatementView:
    latest = statement.latest
    pending = latest.emergency if latest and statement.released is None else None
    return StatementView(
        incident=head_of(incident, naming.language),
        id=statement.id,
        number=statement.number,
        type=statement.type,
        state=statement.state,
        revision=statement.revision,
        content=statement.content,
        title=title_in(statement.content, naming.language),
        rows=rows_of(statement.content, naming),
        versions=[_version(each, statement, naming) for each in reversed(statement.versions)],
        comments=_comments(session, statement.id, naming),
        editors=[naming.person(each) for each in statement.editors],
        released=_release(statement, naming),
        renditions=_renditions(session, statement.id, naming),
        ended_by=_number_of(session, statement.ended_by_id),
        corrects=_number_of(session, statement.corrects_id),
        retracts=_number_of(session, statement.retracts_id),
        emergency=_asked_in_emergency(pending, naming),
        outdated={(each.language, each.paragraph): each for each in statement.outdated},
        contents={each.number: each.text for each in statement.versions},
    )


def rows_of(content: Content, naming: Naming) -> list[Row]:
    """The paragraphs side by side, the first of each language together."""
    columns = [content.bodies.get(language, ()) for language in _ORDER]
    return [_row(number, cells, naming) for number, cells in enumerate(zip_longest(*columns), 1)]


def title_in(content: Content, language: str) -> str:
    """The title, in another language when it has none in this one."""
    names = {str(each): title for each, title in content.titles.items()}
    return in_language(names, language) if names else ""


def _row(number: int, cells: Iterable[Paragraph | None], naming: Naming) -> Row:
    present = dict(zip(_ORDER, cells, strict=True))
    owner = next((each.owner_ministry_id for each in present.values() if each), None)
    return Row(
        number=number,
        owner_id=owner,
        owner=naming.ministry(owner),
        texts={language: each.text if each else "" for language, each in present.items()},
    )


def head_of(incident: Incident, language: str) -> Head:
    return Head(
        id=incident.id,
        ref=incident.ref,
        title=in_language(incident.title, language),
        level=incident.level,
        status=incident.status,
        zone=incident.zone,
        drill=incident.is_exercise,
        runs=incident.status in {Status.OPEN, Status.STANDING_DOWN},
    )


def _version(version: Version, statement: Statement, naming: Naming) -> VersionView:
    return VersionView(
        number=version.number,
        sha256=version.sha256,
        code=code_of(version.sha256),
        by=naming.person(version.submitted_by),
        submitted_at=version.submitted_at,
        deadline_at=version.deadline_at,
        state=version.state,
        seals=[_seal(each, version, naming) for each in version.slots],
        approvals=sum(each.is_filled for each in version.slots),
        is_current=version.revision == statement.revision,
    )


def _seal(slot: Slot, version: Version, naming: Naming) -> Seal:
    given = slot.given
    state, at = _state_of(slot, version, given)
    return Seal(
        slot_id=slot.id,
        ministry_id=slot.ministry_id,
        ministry=naming.ministry(slot.ministry_id),
        duties=[Duty(each) for each in slot.duties],
        stage=slot.stage,
        state=state,
        at=at,
        by=naming.person(given.person_id) if given else _opener(slot, naming),
        reason=given.reason if given else None,
        settled=given.resolution if given else None,
    )


def _opener(slot: Slot, naming: Naming) -> str:
    return naming.person(slot.opened_by) if slot.opened_by else ""


def _state_of(slot: Slot, version: Version, given: GivenAnswer | None) -> tuple[str, datetime]:
    if slot.waived and given:
        return "waived", given.resolved_at or given.at
    if given and (slot.blocks or given.answer == Answer.APPROVE):
        return given.answer, given.at
    if slot.opened_at:
        return "opened", slot.opened_at
    return ("asked" if slot.stage <= version.stage else "later"), version.submitted_at


def _comments(session: Session, statement_id: UUID, naming: Naming) -> list[CommentView]:
    rows = session.scalars(
        select(Comment).where(Comment.statement_id == statement_id).order_by(Comment.at.desc())
    )
    return [
        CommentView(each.version, naming.person(each.person_id), each.at, each.text)
        for each in rows
    ]


def _release(statement: Statement, naming: Naming) -> ReleaseView | None:
    out = statement.released
    if out is None or out.released_at is None:
        return None
    return ReleaseView(
        version=out.number,
        at=out.released_at,
        by=naming.person(out.released_by) if out.released_by else "",
        next_update_at=out.next_update_at,
        channels=dict(out.channels or {}),
        emergency=_asked_in_emergency(out.emergency if out.outcome else None, naming),
        ratify_due_at=out.ratify_due_at,
        outcome=out.outcome,
    )


def _asked_in_emergency(told: dict[str, Any] | None, naming: Naming) -> dict[str, Any] | None:
    if not told:
        return None
    second = told.get("second")
    return {
        **told,
        "first_id": UUID(told["first"]),
        "first": naming.person(told["first"]),
        "second": naming.person(second) if second else "",
        "asked_at": datetime.fromisoformat(told["asked_at"]),
    }


def _renditions(session: Session, statement_id: UUID, naming: Naming) -> list[RenditionView]:
    rows = session.scalars(select(Rendition).where(Rendition.statement_id == statement_id)).all()
    versions = {each.id: each.number for each in session.scalars(_versions_of(statement_id))}
    return [_rendition(each, versions[each.version_id], naming) for each in rows]


def _versions_of(statement_id: UUID) -> Any:
    return select(Version).where(Version.statement_id == statement_id)


def _rendition(row: Rendition, version: int, naming: Naming) -> RenditionView:
    content = readable(row.content)
    language: Language = next(each for each in LANGUAGES if each == row.language)
    return RenditionView(
        language=language,
        version=version,
        sha256=row.sha256,
        title=content.titles.get(language, ""),
        paragraphs=[each.text for each in content.bodies.get(language, ())],
        translator=naming.person(row.translator_id),
        translator_id=row.translator_id,
        reviewer=naming.person(row.reviewer_id) if row.reviewer_id else "",
        reviewed_at=row.reviewed_at,
        released_at=row.released_at,
    )


def _number_of(session: Session, statement_id: UUID | None) -> int | None:
    if statement_id is None:
        return None
    return session.scalar(select(Statement.number).where(Statement.id == statement_id))


def _summaries(found: Sequence[Statement], naming: Naming) -> list[Summary]:
    numbers = {each.id: each.number for each in found}
    return [_summary(each, numbers, naming) for each in found]


def _summary(statement: Statement, numbers: dict[UUID, int], naming: Naming) -> Summary:
    latest, out = statement.latest, statement.released
    content = out.text if out else statement.content
    at = out.released_at if out else latest.submitted_at if latest else None
    return Summary(
        id=statement.id,
        number=statement.number,
        type=statement.type,
        title=title_in(content, naming.language),
        state=statement.state,
        version=latest.number if latest else 0,
        approvals=sum(each.is_filled for each in latest.slots) if latest else 0,
        needed=len(latest.slots) if latest else 0,
        at=at or statement.created_at,
        languages=content.languages,
        ended_by=numbers.get(statement.ended_by_id) if statement.ended_by_id else None,
        corrects=numbers.get(statement.corrects_id) if statement.corrects_id else None,
        retracts=numbers.get(statement.retracts_id) if statement.retracts_id else None,
        next_update_at=out.next_update_at if out else None,
        code=code_of(frozen.sha256) if (frozen := out or latest) else "",
        lead=_lead(content, naming.language),
        seals=[_seal(each, latest, naming) for each in latest.slots] if latest else [],
    )


def _lead(content: Content, language: str) -> str:
    """The first paragraph, in another language when it has none in this one."""
    spoken = language if language in content.languages else next(iter(content.languages), "")
    bodies = {str(code): body for code, body in content.bodies.items()}
    return next((each.text for each in bodies.get(spoken, ()) if each.text), "")


# ── checks ───────────────────────────────────────────────────────────────────────────────────────


def _checked(
    session: Session,
    incident: Incident,
    statement: Statement,
    content: Content,
    language: Language,
) -> Checked:
    original: Language = content.languages[0] if content.languages else language
    names = element_names()
    there = elements_found(content, original)
    return Checked(
        findings=[
            _finding(each, statement, language)
            for each in check(content, _context(session, incident, statement, content))
        ],
        elements=[(names[each][language], found) for each, found in there.items()],
        lengths=[
            Lengths(
                each,
                word_count(content.text(each)),
                reading_seconds(content.text(each), each),
                sms_length(short_form(content, each).text),
            )
            for each in content.languages
        ],
        short=short_form(content, original),
    )


def _context(
    session: Session, incident: Incident, statement: Statement, content: Content
) -> LintContext:
    office, now = session.get_one(Office, OFFICE_ID), clock.now()
    stale = statement.outdated if content == statement.content else []
    return LintContext(
        level=incident.level,
        now=now,
        zone=incident.zone,
        country=office.country,
        issued_at=now + SIGNED_WITHIN,
        level_since=incident.level_since,
        official_numbers=frozenset({office.duty_phone} if office.duty_phone else ()),
        stale=frozenset((each.language, each.paragraph) for each in stale),
    )


def _finding(found: Finding, statement: Statement, language: Language) -> FindingView:
    asked = [each for each in statement.waivers if each.rule == found.rule]
    waiver = next(
        (each for each in reversed(asked) if each.text_hash == fingerprint(statement.draft)), None
    )
    said = {None: "asked", True: "granted", False: "denied"}
    return FindingView(
        rule=found.rule,
        severity=found.severity,
        message=found.message[language],
        language=found.language,
        paragraph=found.paragraph,
        excerpt=found.excerpt,
        waivable=can_be_waived(found.rule),
        waiver=said[waiver.granted] if waiver else "",
        why=waiver.reason if waiver else "",
    )


# ── one person and a statement ───────────────────────────────────────────────────────────────────


def _answered(version: Version, person_id: UUID) -> tuple[Slot, GivenAnswer] | None:
    for slot in version.slots:
        given = slot.given
        if given and given.person_id == person_id and given.resolved_at is None:
            return slot, given
    return None


def _last_approval(statement: Statement, person_id: UUID) -> tuple[Version, GivenAnswer] | None:
    """The version before the current one that this person last approved."""
    for version in reversed(statement.versions[:-1]):
        for slot in version.slots:
            given = slot.given
            if given and given.person_id == person_id and given.answer == Answer.APPROVE:
                return version, given
    return None


def _earlier(view: StatementView, number: int | None) -> Content | None:
    newest = view.latest.number if view.latest else 0
    return view.contents.get(number) if number and number < newest else None


def _wanted(session: Session, statement: Statement, incident: Incident, actor: Actor) -> str | None:
    case, latest = case_of(incident), statement.latest
    if not allows(actor, Action.FOLLOW_INCIDENT, case) or latest is None:
        return None
    answered = _answered(latest, actor.id) is not None
    if statement.waiting_for(actor) and str(actor.id) not in latest.authors and not answered:
        return "sign"
    if statement.state is State.APPROVED and allows(actor, Action.RELEASE_STATEMENT, case):
        return "unsent"
    if (kind := _wanted_in_emergency(session, statement, actor, case)) is not None:
        return kind
    held_up = {State.CHANGES_REQUESTED, State.OBJECTED, State.REFUSED}
    if statement.state in held_up and str(actor.id) in latest.authors:
        return "blocked"
    return None


def _wanted_in_emergency(
    session: Session, statement: Statement, actor: Actor, case: Case
) -> str | None:
    """A second person to let it out, or somebody to stand behind it afterwards."""
    out, latest = statement.released, statement.latest
    version = out or latest
    told = version.emergency if version else None
    if not told or str(actor.id) in {told["first"], told.get("second")}:
        return None
    directs = Duty.DIRECTOR in actor.duties.get(case.id, frozenset())
    if out is None:
        may = allows(actor, Action.CONFIRM_EMERGENCY, case) and (directs or told["directed"])
        return "emergency" if may and statement.state in OPEN - {State.DRAFT} else None
    if out.outcome != Outcome.PENDING or not allows(actor, Action.RATIFY_EMERGENCY, case):
        return None
    own = session.get(Ministry, actor.ministry_id) if actor.ministry_id else None
    return "ratify" if directs or (own and own.kind == Kind.CABINET_OFFICE) else None


def _waiting(kind: str, statement: Statement, incident: Incident, language: str) -> Waiting:
    latest = statement.latest
    return Waiting(
        kind=kind,
        statement_id=statement.id,
        ref=incident.ref,
        number=statement.number,
        version=latest.number if latest else 0,
        title=title_in(statement.content, language),
        incident=in_language(incident.title, language),
        due_at=_wanted_by(kind, statement),
        zone=incident.zone,
    )


def _wanted_by(kind: str, statement: Statement) -> datetime | None:
    if kind == "ratify" and statement.released:
        return statement.released.ratify_due_at
    return statement.latest.deadline_at if statement.latest and kind == "sign" else None
