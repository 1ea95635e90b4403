"""What the lower rooms need from the upper ones, plugged in for every way of starting."""

from crisis.account import sessions
from crisis.alerts import due as alerts_due
from crisis.alerts import escalation, inbound, links, receipts
from crisis.alerts import jobs as alert_jobs
from crisis.alerts import reactions as alerts
from crisis.deadlines import commands as deadlines
from crisis.deadlines import jobs as due
from crisis.deadlines import reactions as deadline_reactions
from crisis.jobs import reactions, wakeups
from crisis.kernel import clock, command
from crisis.people import queries as people
from crisis.settings import Settings
from crisis.simulator import commands as simulator
from crisis.statements import due as statements
from crisis.statements import reactions as statement_reactions
from crisis.timeline import naming


def plug_kernel() -> None:
    """Let commands read their actor anew, the timeline read names, and workers do what is due."""
    command.standing = people.standing
    naming.plugged.directory = people.directory
    reactions.consumers.update(
        deadlines=deadline_reactions.REACTIONS,
        statements=statement_reactions.REACTIONS,
        alerts=alerts.REACTIONS,
    )
    deadlines.effects.update(statements.EFFECTS)
    deadlines.effects.update(escalation.EFFECTS)
    deadlines.effects.update(alerts_due.EFFECTS)
    if due.fire_due not in wakeups.rounds:
        wakeups.rounds.append(due.fire_due)
    if simulator.go_on not in wakeups.rounds:
        wakeups.rounds.append(simulator.go_on)
    if inbound.finish not in wakeups.rounds:
        wakeups.rounds.append(inbound.finish)
    if forget_sessions not in wakeups.chores:
        wakeups.chores.append(forget_sessions)
    if receipts.forget not in wakeups.chores:
        wakeups.chores.append(receipts.forget)
    if alert_jobs.dispatcher not in wakeups.companions:
        wakeups.companions.append(alert_jobs.dispatcher)
    if wakeups.wake not in command.listeners:
        command.listeners.append(wakeups.wake)


def plug_settings(settings: Settings) -> None:
    """Let links in messages carry this installation's own proof and address."""
    own = settings.public_base_url or f"http://localhost:{settings.port}"
    links.plug(settings.signing_key, own)


def forget_sessions() -> None:
    """Drop sessions long over, and failures to sign in long forgiven."""
    sessions.forget(clock.now())
