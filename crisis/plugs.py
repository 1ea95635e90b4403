"""What the lower rooms need from the upper ones, plugged in for every way of starting."""

from crisis.account import sessions
from crisis.jobs import wakeups
from crisis.kernel import clock, command
from crisis.people import queries as people
from crisis.timeline import words


def plug_kernel() -> None:
    """Let commands read their actor anew, the timeline read names, and workers tidy sessions."""
    command.standing = people.standing
    words.plugged.directory = people.directory
    if forget_sessions not in wakeups.chores:
        wakeups.chores.append(forget_sessions)


def forget_sessions() -> None:
    """Drop sessions long over, and failures to sign in long forgiven."""
    sessions.forget(clock.now())
