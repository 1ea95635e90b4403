"""The demo office at work: beside its statements, one alert is out and another waits.

Beside it, an office in which nothing has happened. Photographs and the checks of accessibility see
in them what people see on a real night.
"""

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crisis.alerts import links
from crisis.alerts.commands import ask_confirmation, confirm_alert, create_alert
from crisis.alerts.drafts import Draft
from crisis.alerts.model import Alert
from crisis.alerts.recipients import Answer, Recipient
from crisis.alerts.templates import template
from crisis.incidents.model import Incident
from crisis.kernel import clock, database
from crisis.kernel.database import reading
from crisis.people.model import Audience, Person
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty, Rank
from crisis.simulator.commands import tune
from crisis.simulator.model import Act, SimulatedAct
from crisis.statements.model.slots import SlotSpec
from crisis.statements.model.statement import Statement
from tests import given

FLOOD, RUMOUR, CLOSED, ENDING = "-004", "-006", "-001", "-002"
NUMBER_WAS: Final = "توزَّع المياه في ثلاث نقاط، وأرقامها على موقع البلدية."
NUMBER_IS: Final = "توزَّع المياه في أربع نقاط، وأرقامها على موقع البلدية."
PLACES: Final = {
    "place.ar": "وادي الزهر",
    "place.en": "Wadi al-Zahr",
    "place.fr": "Oued al-Zahr",
    "area.ar": "الحي القديم",
    "area.en": "the old quarter",
    "area.fr": "la vieille ville",
}
FOUNDER: Final = "هدى المبروك"
MOST_SECONDS: Final = 40
ANSWERS: Final = 9
ABOUT_TO_ANSWER: Final = select(SimulatedAct.id).where(
    SimulatedAct.done_at.is_(None), SimulatedAct.act == Act.ACKNOWLEDGED
)


@dataclass(frozen=True)
class Places:
    """Where things are: incidents by what they are, signatures asked for, links of an alert.

    `changed` is a statement that was edited after Khaled signed it; `link` was answered by nobody,
    `answered` was; `new` is an office in which nothing has happened, if there is one.
    """

    flood: str
    closed: str
    ending: str
    waiting: str
    changed: str
    link: str = ""
    answered: str = ""
    new: str = ""


def under_way(address: str, *, key: str, base: str) -> Places:
    """Let a demo office that was just seeded do its work; `key` and `base` are those of the product
    that will serve it, so that its links are right."""
    database.connect(address)
    plug_kernel()
    links.plug(key, base)
    flood = _incident(FLOOD)
    alert = _an_alert(flood, "flood_weather_internal")
    _confirmed(alert)
    _an_alert(flood, "call_in")
    tune(delay=1, failing=8, silent=6, answering=65, replies=True)
    waiting, changed = _to_be_signed(flood), _changed_after_signing(_incident(RUMOUR))
    closed, ending = _incident(CLOSED), _incident(ENDING)
    database.engine().dispose()
    return Places(
        flood=flood.ref,
        closed=closed.ref,
        ending=ending.ref,
        waiting=f"/approvals/{waiting}",
        changed=f"/approvals/{changed}",
    )


def with_answers(address: str, places: Places) -> Places:
    """The same, once all of the simulator's people have answered who ever will; the link is that of
    one who has not."""
    database.connect(address)
    end = time.monotonic() + MOST_SECONDS
    silent, answered = list[Recipient](), list[Recipient]()
    everybody = select(Recipient).order_by(Recipient.language, Recipient.id)
    while time.monotonic() < end:
        with reading() as session:
            found = session.scalars(everybody).all()
            about_to = session.scalars(ABOUT_TO_ANSWER).first()
        silent = [each for each in found if each.answer == Answer.WAITING]
        answered = [each for each in found if each.answer == Answer.ACKNOWLEDGED]
        if len(found) - len(silent) >= ANSWERS and answered and about_to is None:
            break
        time.sleep(0.5)
    database.engine().dispose()
    shown = {"link": links.path_of(silent[0].id), "answered": links.path_of(answered[0].id)}
    return replace(places, **shown)


def nothing_yet(address: str) -> None:
    """A new office for exercises with one coordinator, in which nothing has happened."""
    database.connect(address)
    plug_kernel()
    given.an_office(is_exercise=True)
    given.a_person(rank=Rank.COORDINATOR, name=FOUNDER)
    database.engine().dispose()


def _incident(ending: str) -> Incident:
    with reading() as session:
        return session.scalars(select(Incident).where(Incident.ref.endswith(ending))).one()


def _changed_after_signing(on: Incident) -> UUID:
    """A statement that Khaled of the interior signed, and that was then corrected."""
    author = _person("p04")
    khaled = given.named(_person("p16"), Duty.LIAISON, on=on)
    interior = given.person(khaled.id).ministry_id
    signed = (SlotSpec(ministry_id=interior), SlotSpec(duties=(Duty.DIRECTOR,)))
    statement = given.a_statement(on=on, by=author, text=given.a_text(NUMBER_WAS))
    given.submitted(statement, *signed)
    given.answered(statement, khaled)
    given.edited(statement, by=author, body=NUMBER_IS)
    given.submitted(statement, *signed)
    return statement.id


def _to_be_signed(on: Incident) -> UUID:
    """The statement that the demo leaves waiting for signatures."""
    wanted = select(Statement.id).where(Statement.incident_id == on.id)
    with reading() as session:
        return session.scalars(wanted.order_by(Statement.number.desc()).limit(1)).one()


def _an_alert(on: Incident, code: str) -> UUID:
    """Written from a template by one operator, and waiting for a second person."""
    found, by = template(code), _person("p06")
    at = (clock.now() + timedelta(minutes=20)).astimezone(ZoneInfo(on.zone)).strftime("%H:%M")
    draft = Draft(
        priority=found.priority,
        title=found.title,
        sms=found.sms,
        audience_ids=(_audience("ministry_duty"),),
        asks_answer=found.asks_answer,
        answer_minutes=15,
        expires_at=clock.now() + timedelta(hours=6),
        template=code,
        values={**PLACES, "time": at, "due": at, "next_time": at, "hotline": "+218910000100"},
    )
    alert_id = create_alert(by, on.id, draft=draft).alert_id
    ask_confirmation(by, alert_id, revision=1)
    return alert_id


def _confirmed(alert_id: UUID) -> None:
    with reading() as session:
        count = session.get_one(Alert, alert_id).recipients
    confirm_alert(_person("p07"), alert_id, revision=1, typed_count=count)


def _person(key: str) -> Actor:
    """The person of that key in config/demo/office.yaml, as they stand now."""
    with reading() as session:
        found = session.scalars(select(Person.id).where(Person.email.startswith(f"{key}@"))).one()
    return given.actor(found)


def _audience(code: str) -> UUID:
    with reading() as session:
        return session.scalars(select(Audience.id).where(Audience.code == code)).one()
