"""The command line: starting Nasaq, and the parts of that for whoever runs the machine."""

import json
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import NoReturn, TextIO

import click
from sqlalchemy.exc import OperationalError

from crisis import providers, serving
from crisis.account.founding import found, read_founding
from crisis.alerts import couriers
from crisis.incidents.queries import read_journal
from crisis.jobs.wakeups import Worker
from crisis.kernel import backup as backups
from crisis.kernel import clock, database, migrations
from crisis.kernel.errors import Invalid, Refusal
from crisis.kernel.heap import freeze_what_is_loaded
from crisis.kernel.ids import OFFICE_ID
from crisis.people import importing, planning
from crisis.people.commands import import_office
from crisis.people.queries import plan_import, the_office, the_system
from crisis.plugs import plug_kernel, plug_settings
from crisis.replay.playing import play
from crisis.replay.playing import read as read_scenario
from crisis.replay.report import Line
from crisis.seeding import seed_demo
from crisis.serving import PortTakenError
from crisis.settings import ROOT, Settings, SettingsError, is_loopback, load


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Nasaq, the crisis-communication system. Without a command: prepare the database and serve."""
    if context.invoked_subcommand is None:
        _serve_alone()


@main.command()
def migrate() -> None:
    """Bring the database to the shape this version needs."""
    _migrate(_settings())


@main.command()
@click.option("--with-worker", is_flag=True, help="Work in the same process, without `work`.")
def serve(with_worker: bool) -> None:
    """Serve pages and sockets. The database must have been migrated."""
    settings = _settings()
    listener = _listen(settings)
    worker = Worker() if with_worker else None
    serving.serve(settings, listener, worker=worker, when_ready=lambda: _say_where(settings))


@main.command()
def work() -> None:
    """Do what falls due, apart from serving. As many of these as wanted may run."""
    _connect(_settings())
    told_to_stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda _signal, _frame: told_to_stop.set())
    worker = Worker()
    freeze_what_is_loaded()
    worker.start()
    click.echo("At work. Stop with Ctrl+C.")
    told_to_stop.wait()
    worker.stop()


@main.command()
def seed() -> None:
    """Fill a new installation with the demo office: an exercise, in the middle of a flood."""
    _migrate(_settings())
    if not seed_demo():
        _end("This office already has people; the demo would mix with them. Nothing was done.")
    click.echo("The demo office is there. Start with: python run.py")


@main.command()
@click.option("--office-ar", prompt="Name of the office, in Arabic", help="Name of the office.")
@click.option("--office-en", default="", help="The same in English.")
@click.option("--office-fr", default="", help="The same in French.")
@click.option("--country", prompt="Country (two letters, like LY)", help="ISO 3166 code.")
@click.option("--name-ar", prompt="Name of the administrator, in Arabic", help="Their name.")
@click.option("--name-en", default="", help="The same in English.")
@click.option("--name-fr", default="", help="The same in French.")
@click.option("--email", prompt="E-mail of the administrator", help="What they sign in with.")
@click.option("--password-file", type=click.File(), help="Without it, a link to set one is shown.")
def init(password_file: TextIO | None, **given: str) -> None:
    """Begin an office without the demo: its name, its country, its first administrator."""
    settings = _settings()
    _migrate(settings)
    password = password_file.read().rstrip("\r\n") if password_file else None
    try:
        link = found(read_founding(**given, password=password))
    except Refusal as refusal:
        _refuse(refusal)
    click.echo("The office is founded, and its administrator can keep it.")
    if link:
        base = settings.public_base_url or f"http://localhost:{settings.port}"
        click.echo(f"Within 24 hours, set a password at  {base.rstrip('/')}{link}")


@main.group()
def office() -> None:
    """Keep the office from the command line."""


@office.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--apply", "really", is_flag=True, help="Do it; without this, only say what would be."
)
def import_file(file: Path, really: bool) -> None:
    """Read ministries, people and audiences from FILE (YAML or JSON)."""
    _connect(_settings())
    system = the_system()
    try:
        roster = importing.read_file(file, country=the_office().country)
        plan = plan_import(system, OFFICE_ID, roster=roster)
        for line in planning.told(plan):
            click.echo(line)
        if plan.errors:
            _end(f"{file.name} has errors; nothing was done.", code=1)
        if really:
            import_office(system, OFFICE_ID, roster=roster, digest=plan.digest)
    except Refusal as refusal:
        _refuse(refusal)
    click.echo("Done." if really else "Nothing was done yet. To do it, add --apply.")


@main.command()
def verify() -> None:
    """Read the whole journal and name every line that is missing, moved or changed."""
    _connect(_settings())
    flaws, streams, lines = read_journal()
    for flaw in flaws:
        click.echo(flaw)
    if flaws:
        _end(f"The journal is not what was written: {len(flaws)} flaws.", code=1)
    click.echo(f"Every line follows the one before: {lines} lines in {streams} streams.")


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path | None) -> None:
    """Copy the whole database to FILE while it is in use; never over a file that is there.

    Without FILE, to var/backups/ under the time of day in UTC. The key of the installation
    (SECRET_KEY, or var/secret_key) is not in it: keep that apart.
    """
    url = _settings().database
    name = f"nasaq-{clock.now():%Y%m%d-%H%M%S}{backups.suffix_of(url)}"
    target = file or ROOT / "var" / backups.FOLDER / name
    try:
        size = backups.back_up(url, target)
    except backups.BackupError as error:
        _end(f"{error}\nNo backup was made.", code=1)
    click.echo(f"{target}  {size / 1_000_000:.1f} MB")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--until", type=int, metavar="MINUTES", help="Stop after this minute of the story.")
@click.option(
    "--speed",
    type=click.IntRange(1, 10_000),
    help="Play it live, this many times faster than it is written.",
)
@click.option(
    "--from",
    "start",
    type=int,
    metavar="MINUTES",
    help="With --speed: let what stands before this minute happen at once.",
)
@click.option("--instant", is_flag=True, help="Play it at once, as something that has just ended.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write what came of each event to this file, as JSON.",
)
def replay(
    file: Path,
    until: int | None,
    speed: int | None,
    start: int | None,
    instant: bool,
    report_file: Path | None,
) -> None:
    """Play the scenario in FILE (see docs/scenarios.md) into this exercise office.

    Its people act through the same commands as everybody. Ends with 1 when anything went otherwise
    than the file says.
    """
    if instant == (speed is not None):
        _end("Say either --instant, or --speed with a number.")
    _migrate(_settings())
    try:
        report = play(read_scenario(file), until=until, speed=speed or 0, start=start, heard=_tell)
    except Refusal as refusal:
        _refuse(refusal)
    if report_file:
        told = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
        report_file.write_text(told + "\n", encoding="utf-8")
    for message in report.told():
        click.echo(str(message))
    if report.wrong:
        sys.exit(1)


def _tell(line: Line) -> None:
    """One event as it goes by, for whoever watches."""
    each = line.happening
    said = line.code if line.verdict == "refused" else line.verdict
    mark = "!" if line.is_wrong else " "
    click.echo(f"{mark} {each.t_min:>6} {each.number:>4} {each.type:<22} {each.actor:<8} {said}")


def _serve_alone() -> None:
    settings = _settings()
    listener = _listen(settings)  # first: nobody waits for a migration to hear that it was no use
    if _migrate(settings):
        seed_demo()
    database.engine().dispose()  # no connection is shared with the process that serves
    serving.serve(settings, listener, worker=Worker(), when_ready=lambda: _say_where(settings))


def _settings() -> Settings:
    try:
        return load()
    except SettingsError as error:
        _end("\n".join(["Nasaq cannot start:", *(f"  · {each}" for each in error.problems)]))


def _connect(settings: Settings) -> None:
    database.connect(settings.database)
    plug_kernel()
    plug_settings(settings)
    couriers.plugged.update(providers.couriers(settings))


def _migrate(settings: Settings) -> bool:
    """Bring the database up to date; True when it was empty before."""
    try:
        _connect(settings)
        is_new = migrations.is_new()
        if migrations.pending() is not None:
            migrations.upgrade(settings.database)
    except (OperationalError, OSError) as error:
        _end(
            f"Nasaq cannot reach its database: {error.__cause__ or error}\n"
            "  · See that it runs and that DATABASE_URL is right."
        )
    return is_new


def _listen(settings: Settings) -> socket.socket:
    try:
        return serving.listen(settings)
    except PortTakenError as error:
        _end(
            f"Nasaq cannot listen on {settings.host}, port {settings.port}: {error}.\n"
            "  · Stop the program that is there, or choose another port: PORT=5001 make run"
        )


def _say_where(settings: Settings) -> None:
    """What somebody needs who has just started it."""
    own = settings.public_base_url or f"http://localhost:{settings.port}"
    click.echo(f"Nasaq is at       {own}")
    if not settings.public_base_url and not is_loopback(settings.host):
        click.echo(f"On your phone     http://{_address_on_the_network()}:{settings.port}")
    if the_office().is_exercise:
        click.echo("To sign in        choose somebody on the first page: this is a demo office")
    else:
        click.echo(
            "To sign in        with your e-mail and password (the first: python run.py init)"
        )
    click.echo("To stop           Ctrl+C")


def _address_on_the_network() -> str:
    # Connecting a datagram socket sends nothing; it only asks which way the traffic would go.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation, RFC 5737
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _refuse(refusal: Refusal) -> NoReturn:
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    _end("\n".join([str(refusal), *(f"  · {name}: {said}" for name, said in fields.items())]))


def _end(words: str, *, code: int = 2) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(code)
