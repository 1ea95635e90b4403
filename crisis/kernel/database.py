"""Sessions: many readers, and one door for writing.

SQLite and PostgreSQL behave alike here: a writer takes its locks at once and in one order,
a reader can never write, and every time is aware and in UTC.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from crisis.kernel.ids import new_id

T = TypeVar("T")

BUSY_SECONDS: Final = 15.0
"""How long a writer waits for another process to leave a SQLite file before giving up."""

_sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_pen = RLock()
_writes: ContextVar[bool] = ContextVar("inside_writing", default=False)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, on SQLite as on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        dict[str, int]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


class Record(Base):
    """A row that commands act on, and that belongs to the whole office."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class IncidentRecord(Record):
    """A row that belongs to one incident: who may see the incident decides who may see it."""

    __abstract__ = True

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"), index=True)


class WriteOutsideCommandError(Exception):
    """A reader tried to write. Change state through a command."""


class SlowInsideWritingError(Exception):
    """Something slow (hashing, rendering, the network) began while the pen was held."""


def connect(url: str) -> Engine:
    """Bind this process to the database at `url` and return its engine.

    `postgres://` and `postgresql://` mean psycopg 3. SQLite gets its folder, WAL, full
    synchronisation, foreign keys and a busy time-out; PostgreSQL gets time-outs for statements,
    locks and abandoned transactions, so that nothing waits for ever.
    """
    address = make_url(url)
    if address.drivername in {"postgres", "postgresql"}:
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            address,
            connect_args={"timeout": 5},
            pool_size=64,
            max_overflow=256,
            hide_parameters=True,  # an error names no numbers and no texts: it ends up in the log
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            address,
            pool_size=10,
            max_overflow=30,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"options": _POSTGRES_TIMEOUTS, "connect_timeout": 5},
        )
    _sessions.configure(bind=engine)
    return engine


def engine() -> Engine:
    """The engine this process is bound to."""
    bound = _sessions.kw.get("bind")
    if not isinstance(bound, Engine):
        raise RuntimeError("connect() first")
    return bound


@contextmanager
def reading() -> Generator[Session]:
    """A session that raises `WriteOutsideCommandError` on any attempt to write."""
    with _sessions() as session:
        event.listen(session, "before_flush", _refuse_to_write)
        yield session


@contextmanager
def writing() -> Generator[Session]:
    """Commit on the way out, or leave no trace. Only commands and `bookkeeping` come here."""
    with _holding_pen(), _sessions() as session, _begun(session):
        token = _writes.set(True)
        try:
            yield session
        finally:
            _writes.reset(token)


bookkeeping = writing
"""The honest exceptions to "one command, one event": sessions, presence, connect tickets,
heartbeats. A structural test names the modules that may use it."""


def refuse_while_writing(what: str) -> None:
    """Guard for slow work: raise if this thread holds the pen."""
    if _writes.get():
        raise SlowInsideWritingError(f"{what} must not run inside writing()")


def locked(session: Session, kind: type[Any], id: UUID) -> Any:
    """Load a row for writing, waiting for whoever holds it; None when there is none."""
    return session.get(kind, id, with_for_update=True, populate_existing=True)


@contextmanager
def _holding_pen() -> Generator[None]:
    # SQLite has one writer; queueing here is fair and cheap, queueing in SQLite is neither.
    if engine().dialect.name != "sqlite":
        yield
        return
    with _pen:
        yield


@contextmanager
def _begun(session: Session) -> Generator[None]:
    _patiently(lambda: session.connection(execution_options={"writing": True}))
    try:
        yield
        session.flush()
    except BaseException:
        session.rollback()
        raise
    _patiently(session.commit)


def _patiently(act: Callable[[], T]) -> T:
    """Repeat while another process holds the SQLite file, for `BUSY_SECONDS` at most."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return act()
        except OperationalError as error:
            if "database is locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _refuse_to_write(session: Session, *_: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise WriteOutsideCommandError


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # SQLAlchemy, not sqlite3, begins transactions
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer halfway cannot wait, only fail.
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_POSTGRES_TIMEOUTS: Final = (
    "-c statement_timeout=10s -c lock_timeout=5s "
    "-c idle_in_transaction_session_timeout=15s -c timezone=UTC"
)
