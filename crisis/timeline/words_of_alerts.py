"""How the log tells of alerts: written, confirmed, carried, acknowledged, escalated."""

from collections.abc import Mapping
from typing import Any, Final

from crisis.kernel.words import Message, isolated
from crisis.timeline.naming import Naming
from crisis.timeline.telling import WHY, Facts, Sentence, Telling, either, numbered

_ALERT_BEGUN: Final = {
    "alert": Message("Alert {number} was begun."),
    "update": Message("Alert {number} was begun: an update of an earlier one."),
    "all_clear": Message("Alert {number} was begun: all clear."),
    "correction": Message("Alert {number} was begun: a correction."),
}


def _alert_begun(facts: Facts, _names: Naming) -> Message:
    number = int(facts["number"])
    if facts["statement_number"] is not None:
        told = Message("Alert {number} was begun with the text of statement {statement}.")
        return told.filled(number=number, statement=int(facts["statement_number"]))
    return _ALERT_BEGUN[facts["kind"]].filled(number=number)


def _alert_edited(facts: Facts, _names: Naming) -> Message:
    if facts["was_asked"]:
        told = Message("Alert {number} was edited; a second person must be asked again.")
    else:
        told = Message("Alert {number} was edited.")
    return told.filled(number=int(facts["number"]))


def _second_asked(facts: Facts, _names: Naming) -> Message:
    return Message(
        "A second person is asked to confirm alert {number}. Recipients: {recipients}.",
        number=int(facts["number"]),
        recipients=int(facts["recipients"]),
    )


def _second_overdue(facts: Facts, _names: Naming) -> Message:
    if facts["director_ids"]:
        told = Message("Nobody has confirmed alert {number} in time; the director is called.")
    else:
        told = Message("Nobody has confirmed alert {number} in time; it was not sent.")
    return told.filled(number=int(facts["number"]))


def _alert_confirmed(facts: Facts, names: Naming) -> Message:
    told = Message(
        "Alert {number} is on its way. Recipients: {recipients}; no way to reach: {left_out}. "
        "Written by {person}."
    )
    owed = int(facts.get("told_all_the_same", 0))  # lines of before know nothing of it
    if owed:
        told = Message(
            "Alert {number} is on its way. Recipients: {recipients}; no way to reach: {left_out}; "
            "told although they asked not to be written to, because a life is at stake: {owed}. "
            "Written by {person}.",
            owed=owed,
        )
    return told.filled(
        number=int(facts["number"]),
        recipients=int(facts["recipients"]),
        left_out=int(facts["left_out"]),
        person=names.person(facts["first_id"]),
    )


def _alert_cancelled(facts: Facts, _names: Naming) -> Message:
    number, gone = int(facts["number"]), int(facts["gone"])
    if not gone:
        return Message("Alert {number} was given up; nothing of it left.", number=number)
    return Message(
        "Alert {number} was stopped. Messages held back: {stopped}; already out: {gone}.",
        number=number,
        stopped=int(facts["stopped"]),
        gone=gone,
    )


def _alert_finished(facts: Facts, _names: Naming) -> Message:
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


def _alert_paused(facts: Facts, _names: Naming) -> Message:
    return Message(
        "Alert {number} is paused: the way to {providers} is shut. Messages that wait: {waiting}.",
        number=int(facts["number"]),
        providers=isolated(", ".join(facts["providers"])),
        waiting=int(facts["waiting"]),
    )


def _alert_resumed(facts: Facts, _names: Naming) -> Message:
    return Message(
        "Alert {number} goes on. Messages that wait: {waiting}.",
        number=int(facts["number"]),
        waiting=int(facts["waiting"]),
    )


def _of_message(of_alert: Message, of_other: Message) -> Sentence:
    def told(facts: Facts, names: Naming) -> Message:
        person = Message("somebody outside the directory")
        name: str | Message = names.person(facts["person_id"]) if facts["person_id"] else person
        if facts["alert_number"] is None:
            return of_other.filled(name=name)
        return of_alert.filled(name=name, number=int(facts["alert_number"]))

    return told


def _sent_again(facts: Facts, names: Naming) -> Message:
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


def _lane(sentence: Message) -> Sentence:
    return lambda facts, _names: sentence.filled(provider=isolated(facts["provider"]))


