"""A sentence for each kind of event. Words are not stored: a line keeps facts, and is told anew
in the language of whoever reads it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crisis.kernel.journal import Line
from crisis.kernel.words import Message
from crisis.policy import Duty
from crisis.timeline import terms

Names = dict[str, str]


class Directory(Protocol):
    """Who is who, by id."""

    @property
    def people(self) -> dict[UUID, Names]: ...

    @property
    def ministries(self) -> dict[UUID, Names]: ...

    @property
    def ministry_of(self) -> dict[UUID, UUID | None]: ...


class _Plugged:
    """What comes from above this room; `crisis.app` fills it."""

    directory: Callable[[Session], Directory]


plugged: Final = _Plugged()
"""`plugged.directory` reads the names of everybody."""


@dataclass(frozen=True)
class Entry:
    """A journal line as a reader meets it: plain text throughout, for a template to escape."""

    seq: int
    at: datetime
    name: str
    icon: str
    tone: str
    """`''`, `decision`, `change` or `system`."""
    kind: Message
    who: str
    ministry: str
    sentence: Message | None
    body: str | None
    """What a person wrote, in whatever language they wrote it."""
    details: tuple[tuple[Message, str | int], ...] = ()
    corrects: int | None = None
    corrected_by: int | None = None
    late: bool = False


@dataclass(frozen=True)
class Telling:
    """How lines of one kind are told."""

    icon: str
    kind: Message
    sentence: Callable[[Mapping[str, Any], "Naming"], Message | None] = lambda _f, _n: None
    body: str | None = None
    details: tuple[tuple[str, Message], ...] = ()
    tone: str = ""


@dataclass(frozen=True)
class Naming:
    """Puts names in the place of ids, in one language, each isolated from what surrounds it."""

    language: str
    directory: Directory
    told: dict[str, str] = field(default_factory=dict)

    def person(self, person_id: str | UUID) -> str:
        return isolated(self._name(self.directory.people.get(UUID(str(person_id)))))

    def ministry(self, ministry_id: str | UUID | None) -> str:
        if ministry_id is None:
            return ""
        return isolated(self._name(self.directory.ministries.get(UUID(str(ministry_id)))))

    def ministries(self, ids: Iterable[str]) -> str:
        comma = "، " if self.language == "ar" else ", "
        return comma.join(self.ministry(each) for each in ids)

    def of(self, names: Names) -> str:
        return isolated(self._name(names))

    def _name(self, names: Names | None) -> str:
        if not names:
            return "—"
        return names.get(self.language) or next(iter(names.values()), "—")


def isolated(text: str) -> str:
    """`text` between U+2068 and U+2069, so that it does not reorder what stands beside it."""
    return f"\u2068{text}\u2069"


def entries(session: Session, lines: Iterable[Line], naming: Naming) -> list[Entry]:
    """The lines as a reader of that language meets them, in the order given."""
    lines = list(lines)
    corrected = _corrections(session, lines)
    return [_entry(line, naming, corrected.get((line.stream, line.seq))) for line in lines]


def _entry(line: Line, naming: Naming, corrected_by: int | None) -> Entry:
    telling = TOLD[line.name]
    facts = line.facts
    ministry_id = naming.directory.ministry_of.get(line.actor_id)
    return Entry(
        seq=line.seq,
        at=line.at,
        name=line.name,
        icon=telling.icon,
        tone=telling.tone,
        kind=telling.kind,
        who=naming.person(line.actor_id),
        ministry=naming.ministry(ministry_id),
        sentence=telling.sentence(facts, naming),
        body=facts.get(telling.body) if telling.body else None,
        details=tuple(
            (label, _fact(facts[key])) for key, label in telling.details if facts.get(key)
        ),
        corrects=facts.get("corrects"),
        corrected_by=corrected_by,
        late=bool(facts.get("late")),
    )


def _fact(told: object) -> str | int:
    return told if isinstance(told, int) else str(told)


def _corrections(session: Session, lines: list[Line]) -> dict[tuple[UUID, int], int]:
    """For each line that was corrected, the last line that corrects it."""
    streams = {line.stream for line in lines}
    if not streams:
        return {}
    found = select(Line).where(Line.stream.in_(streams), Line.name == "line.corrected")
    return {
        (line.stream, int(line.facts["corrects"])): line.seq
        for line in session.scalars(found.order_by(Line.seq))
    }


def _opened(facts: Mapping[str, Any], names: Naming) -> Message:
    return Message(
        "Opened at level {level} ({word}). {lead} leads.",
        level=int(facts["level"]),
        word=terms.LEVEL[int(facts["level"])],
        lead=names.ministry(facts["lead_id"]),
    )


def _assessed(facts: Mapping[str, Any], _names: Naming) -> Message:
    chosen, before = int(facts["chosen"]), int(facts["before"])
    word = terms.LEVEL[chosen]
    if chosen == before:
        return Message("The level stays {level} ({word}).", level=chosen, word=word)
    if chosen > before:
        return Message("Raised from {before} to {level} ({word}).", **_levels(before, chosen))
    return Message("Lowered from {before} to {level} ({word}).", **_levels(before, chosen))


def _levels(before: int, chosen: int) -> dict[str, Any]:
    return {"before": before, "level": chosen, "word": terms.LEVEL[chosen]}


def _phase(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message("The phase is now: {phase}.", phase=terms.PHASE[facts["phase"]])


def _duty(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    def told(facts: Mapping[str, Any], names: Naming) -> Message:
        duty = terms.DUTY[Duty(facts["duty"])]
        return sentence.filled(person=names.person(facts["person_id"]), duty=duty)

    return told


def _ministry(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, names: sentence.filled(ministry=names.ministry(facts["ministry_id"]))


def _plain(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda _facts, _names: sentence


def _named(sentence: Message, key: str) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, names: sentence.filled(name=names.of(facts[key]))


def _either(
    key: str, yes: Message, no: Message, name: str
) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, names: (yes if facts[key] else no).filled(name=names.of(facts[name]))


def _restricted(facts: Mapping[str, Any], _names: Naming) -> Message:
    if facts["restricted"]:
        return Message("Restricted: only people with a duty in it can see it now.")
    return Message("The restriction was lifted.")


def _imported(facts: Mapping[str, Any], _names: Naming) -> Message:
    ministries = len(facts["ministries_added"]) + len(facts["ministries_changed"])
    people = len(facts["people_added"]) + len(facts["people_changed"])
    return Message(
        "Imported. Entities: {ministries}; people: {people}; audiences: {audiences}.",
        ministries=ministries,
        people=people,
        audiences=len(facts["audiences_added"]) + len(facts["audiences_changed"]),
    )


def _signed_in(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message("Signed in with {proof}.", proof=_PROOF[facts["proof"]])


def _signed_out(facts: Mapping[str, Any], _names: Naming) -> Message:
    if facts["sign_in_id"] is None and facts.get("kept_id"):
        return Message("Signed out everywhere else.")
    if facts["sign_in_id"] is None:
        return Message("Signed out everywhere.")
    return Message("Signed out.")


def _standing_duty(facts: Mapping[str, Any], names: Naming) -> Message:
    name = names.of(facts["person"])
    if facts["after"] is None:
        return Message("{name} has no standing duty any more.", name=name)
    duty = terms.DUTY[Duty(facts["after"])]
    return Message("The standing duty of {name} is now: {duty}.", name=name, duty=duty)


def _language(facts: Mapping[str, Any], _names: Naming) -> Message:
    language = isolated(terms.LANGUAGE[facts["language"]])
    return Message("Reads Nasaq in {language} now.", language=language)


def _account(sentence: Message, icon: str = "key-round") -> Telling:
    return Telling(icon, Message("Account"), _plain(sentence), tone="system")


def _number(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, _names: sentence.filled(number=int(facts["number"]))


def _signer(facts: Mapping[str, Any], names: Naming) -> str | Message:
    """Who a signature stands for: a ministry, or a role of the office."""
    if facts.get("ministry_id"):
        return names.ministry(facts["ministry_id"])
    duties = facts.get("duties") or []
    return terms.DUTY[Duty(duties[0])] if duties else Message("The office")


def _of_version(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    def told(facts: Mapping[str, Any], names: Naming) -> Message:
        place = {"number": int(facts["number"]), "version": int(facts["version"])}
        return sentence.filled(signer=_signer(facts, names), **place)

    return told


def _begun(facts: Mapping[str, Any], _names: Naming) -> Message:
    kind = terms.STATEMENT_TYPE[facts["type"]]
    return Message("Statement {number} was begun: {type}.", number=int(facts["number"]), type=kind)


def _submitted(facts: Mapping[str, Any], _names: Naming) -> Message:
    place = {"number": int(facts["number"]), "version": int(facts["version"])}
    if facts["voided"]:
        return Message(
            "Version {version} of statement {number} was sent for approval. "
            "Earlier approvals that no longer count: {voided}.",
            voided=len(facts["voided"]),
            **place,
        )
    return Message("Version {version} of statement {number} was sent for approval.", **place)


_ANSWERED: Final = {
    "approve": Message("{signer} approved version {version} of statement {number}."),
    "change": Message("{signer} asks for a change in version {version} of statement {number}."),
    "object": Message("{signer} objects to version {version} of statement {number}."),
    "refuse": Message("{signer} refuses version {version} of statement {number}."),
}


def _answered(facts: Mapping[str, Any], names: Naming) -> Message:
    return _of_version(_ANSWERED[facts["answer"]])(facts, names)


def _settled(facts: Mapping[str, Any], names: Naming) -> Message:
    number = int(facts["number"])
    if facts["overruled"]:
        told = Message("The objection of {signer} to statement {number} was overruled.")
    else:
        told = Message("The objection of {signer} to statement {number} is settled.")
    return told.filled(number=number, signer=_signer(facts, names))


def _released(facts: Mapping[str, Any], _names: Naming) -> Message:
    place = {"number": int(facts["number"]), "version": int(facts["version"])}
    if facts["emergency"]:
        return Message("Statement {number} went out in emergency, version {version}.", **place)
    return Message("Statement {number} was released, version {version}.", **place)


def _emergency(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message(
        "Emergency release of statement {number} is asked for: {ground}.",
        number=int(facts["number"]),
        ground=terms.GROUND[facts["ground"]],
    )


_JUDGED: Final = {
    "pending": Message("The emergency release of statement {number} waits to be ratified."),
    "ratified": Message("The emergency release of statement {number} was ratified."),
    "rejected": Message("The emergency release of statement {number} was not ratified."),
}


def _judged(facts: Mapping[str, Any], _names: Naming) -> Message:
    return _JUDGED[facts["outcome"]].filled(number=int(facts["number"]))


def _waiver(facts: Mapping[str, Any], _names: Naming) -> Message:
    if facts["granted"]:
        told = Message("Rule {rule} was waived for statement {number}.")
    else:
        told = Message("Rule {rule} was not waived for statement {number}.")
    return told.filled(rule=isolated(facts["rule"]), number=int(facts["number"]))


def _rule(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message(
        "A waiver of rule {rule} is asked for in statement {number}.",
        rule=isolated(facts["rule"]),
        number=int(facts["number"]),
    )


def _seen_on(facts: Mapping[str, Any], _names: Naming) -> Message:
    channel = terms.CHANNEL.get(facts["channel"])
    return Message(
        "Statement {number} is out on: {channel}.",
        number=int(facts["number"]),
        channel=channel or isolated(facts["channel"]),
    )


def _translated(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    def told(facts: Mapping[str, Any], _names: Naming) -> Message:
        language = isolated(terms.LANGUAGE.get(facts["language"], facts["language"]))
        return sentence.filled(number=int(facts["number"]), language=language)

    return told


def _offered(facts: Mapping[str, Any], names: Naming) -> Message:
    return Message(
        "{holder} offers to hand over to {person}: {duty}.",
        holder=names.person(facts["from_id"]),
        person=names.person(facts["person_id"]),
        duty=terms.DUTY[Duty(facts["duty"])],
    )


def _refused(
    alone: Message, with_deputy: Message
) -> Callable[[Mapping[str, Any], Naming], Message]:
    def told(facts: Mapping[str, Any], names: Naming) -> Message:
        deputy = facts["deputy_proposed"]
        place: dict[str, Any] = {
            "person": names.person(facts["person_id"]),
            "duty": terms.DUTY[Duty(facts["duty"])],
        }
        if deputy is None:
            return alone.filled(**place)
        return with_deputy.filled(**place, deputy=names.person(deputy))

    return told


_ALERT_BEGUN: Final = {
    "alert": Message("Alert {number} was begun."),
    "update": Message("Alert {number} was begun: an update of an earlier one."),
    "all_clear": Message("Alert {number} was begun: all clear."),
    "correction": Message("Alert {number} was begun: a correction."),
}


def _alert_begun(facts: Mapping[str, Any], _names: Naming) -> Message:
    number = int(facts["number"])
    if facts["statement_number"] is not None:
        told = Message("Alert {number} was begun with the text of statement {statement}.")
        return told.filled(number=number, statement=int(facts["statement_number"]))
    return _ALERT_BEGUN[facts["kind"]].filled(number=number)


def _alert_edited(facts: Mapping[str, Any], _names: Naming) -> Message:
    if facts["was_asked"]:
        told = Message("Alert {number} was edited; a second person must be asked again.")
    else:
        told = Message("Alert {number} was edited.")
    return told.filled(number=int(facts["number"]))


def _second_asked(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message(
        "A second person is asked to confirm alert {number}. Recipients: {recipients}.",
        number=int(facts["number"]),
        recipients=int(facts["recipients"]),
    )


def _second_overdue(facts: Mapping[str, Any], _names: Naming) -> Message:
    if facts["director_ids"]:
        told = Message("Nobody has confirmed alert {number} in time; the director is called.")
    else:
        told = Message("Nobody has confirmed alert {number} in time; it was not sent.")
    return told.filled(number=int(facts["number"]))


def _alert_confirmed(facts: Mapping[str, Any], names: Naming) -> Message:
    return Message(
        "Alert {number} is on its way. Recipients: {recipients}; no way to reach: {left_out}. "
        "Written by {person}.",
        number=int(facts["number"]),
        recipients=int(facts["recipients"]),
        left_out=int(facts["left_out"]),
        person=names.person(facts["first_id"]),
    )


def _alert_cancelled(facts: Mapping[str, Any], _names: Naming) -> Message:
    number, gone = int(facts["number"]), int(facts["gone"])
    if not gone:
        return Message("Alert {number} was given up; nothing of it left.", number=number)
    return Message(
        "Alert {number} was stopped. Messages held back: {stopped}; already out: {gone}.",
        number=number,
        stopped=int(facts["stopped"]),
        gone=gone,
    )


def _alert_finished(facts: Mapping[str, Any], _names: Naming) -> Message:
    told = Message(
        "Every message of alert {number} has left or ended. In all: {messages}; "
        "unknown: {unknown}; not delivered: {lost}."
    )
    if facts["state"] == "completed":
        told = Message(
            "Nothing more is awaited of the messages of alert {number}. In all: {messages}; "
            "delivered: {reached}; unknown: {unknown}; not delivered: {lost}."
        )
    counts = ("number", "messages", "reached", "unknown", "lost")
    return told.filled(**{each: int(facts[each]) for each in counts})


def _alert_paused(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message(
        "Alert {number} is paused: the way to {providers} is shut. Messages that wait: {waiting}.",
        number=int(facts["number"]),
        providers=isolated(", ".join(facts["providers"])),
        waiting=int(facts["waiting"]),
    )


def _alert_resumed(facts: Mapping[str, Any], _names: Naming) -> Message:
    return Message(
        "Alert {number} goes on. Messages that wait: {waiting}.",
        number=int(facts["number"]),
        waiting=int(facts["waiting"]),
    )


def _of_message(
    of_alert: Message, of_other: Message
) -> Callable[[Mapping[str, Any], Naming], Message]:
    def told(facts: Mapping[str, Any], names: Naming) -> Message:
        person = Message("somebody outside the directory")
        name: str | Message = names.person(facts["person_id"]) if facts["person_id"] else person
        if facts["alert_number"] is None:
            return of_other.filled(name=name)
        return of_alert.filled(name=name, number=int(facts["alert_number"]))

    return told


def _sent_again(facts: Mapping[str, Any], names: Naming) -> Message:
    if facts["may_double"]:
        told = _of_message(
            Message("The message of alert {number} to {name} was sent once more, marked as such."),
            Message("A message to {name} was sent once more, marked as such."),
        )
    else:
        told = _of_message(
            Message("The message of alert {number} to {name}, which had failed, was sent again."),
            Message("A message to {name}, which had failed, was sent again."),
        )
    return told(facts, names)


def _lane(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, _names: sentence.filled(provider=isolated(facts["provider"]))


def _audience(facts: Mapping[str, Any], names: Naming) -> Message:
    if facts["added"]:
        told = Message("Audience added: {name}. People in it: {people}.")
    else:
        told = Message("Audience changed: {name}. People in it: {people}.")
    return told.filled(name=names.of(facts["audience"]), people=int(facts["people"]))


def _reminded(facts: Mapping[str, Any], names: Naming) -> Message:
    place: dict[str, Any] = {"number": int(facts["number"]), "signer": _signer(facts, names)}
    if facts["percent"] is None:
        return Message("{signer} was reminded of statement {number}.", **place)
    if facts["deputy_ids"]:
        return Message(
            "The time of {signer} to sign statement {number} is over; the deputy may sign now.",
            **place,
        )
    return Message(
        "{percent}% of the time to sign statement {number} has passed: {signer} was reminded.",
        percent=int(facts["percent"]),
        **place,
    )


def _due(soon: Message, missed: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, _names: (missed if facts["missed"] else soon).filled(
        number=int(facts["number"])
    )


def _first_word(facts: Mapping[str, Any], _names: Naming) -> Message:
    percent = int(facts["percent"])
    if percent >= 100:
        return Message("The public has heard nothing yet, and the time for it is over.")
    return Message(
        "The public has heard nothing yet; {percent}% of the time for it has passed.",
        percent=percent,
    )


_LATE: Final = (("minutes_late", Message("Minutes late")),)


def _of_recipient(
    facts: Mapping[str, Any], names: Naming, sentence: Message, **more: Any
) -> Message:
    """`{name}` is the recipient, with the place they are asked for."""
    name, ministry = names.of(facts["recipient"]), names.ministry(facts["ministry_id"])
    who = f"{name} ({ministry})" if ministry else name
    return sentence.filled(name=who, number=int(facts["number"]), **more)


_METHOD: Final = {
    "link": Message("by the link"),
    "sms_reply": Message("by SMS"),
    "coordinator_on_behalf": Message("by word of mouth, as recorded here"),
}


def _acknowledged(facts: Mapping[str, Any], names: Naming) -> Message:
    sentence = Message("{name} acknowledged alert {number} {how}, after {minutes} min.")
    if facts["overdue"]:
        sentence = Message("{name} acknowledged alert {number} {how}, late: after {minutes} min.")
    how = _METHOD[facts["method"]]
    return _of_recipient(facts, names, sentence, how=how, minutes=int(facts["seconds"]) // 60)


def _alert_declined(facts: Mapping[str, Any], names: Naming) -> Message:
    if facts["next"]:
        sentence = Message("{name} cannot take alert {number}; {next} is asked.")
        return _of_recipient(facts, names, sentence, next=names.of(facts["next"]))
    if facts["is_unreached"]:
        sentence = Message(
            "{name} cannot take alert {number}, and nobody is left to ask: telephone."
        )
        return _of_recipient(facts, names, sentence)
    return _of_recipient(facts, names, Message("{name} cannot take alert {number}."))


def _stop_asked(facts: Mapping[str, Any], names: Naming) -> Message:
    if facts["still_told"]:
        sentence = Message(
            "{name} asked by SMS for no more messages after alert {number}; they have duties and "
            "are told all the same."
        )
        return _of_recipient(facts, names, sentence)
    sentence = Message(
        "{name} asked by SMS for no more messages after alert {number}; none are sent to them."
    )
    return _of_recipient(facts, names, sentence)


def _escalated(facts: Mapping[str, Any], names: Naming) -> Message:
    sentence = Message("{name} did not answer alert {number} in time; {next} is asked.")
    if facts["why"] == "lost":
        sentence = Message("Alert {number} does not reach {name}; {next} is asked.")
    return _of_recipient(facts, names, sentence, next=names.of(facts["next"]))


def _unreached(facts: Mapping[str, Any], names: Naming) -> Message:
    sentence = Message(
        "{name} did not answer alert {number}, and nobody is left to ask: telephone."
    )
    if facts["why"] == "lost":
        sentence = Message(
            "Alert {number} does not reach {name}, and nobody is left to ask: telephone."
        )
    return _of_recipient(facts, names, sentence)


def _scenario(sentence: Message) -> Callable[[Mapping[str, Any], Naming], Message]:
    return lambda facts, _names: sentence.filled(scenario=isolated(facts["scenario"]))


_WHY: Final = (("reason", Message("Reason")),)
_PROOF: Final = {
    "password": Message("a password"),
    "code": Message("a password and a code"),
    "recovery": Message("a password and a recovery code"),
    "persona": Message("the demo entry"),
}

TOLD: Final[dict[str, Telling]] = {
    "incident.reported": Telling(
        "bell",
        Message("Report"),
        _named(Message("Reported: {name}"), "title"),
        details=(("source", Message("Source")),),
        tone="system",
    ),
    "incident.watched": Telling(
        "eye",
        Message("Watch"),
        _plain(Message("Put on watch at level 0.")),
        details=_WHY,
    ),
    "incident.dismissed": Telling(
        "circle-slash",
        Message("Dismissal"),
        _plain(Message("Put aside.")),
        details=_WHY,
    ),
    "incident.opened": Telling("siren", Message("Opening"), _opened, tone="decision"),
    "incident.renamed": Telling(
        "pencil",
        Message("Title"),
        _named(Message("Now called: {name}"), "title"),
        tone="system",
    ),
    "level.assessed": Telling(
        "triangle-alert",
        Message("Level"),
        _assessed,
        body="rationale",
        tone="change",
    ),
    "phase.changed": Telling(
        "list-checks",
        Message("Phase"),
        _phase,
        details=_WHY,
        tone="change",
    ),
    "lead.named": Telling(
        "flag", Message("Lead entity"), _ministry(Message("{ministry} leads now."))
    ),
    "ministry.joined": Telling(
        "users",
        Message("Entity"),
        _ministry(Message("{ministry} joined.")),
        tone="system",
    ),
    "ministry.left": Telling(
        "users",
        Message("Entity"),
        _ministry(Message("{ministry} left.")),
        tone="system",
    ),
    "duty.assigned": Telling(
        "user-check",
        Message("Duty"),
        _duty(Message("{person} is now: {duty}.")),
        body="note",
        tone="system",
    ),
    "duty.released": Telling(
        "user-check",
        Message("Duty"),
        _duty(Message("{person} is no longer: {duty}.")),
        details=_WHY,
        tone="system",
    ),
    "duty.proposed": Telling(
        "user-plus",
        Message("Duty"),
        _duty(Message("{person} is asked to be: {duty}.")),
        body="note",
        tone="system",
    ),
    "duty.accepted": Telling(
        "user-check",
        Message("Duty"),
        _duty(Message("{person} is now: {duty}.")),
        tone="system",
    ),
    "duty.declined": Telling(
        "user-minus",
        Message("Duty"),
        _refused(
            Message("{person} cannot be: {duty}."),
            Message("{person} cannot be: {duty}. {deputy} is asked instead."),
        ),
        details=_WHY,
        tone="change",
    ),
    "duty.lapsed": Telling(
        "clock",
        Message("Duty"),
        _refused(
            Message("{person} did not answer whether to be: {duty}."),
            Message("{person} did not answer whether to be: {duty}. {deputy} is asked instead."),
        ),
        tone="change",
    ),
    "duty.handover_offered": Telling(
        "refresh-cw", Message("Handover"), _offered, body="note", tone="system"
    ),
    "duty.proposal_withdrawn": Telling(
        "user-minus",
        Message("Duty"),
        _duty(Message("{person} is no longer asked to be: {duty}.")),
        tone="system",
    ),
    "approver.reminded": Telling("bell", Message("Reminder"), _reminded, details=_LATE),
    "next_update.due": Telling(
        "clock",
        Message("Next update"),
        _due(
            Message("The next update promised in statement {number} is due in ten minutes."),
            Message("The next update promised in statement {number} is late."),
        ),
        details=_LATE,
        tone="change",
    ),
    "ratification.due": Telling(
        "clock",
        Message("Ratification"),
        _due(
            Message("The emergency release of statement {number} is not ratified yet."),
            Message("The time to ratify the emergency release of statement {number} is over."),
        ),
        details=_LATE,
        tone="change",
    ),
    "first_statement.due": Telling(
        "clock", Message("First statement"), _first_word, details=_LATE, tone="change"
    ),
    "note.added": Telling("text", Message("Note"), body="text"),
    "line.corrected": Telling(
        "eraser",
        Message("Correction"),
        lambda facts, _names: Message("Line {seq} is corrected:", seq=int(facts["corrects"])),
        body="text",
        details=_WHY,
        tone="change",
    ),
    "decision.recorded": Telling(
        "flag",
        Message("Decision"),
        lambda facts, _names: Message("Decided: {chosen}", chosen=isolated(facts["chosen"])),
        body="rationale",
        details=(("question", Message("Question")), ("dissent", Message("Dissent"))),
        tone="decision",
    ),
    "statement.created": Telling("file-text", Message("Statement"), _begun),
    "statement.edited": Telling(
        "pencil",
        Message("Draft"),
        _number(Message("The draft of statement {number} changed.")),
        tone="system",
    ),
    "statement.submitted": Telling("send", Message("Approval request"), _submitted, tone="change"),
    "waiver.asked": Telling("list-checks", Message("Check"), _rule, body="reason"),
    "waiver.answered": Telling("list-checks", Message("Check"), _waiver, details=_WHY),
    "statement.opened": Telling(
        "eye",
        Message("Opened"),
        _of_version(Message("{signer} opened version {version} of statement {number}.")),
        tone="system",
    ),
    "statement.answered": Telling("shield-check", Message("Approval"), _answered, body="reason"),
    "answer.withdrawn": Telling(
        "rotate-ccw",
        Message("Approval"),
        _of_version(
            Message("{signer} took back their answer to version {version} of statement {number}.")
        ),
        tone="change",
    ),
    "objection.resolved": Telling(
        "circle-check", Message("Objection"), _settled, body="resolution", tone="change"
    ),
    "comment.added": Telling(
        "message-square-text",
        Message("Note on a text"),
        _number(Message("On statement {number}:")),
        body="text",
    ),
    "statement.released": Telling("radio", Message("Release"), _released, tone="decision"),
    "emergency.asked": Telling(
        "siren", Message("Emergency release"), _emergency, body="justification", tone="change"
    ),
    "emergency.judged": Telling(
        "siren", Message("Emergency release"), _judged, details=_WHY, tone="decision"
    ),
    "evidence.noted": Telling(
        "link", Message("Evidence"), _seen_on, details=(("evidence", Message("Where")),)
    ),
    "statement.withdrawn": Telling(
        "circle-slash",
        Message("Withdrawal"),
        _number(Message("Statement {number} was withdrawn before it went out.")),
        details=_WHY,
        tone="change",
    ),
    "rendition.written": Telling(
        "languages",
        Message("Translation"),
        _translated(Message("Statement {number} was translated into {language}.")),
        tone="system",
    ),
    "rendition.reviewed": Telling(
        "languages",
        Message("Translation"),
        _translated(Message("The {language} translation of statement {number} was reviewed.")),
        tone="system",
    ),
    "rendition.released": Telling(
        "radio",
        Message("Release"),
        _translated(Message("Statement {number} was released in {language}.")),
        tone="decision",
    ),
    "alert.drafted": Telling("megaphone", Message("Alert"), _alert_begun, tone="system"),
    "alert.edited": Telling("megaphone", Message("Alert"), _alert_edited, tone="system"),
    "alert.tested": Telling(
        "megaphone",
        Message("Alert"),
        _number(Message("Alert {number} was tried out on the writer’s own phone.")),
        tone="system",
    ),
    "alert.confirmation_asked": Telling("user-check", Message("Second person"), _second_asked),
    "alert.confirmation_overdue": Telling(
        "clock", Message("Second person"), _second_overdue, tone="change"
    ),
    "alert.confirmed": Telling("megaphone", Message("Alert"), _alert_confirmed, tone="decision"),
    "alert.sent_back": Telling(
        "rotate-ccw",
        Message("Second person"),
        _number(Message("Alert {number} was sent back to be changed.")),
        details=_WHY,
        tone="change",
    ),
    "alert.cancelled": Telling(
        "circle-slash", Message("Alert"), _alert_cancelled, details=_WHY, tone="change"
    ),
    "alert.finished": Telling("list-checks", Message("Alert"), _alert_finished, tone="system"),
    "alert.paused": Telling("circle-pause", Message("Alert"), _alert_paused, tone="change"),
    "alert.resumed": Telling("rotate-cw", Message("Alert"), _alert_resumed, tone="change"),
    "message.checked": Telling(
        "search",
        Message("Message"),
        _of_message(
            Message("What became of the message of alert {number} to {name} is looked up again."),
            Message("What became of a message to {name} is looked up again."),
        ),
        tone="system",
    ),
    "message.sent_again": Telling("rotate-ccw", Message("Message"), _sent_again),
    "message.marked_unsent": Telling(
        "circle-slash",
        Message("Message"),
        _of_message(
            Message("The message of alert {number} to {name} counts as not sent."),
            Message("A message to {name} counts as not sent."),
        ),
        details=_WHY,
    ),
    "lane.held": Telling(
        "circle-pause",
        Message("Provider"),
        _lane(Message("Nothing is handed to {provider} until somebody opens the way again.")),
        details=_WHY,
        tone="change",
    ),
    "lane.opened": Telling(
        "rotate-cw",
        Message("Provider"),
        _lane(Message("The way to {provider} is open again.")),
        tone="change",
    ),
    "audience.saved": Telling("users", Message("Audience"), _audience),
    "audience.retired": Telling(
        "users",
        Message("Audience"),
        _either(
            "active",
            Message("In use again: {name}"),
            Message("Taken out of use: {name}"),
            "audience",
        ),
    ),
    "incident.linked": Telling(
        "link",
        Message("Link"),
        _plain(Message("Linked to another incident.")),
        details=_WHY,
        tone="system",
    ),
    "restriction.changed": Telling("lock", Message("Restriction"), _restricted, tone="change"),
    "incident.stood_down": Telling(
        "arrow-down",
        Message("Stand-down"),
        _plain(Message("The response is standing down.")),
        details=_WHY,
        tone="change",
    ),
    "incident.resumed": Telling(
        "rotate-cw",
        Message("Resumption"),
        _plain(Message("The response was taken up again.")),
        details=_WHY,
        tone="change",
    ),
    "incident.closed": Telling(
        "lock",
        Message("Closing"),
        _plain(Message("The incident was closed.")),
        body="summary",
        details=(("waiver", Message("Checks waived because")),),
        tone="decision",
    ),
    "incident.reopened": Telling(
        "rotate-cw",
        Message("Reopening"),
        _plain(Message("The incident was reopened.")),
        details=_WHY,
        tone="decision",
    ),
    "office.founded": Telling(
        "settings",
        Message("Office"),
        _named(Message("The office was founded: {name}"), "office"),
    ),
    "office.settings_changed": Telling(
        "settings",
        Message("Office"),
        _plain(Message("The settings of the office were changed.")),
    ),
    "office.imported": Telling("download", Message("Office"), _imported),
    "ministry.added": Telling(
        "users", Message("Entity"), _named(Message("Added: {name}"), "ministry")
    ),
    "ministry.edited": Telling(
        "users", Message("Entity"), _named(Message("Edited: {name}"), "ministry")
    ),
    "ministry.activity_changed": Telling(
        "users",
        Message("Entity"),
        _either(
            "active",
            Message("In service again: {name}"),
            Message("Taken out of service: {name}"),
            "ministry",
        ),
    ),
    "person.added": Telling(
        "user-plus", Message("Person"), _named(Message("Added: {name}"), "person")
    ),
    "person.edited": Telling(
        "user-check", Message("Person"), _named(Message("Edited: {name}"), "person")
    ),
    "person.activity_changed": Telling(
        "user-check",
        Message("Person"),
        _either(
            "active",
            Message("In service again: {name}"),
            Message("Taken out of service: {name}"),
            "person",
        ),
    ),
    "contact.added": Telling(
        "phone",
        Message("Contact point"),
        _named(Message("A contact point of {name} was added."), "person"),
    ),
    "contact.removed": Telling(
        "phone",
        Message("Contact point"),
        _named(Message("A contact point of {name} was removed."), "person"),
    ),
    "person.standing_duty_changed": Telling("user-check", Message("Standing duty"), _standing_duty),
    "person.language_chosen": Telling("languages", Message("Account"), _language, tone="system"),
    "account.signed_in": Telling("key-round", Message("Account"), _signed_in, tone="system"),
    "account.signed_out": Telling("log-out", Message("Account"), _signed_out, tone="system"),
    "account.password_changed": _account(Message("The password was changed.")),
    "account.second_step_enabled": _account(Message("The second step was switched on.")),
    "account.second_step_disabled": _account(Message("The second step was switched off.")),
    "account.recovery_codes_made": _account(Message("New recovery codes were made.")),
    "account.reset_link_made": Telling(
        "key-round",
        Message("Account"),
        _named(Message("A link to set the password of {name} was made."), "person"),
        tone="system",
    ),
    "account.reset_link_used": _account(Message("The password was set by a link.")),
    "account.preferences_chosen": _account(Message("The preferences were changed."), "settings"),
    "alert.acknowledged": Telling(
        "check",
        Message("Acknowledgement"),
        _acknowledged,
        details=(("arrives_in", Message("Minutes until they join")), *_WHY),
    ),
    "alert.declined": Telling("user-plus", Message("Escalation"), _alert_declined, details=_WHY),
    "alert.escalated": Telling("user-plus", Message("Escalation"), _escalated, tone="system"),
    "alert.stop_asked": Telling("circle-pause", Message("Answer"), _stop_asked, tone="change"),
    "alert.unreached": Telling("phone", Message("Escalation"), _unreached, tone="change"),
    "replay.begun": Telling(
        "flask-conical",
        Message("Replay"),
        _scenario(Message("A scenario is played from here on: {scenario}.")),
        details=(("sha256", Message("Fingerprint")),),
        tone="system",
    ),
    "replay.ended": Telling(
        "flask-conical",
        Message("Replay"),
        _scenario(Message("The scenario was played: {scenario}.")),
        details=(("sha256", Message("Fingerprint")),),
        tone="system",
    ),
    "incident.replayed": Telling(
        "flask-conical",
        Message("Replay"),
        _scenario(Message("This incident is played from the scenario {scenario}.")),
        details=(("sha256", Message("Fingerprint")),),
        tone="system",
    ),
}
"""How each event is told. An event without a telling fails a test."""
