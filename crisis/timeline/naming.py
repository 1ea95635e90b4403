"""Who is meant by an id: names in one language, set apart from the words around them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.kernel.words import isolated

Names = dict[str, str]


class Directory(Protocol):
    """Who is who, by id."""

    @property
    def people(self) -> dict[UUID, Names]: ...

    @property
    def ministries(self) -> dict[UUID, Names]: ...

    @property
    def ministry_of(self) -> dict[UUID, UUID | None]: ...


class _Plugged:
    """What comes from above this room; `crisis.app` fills it."""

    directory: Callable[[Session], Directory]


plugged: Final = _Plugged()
"""`plugged.directory` reads the names of everybody."""


@dataclass(frozen=True)
class Naming:
    """Puts names in the place of ids, in one language, each isolated from what surrounds it."""

    language: str
    directory: Directory

    def person(self, person_id: str | UUID) -> str:
        return isolated(self._name(self.directory.people.get(UUID(str(person_id)))))

    def ministry(self, ministry_id: str | UUID | None) -> str:
        if ministry_id is None:
            return ""
        return isolated(self._name(self.directory.ministries.get(UUID(str(ministry_id)))))

    def of(self, names: Names) -> str:
        return isolated(self._name(names))

    def _name(self, names: Names | None) -> str:
        if not names:
            return "—"
        return names.get(self.language) or next(iter(names.values()), "—")


def naming_in(session: Session, language: str) -> Naming:
    """The names of everybody as they are now, in that language."""
    return Naming(language, plugged.directory(session))
