"""How the log tells the way of a statement: written, signed, released, translated, corrected."""

from collections.abc import Mapping
from typing import Any, Final

from crisis.kernel.words import Message, isolated
from crisis.policy import Duty
from crisis.timeline import terms
from crisis.timeline.naming import Naming
from crisis.timeline.telling import WHY, Facts, Sentence, Telling, numbered


def _signer(facts: Facts, names: Naming) -> str | Message:
    """Who a signature stands for: a ministry, or a role of the office."""
    if facts.get("ministry_id"):
        return names.ministry(facts["ministry_id"])
    duties = facts.get("duties") or []
    return terms.DUTY[Duty(duties[0])] if duties else Message("The office")


def _of_version(sentence: Message) -> Sentence:
    def told(facts: Facts, names: Naming) -> Message:
        place = {"number": int(facts["number"]), "version": int(facts["version"])}
        return sentence.filled(signer=_signer(facts, names), **place)

    return told


def _begun(facts: Facts, _names: Naming) -> Message:
    kind = terms.STATEMENT_TYPE[facts["type"]]
    return Message("Statement {number} was begun: {type}.", number=int(facts["number"]), type=kind)


def _submitted(facts: Facts, _names: Naming) -> Message:
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


def _answered(facts: Facts, names: Naming) -> Message:
    return _of_version(_ANSWERED[facts["answer"]])(facts, names)


def _settled(facts: Facts, names: Naming) -> Message:
    number = int(facts["number"])
    if facts["overruled"]:
        told = Message("The objection of {signer} to statement {number} was overruled.")
    else:
        told = Message("The objection of {signer} to statement {number} is settled.")
    return told.filled(number=number, signer=_signer(facts, names))


def _released(facts: Facts, _names: Naming) -> Message:
    place = {"number": int(facts["number"]), "version": int(facts["version"])}
    if facts["emergency"]:
        return Message("Statement {number} went out in emergency, version {version}.", **place)
    return Message("Statement {number} was released, version {version}.", **place)


def _emergency(facts: Facts, _names: Naming) -> Message:
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


def _judged(facts: Facts, _names: Naming) -> Message:
    return _JUDGED[facts["outcome"]].filled(number=int(facts["number"]))


def _waiver(facts: Facts, _names: Naming) -> Message:
    if facts["granted"]:
        told = Message("Rule {rule} was waived for statement {number}.")
    else:
        told = Message("Rule {rule} was not waived for statement {number}.")
    return told.filled(rule=isolated(facts["rule"]), number=int(facts["number"]))


def _rule(facts: Facts, _names: Naming) -> Message:
    return Message(
        "A waiver of rule {rule} is asked for in statement {number}.",
        rule=isolated(facts["rule"]),
        number=int(facts["number"]),
    )


def _seen_on(facts: Facts, _names: Naming) -> Message:
    channel = terms.CHANNEL.get(facts["channel"])
    return Message(
        "Statement {number} is out on: {channel}.",
        number=int(facts["number"]),
        channel=channel or isolated(facts["channel"]),
    )


def _translated(sentence: Message) -> Sentence:
    def told(facts: Facts, _names: Naming) -> Message:
        language = isolated(terms.LANGUAGE.get(facts["language"], facts["language"]))
        return sentence.filled(number=int(facts["number"]), language=language)

    return told


def _reminded(facts: Facts, names: Naming) -> Message:
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


def _due(soon: Message, missed: Message) -> Sentence:
    return lambda facts, _names: (missed if facts["missed"] else soon).filled(
        number=int(facts["number"])
    )


def _first_word(facts: Facts, _names: Naming) -> Message:
    percent = int(facts["percent"])
    if percent >= 100:
        return Message("The public has heard nothing yet, and the time for it is over.")
    return Message(
        "The public has heard nothing yet; {percent}% of the time for it has passed.",
        percent=percent,
    )


_LATE: Final = (("minutes_late", Message("Minutes late")),)

TOLD: Final[Mapping[str, Telling]] = {
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
    "statement.created": Telling("file-text", Message("Statement"), _begun),
    "statement.edited": Telling(
        "pencil",
        Message("Draft"),
        numbered(Message("The draft of statement {number} changed.")),
        tone="system",
    ),
    "statement.submitted": Telling(
        "send",
        Message("Approval request"),
        _submitted,
        details=(("nobody_signs", Message("Signatures nobody in the incident could give yet")),),
        tone="change",
    ),
    "waiver.asked": Telling("list-checks", Message("Check"), _rule, body="reason"),
    "waiver.answered": Telling("list-checks", Message("Check"), _waiver, details=WHY),
    "statement.opened": Telling(
        "eye",
        Message("Opened"),
        _of_version(Message("{signer} opened version {version} of statement {number}.")),
        tone="system",
    ),
    "statement.answered": Telling(
        "shield-check",
        Message("Approval"),
        _answered,
        body="reason",
        by_answer={
            "change": ("square-pen", Message("Change requested")),
            "object": ("flag", Message("Objection")),
            "refuse": ("circle-slash", Message("Refusal")),
        },
    ),
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
        numbered(Message("On statement {number}:")),
        body="text",
    ),
    "statement.released": Telling("radio", Message("Release"), _released, tone="decision"),
    "emergency.asked": Telling(
        "siren", Message("Emergency release"), _emergency, body="justification", tone="change"
    ),
    "emergency.judged": Telling(
        "siren", Message("Emergency release"), _judged, details=WHY, tone="decision"
    ),
    "evidence.noted": Telling(
        "link", Message("Evidence"), _seen_on, details=(("evidence", Message("Where")),)
    ),
    "statement.withdrawn": Telling(
        "circle-slash",
        Message("Withdrawal"),
        numbered(Message("Statement {number} was withdrawn before it went out.")),
        details=WHY,
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
}
