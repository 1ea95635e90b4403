"""Senders made ready: Nasaq on a copy of an office, peers with their messages in the broker."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text

from bench.contest import ROOT, SERVERS_CORE, Ready, keep_to
from bench.nasaq_house import BASE, KEY, Template
from tests.parts import processes, tools

CONNECTIONS: Final = 500
OTHERS: Final = ROOT / ".venv-bench" / "bin"
"""The peers' own environment."""


@dataclass
class Grounds:
    """What all of them need: a folder, a provider, a broker, offices to copy."""

    folder: Path
    stub_port: int
    redis: "Redis"
    templates: dict[str, Template] = field(default_factory=dict)

    # -- Nasaq ------------------------------------------------------------------------------------

    def nasaq(self, template: str, *servers: int) -> Ready:
        """Its worker, on a copy of that template."""
        made = self.templates[template]
        url = made.copy()
        engine = create_engine(url)

        def tidy() -> None:
            engine.dispose()
            made.drop(url)

        def recorded() -> int:
            with engine.connect() as connection:
                return int(connection.scalar(_SENT) or 0)

        def let_go() -> None:
            with engine.begin() as connection:
                connection.execute(_LET_GO)

        return Ready(
            [sys.executable, "-u", "-m", "bench.nasaq_at_work"],
            self.settings(url),
            recorded,
            tidy,
            servers,
            let_go,
        )

    def settings(self, url: str) -> Mapping[str, str]:
        """Live delivery to the provider on this machine."""
        here = f"http://127.0.0.1:{self.stub_port}"
        return {
            "DATABASE_URL": url,
            "SECRET_KEY": KEY,
            "PUBLIC_BASE_URL": BASE,
            "CRISIS_DELIVERY": "live",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "t" * 32,
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_BASE_URL": here,
            "TWILIO_CALLS_AT_ONCE": str(CONNECTIONS),
            "SENDGRID_API_KEY": "SG." + "k" * 40,
            "SENDGRID_API_BASE_URL": here,
            "SENDGRID_WEBHOOK_PUBLIC_KEY": "A" * 122 + "==",
            "MAIL_FROM": "alerts@nasaq.gov.example",
        }

    # -- the peers --------------------------------------------------------------------------------

    def peer(
        self,
        *command: str,
        messages: int,
        queued_by: str | None = None,
        connections: int = CONNECTIONS,
        **environment: str,
    ) -> Ready:
        """A peer on a database of its own, its messages in the broker if it has one."""
        file = self.folder / "peer.db"
        _fill(file, messages)
        environment |= {
            "PEER_PORT": str(self.stub_port),
            "PEER_DATABASE": str(file),
            "PEER_REDIS": str(self.redis.socket),
            "PEER_CONNECTIONS": str(connections),
        }
        if queued_by:
            self.redis.empty()
            subprocess.run(
                [str(OTHERS / "python"), "-m", "bench.peers.queued", queued_by, str(messages)],
                cwd=ROOT,
                env={**os.environ, **environment},
                check=True,
            )
        database = sqlite3.connect(file)

        def recorded() -> int:
            sent = "SELECT count(*) FROM message WHERE state = 'accepted'"
            return int(database.execute(sent).fetchone()[0])

        servers = [self.redis.pid] if queued_by else []
        first, *rest = command
        return Ready([str(OTHERS / first), *rest], environment, recorded, database.close, servers)


_SENT: Final = text(
    "SELECT count(*) FROM delivery "
    "WHERE state = 'accepted' AND reference <> '' AND purpose = 'alert'"
)
_LET_GO: Final = text("UPDATE delivery SET not_before = created_at WHERE state = 'queued'")


def _fill(file: Path, messages: int) -> None:
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE message (id INTEGER PRIMARY KEY, state TEXT NOT NULL, reference TEXT)"
        )
        database.execute("BEGIN")
        rows = ((each, "queued") for each in range(messages))
        database.executemany("INSERT INTO message (id, state) VALUES (?, ?)", rows)
        database.execute("COMMIT")


@dataclass(frozen=True)
class Redis:
    """A broker of our own: in memory, on a socket in our folder, on no port at all."""

    socket: Path
    pid: int

    def empty(self) -> None:
        _asked(self.socket, "FLUSHALL")


@contextmanager
def a_redis(folder: Path) -> Iterator[Redis]:
    """A broker that is there as long as it is used."""
    program, path, log = tools.redis_server(), folder / "redis.sock", folder / "redis.log"
    if not program:
        raise SystemExit("There is no redis-server. On Debian: sudo apt install redis-server")
    command = [str(program), "--port", "0", "--unixsocket", str(path), "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no", "--maxclients", "4000"]
    process = subprocess.Popen(
        processes.bound_to_us(command), stdout=log.open("wb"), stderr=subprocess.STDOUT
    )
    keep_to(SERVERS_CORE, process.pid)
    try:
        processes.wait_until(lambda: path.exists() and _asked(path, "PING"), process, log)
        yield Redis(path, process.pid)
    finally:
        processes.end(process)


def _asked(path: Path, word: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(f"{word}\r\n".encode())
        return connection.recv(16).startswith(b"+")
