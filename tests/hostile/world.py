"""A small office in which every form can be sent, as it was, again and again."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes
from uuid import uuid4

import pyotp
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from crisis.account import commands as account
from crisis.account import sessions
from crisis.account.commands import Browser
from crisis.account.model import digest
from crisis.account.passwords import fresh_hash
from crisis.alerts.outbox import Channel
from crisis.incidents import commands as incidents
from crisis.incidents.duties import propose_duty
from crisis.incidents.model import Incident
from crisis.kernel import database, journal
from crisis.kernel.database import reading
from crisis.kernel.ids import OFFICE_ID
from crisis.people import commands as people
from crisis.people.model import ContactKind
from crisis.policy import Actor, Duty, Rank
from tests import given
from tests.hostile.alerts import alerts_of
from tests.hostile.data import Door
from tests.hostile.page import Fields, Page
from tests.hostile.statements import statements
from tests.simulator.given import a_message

PASSWORD = "three words do well"
FORM = "application/x-www-form-urlencoded"
LONGEST_SECONDS = 2.0


@dataclass
class Answer:
    """What came back, read as a page when it is one."""

    response: TestResponse
    seconds: float

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    @cached_property
    def page(self) -> Page:
        return Page(self.text)


@dataclass
class Visitor:
    """A browser without scripts."""

    client: FlaskClient
    _token: str = field(default="")

    @property
    def token(self) -> str:
        """The token against forged requests, as any page carries it."""
        if not self._token:
            page = Page(self.client.get("/signin", follow_redirects=True).get_data(as_text=True))
            self._token = next(
                each.get("content") for each in page.elements if each.get("name") == "csrf-token"
            )
        return self._token

    def get(self, path: str, **headers: str) -> Answer:
        return _timed(lambda: self.client.get(path, headers=headers))

    def post(self, path: str, fields: Sequence[tuple[str, str | bytes]], **headers: str) -> Answer:
        """Send a form; what is bytes is sent as such, and may be no text at all."""
        sent = {"csrf_token": self.token, "_key": str(uuid4())}
        kept = [(name, value) for name, value in fields if name not in sent]
        body = encoded([*sent.items(), *kept])
        return _timed(lambda: self.client.post(path, data=body, content_type=FORM, headers=headers))


@dataclass
class World:
    """The office, who acts in it, and its application."""

    app: Flask
    template: Path
    file: Path
    engine: Engine
    since: datetime
    names: dict[str, Any]
    tokens: dict[str, str]
    _visitors: dict[str, Visitor] = field(default_factory=dict)
    _forms: dict[str, tuple[str, Fields]] = field(default_factory=dict)

    def visitor(self, who: str) -> Visitor:
        if who not in self._visitors:
            client = self.app.test_client()
            client.set_cookie("sid", self.tokens.get(who, ""))
            self._visitors[who] = Visitor(client)
        return self._visitors[who]

    def as_it_was(self) -> None:
        """Undo everything that was done since the beginning, and be the database in use again."""
        database._sessions.configure(bind=self.engine)
        template, used = sqlite3.connect(self.template), sqlite3.connect(self.file)
        with closing(template), closing(used):
            used.execute("PRAGMA synchronous=OFF")
            template.backup(used)
        for who, visitor in self._visitors.items():
            visitor.client.set_cookie("sid", self.tokens.get(who, ""))

    def everything_kept(self) -> Iterator[str]:
        """Every text that lies in the database."""
        with closing(sqlite3.connect(self.file)) as kept:
            tables = kept.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                for row in kept.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        yield from _texts(value)

    def address(self, door: Door, endpoint: str | None = None) -> str:
        """The path of a door, or of another endpoint that is about the same."""
        endpoint = endpoint or door.endpoint
        rules = next(self.app.url_map.iter_rules(endpoint))
        ids = {**self.names, "ref": self.names[door.state], "token": self.names["link"]}
        ids |= {name: self.names[value[1:]] for name, value in door.path.items()}
        with self.app.test_request_context():
            return url_for(endpoint, **{name: ids[name] for name in rules.arguments})

    def form(self, door: Door) -> tuple[str, Fields]:
        """The id of the door's form, and what a browser sends that changes nothing in it."""
        if door.endpoint not in self._forms:
            found = self.page_of(door).form_to(self.address(door))
            assert found, f"{door.endpoint} has no form on the page of {door.page}"
            self._forms[door.endpoint] = (found.element.get("id"), found.fields)
        return self._forms[door.endpoint]

    def page_of(self, door: Door) -> Page:
        answer = self.visitor(door.who).get(self.address(door, door.page))
        assert answer.status == 200, (door.page, answer.status, answer.text[:500])
        return answer.page

    def right(self, door: Door) -> list[tuple[str, str | bytes]]:
        """What a person sends who fills in this form well."""
        filled = {name: self._named(value) for name, value in door.valid.items()}
        _id, fields = self.form(door)
        kept = [(name, value) for name, value in fields if name not in filled]
        return [*kept, *((name, each) for name, values in filled.items() for each in values)]

    def send(self, door: Door, wrong: Mapping[str, Sequence[bytes]], **headers: str) -> Answer:
        """Send the form of this door filled in well, but for the fields named in `wrong`."""
        kept = [(name, value) for name, value in self.right(door) if name not in wrong]
        fields = [*kept, *((name, each) for name, values in wrong.items() for each in values)]
        address = self.address(door)
        return self.visitor(door.who).post(address, fields, **headers)

    def _named(self, value: Any) -> list[str]:
        values = value if isinstance(value, list) else [value]
        return [str(self.names[each[1:]] if each.startswith("$") else each) for each in values]


