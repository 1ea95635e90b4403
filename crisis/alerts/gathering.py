"""Who an alert would reach: the people of its audiences, each once, by addresses used once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.alerts.model import Contact
from crisis.alerts.outbox import Channel, OptOut
from crisis.alerts.posting import AT_ONCE
from crisis.alerts.recipients import LeftOut, Recipient
from crisis.people.model import PUBLIC, Audience, ContactKind, ContactPoint, Names, Person

EVERY_WAY: Final = (Channel.SMS, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class Reached:
    """One person or contact an alert is for, and the addresses it would use."""

    person_id: UUID | None
    contact_id: UUID | None
    ministry_id: UUID | None
    name: Names
    language: str
    mobile: str | None
    email: str | None
    left_out: LeftOut | None = None
    silenced: tuple[Channel, ...] = ()
    """The ways by which they asked not to be written to; while there is another, they are told."""
    is_owed: bool = False
    """They are told by those ways, too: a life is at stake, and they are staff."""

    @property
    def key(self) -> str:
        return f"person:{self.person_id}" if self.person_id else f"contact:{self.contact_id}"

    def address(self, channel: Channel) -> str | None:
        return self.mobile if channel is Channel.SMS else self.email


@dataclass(frozen=True)
class Gathered:
    """The audience of an alert as it is at this moment."""

    everybody: Sequence[Reached]
    duplicates: int
    """How often somebody would have been told twice, and is not."""
    channels: Sequence[Channel]
    is_public: bool

    @property
    def count(self) -> int:
        """How many they are; who confirms types this number."""
        return len(self.everybody)

    @cached_property
    def told(self) -> Sequence[Reached]:
        """Those for whom there is a way."""
        return [each for each in self.everybody if each.left_out is None]

    @cached_property
    def left_out(self) -> Sequence[Reached]:
        return [each for each in self.everybody if each.left_out is not None]

    @cached_property
    def without_mobile(self) -> Sequence[Reached]:
        """Those whom no SMS can reach."""
        return [each for each in self.everybody if each.mobile is None]

    @cached_property
    def without_mail(self) -> Sequence[Reached]:
        return [each for each in self.everybody if each.email is None]

    @cached_property
    def opted_out(self) -> Sequence[Reached]:
        return [each for each in self.everybody if each.left_out is LeftOut.OPTED_OUT]

    @cached_property
    def told_all_the_same(self) -> Sequence[Reached]:
        """Those who asked not to be written to and are, because a life is at stake."""
        return [each for each in self.told if each.is_owed]

    @cached_property
    def languages(self) -> Counter[str]:
        """How many read each language, of those who are told."""
        return Counter(each.language for each in self.told)

    def by_way(self, channel: Channel) -> Counter[str]:
        """How many messages of this channel there are in each language."""
        if channel not in self.channels:
            return Counter()
        return Counter(each.language for each in self.told if each.address(channel))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of who they are, and whether and where they are reached: it changes when any of
        that does."""
        lines = sorted(
            f"{each.key} {each.language} {each.mobile} {each.email} "
            f"{each.left_out} {','.join(each.silenced)} {each.is_owed}"
            for each in self.everybody
        )
        return sha256("\n".join(lines).encode()).hexdigest()


def gather(
    session: Session,
    *,
    audiences: Sequence[Audience] = (),
    person_ids: Collection[UUID] = (),
    again: Collection[UUID] = (),
    channels: Sequence[Channel] = EVERY_WAY,
    life_safety: bool = False,
) -> Gathered:
    """The people of these audiences, those picked by hand, and all who were told by the alerts
    `again`. Whoever is out of service is in none of them; whoever was told hears again. Where a
    life is at stake, staff are told by every way, also by those on which they asked not to be
    written to; residents never are."""
    named = [each for audience in audiences for each in _in_audience(session, audience)]
    found = [*named, *person_ids]
    told = _told_before(session, again)
    found += [each.person_id for each in told if each.person_id]
    people = list(_people(session, found))
    known = {each.person_id for each in people}
    contacts = list(_contacts(session, audiences))
    earlier = [each for each in told if each.person_id not in known or each.contact_id]
    once, repeated = _each_address_once([*people, *earlier, *contacts])
    silent = set(session.scalars(select(func.lower(OptOut.address))))
    return Gathered(
        everybody=[_judged(each, channels, silent, life_safety=life_safety) for each in once],
        duplicates=repeated + len(found) - len(set(found)),
        channels=channels,
        is_public=any(each.kind in PUBLIC for each in audiences),
    )


def reachable(
    session: Session,
    person_ids: Collection[UUID],
    *,
    channels: Sequence[Channel],
    life_safety: bool,
) -> set[UUID]:
    """Which of these `gather` would tell, each asked for alone."""
    silent = set(session.scalars(select(func.lower(OptOut.address))))
    return {
        each.person_id
        for each in _people(session, person_ids)
        if each.person_id
        and _judged(each, channels, silent, life_safety=life_safety).left_out is None
    }


