"""What the tests of alerts share."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crisis.app import create_app
from crisis.kernel import command
from crisis.settings import load
from crisis.web.security import limiter


@pytest.fixture
def pages(house: str) -> Iterator[Flask]:
    """The application on each database, with its guards against forged requests and too many."""
    made = create_app(load({"DATABASE_URL": house, "SECRET_KEY": "k" * 32}))
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    command.listeners.clear()
    limiter.reset()
    yield made
    limiter.reset()


@pytest.fixture
def phone(pages: Flask) -> FlaskClient:
    """A browser without scripts, in which nobody is signed in."""
    return pages.test_client()
