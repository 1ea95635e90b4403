"""The office's own pages: who belongs to it, how to reach them, how it writes and tells time."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from pydantic_core import PydanticCustomError
from werkzeug.wrappers import Response

from crisis.kernel.errors import Invalid, NotFound
from crisis.kernel.ids import OFFICE_ID
from crisis.kernel.text import Reading, optional, phone, problem_message
from crisis.kernel.words import Message
from crisis.people import commands, importing, planning, queries
from crisis.people.countries import countries, zones
from crisis.people.forms import (
    ActivityForm,
    ContactForm,
    ImportForm,
    LiaisonForm,
    MinistryAsked,
    MinistryForm,
    NewMinistryForm,
    NewPersonForm,
    PeopleAsked,
    PersonForm,
    SettingsForm,
    email,
)
from crisis.people.model import (
    LANGUAGES,
    ContactKind,
    ContactPoint,
    Hazard,
    Kind,
    Ministry,
    Names,
    Person,
    Profile,
    in_language,
)
from crisis.policy import LIAISONS, Action, Actor, Duty, Rank, allows
from crisis.web.asking import NothingForm, answers_on, asked, asked_of_url, current_actor, see
from crisis.web.locale import language, say

bp = Blueprint("people", __name__)

PEOPLE_A_PAGE: Final = 50


# ── the office ───────────────────────────────────────────────────────────────────────────────────


@bp.get("/office")
def office() -> Any:
    """How large the office is, what it lacks, and what was done to it lately."""
    actor = current_actor()
    found = queries.overview(actor, OFFICE_ID)
    may_read = allows(actor, Action.SEE_OFFICE_JOURNAL, None)
    return render_template(
        "people/office.html",
        **_rights(actor),
        counts={
            "people": found.people,
            "ministries": found.ministries,
            "audiences": found.audiences,
            "without_liaison": len(found.without_liaison),
            "without_mobile": len(found.without_mobile),
        },
        missing={
            "liaisons": _choices(found.without_liaison),
            "mobiles": _choices(found.without_mobile),
        },
        lines=queries.office_lines(actor, OFFICE_ID, language=language()) if may_read else [],
    )


@bp.get("/office/settings")
def settings() -> Any:
    """How the office names itself, tells the time and writes numbers."""
    actor = current_actor()
    row = queries.the_office()
    return render_template(
        "people/settings.html",
        **_rights(actor),
        settings={
            **_spread("name", row.name),
            "zone": row.zone,
            "digits": row.digits,
            "calendar": row.calendar,
            "country": row.country,
            "duty_phone": row.duty_phone or "",
        },
        zones=zones(),
        countries=[
            (code, in_language(each["name"], language())) for code, each in countries().items()
        ],
    )


@bp.post("/office/settings")
@answers_on("people.settings")
def settings_form() -> Response:
    """Change them."""
    sent = asked(SettingsForm)
    commands.change_settings(
        current_actor(),
        OFFICE_ID,
        name=sent.name,
        zone=sent.zone,
        digits=sent.digits,
        calendar=sent.calendar,
        country=sent.country,
        duty_phone=_read(
            "duty_phone", optional(importing.duty_phone(sent.country)), sent.duty_phone or ""
        ),
    )
    return _done("people.settings")


# ── people ───────────────────────────────────────────────────────────────────────────────────────


@bp.get("/office/people")
def people() -> Any:
    """Everybody, by name, rank or ministry."""
    actor, sought = current_actor(), asked_of_url(PeopleAsked)
    found = queries.find_people(
        actor,
        OFFICE_ID,
        words=sought.q or "",
        rank=sought.rank,
        ministry_id=sought.ministry,
        by_email=allows(actor, Action.SEE_CONTACTS, None),
    )
    ministries = queries.ministries(actor, OFFICE_ID)
    everybody = {each.id: each for each in queries.people(actor, OFFICE_ID)}
    first = (sought.page - 1) * PEOPLE_A_PAGE
    return render_template(
        "people/people.html",
        **_rights(actor),
        rows=[
            _row(actor, each, ministries, everybody)
            for each in found[first : first + PEOPLE_A_PAGE]
        ],
        q=sought.q or "",
        rank=sought.rank or "",
        ministry=sought.ministry or "",
        ministries=_choices(ministries),
        ranks=list(Rank),
        pages=_pages(sought, len(found)),
    )


@bp.get("/office/people/new")
def person_new() -> Any:
    """The form for somebody new."""
    _only_for_keepers()
    return person_page(None)


@bp.post("/office/people/new")
@answers_on("people.person_new")
def person_new_form() -> Response:
    """Add somebody."""
    sent = asked(NewPersonForm)
    mobile = _read("mobile", optional(_phone()), sent.mobile or "")
    added = commands.add_person(current_actor(), OFFICE_ID, profile=_profile(sent), mobile=mobile)
    return _done("people.person", person_id=added.person_id)


@bp.get("/office/people/<uuid:person_id>")
def person(person_id: UUID) -> Any:
    """One person: what they are, how to reach them."""
    return person_page(person_id)


def person_page(person_id: UUID | None, *, reset_link: dict[str, Any] | None = None) -> str:
    """The page of a person (None: the form for a new one), with a link that is shown only now."""
    actor = current_actor()
    row = queries.read_person(actor, person_id) if person_id else None
    others = [each for each in queries.people(actor, OFFICE_ID) if each.active and each is not row]
    return render_template(
        "people/person.html",
        **_rights(actor),
        action=url_for("people.person_form", person_id=row.id)
        if row
        else url_for("people.person_new_form"),
        person=_filled(row) if row else None,
        contacts=[_contact(actor, row, each) for each in row.contacts] if row else [],
        ministries=_choices(_open_to(row, queries.ministries(actor, OFFICE_ID))),
        people=_choices(each for each in others if row is None or each.id != row.id),
        ranks=list(Rank),
        duties=list(Duty),
        reset_link=reset_link,
    )


@bp.post("/office/people/<uuid:person_id>")
@answers_on("people.person")
def person_form(person_id: UUID) -> Response:
    """Change what the office knows of somebody."""
    sent = asked(PersonForm)
    commands.edit_person(current_actor(), person_id, profile=_profile(sent))
    return _done("people.person", person_id=person_id)


@bp.post("/office/people/<uuid:person_id>/activity")
@answers_on("people.person")
def person_activity(person_id: UUID) -> Response:
    """Take somebody out of service, or bring them back."""
    sent = asked(ActivityForm)
    commands.set_person_active(current_actor(), person_id, active=sent.active == "yes")
    return _done("people.person", person_id=person_id)


@bp.post("/office/people/<uuid:person_id>/contacts")
@answers_on("people.person")
def contacts(person_id: UUID) -> Response:
    """Add a number or an address."""
    sent = asked(ContactForm)
    reading = email if sent.kind is ContactKind.EMAIL else _phone()
    commands.add_contact(
        current_actor(),
        person_id,
        kind=sent.kind,
        value=_read("value", reading, sent.value),
        label=sent.label or "",
    )
    return _done("people.person", person_id=person_id)


@bp.post("/office/people/<uuid:person_id>/contacts/<uuid:contact_id>/removal")
@answers_on("people.person")
def contact_removal(person_id: UUID, contact_id: UUID) -> Response:
    """Remove a number or an address."""
    asked(NothingForm)
    commands.remove_contact(current_actor(), person_id, contact_id=contact_id)
    return _done("people.person", person_id=person_id)


# ── ministries ───────────────────────────────────────────────────────────────────────────────────


@bp.get("/office/ministries")
def ministries() -> Any:
    """All organisations, and who speaks for each."""
    actor = current_actor()
    everybody = queries.people(actor, OFFICE_ID)
    return render_template(
        "people/ministries.html",
        **_rights(actor),
        rows=[
            {
                "id": each.id,
                "code": each.code,
                "name": in_language(each.name, language()),
                "short": in_language(each.short_name, language()),
                "kind": each.kind,
                "lead_hazards": each.lead_hazards,
                "liaisons": _choices(_liaisons(each, everybody)),
                "people": sum(p.ministry_id == each.id and p.active for p in everybody),
                "active": each.active,
            }
            for each in queries.ministries(actor, OFFICE_ID)
        ],
    )


@bp.get("/office/ministries/new")
def ministry_new() -> Any:
    """The form for a new organisation."""
    _only_for_keepers()
    return _ministry_page(None)


@bp.post("/office/ministries/new")
@answers_on("people.ministry_new")
def ministry_new_form() -> Response:
    """Add an organisation."""
    sent = asked(NewMinistryForm)
    added = commands.add_ministry(
        current_actor(),
        OFFICE_ID,
        code=sent.code,
        kind=sent.kind,
        name=sent.name,
        short_name=sent.short_name,
        lead_hazards=list(sent.lead_hazards),
    )
    return _done("people.ministry", ministry_id=added.ministry_id)


@bp.get("/office/ministries/<uuid:ministry_id>")
def ministry(ministry_id: UUID) -> Any:
    """One organisation and its liaisons."""
    return _ministry_page(ministry_id, relieved=asked_of_url(MinistryAsked).relieved)


@bp.post("/office/ministries/<uuid:ministry_id>")
@answers_on("people.ministry")
def ministry_form(ministry_id: UUID) -> Response:
    """Change what the office knows of an organisation."""
    sent = asked(MinistryForm)
    commands.edit_ministry(
        current_actor(),
        ministry_id,
        kind=sent.kind,
        name=sent.name,
        short_name=sent.short_name,
        lead_hazards=list(sent.lead_hazards),
    )
    return _done("people.ministry", ministry_id=ministry_id)


@bp.post("/office/ministries/<uuid:ministry_id>/activity")
@answers_on("people.ministry")
def ministry_activity(ministry_id: UUID) -> Response:
    """Retire an organisation, or bring it back."""
    sent = asked(ActivityForm)
    commands.set_ministry_active(current_actor(), ministry_id, active=sent.active == "yes")
    return _done("people.ministry", ministry_id=ministry_id)


@bp.post("/office/ministries/<uuid:ministry_id>/liaisons")
@answers_on("people.ministry")
def liaisons(ministry_id: UUID) -> Response:
    """Name a standing liaison, from among the ministry's own people."""
    sent = asked(LiaisonForm)
    actor = current_actor()
    named = queries.read_person(actor, sent.person_id)
    if named.ministry_id != ministry_id or not named.active:
        wrong = Message("Choose an active person of this entity.")
        raise Invalid(wrong, fields={"person_id": wrong})
    commands.set_standing_duty(actor, sent.person_id, duty=Duty.LIAISON)
    return _done("people.ministry", ministry_id=ministry_id)


