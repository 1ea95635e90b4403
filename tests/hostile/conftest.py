"""The world that hostile input is sent into, made once for each process of the tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisis.app import create_app
from crisis.kernel import clock, database
from crisis.plugs import plug_kernel
from crisis.settings import load
from crisis.web.security import limiter
from tests.hostile.world import World, furnish


@pytest.fixture(scope="package")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The office with everything in it; forms need their token, nobody is asked to slow down."""
    folder = tmp_path_factory.mktemp("hostile")
    template, file = folder / "template.db", folder / "nasaq.db"
    shutil.copyfile(sqlite_template, template)
    database.connect(f"sqlite:///{template}")
    plug_kernel()
    names, tokens = furnish()
    database.engine().dispose()
    shutil.copyfile(template, file)
    app = create_app(load({"DATABASE_URL": f"sqlite:///{file}", "SECRET_KEY": "k" * 32}))
    engine = database.engine()
    yield World(app, template, file, engine, clock.now(), names, tokens)
    engine.dispose()


@pytest.fixture
def world(furnished: World) -> Iterator[World]:
    """The office, as it was at the beginning, and at that very moment."""
    limiter.enabled = False
    furnished.as_it_was()
    with clock.at(furnished.since):
        yield furnished
    limiter.enabled = True
