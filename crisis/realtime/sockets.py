"""The socket door: connecting with a ticket, entering and leaving rooms. Nothing else can be said.

Whatever a person changes goes over HTTP; a socket only listens. What it may send:

`enter` {incident, after}   hear the news of an incident; answered with {ok, head, at}
`leave` {incident}          hear it no longer
`enter_office` {}           hear that something changed in an incident one may follow

A refusal is answered with {ok: false, code, why}. Asking can do no harm: handlers end no
connection, and each looks up anew who asks.
"""

import logging
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, Response, jsonify, request
from flask_babel import force_locale
from flask_login import current_user
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from socketio.exceptions import ConnectionRefusedError

from crisis.kernel import clock
from crisis.kernel.database import reading
from crisis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from crisis.kernel.ids import new_id
from crisis.kernel.words import Message
from crisis.realtime import doorkeeper, eviction, presence, rooms, tailer, tickets
from crisis.realtime.handshake import Door
from crisis.realtime.rooms import Connection, socketio
from crisis.realtime.tickets import Holder
from crisis.realtime.wire import ADMISSION
from crisis.settings import Settings
from crisis.web.asking import current_actor
from crisis.web.locale import language, say
from crisis.web.security import limiter, who_asks

log = logging.getLogger(__name__)
bp = Blueprint("realtime", __name__)

S = TypeVar("S", bound="Said")
Answer = dict[str, Any]

INCIDENTS_AT_ONCE: Final = 8
"""How many incidents one page may listen to."""


class Said(BaseModel):
    """What a page may send; anything else in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Enter(Said):
    incident: UUID
    after: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    """The last line the page has."""


class Leave(Said):
    incident: UUID


class EnterOffice(Said):
    pass


class _Auth(Said):
    ticket: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


def register(app: Flask, settings: Settings) -> None:
    """Open the door: tickets over HTTP, then sockets, behind the guard of the handshake."""
    app.register_blueprint(bp)
    rooms.open_for(app)
    app.wsgi_app = Door(app.wsgi_app, settings)  # type: ignore[method-assign]  # Flask's own way


def start(process: str) -> None:
    """Begin to speak, in the process that serves; `process` is its name: host and port."""
    presence.begin(process)
    tailer.start()
    doorkeeper.start()


def stop() -> None:
    """Close every socket in good order, so that pages go to another process at once."""
    for connection in rooms.everyone():
        connection.dismiss()
    tailer.stop()
    doorkeeper.stop()
    presence.keep([])


def wrong() -> str | None:
    """None when news is told and rights are watched, else what is wrong."""
    return tailer.wrong() or doorkeeper.wrong()


@bp.post("/ws-ticket")
@limiter.limit("120/minute", key_func=who_asks)
def ticket() -> Response:
    """A one-time ticket for the session that asks, and for how many seconds it is good."""
    holder = Holder(
        session_id=current_user.session_id,
        person_id=current_actor().id,
        language=language(),
    )
    good_for = int(tickets.GOOD_FOR.total_seconds())
    return jsonify(ticket=tickets.issue(holder), expires_in=good_for)


@socketio.on("connect")
def _connect(auth: object = None) -> None:
    """Let in whoever shows a ticket of the session whose cookie came with the handshake."""
    try:
        holder = _shown(auth)
    except Exception:  # Engine.IO would swallow it, and leave the page without an answer
        log.exception("A ticket could not be checked")
        raise ConnectionRefusedError("failed") from None
    if holder is None:
        raise ConnectionRefusedError("ticket")
    admission = request.environ[ADMISSION]
    connection = Connection(
        sid=_sid(),
        id=new_id(),
        session_id=holder.session_id,
        person_id=holder.person_id,
        language=holder.language,
        dismiss=admission.dismiss,
    )
    rooms.add(connection)
    admission.admit()


@socketio.on("disconnect")
def _disconnect(_reason: object = None) -> None:
    rooms.remove(_sid())


def _shown(auth: object) -> Holder | None:
    try:
        shown = _Auth.model_validate(auth)
    except ValidationError:
        return None
    holder = tickets.redeem(shown.ticket)
    if holder is None or not current_user or not current_user.is_authenticated:
        return None
    return holder if current_user.session_id == holder.session_id else None


def _sid() -> str:
    sid: str = request.sid  # type: ignore[attr-defined]  # Flask-SocketIO puts it there
    return sid


def _answers(name: str, shape: type[S]) -> Callable[[Callable[[Connection, S], Answer]], None]:
    """Answer the message `name`, once it has the right `shape` and its sender is still one."""

    def decorate(answer: Callable[[Connection, S], Answer]) -> None:
        def run(*said: object) -> Answer | None:
            connection = rooms.connection_of(_sid())
            if connection is None:
                return None
            try:
                return answer(connection, _read(shape, said))
            except Refusal as refusal:
                return _refused(connection, refusal.code, refusal.message)
            except Exception:  # a handler that fails must not take the connection with it
                log.exception("The message %s could not be answered", name)
                return _refused(connection, "failed", Message("Something went wrong on our side"))

        socketio.on(name)(run)

    return decorate


def _read(shape: type[S], said: tuple[object, ...]) -> S:
    try:
        return shape.model_validate(said[0] if len(said) == 1 else dict(enumerate(said)))
    except ValidationError:
        raise Invalid(Message("This request could not be read")) from None


def _refused(connection: Connection, code: str, message: Message) -> Answer:
    with force_locale(connection.language):
        return {"ok": False, "code": code, "why": say(message)}


@_answers("enter", Enter)
def _enter(connection: Connection, said: Enter) -> Answer:
    with reading() as session:
        if not eviction.is_alive(session, connection.session_id):
            raise Forbidden(Message("Sign in first."), code="signed_out")
        if not eviction.may_follow(session, connection.person_id, said.incident):
            raise NotFound(Message("There is no such page, or it is not open to you."))
    if len(connection.incidents.keys() | {said.incident}) > INCIDENTS_AT_ONCE:
        raise Conflict(Message("This page listens to too much already."), code="too_many")
    rooms.enter(connection, said.incident)
    return _welcome(head=tailer.follow(said.incident))


@_answers("leave", Leave)
def _leave(connection: Connection, said: Leave) -> Answer:
    rooms.leave(connection, said.incident)
    return _welcome()


@_answers("enter_office", EnterOffice)
def _enter_office(connection: Connection, _said: EnterOffice) -> Answer:
    rooms.enter_office(connection)
    tailer.follow_office()
    return _welcome()


def _welcome(**told: Any) -> Answer:
    return {"ok": True, **told, "at": clock.now().isoformat(timespec="milliseconds")}
