"""Who there is: the office, its ministries and people, how to reach them, and their duties."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crisis.kernel.database import Base, IncidentRecord, Record
from crisis.kernel.errors import Conflict, Invalid
from crisis.kernel.event import Event
from crisis.kernel.words import Message
from crisis.policy import Duty, Rank

Names = dict[str, str]
"""A name by language: `ar`, `en`, `fr`; a language that is missing is shown in another."""

LANGUAGES: Final = ("ar", "en", "fr")
SYSTEM_ID: Final = UUID("00000000-0000-7000-8000-000000000002")
"""The machine actor in whose name the installation itself acts."""


def in_language(names: Names, language: str) -> str:
    """The name in `language`, or in the first language that has one, Arabic before the others."""
    return names.get(language) or next((names[each] for each in LANGUAGES if names.get(each)), "")


class Kind(StrEnum):
    """What sort of organisation a ministry is."""

    CENTRE = "centre"
    CABINET_OFFICE = "cabinet_office"
    MINISTRY = "ministry"
    AUTHORITY = "authority"
    AGENCY = "agency"
    SECURITY = "security"
    MUNICIPALITY = "municipality"
    UTILITY = "utility"
    INTERNATIONAL = "international"


class ContactKind(StrEnum):
    """How a contact point is reached."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"


class Hazard(StrEnum):
    """What kind of thing an incident is about; a ministry may lead some of them."""

    FLOOD_WEATHER = "flood_weather"
    INDUSTRIAL = "industrial"
    EPIDEMIC = "epidemic"
    DISINFORMATION = "disinformation"
    TRANSPORT = "transport"
    CYBER = "cyber"
    SECURITY = "security"
    WATER = "water"
    EARTHQUAKE = "earthquake"
    FIRE = "fire"
    INFRASTRUCTURE = "infrastructure"
    OTHER = "other"


class Digits(StrEnum):
    """The digits an office shows."""

    LATIN = "latn"
    ARABIC = "arab"


class Calendar(StrEnum):
    """The calendars an office shows; Gregorian always comes first."""

    GREGORIAN = "gregory"
    WITH_HIJRI = "gregory_and_hijri"


class Office(Record):
    """The one office of an installation and its settings."""

    __tablename__ = "office"

    name: Mapped[dict[str, str]]
    zone: Mapped[str] = mapped_column(String(64))
    digits: Mapped[str] = mapped_column(String(8))
    calendar: Mapped[str] = mapped_column(String(24))
    country: Mapped[str] = mapped_column(String(2))
    duty_phone: Mapped[str | None] = mapped_column(String(20))
    is_exercise: Mapped[bool]
    """A demo office: everything in it is an exercise, and its people can be entered as."""
    incidents_opened: Mapped[int]
    """How many references were given in `incidents_year`; the next is one more."""
    incidents_year: Mapped[int]

    def next_reference(self, year: int) -> str:
        """The next incident reference of that year, like `2026-014`."""
        if self.incidents_year != year:
            self.incidents_year, self.incidents_opened = year, 0
        self.incidents_opened += 1
        return f"{year}-{self.incidents_opened:03d}"


class Ministry(Record):
    """An organisation that can stand behind a statement: a ministry, an agency, the centre."""

    __tablename__ = "ministry"

    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[dict[str, str]]
    short_name: Mapped[dict[str, str]]
    lead_hazards: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_centre(self) -> bool:
        return self.kind == Kind.CENTRE

    def edit(
        self, *, kind: Kind, name: Names, short_name: Names, lead_hazards: list[str]
    ) -> MinistryEdited:
        if self.is_centre and kind is not Kind.CENTRE:
            raise Conflict(Message("The office must keep its centre."), code="last_centre")
        self.kind, self.name, self.short_name = kind, name, short_name
        self.lead_hazards = lead_hazards
        return MinistryEdited(ministry_id=self.id, code=self.code, ministry=name)

    def set_active(self, active: bool, *, people: int) -> MinistryActivityChanged:
        """Raises `Conflict` when people still belong to it (`people` of them)."""
        if self.active == active:
            raise Conflict(Message("That is already so."), code="already")
        if not active and self.is_centre:
            raise Conflict(Message("The office must keep its centre."), code="last_centre")
        if not active and people:
            raise Conflict(
                Message.plural(
                    "{n} active person still belongs to this entity. Move them first.",
                    "{n} active people still belong to this entity. Move them first.",
                    n=people,
                ),
                code="ministry_has_people",
            )
        self.active = active
        return MinistryActivityChanged(
            ministry_id=self.id, code=self.code, ministry=self.name, active=active
        )


