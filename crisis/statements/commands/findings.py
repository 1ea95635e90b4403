"""What the rules find in a draft, as it is kept with the version."""

from datetime import datetime
from typing import Any

from crisis.incidents.model import Incident
from crisis.kernel.command import Work
from crisis.statements.circumstances import circumstances
from crisis.statements.lint import check
from crisis.statements.model.statement import Statement


def findings_of(
    statement: Statement, incident: Incident, work: Work, *, issued_at: datetime
) -> list[dict[str, Any]]:
    """Everything the rules find in the draft, going out at `issued_at`."""
    draft = statement.content
    about = circumstances(
        work.session, incident, statement, draft, now=work.now, issued_at=issued_at
    )
    return [each.as_json() for each in check(draft, about)]
