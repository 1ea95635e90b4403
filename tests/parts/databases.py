"""Fresh databases on both engines Nasaq runs on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: copying is faster than migrating."""
    from crisis.kernel import migrations  # noqa: PLC0415  only tests with a database pay for it

    file = tmp_path_factory.mktemp("template") / "nasaq.db"
    migrations.upgrade(f"sqlite:///{file}")
    left = sorted(p.name for p in file.parent.iterdir() if p.name.startswith("nasaq.db-"))
    assert not left, f"migrations.upgrade left connections open: {left}. Dispose of its engine."
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated, empty SQLite database."""
    file = tmp_path / "nasaq.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, migrated, empty database; the test runs on both engines."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_template")
    url = server.new_database(copy_of=template)
    yield url
    server.drop(url)