@bp.post("/office/ministries/<uuid:ministry_id>/liaisons/<uuid:person_id>/removal")
@answers_on("people.ministry")
def liaison_removal(ministry_id: UUID, person_id: UUID) -> Response:
    """Take a standing liaison's duty back."""
    asked(NothingForm)
    commands.set_standing_duty(current_actor(), person_id, duty=None)
    return see("people.ministry", ministry_id=ministry_id, relieved=person_id)


def _ministry_page(ministry_id: UUID | None, *, relieved: UUID | None = None) -> str:
    actor = current_actor()
    row = queries.read_ministry(actor, ministry_id) if ministry_id else None
    own = [p for p in queries.people(actor, OFFICE_ID) if row and p.ministry_id == row.id]
    speaking = _liaisons(row, own) if row else []
    choices = _choices(p for p in own if p.active and p not in speaking)
    return render_template(
        "people/ministry.html",
        **_rights(actor),
        action=url_for("people.ministry_form", ministry_id=row.id)
        if row
        else url_for("people.ministry_new_form"),
        ministry={
            "id": row.id,
            "code": row.code,
            "kind": row.kind,
            "name": in_language(row.name, language()),
            **_spread("name", row.name),
            **_spread("short", row.short_name),
            "lead_hazards": row.lead_hazards,
            "active": row.active,
        }
        if row
        else None,
        liaisons=[
            {**choice, "title": in_language(each.title, language()), "active": each.active}
            for choice, each in zip(_choices(speaking), speaking, strict=True)
        ],
        people=choices,
        relieved=next((each for each in choices if each["id"] == relieved), None),
        kinds=list(Kind),
        hazards=list(Hazard),
    )


