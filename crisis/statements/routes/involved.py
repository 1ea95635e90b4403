"""The ministries a statement may name, and whose signatures it needs unless others are chosen."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crisis.incidents.queries import ministry_choices
from crisis.policy import Duty
from crisis.statements.queries.view import StatementView
from crisis.web.locale import language


def involved_first(incident: dict[str, Any]) -> list[dict[str, Any]]:
    """Every ministry to choose from, those of the incident first."""
    order = {each: place for place, each in enumerate(incident["involved"])}
    choices = ministry_choices(language())
    return sorted(choices, key=lambda each: order.get(each["id"], len(order)))


def asked_before(
    statement: StatementView, incident: dict[str, Any]
) -> tuple[Sequence[UUID], Sequence[Duty]]:
    """Those its last version asked, else the ministries of the incident, and the director."""
    before = statement.latest
    if before is None:
        return incident["involved"], [Duty.DIRECTOR]
    named = [each.ministry_id for each in before.seals if each.ministry_id]
    return named or incident["involved"], [duty for each in before.seals for duty in each.duties]
