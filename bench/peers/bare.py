"""A bare Flask-SocketIO application: one page, one room, no database, served as Nasaq is served."""

from flask import Flask
from flask_socketio import SocketIO, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", transports=["websocket"])


@app.get("/signin")
def page() -> str:
    return "<!doctype html><title>bare</title><h1>Sign in</h1>"


@socketio.on("connect")
def connected() -> None:
    join_room("room")