def _audience(facts: Facts, names: Naming) -> Message:
    if facts["added"]:
        told = Message("Audience added: {name}. People in it: {people}.")
    else:
        told = Message("Audience changed: {name}. People in it: {people}.")
    return told.filled(name=names.of(facts["audience"]), people=int(facts["people"]))


def _of_recipient(facts: Facts, names: Naming, sentence: Message, **more: Any) -> Message:
    """`{name}` is the recipient, with the place they are asked for."""
    name, ministry = names.of(facts["recipient"]), names.ministry(facts["ministry_id"])
    who = f"{name} ({ministry})" if ministry else name
    return sentence.filled(name=who, number=int(facts["number"]), **more)


_METHOD: Final = {
    "link": Message("by the link"),
    "sms_reply": Message("by SMS"),
    "coordinator_on_behalf": Message("by word of mouth, as recorded here"),
}


def _acknowledged(facts: Facts, names: Naming) -> Message:
    sentence = Message("{name} acknowledged alert {number} {how}, after {minutes} min.")
    if facts["overdue"]:
        sentence = Message("{name} acknowledged alert {number} {how}, late: after {minutes} min.")
    how = _METHOD[facts["method"]]
    return _of_recipient(facts, names, sentence, how=how, minutes=int(facts["seconds"]) // 60)


def _alert_declined(facts: Facts, names: Naming) -> Message:
    if facts["next"]:
        sentence = Message("{name} cannot take alert {number}; {next} is asked.")
        return _of_recipient(facts, names, sentence, next=names.of(facts["next"]))
    if facts["is_unreached"]:
        sentence = Message(
            "{name} cannot take alert {number}, and nobody is left to ask: telephone."
        )
        return _of_recipient(facts, names, sentence)
    return _of_recipient(facts, names, Message("{name} cannot take alert {number}."))


def _stop_asked(facts: Facts, names: Naming) -> Message:
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


def _escalated(facts: Facts, names: Naming) -> Message:
    sentence = Message("{name} did not answer alert {number} in time; {next} is asked.")
    if facts["why"] == "lost":
        sentence = Message("Alert {number} does not reach {name}; {next} is asked.")
    return _of_recipient(facts, names, sentence, next=names.of(facts["next"]))


def _unreached(facts: Facts, names: Naming) -> Message:
    sentence = Message(
        "{name} did not answer alert {number}, and nobody is left to ask: telephone."
    )
    if facts["why"] == "lost":
        sentence = Message(
            "Alert {number} does not reach {name}, and nobody is left to ask: telephone."
        )
    return _of_recipient(facts, names, sentence)


TOLD: Final[Mapping[str, Telling]] = {
    "alert.drafted": Telling("megaphone", Message("Alert"), _alert_begun, tone="system"),
    "alert.edited": Telling("megaphone", Message("Alert"), _alert_edited, tone="system"),
    "alert.tested": Telling(
        "megaphone",
        Message("Alert"),
        numbered(Message("Alert {number} was tried out on the writer’s own phone.")),
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
        numbered(Message("Alert {number} was sent back to be changed.")),
        details=WHY,
        tone="change",
    ),
    "alert.cancelled": Telling(
        "circle-slash", Message("Alert"), _alert_cancelled, details=WHY, tone="change"
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
        details=WHY,
    ),
    "lane.held": Telling(
        "circle-pause",
        Message("Provider"),
        _lane(Message("Nothing is handed to {provider} until somebody opens the way again.")),
        details=WHY,
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
        either(
            "active",
            Message("In use again: {name}"),
            Message("Taken out of use: {name}"),
            "audience",
        ),
    ),
    "alert.acknowledged": Telling(
        "check",
        Message("Acknowledgement"),
        _acknowledged,
        details=(("arrives_in", Message("Minutes until they join")), *WHY),
    ),
    "alert.declined": Telling("user-plus", Message("Escalation"), _alert_declined, details=WHY),
    "alert.escalated": Telling("user-plus", Message("Escalation"), _escalated, tone="system"),
    "alert.stop_asked": Telling("circle-pause", Message("Answer"), _stop_asked, tone="change"),
    "alert.unreached": Telling("phone", Message("Escalation"), _unreached, tone="change"),
}
