"""Two questions for those who watch the machine: does the process live, can it work."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, jsonify

from crisis.web.security import limiter

bp = Blueprint("health", __name__)

checks: Final[dict[str, Callable[[], str | None]]] = {}
"""By name, a question whose answer is None when all is well, else what is wrong. Filled by
`crisis.app`."""


@bp.get("/healthz")
@limiter.exempt
def alive() -> Any:
    """The process answers."""
    return jsonify(ok=True)


@bp.get("/readyz")
@limiter.exempt
def ready() -> Any:
    """Database, migrations, tailer and worker: each `ok`, or what is wrong with it."""
    found = {name: check() for name, check in checks.items()}
    well = all(wrong is None for wrong in found.values())
    told = {name: wrong or "ok" for name, wrong in found.items()}
    return jsonify(ok=well, checks=told), 200 if well else 503