# ── a whole office from a file ───────────────────────────────────────────────────────────────────


@bp.url_value_preprocessor
def _let_a_file_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before anything reads the body: this one page takes more than the others.
    if endpoint == "people.import_form":
        request.max_content_length = request.max_form_memory_size = 5 * importing.LARGEST


@bp.get("/office/import")
def import_office() -> Any:
    """Read ministries, people and audiences from a file."""
    _only_for_keepers()
    return _import_page("", None)


@bp.post("/office/import")
@answers_on("people.import_office")
def import_form() -> Any:
    """Show what the file would change; then, asked to, change exactly that."""
    sent, actor = asked(ImportForm), current_actor()
    text = _sent_text(sent)
    roster = importing.read(text, country=queries.the_office().country)
    plan = queries.plan_import(actor, OFFICE_ID, roster=roster)
    if sent.apply and not plan.errors:
        commands.import_office(actor, OFFICE_ID, roster=roster, digest=sent.digest or "")
        return _done("people.office")
    return _import_page(text, plan), 422 if plan.errors else 200


def _sent_text(sent: ImportForm) -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        return sent.text or ""
    try:
        return str(file.read(4 * importing.LARGEST + 1), "utf-8-sig")
    except UnicodeDecodeError:
        wrong = importing.NOT_UTF8
        raise Invalid(wrong, fields={"file": wrong}) from None


