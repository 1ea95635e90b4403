"""How the log tells what happens to an incident itself, from the report to the closing."""

from collections.abc import Mapping
from typing import Any, Final

from crisis.kernel.words import Message, isolated
from crisis.timeline import terms
from crisis.timeline.naming import Naming
from crisis.timeline.telling import WHY, Facts, Sentence, Telling, named, plain


def _opened(facts: Facts, names: Naming) -> Message:
    return Message(
        "Opened at level {level} ({word}). {lead} leads.",
        level=int(facts["level"]),
        word=terms.LEVEL[int(facts["level"])],
        lead=names.ministry(facts["lead_id"]),
    )


def _assessed(facts: Facts, _names: Naming) -> Message:
    chosen, before = int(facts["chosen"]), int(facts["before"])
    word = terms.LEVEL[chosen]
    if chosen == before:
        return Message("The level stays {level} ({word}).", level=chosen, word=word)
    if chosen > before:
        return Message("Raised from {before} to {level} ({word}).", **_levels(before, chosen))
    return Message("Lowered from {before} to {level} ({word}).", **_levels(before, chosen))


def _levels(before: int, chosen: int) -> dict[str, Any]:
    return {"before": before, "level": chosen, "word": terms.LEVEL[chosen]}


def _phase(facts: Facts, _names: Naming) -> Message:
    return Message("The phase is now: {phase}.", phase=terms.PHASE[facts["phase"]])


def _ministry(sentence: Message) -> Sentence:
    return lambda facts, names: sentence.filled(ministry=names.ministry(facts["ministry_id"]))


def _restricted(facts: Facts, _names: Naming) -> Message:
    if facts["restricted"]:
        return Message("Restricted: only people with a duty in it can see it now.")
    return Message("The restriction was lifted.")


TOLD: Final[Mapping[str, Telling]] = {
    "incident.reported": Telling(
        "bell",
        Message("Report"),
        named(Message("Reported: {name}"), "title"),
        details=(("source", Message("Source")),),
        tone="system",
    ),
    "incident.watched": Telling(
        "eye",
        Message("Watch"),
        plain(Message("Put on watch at level 0.")),
        details=WHY,
    ),
    "incident.dismissed": Telling(
        "circle-slash",
        Message("Dismissal"),
        plain(Message("Put aside.")),
        details=WHY,
    ),
    "incident.opened": Telling("siren", Message("Opening"), _opened, tone="decision"),
    "incident.renamed": Telling(
        "pencil",
        Message("Title"),
        named(Message("Now called: {name}"), "title"),
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
        details=WHY,
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
    "note.added": Telling("text", Message("Note"), body="text"),
    "line.corrected": Telling(
        "eraser",
        Message("Correction"),
        lambda facts, _names: Message("Line {seq} is corrected:", seq=int(facts["corrects"])),
        body="text",
        details=WHY,
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
    "incident.linked": Telling(
        "link",
        Message("Link"),
        plain(Message("Linked to another incident.")),
        details=WHY,
        tone="system",
    ),
    "restriction.changed": Telling("lock", Message("Restriction"), _restricted, tone="change"),
    "incident.stood_down": Telling(
        "arrow-down",
        Message("Stand-down"),
        plain(Message("The response is standing down.")),
        details=WHY,
        tone="change",
    ),
    "incident.resumed": Telling(
        "rotate-cw",
        Message("Resumption"),
        plain(Message("The response was taken up again.")),
        details=WHY,
        tone="change",
    ),
    "incident.closed": Telling(
        "lock",
        Message("Closing"),
        plain(Message("The incident was closed.")),
        body="summary",
        details=(("waiver", Message("Checks waived because")),),
        tone="decision",
    ),
    "incident.reopened": Telling(
        "rotate-cw",
        Message("Reopening"),
        plain(Message("The incident was reopened.")),
        details=WHY,
        tone="decision",
    ),
}
