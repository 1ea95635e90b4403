"""Who is asking, found once per request by the cookie their browser carries."""

from typing import Any, Final
from uuid import UUID

from flask import Flask, current_app, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from crisis.account import sessions
from crisis.account.model import LASTS, SEEN_EVERY
from crisis.account.queries import Standing, alive_people, find_standing, session_alive
from crisis.kernel import clock
from crisis.people.commands import choose_language
from crisis.people.model import Person, in_language
from crisis.policy import Action, Actor, allows
from crisis.web import preferences
from crisis.web.locale import LANGUAGES, language

__all__ = ["SignedIn", "alive_people", "register", "session_alive"]

LONGEST_TOKEN: Final = 100


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """Somebody who is signed in, as they stand at this request."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing

    @property
    def actor(self) -> Actor:
        return self.standing.actor

    @property
    def person(self) -> Person:
        return self.standing.person

    @property
    def session_id(self) -> UUID:
        return self.standing.session_id

    @property
    def language(self) -> str:
        spoken = self.standing.person.language
        return spoken if spoken in LANGUAGES else "ar"

    @property
    def shown(self) -> dict[str, Any]:
        """What every page says of its reader."""
        person, ministry, spoken = self.person, self.standing.ministry, language()
        named = ministry.short_name or ministry.name if ministry else {}
        return {
            "id": person.id,
            "name": in_language(person.name, spoken),
            "ministry": in_language(named, spoken),
            "rank": person.rank,
            "language": self.language,
            "may_keep_office": allows(self.actor, Action.KEEP_OFFICE, None),
            "shortcuts": self.standing.shortcuts,
            "announce": self.standing.announce,
        }

    def get_id(self) -> str:
        return str(self.standing.person.id)


def register(app: Flask, *, secure: bool) -> None:
    """Let `current_user` be whom the session cookie says; nothing else signs anybody in.

    `secure`: the cookie travels over https only and is bound to this very host.
    """
    app.config["SID"] = "__Host-sid" if secure else "sid"
    app.config["SID_SECURE"] = secure
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(lambda _request: _signed_in())
    preferences.language_keepers[:] = [_keep_language]


def give_cookie(response: Response, token: str) -> Response:
    """Make this browser the one that holds the session of `token`."""
    response.set_cookie(
        current_app.config["SID"],
        token,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=current_app.config["SID_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def take_cookie(response: Response) -> Response:
    """Make this browser forget its session, and what it had open."""
    response.delete_cookie(
        current_app.config["SID"],
        path="/",
        secure=current_app.config["SID_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def token() -> str:
    """What this browser's cookie says; empty when it has none that could be ours."""
    said = request.cookies.get(current_app.config["SID"], "")
    return said if len(said) <= LONGEST_TOKEN else ""


def _signed_in() -> SignedIn | None:
    carried = token()
    standing = find_standing(carried) if carried and request.endpoint != "static" else None
    if standing is None:
        return None
    if clock.now() - standing.last_seen_at > SEEN_EVERY:
        sessions.touch([standing.session_id])
    return SignedIn(standing)


def _keep_language(chosen: str) -> None:
    if current_user and current_user.is_authenticated:
        actor: Actor = current_user.actor
        choose_language(actor, actor.id, language=chosen)
