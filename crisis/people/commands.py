"""What an administrator does with the office, its ministries and its people."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crisis.kernel.command import Work, command
from crisis.kernel.errors import Conflict, Forbidden, Invalid
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.people import planning
from crisis.people.importing import Roster
from crisis.people.model import (
    Calendar,
    ContactAdded,
    ContactKind,
    ContactPoint,
    ContactRemoved,
    Digits,
    Kind,
    LanguageChosen,
    Ministry,
    MinistryActivityChanged,
    MinistryAdded,
    MinistryEdited,
    Names,
    Office,
    OfficeFounded,
    OfficeImported,
    OfficeSettingsChanged,
    Person,
    PersonActivityChanged,
    PersonAdded,
    PersonEdited,
    Profile,
    StandingDutyChanged,
)
from crisis.people.planning import Change, What
from crisis.policy import Action, Duty, Rank


@command(Action.KEEP_OFFICE, on=Office)
def found_office(
    office: Office,
    work: Work,
    *,
    name: Names,
    country: str,
    zone: str,
    administrator: Names,
    email: str,
    is_exercise: bool = False,
) -> OfficeFounded:
    """Name the office, and make its centre and its first administrator.

    Raises `Conflict` (`founded`) when the office already has people.
    """
    if work.session.scalar(select(Person.id).where(Person.is_machine.is_(False)).limit(1)):
        raise Conflict(Message("This office already has its administrator."), code="founded")
    office.name, office.country, office.zone = name, country, zone
    office.is_exercise = is_exercise
    centre = Ministry(
        id=new_id(), code="GCC", kind=Kind.CENTRE, name=name, short_name={}, lead_hazards=[]
    )
    person = Person(
        id=new_id(),
        ministry_id=centre.id,
        name=administrator,
        title={},
        email=email,
        language="ar",
        rank=Rank.ADMINISTRATOR,
        contacts=[ContactPoint(kind=ContactKind.EMAIL, value=email, priority=1)],
    )
    work.session.add_all([centre, person])
    return OfficeFounded(office=name, person_id=person.id, person=administrator)


@command(Action.KEEP_OFFICE, on=Office)
def change_settings(
    office: Office,
    work: Work,
    *,
    name: Names,
    zone: str,
    digits: Digits,
    calendar: Calendar,
    country: str,
    duty_phone: str | None,
) -> OfficeSettingsChanged:
    """Set how the office names itself, tells the time and writes numbers."""
    after = {
        "name": name,
        "zone": zone,
        "digits": digits,
        "calendar": calendar,
        "country": country,
        "duty_phone": duty_phone,
    }
    before = {key: getattr(office, key) for key in after}
    for key, value in after.items():
        setattr(office, key, value)
    return OfficeSettingsChanged(before=before, after=after)


@command(Action.KEEP_OFFICE, on=Office)
def add_ministry(
    office: Office,
    work: Work,
    *,
    code: str,
    kind: Kind,
    name: Names,
    short_name: Names,
    lead_hazards: list[str],
) -> MinistryAdded:
    """Add an organisation under a code of its own; there is one centre."""
    if work.session.scalar(select(Ministry.id).where(Ministry.code == code)):
        taken = Message("The code {code} is already taken.", code=code)
        raise Invalid(taken, code="taken", fields={"code": taken})
    if kind is Kind.CENTRE and _centre(work.session):
        second = Message("The office already has its centre.")
        raise Invalid(second, code="second_centre", fields={"kind": second})
    ministry = Ministry(
        id=new_id(),
        code=code,
        kind=kind,
        name=name,
        short_name=short_name,
        lead_hazards=lead_hazards,
    )
    work.session.add(ministry)
    return MinistryAdded(ministry_id=ministry.id, code=code, ministry=name)


@command(Action.KEEP_OFFICE, on=Ministry)
def edit_ministry(
    ministry: Ministry,
    work: Work,
    *,
    kind: Kind,
    name: Names,
    short_name: Names,
    lead_hazards: list[str],
) -> MinistryEdited:
    """Rename an organisation or say anew what it is and which hazards it leads."""
    if kind is Kind.CENTRE and not ministry.is_centre:
        second = Message("The office already has its centre.")
        raise Invalid(second, code="second_centre", fields={"kind": second})
    return ministry.edit(kind=kind, name=name, short_name=short_name, lead_hazards=lead_hazards)


@command(Action.KEEP_OFFICE, on=Ministry)
def set_ministry_active(ministry: Ministry, work: Work, *, active: bool) -> MinistryActivityChanged:
    """Retire an organisation nobody belongs to any more, or bring it back."""
    own = select(func.count(Person.id)).where(
        Person.ministry_id == ministry.id, Person.active.is_(True)
    )
    return ministry.set_active(active, people=work.session.scalar(own) or 0)


@command(Action.KEEP_OFFICE, on=Office)
def add_person(
    office: Office, work: Work, *, profile: Profile, mobile: str | None = None
) -> PersonAdded:
    """Add somebody; e-mail (also their sign-in name) and mobile (E.164) become contact points."""
    _check(work.session, profile, besides=None)
    person = Person(id=new_id()).take(profile)
    given = [(ContactKind.MOBILE, mobile), (ContactKind.EMAIL, profile.email)]
    for kind, value in given:
        if value:
            person.add_contact(kind=kind, value=value, label="")
    work.session.add(person)
    return PersonAdded(person_id=person.id, person=profile.name, rank=profile.rank)


@command(Action.KEEP_OFFICE, on=Person)
def edit_person(person: Person, work: Work, *, profile: Profile) -> PersonEdited:
    """Change what the office knows of a person; the last administrator keeps that rank."""
    _refuse_machine(person)
    _check(work.session, profile, besides=person.id)
    if person.rank == Rank.ADMINISTRATOR and profile.rank is not Rank.ADMINISTRATOR:
        _keep_an_administrator(work.session, person)
    return person.edit(profile)


@command(Action.KEEP_OFFICE, on=Person)
def set_person_active(person: Person, work: Work, *, active: bool) -> PersonActivityChanged:
    """Take somebody out of service (their sessions end at once), or bring them back."""
    _refuse_machine(person)
    if not active and person.rank == Rank.ADMINISTRATOR:
        _keep_an_administrator(work.session, person)
    return person.set_active(active)


@command(Action.KEEP_OWN_ACCOUNT, on=Person)
def choose_language(person: Person, work: Work, *, language: str) -> LanguageChosen:
    """Say in which language one reads."""
    if work.actor.id != person.id:
        raise Forbidden(Message("This account is somebody else's."), code="not_yours")
    return person.choose_language(language)


@command(Action.KEEP_OFFICE, on=Person)
def set_standing_duty(person: Person, work: Work, *, duty: Duty | None) -> StandingDutyChanged:
    """Name the duty that somebody holds from the opening of each incident, or take it back."""
    _refuse_machine(person)
    return person.set_standing_duty(duty)


@command(Action.KEEP_OFFICE, on=Person)
def add_contact(
    person: Person, work: Work, *, kind: ContactKind, value: str, label: str
) -> ContactAdded:
    """Add a number (E.164) or an address, after the ones the person has."""
    return person.add_contact(kind=kind, value=value, label=label)


@command(Action.KEEP_OFFICE, on=Person)
def remove_contact(person: Person, work: Work, *, contact_id: UUID) -> ContactRemoved:
    """Remove a contact point."""
    return person.remove_contact(contact_id)


@command(Action.KEEP_OFFICE, on=Office)
def import_office(office: Office, work: Work, *, roster: Roster, digest: str) -> OfficeImported:
    """Add and change, all or nothing, what a file says.

    `digest` is that of the plan somebody has seen. Raises `Invalid` (`roster`) when the file has
    errors, `Conflict` (`stale_plan`) when the office changed since, or when nothing would change.
    """
    plan = planning.plan_for(work.session, office, roster)
    if plan.errors:
        first = plan.errors[0]
        raise Invalid(
            Message("Line {line}: {problem}", line=first.line, problem=first.message),
            code="roster",
        )
    if plan.digest != digest:
        raise Conflict(
            Message("The office changed after this was shown. Look at the new comparison."),
            code="stale_plan",
        )
    if plan.count(Change.UNCHANGED) == len(plan.steps):
        raise Conflict(Message("The office already is as the file says."), code="already")
    planning.apply(work.session, plan)
    return OfficeImported(
        settings_changed=bool(plan.codes(What.OFFICE, Change.CHANGED)),
        ministries_added=plan.codes(What.MINISTRY, Change.ADDED),
        ministries_changed=plan.codes(What.MINISTRY, Change.CHANGED),
        people_added=plan.ids(What.PERSON, Change.ADDED),
        people_changed=plan.ids(What.PERSON, Change.CHANGED),
        audiences_added=plan.codes(What.AUDIENCE, Change.ADDED),
        audiences_changed=plan.codes(What.AUDIENCE, Change.CHANGED),
    )


def _check(session: Session, profile: Profile, *, besides: UUID | None) -> None:
    """The e-mail is free, and the ministry and the deputy exist and are active."""
    fields: dict[str, Message] = {}
    if profile.email and _taken(session, profile.email, besides):
        fields["email"] = Message("Another person already signs in with this e-mail.")
    ministry = session.get(Ministry, profile.ministry_id)
    if ministry is None or not ministry.active:
        fields["ministry_id"] = Message("Choose an active entity.")
    deputy = profile.deputy_id and session.get(Person, profile.deputy_id)
    if profile.deputy_id and (not deputy or not deputy.active or deputy.is_machine):
        fields["deputy_id"] = Message("Choose an active person as deputy.")
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def _taken(session: Session, email: str, besides: UUID | None) -> bool:
    # Sign-in does not tell A from a, so no two people may differ by that alone.
    same = select(Person.id).where(func.lower(Person.email) == email.lower(), Person.id != besides)
    return session.scalar(same.limit(1)) is not None


def _refuse_machine(person: Person) -> None:
    if person.is_machine:
        raise Conflict(Message("The installation itself cannot be edited."), code="machine")


def _keep_an_administrator(session: Session, person: Person) -> None:
    others = select(Person.id).where(
        Person.rank == Rank.ADMINISTRATOR,
        Person.active.is_(True),
        Person.is_machine.is_(False),
        Person.id != person.id,
    )
    if session.scalar(others.limit(1)) is None:
        raise Conflict(
            Message("The office must keep an administrator. Name another first."),
            code="last_administrator",
        )


def _centre(session: Session) -> UUID | None:
    return session.scalar(select(Ministry.id).where(Ministry.kind == Kind.CENTRE))
