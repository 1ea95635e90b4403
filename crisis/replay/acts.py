"""What can be played: for each type of event the shape of its data, and the act itself.

An act calls the very commands that people use, as the person of the event. It raises the refusal of
the command; `NotYetError` says that the product cannot do this yet.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from crisis.kernel.event import Event
from crisis.replay.scenario import Happening, Told, Vocabulary
from crisis.replay.stage import Stage

Play = Callable[[Stage, Happening, Any], Event | None]
Thing = Literal["incident", "statement", "alert"]


@dataclass(frozen=True)
class Act:
    """How one type of event is played."""

    shape: type[Told]
    play: Play
    begins: Thing | None = None
    about: Thing | None = None


ACTS: Final[dict[str, Act]] = {}
"""Every type of event that can be played. The modules `acts_of_…` add theirs."""


def act(
    *types: str, shape: type[Told], begins: Thing | None = None, about: Thing | None = None
) -> Callable[[Play], Play]:
    """Play events of these types by the decorated function.

    `begins`: their reference names something new; `about`: something that must be there already.
    """

    def add(play: Play) -> Play:
        ACTS.update(dict.fromkeys(types, Act(shape, play, begins, about)))
        return play

    return add


def vocabulary(
    *,
    wishes: Mapping[tuple[str, str], TypeAdapter[Any]],
    later: Iterable[str],
    later_wishes: Iterable[str],
) -> Vocabulary:
    """What a file may say: what can be played and judged by now, and what will be later."""
    return Vocabulary(
        shapes={name: each.shape for name, each in ACTS.items()},
        later=frozenset(later),
        wishes=wishes,
        later_wishes=frozenset(later_wishes),
        begins={name: each.begins for name, each in ACTS.items() if each.begins},
        about={name: each.about for name, each in ACTS.items() if each.about},
    )
