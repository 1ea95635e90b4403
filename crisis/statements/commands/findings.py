"""What the rules find in a draft, as it is kept with the version."""

from datetime import datetime
from typing import Any

from crisis.incidents.model import Incident
from crisis.kernel.command import Work
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import Office
from crisis.statements.lint import LintContext, check
from crisis.statements.model.statement import Statement


def findings_of(
    statement: Statement, incident: Incident, work: Work, *, issued_at: datetime
) -> list[dict[str, Any]]:
    """Everything the rules find in the draft, going out at `issued_at`."""
    office = work.session.get_one(Office, OFFICE_ID)
    context = LintContext(
        level=incident.level,
        now=work.now,
        zone=incident.zone,
        country=office.country,
        issued_at=issued_at,
        level_since=incident.level_since,
        official_numbers=frozenset({office.duty_phone} if office.duty_phone else ()),
        stale=frozenset((each.language, each.paragraph) for each in statement.outdated),
    )
    return [each.as_json() for each in check(statement.content, context)]
