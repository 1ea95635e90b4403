"""A wire between a browser and the product that a test may cut, or hold without cutting."""

import contextlib
import socket
import threading

_CHUNK = 65_536
_BLANK = b"\r\n\r\n"  # between the head of an answer and what it says


class Wire:
    """Carries every connection to `port`'s other end; its own port never changes.

    `cut` ends all connections and refuses new ones, as a pulled cable with somebody at the other
    end does; `hold` lets nothing through in either direction and ends nothing, as a dead router
    does; `break_off` ends every answer after its head and a byte or two, as a mast that is left
    behind does; `mend` ends all three.
    """

    def __init__(self, far_port: int) -> None:
        self._far = ("127.0.0.1", far_port)
        self._ends: set[socket.socket] = set()
        self._whole = True
        self._answers_whole = True
        self.broken_off = 0
        self._flows = threading.Event()
        self._flows.set()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._admit, daemon=True).start()

    def cut(self) -> None:
        self._whole = False
        for end in list(self._ends):
            _close(end)

    def hold(self) -> None:
        self._flows.clear()

    def break_off(self) -> None:
        self._whole, self._answers_whole = True, False

    def mend(self) -> None:
        self._whole = self._answers_whole = True
        self._flows.set()

    def take_down(self) -> None:
        """The wire is no more; to be called once, when the test is over."""
        _close(self._door)
        self.cut()
        self._flows.set()

    def _admit(self) -> None:
        with contextlib.suppress(OSError):  # how it ends
            while True:
                near, _ = self._door.accept()
                threading.Thread(target=self._join, args=[near], daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._flows.wait()
        try:
            if not self._whole:
                raise ConnectionRefusedError
            far = socket.create_connection(self._far, timeout=5)
        except OSError:
            _close(near)
            return
        far.settimeout(None)
        self._ends |= {near, far}
        threading.Thread(target=self._carry, args=[near, far], daemon=True).start()
        self._carry(far, near, are_answers=True)

    def _carry(
        self, source: socket.socket, target: socket.socket, *, are_answers: bool = False
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                self._flows.wait()
                head, blank, body = data.partition(_BLANK)
                if are_answers and blank and not self._answers_whole:
                    target.sendall(head + blank + body[:2])
                    self.broken_off += 1
                    break
                target.sendall(data)
        self._ends -= {source, target}
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
