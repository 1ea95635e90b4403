"""Every table of the product in one place, for migrations and for the checks that compare them."""

from crisis.account import model as account
from crisis.alerts import events, outbox, recipients
from crisis.alerts import model as alerts
from crisis.deadlines import model as deadlines
from crisis.incidents import events_of_duties as duties
from crisis.incidents import model as incidents
from crisis.jobs import model as jobs
from crisis.kernel import journal, once
from crisis.people import model as people
from crisis.realtime import model as realtime
from crisis.replay import model as replay
from crisis.simulator import model as simulator
from crisis.statements.model import comments, renditions, statement

__all__ = [
    "account",
    "alerts",
    "comments",
    "deadlines",
    "duties",
    "events",
    "incidents",
    "jobs",
    "journal",
    "once",
    "outbox",
    "people",
    "realtime",
    "recipients",
    "renditions",
    "replay",
    "simulator",
    "statement",
]
