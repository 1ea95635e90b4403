"""What the lower rooms need from the upper ones, plugged in for every way of starting."""

from crisis.kernel import command
from crisis.people import queries as people
from crisis.timeline import words


def plug_kernel() -> None:
    """Let commands read their actor anew, and the timeline read names."""
    command.standing = people.standing
    words.plugged.directory = people.directory
