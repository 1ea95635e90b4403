"""The web application on a fresh database, asked in the same process: for what HTTP itself adds."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.app import create_app
from crisis.kernel import database
from crisis.settings import load
from crisis.web.security import limiter


@pytest.fixture
def app(sqlite_url: str) -> Iterator[Flask]:
    """The application; forms need no CSRF token here, and nobody is asked to come back later."""
    made = create_app(load({"DATABASE_URL": sqlite_url, "SECRET_KEY": "k" * 32}))
    made.config.update(WTF_CSRF_ENABLED=False, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    limiter.enabled = False
    yield made
    limiter.enabled = True
    database.engine().dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts, in which nobody is signed in yet."""
    return app.test_client()
