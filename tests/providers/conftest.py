"""The application with the keys of its providers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.app import create_app
from crisis.settings import load
from tests.providers import calls


@pytest.fixture
def doors(house: str) -> Flask:
    """The application on each engine, reached at its public address through a proxy or not."""
    made = create_app(load({"DATABASE_URL": house, **calls.SETTINGS}))
    made.config.update(PROPAGATE_EXCEPTIONS=False)
    return made


@pytest.fixture
def caller(doors: Flask) -> FlaskClient:
    """A provider, or whoever says they are one."""
    return doors.test_client()