class Person(Record):
    """Somebody of the office or of a ministry, or a machine that acts under its own name."""

    __tablename__ = "person"

    ministry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ministry.id"), index=True)
    name: Mapped[dict[str, str]]
    title: Mapped[dict[str, str]]
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    """The language they read Nasaq in."""
    languages: Mapped[list[str]] = mapped_column(default=list)
    """The languages they work in."""
    rank: Mapped[str] = mapped_column(String(16))
    standing_duty: Mapped[str | None] = mapped_column(String(32))
    deputy_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    active: Mapped[bool] = mapped_column(default=True)
    is_machine: Mapped[bool] = mapped_column(default=False)
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Counts up when every session of this person must end: one that began earlier is over."""
    contacts: Mapped[list[ContactPoint]] = relationship(
        lazy="selectin", order_by="ContactPoint.priority", cascade="all, delete-orphan"
    )

    def edit(self, profile: Profile) -> PersonEdited:
        """Raises `Invalid` when somebody would be their own deputy."""
        if profile.deputy_id == self.id:
            wrong = Message("Nobody is their own deputy.")
            raise Invalid(wrong, code="own_deputy", fields={"deputy_id": wrong})
        if self.rank != profile.rank:
            self.end_sessions()
        self.take(profile)
        return PersonEdited(person_id=self.id, person=profile.name, rank=profile.rank)

    def take(self, profile: Profile) -> Self:
        """Become what the profile says."""
        for name, value in vars(profile).items():
            setattr(self, name, value)
        return self

    def set_active(self, active: bool) -> PersonActivityChanged:
        if self.active == active:
            raise Conflict(Message("That is already so."), code="already")
        self.active = active
        self.end_sessions()
        return PersonActivityChanged(person_id=self.id, person=self.name, active=active)

    def end_sessions(self) -> None:
        """Whoever is signed in as this person, anywhere, no longer is."""
        self.session_epoch += 1

    def choose_language(self, language: str) -> LanguageChosen:
        self.language = language
        return LanguageChosen(person_id=self.id, person=self.name, language=language)

    def set_standing_duty(self, duty: Duty | None) -> StandingDutyChanged:
        if self.standing_duty == duty:
            raise Conflict(Message("That is already so."), code="already")
        before, self.standing_duty = self.standing_duty, duty
        return StandingDutyChanged(
            person_id=self.id,
            person=self.name,
            before=Duty(before) if before else None,
            after=duty,
        )

    def add_contact(self, *, kind: ContactKind, value: str, label: str) -> ContactAdded:
        if any((each.kind, each.value) == (kind, value) for each in self.contacts):
            raise Conflict(Message("This person already has that contact point."), code="already")
        priority = max((each.priority for each in self.contacts), default=0) + 1
        self.contacts.append(ContactPoint(kind=kind, value=value, label=label, priority=priority))
        return ContactAdded(person_id=self.id, person=self.name, kind=kind)

    def remove_contact(self, contact_id: UUID) -> ContactRemoved:
        found = next((each for each in self.contacts if each.id == contact_id), None)
        if found is None:
            raise Conflict(Message("That contact point is already gone."), code="already")
        self.contacts.remove(found)
        return ContactRemoved(person_id=self.id, person=self.name, kind=ContactKind(found.kind))

    def first(self, kind: ContactKind) -> str | None:
        """The value of the first contact point of that kind."""
        return next((each.value for each in self.contacts if each.kind == kind), None)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What an administrator says of a person."""

    ministry_id: UUID
    name: Names
    title: Names
    email: str | None
    language: str
    rank: Rank
    standing_duty: Duty | None
    deputy_id: UUID | None
    languages: list[str] = field(default_factory=list[str])