def _import_page(text: str, plan: planning.Plan | None) -> str:
    shown = plan and {
        "digest": plan.digest,
        "added": plan.count(planning.Change.ADDED),
        "changed": plan.count(planning.Change.CHANGED),
        "unchanged": plan.count(planning.Change.UNCHANGED),
        "rows": [
            {
                "line": step.line,
                "what": step.what,
                "name": in_language(step.name, language()),
                "change": step.change,
                "details": [say(each) for each in step.details],
            }
            for step in plan.steps
        ],
        "errors": [{"line": each.line, "message": say(each.message)} for each in plan.errors],
    }
    return render_template("people/import.html", **_rights(current_actor()), text=text, plan=shown)


# ── what these pages have in common ──────────────────────────────────────────────────────────────


def _rights(actor: Actor) -> dict[str, bool]:
    return {
        "may_keep": allows(actor, Action.KEEP_OFFICE, None),
        "may_see_contacts": allows(actor, Action.SEE_CONTACTS, None),
    }


def _only_for_keepers() -> None:
    if not allows(current_actor(), Action.KEEP_OFFICE, None):
        raise NotFound(Message("There is no such page, or it is not open to you."))


def _done(endpoint: str, **ids: Any) -> Response:
    flash(say(Message("Saved.")), "ok")
    return see(endpoint, **ids)


def _phone() -> Reading[str]:
    return phone(queries.the_office().country)


def _read(field: str, reading: Reading[Any], typed: str) -> Any:
    """What was typed, read; raises `Invalid` naming the field."""
    try:
        return reading.read(typed)
    except PydanticCustomError as error:
        wrong = problem_message(error)
        raise Invalid(wrong, fields={field: wrong}) from None


