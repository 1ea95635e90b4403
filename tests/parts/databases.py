"""Fresh databases on both engines Nasaq runs on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisis.alerts import links
from crisis.kernel import database as kernel_database
from crisis.kernel import migrations
from crisis.plugs import plug_kernel
from tests.parts.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: copying is faster than migrating."""
    file = tmp_path_factory.mktemp("template") / "nasaq.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    url = postgres_server.new_database()
    migrate(url)
    return url.rpartition("/")[2]


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated, empty SQLite database."""
    file = tmp_path / "nasaq.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The address of a fresh, migrated, empty PostgreSQL database."""
    url = postgres_server.new_database(copy_of=postgres_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="module")
def kept_sqlite_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same, for all the tests of a file."""
    file = tmp_path_factory.mktemp("kept") / "nasaq.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def kept_postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The same, for all the tests of a file."""
    url = postgres_server.new_database(copy_of=postgres_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated, empty database; the test runs on both engines."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def house(database: str) -> Iterator[str]:
    """Commands ready to run against a fresh database, on each engine; its address."""
    kernel_database.connect(database)
    plug_kernel()
    links.plug("a key of the tests alone, and of nothing else", "https://nasaq.gov.example")
    yield database
    kernel_database.engine().dispose()


def migrate(url: str) -> None:
    """Bring a database to its present shape and let go of it, so that it can be copied."""
    migrations.upgrade(url)
    kernel_database.engine().dispose()
