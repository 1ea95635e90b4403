"""One world for all the tests of a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from crisis.kernel import database
from crisis.plugs import plug_kernel
from tests.permissions.world import World, a_world, an_app, nothing_is_kept


@pytest.fixture(scope="module")
def world_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database for this file alone."""
    file = tmp_path_factory.mktemp("permissions") / "nasaq.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def world(world_url: str) -> Iterator[World]:
    """The world in which everything is tried; the kernel is connected to its database."""
    database.connect(world_url)
    plug_kernel()
    yield a_world()
    database.engine().dispose()


@pytest.fixture(scope="module")
def app(world: World, world_url: str) -> Flask:
    """The product in this process, serving this world."""
    return an_app(world_url)


@pytest.fixture
def undone(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world; what a test does to it is undone request by request."""
    assert world.sessions  # made now: what is made later is undone
    with nothing_is_kept(monkeypatch):
        yield world