def _profile(sent: PersonForm) -> Profile:
    return Profile(
        ministry_id=sent.ministry_id,
        name=sent.name,
        title=sent.title,
        email=sent.email,
        language=sent.language,
        languages=list(sent.languages),
        rank=sent.rank,
        standing_duty=sent.standing_duty,
        deputy_id=sent.deputy_id,
    )


def _row(
    actor: Actor, each: Person, ministries: Sequence[Ministry], everybody: dict[UUID, Person]
) -> dict[str, Any]:
    home = next((m for m in ministries if m.id == each.ministry_id), None)
    deputy = everybody.get(each.deputy_id) if each.deputy_id else None
    mobile = each.first(ContactKind.MOBILE)
    return {
        "id": each.id,
        "name": in_language(each.name, language()),
        "title": in_language(each.title, language()),
        "ministry": in_language(home.short_name or home.name, language()) if home else "",
        "rank": each.rank,
        "standing_duty": each.standing_duty or "",
        "deputy": in_language(deputy.name, language()) if deputy else "",
        "email": _shown(actor, each, ContactKind.EMAIL, each.email or ""),
        "phone": _shown(actor, each, ContactKind.MOBILE, mobile or ""),
        "active": each.active,
    }


def _filled(row: Person) -> dict[str, Any]:
    actor = current_actor()
    return {
        "id": row.id,
        "name": in_language(row.name, language()),
        **_spread("name", row.name),
        **_spread("title", row.title),
        "email": _shown(actor, row, ContactKind.EMAIL, row.email or ""),
        "language": row.language,
        "languages": row.languages,
        "rank": row.rank,
        "ministry_id": row.ministry_id,
        "standing_duty": row.standing_duty or "",
        "deputy_id": row.deputy_id or "",
        "active": row.active,
    }


def _contact(actor: Actor, owner: Person, each: ContactPoint) -> dict[str, Any]:
    value = _shown(actor, owner, ContactKind(each.kind), each.value)
    return {"id": each.id, "kind": each.kind, "value": value, "label": each.label}


def _shown(actor: Actor, owner: Person, kind: ContactKind, value: str) -> str:
    """A contact for those who may see it; for others, enough to recognise it by."""
    if not value or actor.id == owner.id or allows(actor, Action.SEE_CONTACTS, None):
        return value
    if kind is ContactKind.EMAIL:
        local, _, domain = value.partition("@")
        return f"{local[:1]}•••@{domain}"
    return f"{value[:4]}••••{value[-2:]}"


def _spread(prefix: str, named: Names) -> dict[str, str]:
    return {f"{prefix}_{code}": named.get(code, "") for code in LANGUAGES}


def _choices(rows: Iterable[Person] | Iterable[Ministry]) -> list[dict[str, Any]]:
    return [{"id": each.id, "name": in_language(each.name, language())} for each in rows]


def _open_to(row: Person | None, all_of_them: Sequence[Ministry]) -> list[Ministry]:
    """The ministries one can belong to: the active ones, and the one the person is in."""
    return [m for m in all_of_them if m.active or (row and row.ministry_id == m.id)]


def _liaisons(row: Ministry, everybody: Iterable[Person]) -> list[Person]:
    return [
        each for each in everybody if each.ministry_id == row.id and each.standing_duty in LIAISONS
    ]


def _pages(sought: PeopleAsked, total: int) -> dict[str, Any]:
    last = max(1, -(-total // PEOPLE_A_PAGE))

    def address(page: int) -> str:
        return url_for(
            "people.people", page=page, q=sought.q, rank=sought.rank, ministry=sought.ministry
        )

    return {
        "now": min(sought.page, last),
        "last": last,
        "total": total,
        "previous": address(sought.page - 1) if sought.page > 1 else "",
        "next": address(sought.page + 1) if sought.page < last else "",
    }
