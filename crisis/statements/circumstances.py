"""When, where and at what level a text is said: what its checks must know beside it."""

from datetime import datetime

from sqlalchemy.orm import Session

from crisis.incidents.model import Incident
from crisis.kernel.ids import OFFICE_ID
from crisis.people.model import Office
from crisis.statements.content import Content
from crisis.statements.lint import LintContext
from crisis.statements.model.statement import Statement


def circumstances(
    session: Session,
    incident: Incident,
    statement: Statement,
    content: Content,
    *,
    now: datetime,
    issued_at: datetime,
) -> LintContext:
    """Those of `content`, a text of this statement, which goes out at `issued_at`.

    Only of the draft is known which translations are older than their original.
    """
    office = session.get_one(Office, OFFICE_ID)
    stale = statement.outdated if content == statement.content else []
    return LintContext(
        level=incident.level,
        now=now,
        zone=incident.zone,
        country=office.country,
        issued_at=issued_at,
        level_since=incident.level_since,
        official_numbers=frozenset({office.duty_phone} if office.duty_phone else ()),
        stale=frozenset((each.language, each.paragraph) for each in stale),
    )
