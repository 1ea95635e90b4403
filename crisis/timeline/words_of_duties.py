"""How the log tells who is asked to take a duty of an incident, takes it, or gives it up."""

from collections.abc import Mapping
from typing import Any, Final

from crisis.kernel.words import Message
from crisis.policy import Duty
from crisis.timeline import terms
from crisis.timeline.naming import Naming
from crisis.timeline.telling import WHY, Facts, Sentence, Telling


def _duty(sentence: Message) -> Sentence:
    def told(facts: Facts, names: Naming) -> Message:
        duty = terms.DUTY[Duty(facts["duty"])]
        return sentence.filled(person=names.person(facts["person_id"]), duty=duty)

    return told


def _offered(facts: Facts, names: Naming) -> Message:
    return Message(
        "{holder} offers to hand over to {person}: {duty}.",
        holder=names.person(facts["from_id"]),
        person=names.person(facts["person_id"]),
        duty=terms.DUTY[Duty(facts["duty"])],
    )


def _refused(alone: Message, with_deputy: Message) -> Sentence:
    def told(facts: Facts, names: Naming) -> Message:
        deputy = facts["deputy_proposed"]
        place: dict[str, Any] = {
            "person": names.person(facts["person_id"]),
            "duty": terms.DUTY[Duty(facts["duty"])],
        }
        if deputy is None:
            return alone.filled(**place)
        return with_deputy.filled(**place, deputy=names.person(deputy))

    return told


TOLD: Final[Mapping[str, Telling]] = {
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
        details=WHY,
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
        details=WHY,
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
}
