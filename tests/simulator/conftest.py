"""What the tests of the simulator share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from crisis.app import create_app
from crisis.kernel import command
from crisis.settings import load
from crisis.web.security import limiter


@pytest.fixture
def pages(house: str) -> Iterator[Flask]:
    """The application on each database; tokens against forged requests are proved elsewhere."""
    made = create_app(load({"DATABASE_URL": house, "SECRET_KEY": "k" * 32}))
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    command.listeners.clear()
    limiter.reset()
    yield made
    limiter.reset()
