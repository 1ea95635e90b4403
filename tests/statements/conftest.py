"""What the tests of statements share."""

from tests.parts.pages import app, client

__all__ = ["app", "client"]
