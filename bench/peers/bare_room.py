"""A bare Flask-SocketIO room: whatever is posted is emitted to everybody, and nothing else."""

import json
import time
from functools import partial
from types import SimpleNamespace
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO, join_room

app = Flask(__name__)
# As Nasaq does, Arabic is sent as it is: the same bytes leave both.
plain = SimpleNamespace(loads=json.loads, dumps=partial(json.dumps, ensure_ascii=False))
socketio = SocketIO(app, async_mode="threading", transports=["websocket"], json=plain)


@socketio.on("connect")
def connected() -> None:
    join_room("room")


@app.post("/news")
def tell() -> dict[str, Any]:
    """Emit the packet that was posted; answers when the emitting began, on the monotonic clock."""
    packet = request.get_json()
    began = time.monotonic_ns()
    socketio.emit("news", packet, to="room")
    return {"began": began}


@app.get("/healthz")
def alive() -> dict[str, bool]:
    return {"ok": True}
