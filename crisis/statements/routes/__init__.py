"""The HTTP door to statements: writing one, signing one from a phone, sending it out."""

from crisis.statements.routes import (
    approval,
    editor,
    emergency,
    listing,
    open_places,
    release,
    renditions,
    submission,
)
from crisis.statements.routes.blueprint import bp

__all__ = [
    "approval",
    "bp",
    "editor",
    "emergency",
    "listing",
    "open_places",
    "release",
    "renditions",
    "submission",
]
