"""What every page shows around its content: who is signed in, the day, the theme, the exercise."""

from typing import Any

from flask import Flask, g, request
from flask_login import current_user

from crisis.kernel import clock
from crisis.web.locale import THEMES, clock_time, day, direction, hijri_day, language, style


def register(app: Flask) -> None:
    """Give every template the context named in `templates/base.html`."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    theme = request.cookies.get("theme", "system") if request else "system"
    return {
        "lang": language(),
        "text_dir": direction(),
        "theme": theme if theme in THEMES else "system",
        "me": _me(),
        "today": _today(),
        "room_now": g.get("room_now"),
        "drill": g.get("drill", g.get("office_drill", False)),
    }


def _me() -> Any:
    if not current_user or not current_user.is_authenticated:
        return None
    return current_user.shown


def _today() -> dict[str, str]:
    now = clock.now()
    return {
        "date": day(now),
        "iso": now.isoformat(timespec="seconds"),
        "time": clock_time(now),
        "utc": clock_time(now, "UTC"),
        "zone": style().zone,
        "hijri": hijri_day(now),
    }
