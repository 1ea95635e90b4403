"""Who must be told, and of what, because of a line in an incident's journal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from crisis.alerts.drafts import title_of
from crisis.alerts.due import holders
from crisis.alerts.model import SECOND_PERSON_WITHIN, Alert
from crisis.alerts.notices import Worded, address_of, spoken, worded
from crisis.alerts.outbox import Channel, Delivery, Purpose, State
from crisis.alerts.posting import NewMessage, hold_back, post, say
from crisis.alerts.recipients import Recipient
from crisis.incidents.model import Incident
from crisis.jobs.reactions import Reaction
from crisis.kernel import clock
from crisis.kernel.journal import Line
from crisis.kernel.words import isolated
from crisis.people.model import DutyHolding, DutyProposal, Names, Person, Proposed, in_language
from crisis.policy import LIAISONS, Duty
from crisis.statements.content import LANGUAGES, Language
from crisis.statements.due import awaited_slots, signers
from crisis.statements.model.statement import Statement

RUNS: Final = frozenset({Duty.DIRECTOR, Duty.COORDINATOR})
SOON: Final = 1
LATER: Final = 2
"""Priorities in the outbox. What an answer is awaited to leaves before what is only to be known."""
GATHER: Final = timedelta(seconds=10)
"""The word that somebody must be telephoned waits so long for others who must be, too."""
MOST_NAMES: Final = 50
"""Names that one mail tells at most; all of them are on the page."""
_CALLS: Final = ("alert.unreached", "alert.declined")
"""What leaves somebody to the telephone, if nobody else is asked."""


def ask_signers(session: Session, line: Line) -> None:
    """Everybody who can fill a slot that is asked for now; where nobody can, whoever runs it."""
    _ask_signers(session, line, session.get_one(Statement, UUID(line.facts["statement_id"])))


def ask_newcomer(session: Session, line: Line) -> None:
    """Whoever has just got a duty, by name or with their ministry, for what waits for it."""
    for statement in session.scalars(select(Statement).where(Statement.incident_id == line.stream)):
        _ask_signers(session, line, statement)


def remind_signers(session: Session, line: Line) -> None:
    """Who could sign, and from the last reminder on their deputies; else whoever runs it."""
    statement = session.get_one(Statement, UUID(line.facts["statement_id"]))
    version = statement.latest
    if version is None:
        return
    people, deputies = _ids(line.facts["person_ids"]), _ids(line.facts["deputy_ids"])
    over = version.deadline_at <= line.at
    code = "approval_overdue" if over else "approval_reminder"
    _tell(session, line, people, _signature(code, statement, version.deadline_at))
    _tell(session, line, deputies, _signature("approval_deputy", statement, version.deadline_at))
    if not people and not deputies:
        nobody = _about_statement("approval_nobody", statement, due=version.deadline_at)
        _tell(session, line, holders(session, line.stream, *RUNS), nobody)


def ask_to_take_duty(session: Session, line: Line) -> None:
    """Whoever is asked."""
    code = "duty_handed_over" if line.name == "duty.handover_offered" else "duty_asked"
    proposal = session.get_one(DutyProposal, UUID(line.facts["proposal_id"]))
    _ask(session, line, proposal, code)


def ask_deputy(session: Session, line: Line) -> None:
    """The deputy who is asked instead; without one, whoever handed over or runs the incident."""
    refused = UUID(line.facts["proposal_id"])
    asked = session.scalar(select(DutyProposal).where(DutyProposal.instead_of_id == refused))
    if asked is not None:
        if asked.state == Proposed.OPEN:
            _ask(session, line, asked, "duty_asked")
        return
    from_id = line.facts["from_id"]
    people = [UUID(from_id)] if from_id else holders(session, line.stream, *RUNS)
    facts = {"duty": Duty(line.facts["duty"])}
    _tell(session, line, people, _Notice("duty_open", f"duty:{refused}", facts))


def call_in(session: Session, line: Line) -> None:
    """Everybody who has a duty from the opening on, but for whoever opened it."""
    from_the_start = select(DutyHolding).where(
        DutyHolding.incident_id == line.stream,
        DutyHolding.since <= line.at,
        DutyHolding.person_id != line.actor_id,
    )
    held = session.scalars(from_the_start.order_by(DutyHolding.id)).all()
    for person_id, first in {each.person_id: each for each in reversed(held)}.items():
        facts = {"duty": Duty(first.duty), "level": line.facts["level"]}
        about = f"incident:{line.stream}"
        _tell(session, line, [person_id], _Notice("called_in", about, facts, Purpose.DUTY))


def tell_who_was_named(session: Session, line: Line) -> None:
    """Whoever has a duty without having been asked, and what waits for their signature."""
    person_id = UUID(line.facts["person_id"])
    if person_id != line.actor_id:
        facts = {"duty": Duty(line.facts["duty"])}
        given = _Notice("duty_given", f"incident:{line.stream}", facts, Purpose.DUTY)
        _tell(session, line, [person_id], given)
    ask_newcomer(session, line)


def tell_liaisons(session: Session, line: Line) -> None:
    """The ministries publish the released text on their own accounts; what it puts right goes to
    nobody who has not got it yet."""
    statement = session.get_one(Statement, UUID(line.facts["statement_id"]))
    mends = line.facts["corrects_id"] or line.facts["retracts_id"]
    notice = _about_statement("correction_released" if mends else "released", statement)
    _tell(session, line, holders(session, line.stream, *LIAISONS), notice)
    if mends:
        carrying = select(Alert.id).where(Alert.statement_id == UUID(mends))
        hold_back(session, Delivery.alert_id.in_(carrying), at=line.at)


def tell_of_next_update(session: Session, line: Line) -> None:
    """What was promised is due, or has not come: the coordinator must see to it."""
    statement = session.get_one(Statement, UUID(line.facts["statement_id"]))
    code = "next_update_missed" if line.facts["missed"] else "next_update_soon"
    due = datetime.fromisoformat(line.facts["next_update_at"])
    _tell(
        session,
        line,
        holders(session, line.stream, *RUNS),
        _about_statement(code, statement, due=due),
    )


def tell_of_ratification(session: Session, line: Line) -> None:
    """An emergency release waits for its ratification."""
    statement = session.get_one(Statement, UUID(line.facts["statement_id"]))
    code = "ratification_missed" if line.facts["missed"] else "ratification_soon"
    due = datetime.fromisoformat(line.facts["ratify_due_at"])
    _tell(
        session,
        line,
        holders(session, line.stream, *RUNS),
        _about_statement(code, statement, due=due),
    )


def tell_of_first_statement(session: Session, line: Line) -> None:
    """The public waits for a first word."""
    facts = {"level": line.facts["level"], "percent": line.facts["percent"]}
    notice = _Notice("first_statement_due", line.about, facts)
    _tell(session, line, holders(session, line.stream, *RUNS), notice)


def ask_second_person(session: Session, line: Line) -> None:
    """Everybody who may confirm the alert that waits; one who wrote it is not among them."""
    facts = {"n": line.facts["recipients"], "due": line.at + SECOND_PERSON_WITHIN}
    notice = _about_alert("second_person", session, line, Purpose.CONFIRMATION, **facts)
    _tell(session, line, _ids(line.facts["asked_ids"]), notice)


def tell_of_missing_second_person(session: Session, line: Line) -> None:
    """Nobody confirmed: its writer knows, and the director where lives are at stake."""
    alert = session.get_one(Alert, UUID(line.facts["alert_id"]))
    directors = _ids(line.facts["director_ids"])
    notice = _about_alert("second_person_missing", session, line, n=_asked_for(session, line))
    _tell(session, line, dict.fromkeys([alert.created_by_id, *directors]), notice)


def tell_who_wrote(session: Session, line: Line) -> None:
    """The alert was not confirmed and came back."""
    alert = session.get_one(Alert, UUID(line.facts["alert_id"]))
    notice = _about_alert("alert_sent_back", session, line, reason=line.facts["reason"])
    _tell(session, line, [alert.created_by_id], notice)


def ask_to_call(session: Session, line: Line) -> None:
    """Nobody is left to ask by message: the coordinator, or somebody they send, must telephone.

    Of residents, who may be thousands and have no deputies, that is told once for the whole alert.
    Of several people at once one message tells: see `_renewed`.
    """
    if not _is_call_task(line):
        return
    runs = holders(session, line.stream, *RUNS)
    root = session.get_one(Recipient, UUID(line.facts["root_id"]))
    notice = _about_alert("call_task", session, line, name=root.name)
    if root.person_id is None:
        _tell(session, line, runs, notice, key=f"call:{root.alert_id}")
        return
    told = _renewed(session, line, runs)
    notice = replace(notice, not_before=clock.now() + GATHER)
    _tell(session, line, runs, notice, besides=told)


def tell_who_wants_no_more(session: Session, line: Line) -> None:
    """Somebody on duty asked a machine to stop: a person talks to them."""
    if line.facts["still_told"]:
        notice = _about_alert("stop_asked", session, line, name=line.facts["recipient"])
        _tell(session, line, holders(session, line.stream, *RUNS), notice)


def tell_of_pause(session: Session, line: Line) -> None:
    """What is left of an alert waits: somebody must see to it, and know that nothing is doubled."""
    people = holders(session, line.stream, *RUNS, Duty.ALERT_OPERATOR)
    _tell(session, line, people, _about_alert("alert_paused", session, line))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "incident.opened": call_in,
    "duty.assigned": tell_who_was_named,
    "duty.accepted": ask_newcomer,
    "ministry.joined": ask_newcomer,
    "lead.named": ask_newcomer,
    "duty.proposed": ask_to_take_duty,
    "duty.handover_offered": ask_to_take_duty,
    "duty.declined": ask_deputy,
    "duty.lapsed": ask_deputy,
    "statement.submitted": ask_signers,
    "statement.answered": ask_signers,
    "approver.reminded": remind_signers,
    "statement.released": tell_liaisons,
    "next_update.due": tell_of_next_update,
    "ratification.due": tell_of_ratification,
    "first_statement.due": tell_of_first_statement,
    "alert.confirmation_asked": ask_second_person,
    "alert.confirmation_overdue": tell_of_missing_second_person,
    "alert.sent_back": tell_who_wrote,
    "alert.declined": ask_to_call,
    "alert.unreached": ask_to_call,
    "alert.stop_asked": tell_who_wants_no_more,
    "alert.paused": tell_of_pause,
}


def _ask_signers(session: Session, line: Line, statement: Statement) -> None:
    """Each slot asks each person once, and tells once that nobody can fill it."""
    for slot in awaited_slots(statement):
        if (version := statement.latest) is None:
            continue
        people, due = signers(session, slot, version), version.deadline_at
        notice = _signature("approval", statement, due, Purpose.APPROVAL)
        _tell(session, line, people, notice, key=f"slot:{slot.id}")
        if not people:
            nobody = _about_statement("approval_nobody", statement, due=due)
            runs = holders(session, line.stream, *RUNS)
            _tell(session, line, runs, nobody, key=f"nobody:{slot.id}")


@dataclass(frozen=True)
class _Notice:
    """What is told: which words, what stands in their places, and why it is sent."""

    code: str
    about: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])
    purpose: Purpose = Purpose.NOTICE
    expires_at: datetime | None = None
    not_before: datetime | None = None


def _is_call_task(line: Line) -> bool:
    return line.name == "alert.unreached" or bool(line.facts["is_unreached"])


def _renewed(session: Session, line: Line, people: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """Whom a message of an earlier line of this alert tells of this one, too, and by which channel:
    it had not left, and its words are new now.

    Its `seq` is the last line it tells of, its `key` names the first; so a line that is offered
    twice is told once. What the dispatcher takes up meanwhile is not touched: a new message tells.
    """
    told: set[tuple[UUID, str]] = set()
    said: dict[Worded, UUID] = {}
    earlier = select(Delivery).where(
        Delivery.person_id.in_(list(people)),
        Delivery.about == line.about,
        Delivery.event.in_(_CALLS),
        Delivery.key.startswith(f"{line.stream}:"),
    )
    rows = session.scalars(earlier.order_by(Delivery.seq)).all()
    last = {(each.person_id, each.channel): each for each in rows}
    for (person_id, channel), delivery in last.items():
        if person_id is None:
            continue
        if delivery.seq >= line.seq or _is_renewed(session, line, delivery, said):
            told.add((person_id, channel))
    return told


def _is_renewed(session: Session, line: Line, delivery: Delivery, said: dict[Worded, UUID]) -> bool:
    """Whether it waited still, and tells of the people of this line and of those before."""
    if delivery.state != State.QUEUED or delivery.attempt:
        return False
    _, first, *_ = delivery.key.split(":")
    incident = session.get_one(Incident, line.stream)
    notice, language = _call_tasks(session, line, int(first)), spoken(delivery.language)
    wording_id = _said(session, incident, notice, Channel(delivery.channel), language, said)
    renewed = (
        update(Delivery)
        .where(
            Delivery.id == delivery.id,
            Delivery.state == State.QUEUED,
            Delivery.attempt == 0,
        )
        .values(wording_id=wording_id, seq=line.seq)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], session.execute(renewed)).rowcount == 1


def _call_tasks(session: Session, line: Line, first: int) -> _Notice:
    """Everybody whom these lines leave to the telephone, each once."""
    lines = select(Line).where(
        Line.stream == line.stream,
        Line.about == line.about,
        Line.name.in_(_CALLS),
        Line.seq.between(first, line.seq),
    )
    of = [
        UUID(each.facts["root_id"])
        for each in session.scalars(lines.order_by(Line.seq))
        if _is_call_task(each)
    ]
    places = [session.get_one(Recipient, each) for each in dict.fromkeys(of)]
    names = [each.name for each in places if each.person_id is not None]
    if len(names) == 1:
        return _about_alert("call_task", session, line, name=names[0])
    some = {code: _list(names, code) for code in LANGUAGES}
    return _about_alert("call_tasks", session, line, n=len(names), name=names[0], names=some)


def _list(names: Sequence[Names], language: Language) -> str:
    comma = "، " if language == "ar" else ", "
    some = comma.join(isolated(in_language(each, language)) for each in names[:MOST_NAMES])
    return some + (comma + "…" if len(names) > MOST_NAMES else "")


def _signature(
    code: str, statement: Statement, due: datetime, purpose: Purpose = Purpose.REMINDER
) -> _Notice:
    latest = statement.latest
    seal = latest.sha256[:8] if latest else ""
    return _about_statement(code, statement, purpose=purpose, due=due, hash=seal)


def _about_statement(
    code: str, statement: Statement, *, purpose: Purpose = Purpose.NOTICE, **facts: object
) -> _Notice:
    own = {
        "statement_id": statement.id,
        "number": statement.number,
        "title": statement.content.titles,
    }
    return _Notice(code, f"statement:{statement.id}", {**own, **facts}, purpose)


def _about_alert(
    code: str,
    session: Session,
    line: Line,
    purpose: Purpose = Purpose.NOTICE,
    **facts: object,
) -> _Notice:
    alert = session.get_one(Alert, UUID(line.facts["alert_id"]))
    own = {
        "number": alert.number,
        "alert": f"{alert.incident.ref}/A{alert.number}",
        "title": {code: title_of(alert, code) for code in LANGUAGES},
    }
    return _Notice(code, f"alert:{alert.id}", {**own, **facts}, purpose)


def _asked_for(session: Session, line: Line) -> int:
    """How many recipients the count was shown for when a second person was asked."""
    asked = select(Line).where(
        Line.stream == line.stream,
        Line.name == "alert.confirmation_asked",
        Line.about == f"alert:{line.facts['alert_id']}",
        Line.seq < line.seq,
    )
    found = session.scalars(asked.order_by(Line.seq.desc()).limit(1)).first()
    return int(found.facts["recipients"]) if found else 0


def _ask(session: Session, line: Line, proposal: DutyProposal, code: str) -> None:
    facts = {"duty": Duty(proposal.duty), "due": proposal.answer_by}
    about = f"duty:{proposal.id}"
    asked = _Notice(code, about, facts, Purpose.DUTY, expires_at=proposal.answer_by)
    _tell(session, line, [proposal.person_id], asked)


def _ids(values: Iterable[str]) -> list[UUID]:
    return [UUID(each) for each in values]


def _tell(
    session: Session,
    line: Line,
    people: Iterable[UUID],
    notice: _Notice,
    *,
    key: str | None = None,
    besides: Collection[tuple[UUID, str]] = (),
) -> None:
    """An SMS and a mail for each of them, in the language they read; told before is told."""
    what = key or f"{line.stream}:{line.seq}"
    incident = session.get_one(Incident, line.stream)
    told = select(Person).where(Person.id.in_(list(people)), Person.active.is_(True))
    said: dict[Worded, UUID] = {}
    messages = [
        _message(session, incident, line, person, channel, notice, said, what)
        for person in session.scalars(told.order_by(Person.id))
        for channel in Channel
        if (person.id, channel) not in besides
    ]
    post(session, incident, messages, seq=line.seq, at=line.at)


def _message(
    session: Session,
    incident: Incident,
    line: Line,
    person: Person,
    channel: Channel,
    notice: _Notice,
    said: dict[Worded, UUID],
    what: str,
) -> NewMessage:
    language = spoken(person.language)
    return NewMessage(
        purpose=notice.purpose,
        priority=LATER if notice.purpose is Purpose.NOTICE else SOON,
        channel=channel,
        address=address_of(person, channel),
        language=language,
        wording_id=_said(session, incident, notice, channel, language, said),
        about=notice.about,
        event=line.name,
        key=f"{what}:{person.id}:{channel}",
        person_id=person.id,
        expires_at=notice.expires_at,
        not_before=notice.not_before,
    )


def _said(
    session: Session,
    incident: Incident,
    notice: _Notice,
    channel: Channel,
    language: Language,
    said: dict[Worded, UUID],
) -> UUID:
    """The words of the notice, kept once for all in `said` who are told the same."""
    facts = {"ref": incident.ref, "incident": incident.title, **notice.facts}
    words = worded(
        notice.code, channel, language, facts, zone=incident.zone, is_exercise=incident.is_exercise
    )
    if words not in said:
        said[words] = say(
            session, incident.id, language, text=words.text, subject=words.subject, path=words.path
        )
    return said[words]
