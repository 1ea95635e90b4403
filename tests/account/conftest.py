"""What the tests of accounts share."""

from tests.parts.pages import app, client

__all__ = ["app", "client"]
