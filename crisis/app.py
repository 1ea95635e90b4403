"""Put the parts together. Nothing else in the package knows how they fit."""

import logging
from types import ModuleType
from typing import Final

from flask import Flask, g, request
from sqlalchemy import text

from crisis import providers, records
from crisis.account import loading, sessions
from crisis.account import routes as account
from crisis.alerts import (
    acknowledgement,
    audience_routes,
    couriers,
    delivery,
    tally,
    way_routes,
)
from crisis.alerts import routes as alerts
from crisis.incidents import routes as incidents
from crisis.jobs import heartbeat, wakeups
from crisis.kernel import command, database, migrations
from crisis.kernel.ids import OFFICE_ID
from crisis.newsroom import routes as newsroom
from crisis.people import queries as people
from crisis.people import routes as people_pages
from crisis.people.model import Office, in_language
from crisis.plugs import plug_kernel, plug_settings
from crisis.policy import Action, Case, Duty, Rank, allows, who_may
from crisis.providers import hooks
from crisis.realtime import doorkeeper, eviction, sockets, tailer
from crisis.room import press
from crisis.room import routes as room
from crisis.room import sockets as room_sockets
from crisis.settings import ROOT, Settings
from crisis.simulator import routes as simulator
from crisis.simulator.routes import is_simulated
from crisis.statements import routes as statements
from crisis.timeline import terms
from crisis.web import (
    asking,
    assets,
    errors,
    frame,
    health,
    locale,
    packing,
    preferences,
    security,
    styleguide,
)
from crisis.web.locale import Style

DOORS: Final[tuple[ModuleType, ...]] = (
    health,
    preferences,
    account,
    people_pages,
    incidents,
    statements,
    alerts,
    audience_routes,
    way_routes,
    newsroom,
    simulator,
    acknowledgement,
    delivery,
    hooks,
    room,
    styleguide,
)
WITHOUT_OFFICE: Final = frozenset(
    {
        *("static", "health.alive", "health.ready"),
        *("hooks.twilio_status", "hooks.twilio_inbound", "hooks.sendgrid"),
    }
)
__all__ = ["create_app", "records"]


def create_app(settings: Settings) -> Flask:
    """The web application on `settings`, bound to its database, its sockets not yet running."""
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    app = Flask(
        "crisis",
        root_path=str(ROOT / "crisis"),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    app.config["SETTINGS"] = settings
    database.connect(settings.database)
    plug_kernel()
    plug_settings(settings)
    couriers.plugged.update(providers.couriers(settings))
    _plug_web(app, settings)
    _plug_realtime(app, settings)
    for door in DOORS:
        app.register_blueprint(door.bp)
    return app


def office_style() -> Style:
    """How the office writes now."""
    office = people.the_office()
    return _style(office)


def _plug_web(app: Flask, settings: Settings) -> None:
    app.before_request(_take_office)
    packing.register(app)  # first, so that it works last
    assets.register(app, ROOT / "static")
    asking.register(app)
    loading.register(app, secure=settings.secure)
    locale.register(app)
    security.register(app, settings)
    errors.register(app)
    app.jinja_env.globals.update(
        can=_can,
        who_may=_who_may,
        terms=terms,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"office": g.get("office"), "simulated": is_simulated()})
    frame.register(app)
    health.checks.update(
        database=_database_wrong,
        migrations=migrations.pending,
        tailer=sockets.wrong,
        worker=heartbeat.wrong,
    )


def _plug_realtime(app: Flask, settings: Settings) -> None:
    sockets.register(app, settings)
    eviction.plug(
        alive=loading.session_alive,
        may_follow=room_sockets.may_follow,
        touch=sessions.touch,
        harmless=room_sockets.HARMLESS,
    )
    tailer.plug(app, press=press.packet, style=office_style)
    doorkeeper.plug(
        app,
        faces=press.presence_html,
        style=office_style,
        marks=tally.marks,
        regions=press.moving_parts,
    )
    command.listeners[:] = [tailer.wake, wakeups.wake]


def _take_office() -> None:
    if request.endpoint in WITHOUT_OFFICE:
        return
    office = people.the_office()
    g.style, g.office_drill = _style(office), office.is_exercise
    name = in_language(office.name, locale.language())
    g.office = {"name": name, "demo": office.is_exercise, "duty_phone": office.duty_phone or ""}


def _style(office: Office) -> Style:
    return Style(
        zone=office.zone,
        arabic_digits=office.digits == "arab",
        hijri=office.calendar != "gregory",
        country=office.country,
    )


def _can(action: str, case: Case | None = None) -> bool:
    return allows(asking.current_actor(), Action(action), case)


def _who_may(action: str) -> tuple[list[Rank], list[Duty]]:
    return who_may(Action(action))


def _database_wrong() -> str | None:
    with database.reading() as session:
        found = session.get(Office, OFFICE_ID)
        session.execute(text("SELECT 1"))
    return None if found else "the office is missing: run `python run.py migrate`"
