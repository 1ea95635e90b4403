"""The beginning of an office: its name, its country, and the first person who may keep it."""

from pydantic import BaseModel, ConfigDict, ValidationError

from crisis.account.commands import make_reset_link, use_reset_link
from crisis.account.model import digest
from crisis.account.passwords import Password, fresh_hash, fresh_token, known_of
from crisis.kernel.errors import Invalid
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.problems import problem_message
from crisis.kernel.text import Email, Line, OptionalLine
from crisis.kernel.words import Message
from crisis.people.commands import found_office
from crisis.people.countries import countries
from crisis.people.importing import Country, names_of
from crisis.people.model import Names
from crisis.people.queries import standing_of, the_system


class Founding(BaseModel):
    """What must be known to begin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office_ar: Line
    office_en: OptionalLine = None
    office_fr: OptionalLine = None
    country: Country
    name_ar: Line
    name_en: OptionalLine = None
    name_fr: OptionalLine = None
    email: Email
    password: Password | None = None

    @property
    def office(self) -> Names:
        return names_of(self.office_ar, self.office_en, self.office_fr)

    @property
    def administrator(self) -> Names:
        return names_of(self.name_ar, self.name_en, self.name_fr)


def read_founding(**given: str | None) -> Founding:
    """What was given, read; raises `Invalid` naming each wrong field."""
    try:
        return Founding.model_validate({k: v for k, v in given.items() if v})
    except ValidationError as error:
        fields = {str(each["loc"][0]): problem_message(dict(each)) for each in error.errors()}
        raise Invalid(Message("Please correct what is marked below."), fields=fields) from None


def found(given: Founding) -> str | None:
    """Begin the office; the path of a link to set the administrator's password, if none was given.

    Raises `Conflict` (`founded`) when the office already has people, `Invalid` for a weak password.
    """
    about = known_of(given.email, given.administrator)
    password_hash = fresh_hash(given.password, about=about) if given.password else None
    system = the_system()
    founded = found_office(
        system,
        OFFICE_ID,
        name=given.office,
        country=given.country,
        zone=countries()[given.country]["zone"],
        administrator=given.administrator,
        email=given.email,
    )
    token = fresh_token()
    make_reset_link(system, founded.person_id, token_hash=digest(token), removes_second_step=False)
    if password_hash is None:
        return f"/reset/{token}"
    use_reset_link(
        standing_of(founded.person_id),
        founded.person_id,
        token_hash=digest(token),
        password_hash=password_hash,
    )
    return None
