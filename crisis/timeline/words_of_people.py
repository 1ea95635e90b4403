"""How the log of the office tells what changes among its entities and people."""

from collections.abc import Mapping
from typing import Final

from crisis.kernel.words import Message
from crisis.policy import Duty
from crisis.timeline import terms
from crisis.timeline.naming import Naming
from crisis.timeline.telling import Facts, Telling, either, named, plain


def _imported(facts: Facts, _names: Naming) -> Message:
    ministries = len(facts["ministries_added"]) + len(facts["ministries_changed"])
    people = len(facts["people_added"]) + len(facts["people_changed"])
    return Message(
        "Imported. Entities: {ministries}; people: {people}; audiences: {audiences}.",
        ministries=ministries,
        people=people,
        audiences=len(facts["audiences_added"]) + len(facts["audiences_changed"]),
    )


def _standing_duty(facts: Facts, names: Naming) -> Message:
    name = names.of(facts["person"])
    if facts["after"] is None:
        return Message("{name} has no standing duty any more.", name=name)
    duty = terms.DUTY[Duty(facts["after"])]
    return Message("The standing duty of {name} is now: {duty}.", name=name, duty=duty)


TOLD: Final[Mapping[str, Telling]] = {
    "office.founded": Telling(
        "settings",
        Message("Office"),
        named(Message("The office was founded: {name}"), "office"),
    ),
    "office.settings_changed": Telling(
        "settings",
        Message("Office"),
        plain(Message("The settings of the office were changed.")),
    ),
    "office.imported": Telling("download", Message("Office"), _imported),
    "ministry.added": Telling(
        "users", Message("Entity"), named(Message("Added: {name}"), "ministry")
    ),
    "ministry.edited": Telling(
        "users", Message("Entity"), named(Message("Edited: {name}"), "ministry")
    ),
    "ministry.activity_changed": Telling(
        "users",
        Message("Entity"),
        either(
            "active",
            Message("In service again: {name}"),
            Message("Taken out of service: {name}"),
            "ministry",
        ),
    ),
    "person.added": Telling(
        "user-plus", Message("Person"), named(Message("Added: {name}"), "person")
    ),
    "person.edited": Telling(
        "user-check", Message("Person"), named(Message("Edited: {name}"), "person")
    ),
    "person.activity_changed": Telling(
        "user-check",
        Message("Person"),
        either(
            "active",
            Message("In service again: {name}"),
            Message("Taken out of service: {name}"),
            "person",
        ),
    ),
    "contact.added": Telling(
        "phone",
        Message("Contact point"),
        named(Message("A contact point of {name} was added."), "person"),
    ),
    "contact.removed": Telling(
        "phone",
        Message("Contact point"),
        named(Message("A contact point of {name} was removed."), "person"),
    ),
    "person.standing_duty_changed": Telling("user-check", Message("Standing duty"), _standing_duty),
}
