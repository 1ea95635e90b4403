"""Something that happened, in the past tense, with everything a reader needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import TypeAdapter

REGISTRY: Final[dict[str, type[Event]]] = {}
"""Every event by its name, so that a journal line can become an event again."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. A subclass is a frozen dataclass with a `name` like `note.added`."""

    name: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if REGISTRY.get(cls.name, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"two events are called {cls.name}")
        REGISTRY[cls.name] = cls

    @property
    def stream(self) -> UUID | None:
        """The journal stream it opens, when that is not the stream of the command's subject."""
        return None

    @property
    def about(self) -> str:
        """What the line is about, as `kind:id`; a page uses it to find what went stale."""
        return self.name.split(".", 1)[0]

    def facts(self) -> dict[str, Any]:
        """What the journal keeps: plain JSON values, without floats."""
        plain: dict[str, Any] = _shape(self.name).dump_python(self, mode="json")
        return plain


def remembered(name: str, facts: dict[str, Any]) -> Event:
    """The event that a journal line tells of."""
    return _shape(name).validate_python(facts)


@cache
def _shape(name: str) -> TypeAdapter[Event]:
    return TypeAdapter(REGISTRY[name])
