"""The one blueprint of every page about statements."""

from typing import Final

from flask import Blueprint

bp: Final = Blueprint("statements", __name__)
