"""Offices with an alert that waits to leave, made by the product's own commands and then copied."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import insert, update

from crisis.alerts import links
from crisis.alerts.audiences import save_audience
from crisis.alerts.commands import ask_confirmation, confirm_alert, create_alert
from crisis.alerts.described import Described
from crisis.alerts.drafts import Draft
from crisis.alerts.model import Alert, Contact, Priority
from crisis.alerts.outbox import Channel, Delivery
from crisis.incidents.model import Incident
from crisis.jobs import reactions
from crisis.kernel import clock, database, migrations
from crisis.kernel.database import bookkeeping, reading
from crisis.kernel.ids import OFFICE_ID, new_id
from crisis.people.model import AudienceKind
from crisis.plugs import plug_kernel
from crisis.policy import Actor, Duty
from tests import given
from tests.parts.postgres import PostgresServer

KEY: Final = "a key of the measurements alone, and of nothing else"
BASE: Final = "https://nasaq.gov.example"
TEXT: Final = "تحذير: احتمال انهيار سد. ابتعدوا عن مجرى الوادي الآن. {link}"
LATER: Final = timedelta(days=30)


@dataclass
class House:
    """An incident with two people who write and confirm, ready for alerts."""

    incident: Incident
    writer: Actor
    second: Actor

    @classmethod
    def founded(cls, url: str) -> "House":
        """In a fresh database, to which this process stays connected."""
        database.connect(url)
        migrations.upgrade(url)
        plug_kernel()
        links.plug(KEY, BASE)
        incident = given.an_incident()
        writer, second = (given.someone(Duty.ALERT_OPERATOR, on=incident) for _ in range(2))
        return cls(incident, writer, second)

    def audience(self, people: int, *, first: int = 0) -> UUID:
        """So many residents, each with a number and a mail address of their own."""
        described = Described(
            code=f"residents{first}",
            kind=AudienceKind.PUBLIC_OPT_IN,
            name={"ar": "سكان الوادي"},
            member_ids=(),
        )
        saved = save_audience(given.the_system(), OFFICE_ID, described=described).audience_id
        rows = [
            {
                "id": new_id(),
                "audience_id": saved,
                "name": "",
                "mobile": f"+21892{number:07}",
                "email": f"resident{number}@gov.example",
                "language": "ar",
            }
            for number in range(first, first + people)
        ]
        with bookkeeping() as session:
            session.execute(insert(Contact), rows)
        return saved

    def asked(self, audience: UUID, channel: Channel, *, number: int = 1) -> Alert:
        """An alert to that audience, which asks each to acknowledge and waits for the second."""
        draft = Draft(
            priority=Priority.URGENT,
            title={"ar": "تحذير"},
            sms={"ar": f"{number}. {TEXT}"},
            channels=(channel,),
            audience_ids=(audience,),
            expires_at=clock.now() + timedelta(hours=6),
        )
        made = create_alert(self.writer, self.incident.id, draft=draft)
        ask_confirmation(self.writer, made.alert_id, revision=_alert(made.alert_id).revision)
        return _alert(made.alert_id)

    def send(self, people: int, channel: Channel, *, first: int = 0) -> None:
        """A confirmed alert to so many."""
        self.confirm(self.asked(self.audience(people, first=first), channel))

    def leave(self) -> None:
        """Nobody is told of an alert but those it is for; and the database may be copied."""
        reactions.begin_here()
        database.engine().dispose()

    def confirm(self, alert: Alert) -> None:
        """The second person types how many it reaches; from the commit on it may leave."""
        confirm_alert(self.second, alert.id, revision=alert.revision, typed_count=alert.recipients)


def with_alert(url: str, people: int, channel: Channel) -> None:
    """Found an office there whose alert waits in the outbox."""
    house = House.founded(url)
    house.send(people, channel)
    house.leave()


def with_mails(url: str, people: int) -> None:
    """The same by mail: one that may leave at once, and so many that wait until they are let go."""
    house = House.founded(url)
    house.send(people, Channel.EMAIL)
    with bookkeeping() as session:
        session.execute(update(Delivery).values(not_before=clock.now() + LATER))
    house.send(1, Channel.EMAIL, first=people)
    house.leave()


@dataclass(frozen=True)
class Template:
    """A database that is made once and copied for each round."""

    copy: Callable[[], str]
    drop: Callable[[str], None]

    @classmethod
    def on_sqlite(cls, folder: Path, make: Callable[[str], None]) -> "Template":
        """Files in that folder, with what `make` puts into the first."""
        first, copied = folder / "first.db", folder / "copy.db"
        folder.mkdir()
        make(f"sqlite:///{first}")

        def copy() -> str:
            for each in folder.glob("copy.db*"):
                each.unlink()
            shutil.copyfile(first, copied)
            return f"sqlite:///{copied}"

        return cls(copy, lambda _: None)

    @classmethod
    def on_postgres(cls, server: PostgresServer, make: Callable[[str], None]) -> "Template":
        """Databases of that server, with what `make` puts into the first."""
        first = server.new_database()
        make(first)
        name = first.rpartition("/")[2]
        return cls(lambda: server.new_database(copy_of=name), server.drop)


def _alert(alert_id: UUID) -> Alert:
    with reading() as session:
        return session.get_one(Alert, alert_id)
