"""Whom an audience is made of, as somebody describes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from crisis.people.model import Audience, AudienceKind, Names, Person
from crisis.policy import Duty


@dataclass(frozen=True, kw_only=True)
class Described:
    """A rule over entities, duties and languages, and people named beside it."""

    code: str
    kind: AudienceKind
    name: Names
    rule: str = ""
    ministry_ids: tuple[UUID, ...] = ()
    duties: tuple[Duty, ...] = ()
    languages: tuple[str, ...] = ()
    member_ids: tuple[UUID, ...] = ()

    def put_into(self, audience: Audience, members: Iterable[Person]) -> None:
        """The audience is made of these."""
        audience.code, audience.kind = self.code, self.kind
        audience.name, audience.rule = self.name, self.rule
        audience.ministry_ids = sorted(str(each) for each in set(self.ministry_ids))
        audience.duties = [each.value for each in Duty if each in self.duties]
        audience.languages = sorted(set(self.languages))
        audience.members = sorted(members, key=lambda each: each.id)