def members_of(session: Session, audience: Audience) -> set[UUID]:
    """The people in it now, its contacts left aside."""
    return set(_in_audience(session, audience))


def _in_audience(session: Session, audience: Audience) -> Iterator[UUID]:
    """Who is in it: by its rule, and by hand."""
    yield from (each.id for each in audience.members if each.active)
    if not audience.ministry_ids and not audience.duties:
        return
    of_rule = select(Person.id).where(Person.active.is_(True), Person.is_machine.is_(False))
    if audience.ministry_ids:
        of_rule = of_rule.where(Person.ministry_id.in_([UUID(x) for x in audience.ministry_ids]))
    if audience.duties:
        of_rule = of_rule.where(Person.standing_duty.in_(audience.duties))
    if audience.languages:
        of_rule = of_rule.where(Person.language.in_(audience.languages))
    by_hand = {each.id for each in audience.members}
    yield from (each for each in session.scalars(of_rule) if each not in by_hand)


def _people(session: Session, ids: Iterable[UUID]) -> Iterator[Reached]:
    for some in _portions(sorted(set(ids))):
        wanted = select(
            Person.id, Person.ministry_id, Person.name, Person.language, Person.email
        ).where(Person.id.in_(some), Person.active.is_(True), Person.is_machine.is_(False))
        rows = session.execute(wanted.order_by(Person.id)).all()
        points = _points(session, some)
        for row in rows:
            yield Reached(
                person_id=row.id,
                contact_id=None,
                ministry_id=row.ministry_id,
                name=row.name,
                language=row.language,
                mobile=points.get((row.id, ContactKind.MOBILE)),
                email=row.email or points.get((row.id, ContactKind.EMAIL)),
            )


def _points(session: Session, people: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """The first number and the first address of each."""
    wanted = select(ContactPoint.person_id, ContactPoint.kind, ContactPoint.value).where(
        ContactPoint.person_id.in_(people)
    )
    found: dict[tuple[UUID, str], str] = {}
    for row in session.execute(wanted.order_by(ContactPoint.priority, ContactPoint.id)):
        found.setdefault((row.person_id, row.kind), row.value)
    return found


def _contacts(session: Session, audiences: Sequence[Audience]) -> Iterator[Reached]:
    wanted = select(
        Contact.id, Contact.name, Contact.mobile, Contact.email, Contact.language
    ).where(Contact.audience_id.in_([each.id for each in audiences]))
    for row in session.execute(wanted.order_by(Contact.id)) if audiences else ():
        yield Reached(
            person_id=None,
            contact_id=row.id,
            ministry_id=None,
            name={row.language: row.name} if row.name else {},
            language=row.language,
            mobile=row.mobile,
            email=row.email,
        )


def _told_before(session: Session, alerts: Collection[UUID]) -> Sequence[Reached]:
    """Everybody those alerts were for, whoever was asked in somebody's place included."""
    if not alerts:
        return ()
    told = select(
        Recipient.person_id,
        Recipient.contact_id,
        Recipient.ministry_id,
        Recipient.name,
        Recipient.language,
        Recipient.mobile,
        Recipient.email,
    ).where(Recipient.alert_id.in_(alerts))
    return [Reached(*row) for row in session.execute(told.order_by(Recipient.id))]


def _each_address_once(found: Iterable[Reached]) -> tuple[list[Reached], int]:
    """Each number and each mailbox is used by the first who has it; whoever had no other way than
    those already used would only be told twice."""
    used: set[str] = set()
    seen: set[str] = set()
    once: list[Reached] = []
    repeated = 0
    for each in found:
        if each.key in seen:
            repeated += 1
            continue
        seen.add(each.key)
        mobile = each.mobile if each.mobile not in used else None
        email = each.email if (each.email or "").lower() not in used else None
        if (each.mobile or each.email) and not (mobile or email):
            repeated += 1
            continue
        used |= {way for way in (mobile, (email or "").lower()) if way}
        unchanged = mobile is each.mobile and email is each.email
        once.append(each if unchanged else replace(each, mobile=mobile, email=email))
    return once, repeated


def _judged(
    each: Reached, channels: Sequence[Channel], silent: set[str], *, life_safety: bool
) -> Reached:
    ways = {way: address.lower() for way in channels if (address := each.address(way))}
    if not ways:
        return replace(each, left_out=LeftOut.NO_ADDRESS)
    silenced = tuple(way for way, address in ways.items() if address in silent)
    if not silenced:
        return each
    if life_safety and each.person_id:
        return replace(each, silenced=silenced, is_owed=True)
    left_out = LeftOut.OPTED_OUT if len(silenced) == len(ways) else None
    return replace(each, left_out=left_out, silenced=silenced)


def _portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]