def encoded(fields: Sequence[tuple[str, str | bytes]]) -> bytes:
    """A form as browsers send it, whatever its values hold."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields).encode()


def _quoted(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return quote_from_bytes(raw, safe="")


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value of the database, those inside JSON included."""
    if isinstance(value, str):
        yield value
        if value.startswith(("{", "[")):
            with suppress(ValueError):
                yield from _texts(json.loads(value))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _timed(ask: Any) -> Answer:
    started = time.thread_time()  # what it costs, however busy the machine is with other things
    response = ask()
    return Answer(response, time.thread_time() - started)


# ── how it came to be ────────────────────────────────────────────────────────────────────────────


def furnish() -> tuple[dict[str, Any], dict[str, str]]:
    """Fill the empty database: what each `$name` of inputs.yaml means, whose cookie says what."""
    administrator = given.an_office(is_exercise=True)
    names: dict[str, Any] = {"password": PASSWORD}
    names |= {"health": given.a_ministry("MOH"), "interior": given.a_ministry("MOI")}
    names |= {"water": given.a_ministry("MWR"), "ministry_id": names["health"]}
    coordinator, names["drafter"] = given.a_coordinator(), given.a_person(name="عمر").id
    names["member"] = given.a_person(name="هدى").id
    names |= _someone_with_contacts(names["health"])
    names |= _incidents(coordinator, names)
    names |= _on_the_phone(names)
    careful = _careful()
    stored = fresh_hash(PASSWORD, about=())
    tokens = {
        "administrator": _signed_in(administrator),
        "coordinator": _signed_in(coordinator, stored),
        "careful": _signed_in(careful, stored),
    }
    _with_second_step(careful)
    tokens["halfway"] = _halfway(careful)
    names["session_id"] = given.a_session(coordinator)
    names["link"] = _link(administrator, names["drafter"])
    return names, tokens


def _someone_with_contacts(ministry: Any) -> dict[str, Any]:
    nurse = given.a_person(name="سعاد", ministry=ministry, email="souad@moh.gov.example")
    system = given.the_system()
    people.add_contact(system, nurse.id, kind=ContactKind.MOBILE, value="+218914567890", label="")
    contact = next(each for each in given.person(nurse.id).contacts)
    speaker = given.a_person(name="خالد", ministry=ministry, standing_duty=Duty.LIAISON)
    return {
        "nurse": nurse.id,
        "speaker": speaker.id,
        "person_id": nurse.id,
        "contact_id": contact.id,
    }


def _on_the_phone(names: Mapping[str, Any]) -> dict[str, Any]:
    with reading() as session:
        ref = select(Incident).where(Incident.ref == names["open"])
        incident = session.scalars(ref).one()
    mail = a_message(incident, channel=Channel.EMAIL)
    return {"message_id": a_message(incident), "mail_id": mail, "form": "page"}


def _incidents(coordinator: Actor, names: Mapping[str, Any]) -> dict[str, Any]:
    involved = {"lead": names["health"], "supporting": [names["interior"]]}
    running = given.an_incident(by=coordinator, title="سيول في درنة", **involved)
    other = given.an_incident(by=coordinator, title="عطل في محطة الكهرباء")
    waning = given.an_incident(by=coordinator, title="حريق غابات الجبل", **involved)
    over = given.an_incident(by=coordinator, title="تسرب وقود في الميناء", **involved)
    reported = incidents.report_incident(
        coordinator, OFFICE_ID, title="انقطاع في الاتصالات", language="ar", source="هاتف"
    )
    for each in (running, waning, over):
        incidents.assign_duty(coordinator, each.id, person_id=coordinator.id, duty=Duty.DIRECTOR)
    incidents.assign_duty(coordinator, running.id, person_id=names["drafter"], duty=Duty.DRAFTER)
    director = given.actor(coordinator.id)
    asked = propose_duty(director, running.id, person_id=coordinator.id, duty=Duty.LEGAL)
    for each in (waning, over):
        incidents.stand_down(director, each.id, reason="انتهى الخطر")
    incidents.close_incident(director, over.id, summary="انتهى.", waiver="عطل في القياس")
    about = statements(director, names["drafter"], running)
    about |= alerts_of(running, names["member"])
    incidents.add_note(director, running.id, text="وصل الفريق.")
    with database.reading() as session:
        seq = journal.head_of(session, running.id)
    return {
        "open": running.ref,
        "other_ref": other.ref,
        "standing_down": waning.ref,
        "closed": over.ref,
        "reported": reported.ref,
        "seq": seq,
        "proposal_id": asked.proposal_id,
        **about,
    }


def _careful() -> Actor:
    return given.a_person(name="زينب", rank=Rank.COORDINATOR, email="zaynab@gcc.gov.example")


def _signed_in(who: Actor, stored: str | None = None) -> str:
    if stored:
        account.change_password(who, who.id, checked_hash=None, password_hash=stored, keep=who.id)
    token = uuid4().hex
    given.a_session(who, token=token)
    return token


def _with_second_step(who: Actor) -> None:
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).now()
    account.enable_second_step(who, who.id, secret=secret, code=code, recovery_hashes=[digest("x")])


def _halfway(who: Actor) -> str:
    token = uuid4().hex
    sessions.await_code(who.id, Browser(token_hash=digest(token), agent="", address=""))
    return token


def _link(administrator: Actor, person_id: Any) -> str:
    token = uuid4().hex
    account.make_reset_link(
        administrator, person_id, token_hash=digest(token), removes_second_step=False
    )
    return token
