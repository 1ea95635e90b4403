"""Freezing a text and asking for its signatures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel.command import Work, command
from crisis.kernel.errors import Invalid
from crisis.kernel.words import Message
from crisis.people.model import Ministry, Names
from crisis.policy import Action
from crisis.statements.commands.findings import findings_of
from crisis.statements.commands.guards import must_run
from crisis.statements.due import await_signatures
from crisis.statements.model import freezing
from crisis.statements.model.events import StatementSubmitted
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from crisis.statements.places import listed_names
from crisis.statements.signers import able_to_sign, on_duty
from crisis.statements.templates import must_be_filled


@command(Action.SUBMIT_STATEMENT, on=Statement)
def submit_statement(
    statement: Statement,
    work: Work,
    *,
    slots: Sequence[SlotSpec],
    based_on: int,
    deadline_at: datetime,
    although_nobody_signs: bool = False,
) -> StatementSubmitted:
    """Freeze the draft and ask for its signatures until `deadline_at`.

    Raises `Invalid`: `open_places` while a place of a prepared text is still to be filled, and
    `nobody_signs` while nobody in the incident can give one of the signatures; in a crisis a text
    may be sent before somebody is on duty for it, `although_nobody_signs`, by one who was told so.
    """
    must_be_filled(statement.content)
    _check_slots(work.session, slots)
    if deadline_at <= work.now:
        past = Message("The deadline is already past.")
        raise Invalid(past, fields={"deadline": past})
    incident = work.session.get_one(Incident, statement.incident_id)
    must_run(incident)
    held = on_duty(work.session, incident.id)
    nobody = [each for each in slots if not able_to_sign(each, held, statement.editors)]
    if nobody and not although_nobody_signs:
        raise _nobody_signs(work.session, nobody)
    submitted = freezing.submit(
        statement,
        list(slots),
        based_on=based_on,
        findings=findings_of(statement, incident, work, issued_at=deadline_at),
        by=work.actor.id,
        at=work.now,
        deadline_at=deadline_at,
    )
    await_signatures(statement, work)
    return replace(submitted, nobody_signs=len(nobody))


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


def _nobody_signs(session: Session, nobody: Sequence[SlotSpec]) -> Invalid:
    fields: dict[str, Message] = {}
    if names := [_name(session, each.ministry_id) for each in nobody if each.ministry_id]:
        fields["ministries"] = Message(
            "Nobody in this incident can sign for: {names}.", names=listed_names(names)
        )
    if any(each.duties for each in nobody):
        fields["roles"] = Message("Nobody in this incident can sign for one of these roles.")
    words = Message("Put somebody on duty who can sign, or send it all the same.")
    return Invalid(words, code="nobody_signs", fields=fields)


def _name(session: Session, ministry_id: UUID) -> Names:
    return session.get_one(Ministry, ministry_id).name
