"""Whom an alert of a story is for: its people by their part in it, and as many made-up contacts of
the public or the press as the file says."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select

from crisis.alerts.audiences import save_audience
from crisis.alerts.described import Described
from crisis.alerts.model import Contact
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.people.model import PUBLIC, Audience, AudienceKind
from crisis.people.queries import the_system
from crisis.policy import Duty
from crisis.replay.scenario import MACHINES, Happening, PersonTold
from crisis.replay.stage import Stage

ON_DUTY: Final = "ministry_duty"
LEADERSHIP: Final = "leadership"
_LEADS: Final = frozenset({"leadership", "comms_director", "coordinator"})
KINDS: Final = {
    "affected_public": AudienceKind.PUBLIC_OPT_IN,
    "media": AudienceKind.MEDIA,
    "foreign_media": AudienceKind.FOREIGN_MEDIA,
}
NAMES: Final = {
    "affected_public": {
        "ar": "سكان المنطقة المتأثرة",
        "en": "Residents of the affected area",
        "fr": "Habitants de la zone touchée",
    },
    "media": {"ar": "وسائل الإعلام", "en": "Media", "fr": "Médias"},
    "foreign_media": {"ar": "الإعلام الأجنبي", "en": "Foreign media", "fr": "Médias étrangers"},
}
AT_ONCE: Final = 500
_FIRST: Final = {kind: 20_000_000 + 1_000_000 * place for place, kind in enumerate(AudienceKind)}
"""Numbers that nobody has: +218 9, then eight digits, another million for each kind."""


def people_for(stage: Stage, happening: Happening, parts: list[str]) -> tuple[UUID, ...]:
    """The people of the file in these parts of an audience: an entity, its leaders, or who is on
    duty for each entity."""
    named = _named(stage, happening)
    found: dict[str, None] = {}
    for part in parts:
        if part == ON_DUTY:
            found |= dict.fromkeys(_on_duty(stage, named))
        elif part == LEADERSHIP:
            leads = (each.id for each in stage.scenario.people.values() if each.role in _LEADS)
            found |= dict.fromkeys(leads)
        elif part in stage.cast.ministries:
            found |= dict.fromkeys(_of(stage, part)[:1])
    return tuple(stage.cast.people[each] for each in found)


def contacts_for(stage: Stage, parts: list[str], size: int) -> tuple[UUID, ...]:
    """The audience of `size` made-up contacts for the part that is not people, if there is one."""
    others = [each for each in parts if not _is_people(stage, each)]
    return tuple(_audience(each, size) for each in others[:1])


def is_public(parts: list[str]) -> bool:
    """Whether residents are among them, who are warned and asked for nothing."""
    return any(KINDS.get(each) in PUBLIC for each in parts)


def _is_people(stage: Stage, part: str) -> bool:
    return part in {ON_DUTY, LEADERSHIP} or part in stage.cast.ministries


def _named(stage: Stage, happening: Happening) -> set[str]:
    """Whom the file lets answer, or not answer, this alert."""
    later = list(stage.scenario.later(happening, happening.ref))
    told = {getattr(each.data, "person", None) for each in later}
    acted = {each.actor for each in later if each.type == "ack"}
    return {each for each in told | acted if each and each not in MACHINES}


def _on_duty(stage: Stage, named: set[str]) -> list[str]:
    """For each entity one person: its liaison, or the deputy where only the deputy is told of."""
    found = []
    for org in stage.scenario.organisations:
        line = _of(stage, org.code)
        if line and not org.is_centre:
            told = [each for each in line if each in named]
            found.append(line[0] if line[0] in named or not told else told[0])
    return found


def _of(stage: Stage, code: str) -> list[str]:
    """The liaisons of an entity, deputies last."""

    def is_deputy(person: PersonTold) -> bool:
        return person.role.endswith("_deputy")

    own = [
        each
        for each in stage.scenario.people.values()
        if each.org == code and each.duty is Duty.LIAISON and each.role != LEADERSHIP
    ]
    return [each.id for each in sorted(own, key=is_deputy)]


def _audience(part: str, size: int) -> UUID:
    code = f"story_{part}_{size}"[:32]
    with reading() as session:
        known = session.scalar(select(Audience.id).where(Audience.code == code))
    kind = KINDS.get(part, AudienceKind.PARTNERS)
    if known is None:
        described = Described(code=code, kind=kind, name=NAMES.get(part, {"ar": part}))
        known = save_audience(the_system(), OFFICE_ID, described=described).audience_id
    _fill(known, kind, size)
    return known


def _fill(audience_id: UUID, kind: AudienceKind, size: int) -> None:
    with bookkeeping() as session:
        count = select(func.count(Contact.id)).where(Contact.audience_id == audience_id)
        there = session.scalar(count) or 0
        rows = [_contact(audience_id, kind, number) for number in range(there, size)]
        for first in range(0, len(rows), AT_ONCE):
            session.execute(insert(Contact), rows[first : first + AT_ONCE])


def _contact(audience_id: UUID, kind: AudienceKind, number: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "audience_id": audience_id,
        "name": "" if kind in PUBLIC else f"{NAMES['media']['ar']} {number + 1}",
        "mobile": f"+2189{_FIRST[kind] + number}",
        "email": None,
        "language": "ar",
    }