class ContactPoint(Record):
    """A number (E.164) or an address at which a person is reached; lower priority first."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("person_id", "kind", "value"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(254))
    label: Mapped[str] = mapped_column(String(80), default="")
    priority: Mapped[int]


class AudienceKind(StrEnum):
    """Whom an audience is made of."""

    INTERNAL_ROLE = "internal_role"
    MINISTRY_DUTY = "ministry_duty"
    LEADERSHIP = "leadership"
    RESPONDERS = "responders"
    PUBLIC_OPT_IN = "public_opt_in"
    MEDIA = "media"
    FOREIGN_MEDIA = "foreign_media"
    VULNERABLE = "vulnerable"
    PARTNERS = "partners"
    STAFF = "staff"


PUBLIC: Final = frozenset({AudienceKind.PUBLIC_OPT_IN, AudienceKind.VULNERABLE})
"""Two people confirm whatever goes to one of these."""


class Audience(Record):
    """People who are told together: described by a rule, and named one by one beside it."""

    __tablename__ = "audience"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[dict[str, str]]
    rule: Mapped[str] = mapped_column(Text, default="")
    """The rule in words, for audiences whose contacts come from elsewhere."""
    ministry_ids: Mapped[list[str]] = mapped_column(default=list)
    """People of these; together with `duties`, those of them who have one of those."""
    duties: Mapped[list[str]] = mapped_column(default=list)
    """People whose standing duty is one of these."""
    languages: Mapped[list[str]] = mapped_column(default=list)
    """Of all these people those who read one of these; empty: everybody."""
    active: Mapped[bool] = mapped_column(default=True)
    members: Mapped[list[Person]] = relationship(
        secondary="audience_member", lazy="selectin", order_by="Person.id"
    )


class AudienceMember(Base):
    """That a person is named in an audience."""

    __tablename__ = "audience_member"

    audience_id: Mapped[UUID] = mapped_column(ForeignKey("audience.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class DutyHolding(IncidentRecord):
    """That a person holds a duty in an incident, from when, and until when."""

    __tablename__ = "duty_holding"
    __table_args__ = (
        Index(
            "uq_duty_holding_held",
            "incident_id",
            "person_id",
            "duty",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    ministry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ministry.id"))
    duty: Mapped[str] = mapped_column(String(32))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Proposed(StrEnum):
    """What became of asking somebody to take a duty."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    """Nobody answered in time."""
    WITHDRAWN = "withdrawn"


class DutyProposal(IncidentRecord):
    """That a person is asked to take a duty in an incident, until when, and what they said.

    Stands here, beside the duties themselves, because being asked gives the right to answer.
    """

    __tablename__ = "duty_proposal"
    __table_args__ = (
        Index(
            "uq_duty_proposal_open",
            "incident_id",
            "person_id",
            "duty",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    duty: Mapped[str] = mapped_column(String(32))
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    from_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who hands the duty over; None when nobody does."""
    note: Mapped[str | None]
    instead_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty_proposal.id"))
    """The proposal that came to nothing, so that this deputy is asked."""
    state: Mapped[str] = mapped_column(String(12), default=Proposed.OPEN)
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    def end(self, state: Proposed, *, at: datetime, reason: str | None = None) -> None:
        """Raises `Conflict` (`answered`) when it has ended already."""
        if self.state == Proposed.LAPSED:
            raise Conflict(Message("The time to answer is over."), code="lapsed")
        if self.state != Proposed.OPEN:
            raise Conflict(Message("This was answered or withdrawn already."), code="answered")
        self.state, self.answered_at, self.reason = state, at, reason


@dataclass(frozen=True, kw_only=True)
class OfficeFounded(Event):
    name = "office.founded"
    office: Names
    person_id: UUID
    person: Names


@dataclass(frozen=True, kw_only=True)
class OfficeSettingsChanged(Event):
    name = "office.settings_changed"
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class OfficeImported(Event):
    """Ministries and audiences by code, people by id: no address stays in the journal."""

    name = "office.imported"
    settings_changed: bool
    ministries_added: list[str]
    ministries_changed: list[str]
    people_added: list[UUID]
    people_changed: list[UUID]
    audiences_added: list[str]
    audiences_changed: list[str]


@dataclass(frozen=True, kw_only=True)
class MinistryAdded(Event):
    name = "ministry.added"
    ministry_id: UUID
    code: str
    ministry: Names


@dataclass(frozen=True, kw_only=True)
class MinistryEdited(Event):
    name = "ministry.edited"
    ministry_id: UUID
    code: str
    ministry: Names


@dataclass(frozen=True, kw_only=True)
class MinistryActivityChanged(Event):
    name = "ministry.activity_changed"
    ministry_id: UUID
    code: str
    ministry: Names
    active: bool


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    name = "person.added"
    person_id: UUID
    person: Names
    rank: Rank


@dataclass(frozen=True, kw_only=True)
class PersonEdited(Event):
    name = "person.edited"
    person_id: UUID
    person: Names
    rank: Rank


@dataclass(frozen=True, kw_only=True)
class PersonActivityChanged(Event):
    name = "person.activity_changed"
    person_id: UUID
    person: Names
    active: bool


@dataclass(frozen=True, kw_only=True)
class StandingDutyChanged(Event):
    """From one duty to another; None is no standing duty."""

    name = "person.standing_duty_changed"
    person_id: UUID
    person: Names
    before: Duty | None
    after: Duty | None


@dataclass(frozen=True, kw_only=True)
class LanguageChosen(Event):
    name = "person.language_chosen"
    person_id: UUID
    person: Names
    language: str


@dataclass(frozen=True, kw_only=True)
class ContactAdded(Event):
    """The number or address itself stays out of the journal."""

    name = "contact.added"
    person_id: UUID
    person: Names
    kind: ContactKind


@dataclass(frozen=True, kw_only=True)
class ContactRemoved(Event):
    name = "contact.removed"
    person_id: UUID
    person: Names
    kind: ContactKind
