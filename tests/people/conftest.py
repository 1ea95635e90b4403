"""What the tests of the office share."""

from tests.parts.pages import app, client

__all__ = ["app", "client"]
