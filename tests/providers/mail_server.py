"""A mail server on loopback that takes mail as it is told, and remembers what it took."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Manners:
    """What it answers; None: it hangs up."""

    greeting: str = "220 mail.gov.example"
    sender: str = "250 OK"
    recipients: dict[str, str] = field(default_factory=dict[str, str])
    """By address; the others are welcome."""
    data: str = "354 Go on"
    end: str | None = "250 2.0.0 Taken"
    utf8: bool = True
    login: str = "235 Welcome"


class MailServer:
    """What it knows: how to behave, and what came."""

    def __init__(self) -> None:
        self.manners = Manners()
        self.taken: list[tuple[str, bytes]] = []
        self.connections = 0
        self.lines: list[str] = []
        self.port = 0
        self.seal: ssl.SSLContext | None = None
        self.seals_at_once = False


class _Talk(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        house: MailServer = self.server.house
        house.connections += 1
        if house.seals_at_once:
            self.seal()
        self.say(house.manners.greeting)
        to = ""
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            house.lines.append(line)
            verb = line.split(":")[0].split(" ")[0].upper()
            manners = house.manners
            if verb == "EHLO":
                offers = ["mail.gov.example", "8BITMIME", "AUTH PLAIN"]
                offers += ["SMTPUTF8"] if manners.utf8 else []
                offers += ["STARTTLS"] if house.seal else []
                for each in offers[:-1]:
                    self.say(f"250-{each}")
                self.say(f"250 {offers[-1]}")
            elif verb == "MAIL":
                self.say(manners.sender)
            elif verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self.say(manners.recipients.get(to, "250 OK"))
            elif verb == "DATA":
                self.say(manners.data)
                if manners.data.startswith("354") and not self.take(house, to):
                    return
            elif verb == "STARTTLS" and house.seal is None:
                self.say("502 What is that")
            elif verb == "STARTTLS":
                self.say("220 Go on")
                self.seal()
            elif verb == "AUTH":
                self.say(manners.login)
            elif verb == "QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 OK")

    def take(self, house: MailServer, to: str) -> bool:
        body = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            body += line[1:] if line.startswith(b"..") else line
        if house.manners.end is None:
            house.taken.append((to, body))
            return False
        if house.manners.end.startswith("2"):
            house.taken.append((to, body))
        self.say(house.manners.end)
        return True

    def seal(self) -> None:
        """From here on in secret."""
        context: ssl.SSLContext = self.server.house.seal
        self.request = context.wrap_socket(self.connection, server_side=True)
        self.connection = self.request
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    house: MailServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever does not trust us hangs up."""


@contextmanager
def a_mail_server(
    certificate: tuple[Path, Path] | None = None, *, at_once: bool = False
) -> Iterator[MailServer]:
    """A server as long as it is used; with a certificate it can be talked to in secret, from the
    first word (`at_once`) or once it was asked."""
    house = MailServer()
    if certificate is not None:
        house.seal = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        house.seal.load_cert_chain(*certificate)
        house.seals_at_once = at_once
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.house = house
        house.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield house
        server.shutdown()
