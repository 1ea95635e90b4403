"""What the pages of the office may be sent, field by field."""

from typing import Annotated, Final, Literal, get_args
from uuid import UUID

from pydantic import ConfigDict, Field

from crisis.kernel.text import (
    Email,
    Line,
    Name,
    OptionalLine,
    OptionalName,
    OptionalShortName,
    Reading,
    Whole,
)
from crisis.people.importing import (
    LARGEST,
    Country,
    Language,
    MinistryCode,
    OptionalShortLine,
    PhoneTyped,
    Zone,
    names_of,
)
from crisis.people.model import Calendar, ContactKind, Digits, Hazard, Kind, Names
from crisis.policy import Duty, Rank
from crisis.web.asking import Form

email: Final[Reading[str]] = get_args(Email)[1]


class SettingsForm(Form):
    name_ar: Name
    name_en: OptionalName = None
    name_fr: OptionalName = None
    zone: Zone
    digits: Digits
    calendar: Calendar
    country: Country
    duty_phone: PhoneTyped | None = None

    @property
    def name(self) -> Names:
        return names_of(self.name_ar, self.name_en, self.name_fr)


class MinistryForm(Form):
    kind: Kind
    name_ar: Name
    name_en: OptionalName = None
    name_fr: OptionalName = None
    short_ar: OptionalShortName = None
    short_en: OptionalShortName = None
    short_fr: OptionalShortName = None
    lead_hazards: list[Hazard] = Field(default=[], max_length=len(Hazard))

    @property
    def name(self) -> Names:
        return names_of(self.name_ar, self.name_en, self.name_fr)

    @property
    def short_name(self) -> Names:
        return names_of(self.short_ar, self.short_en, self.short_fr)


class NewMinistryForm(MinistryForm):
    code: MinistryCode


class PersonForm(Form):
    name_ar: Name
    name_en: OptionalName = None
    name_fr: OptionalName = None
    title_ar: OptionalLine = None
    title_en: OptionalLine = None
    title_fr: OptionalLine = None
    email: Email | None = None
    language: Language = "ar"
    languages: list[Language] = Field(default=[], max_length=3)
    rank: Rank = Rank.MEMBER
    ministry_id: UUID
    standing_duty: Duty | None = None
    deputy_id: UUID | None = None

    @property
    def name(self) -> Names:
        return names_of(self.name_ar, self.name_en, self.name_fr)

    @property
    def title(self) -> Names:
        return names_of(self.title_ar, self.title_en, self.title_fr)


class NewPersonForm(PersonForm):
    mobile: PhoneTyped | None = None


class ContactForm(Form):
    kind: ContactKind
    value: Line
    label: OptionalShortLine = None


class ActivityForm(Form):
    active: Literal["yes", "no"]


class LiaisonForm(Form):
    person_id: UUID


class PeopleAsked(Form):
    """The search of the people page."""

    q: OptionalShortLine = None
    rank: Rank | None = None
    ministry: UUID | None = None
    page: Annotated[Whole, Field(ge=1, le=10_000)] = 1


class MinistryAsked(Form):
    """Who was liaison until a moment ago: named again if that was wrong."""

    relieved: UUID | None = None


class ImportForm(Form):
    """A file may go beside it. What the text says is read by `crisis.people.importing`."""

    model_config = ConfigDict(str_max_length=LARGEST)

    text: Annotated[str, Reading(str)] | None = None
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    apply: Literal["yes"] | None = None
