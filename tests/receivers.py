"""A vendor's own system on this machine: it keeps what it is sent, and answers as a test tells it."""

import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> uuid.UUID:
        """The event's id."""
        return uuid.UUID(self.headers["webhook-id"])


Behaviour = Callable[[Got, socket.socket], bytes | None]
"""Gives the bytes of an answer, or sends some itself and gives None."""


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Write an answer."""
    lines = [f"HTTP/1.1 {status} Any", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def takes(_got: Got, _connection: socket.socket) -> bytes:
    """Take everything."""
    return answer(204)


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer everything alike."""
    return lambda _got, _connection: answer(status, body, **headers)


def in_turn(*answered: bytes) -> Behaviour:
    """Give one answer after the other, and the last one on and on."""
    left = list(answered)
    return lambda _got, _connection: left.pop(0) if len(left) > 1 else left[0]


@dataclass
class Receiver:
    """A small server; `connections` counts whoever comes, also those who say nothing."""

    behaviour: Behaviour = takes
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    _tls: ssl.SSLContext | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Listen."""
        self._listener = socket.create_server((LOOPBACK, 0), backlog=512)
        # Where a shutdown does not wake the thread, it looks by itself.
        self._listener.settimeout(0.1)
        self.port = int(self._listener.getsockname()[1])
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def ids(self) -> list[uuid.UUID]:
        """The ids of the events in the order in which they came."""
        return [got.event_id for got in self.got]

    def url(self, path: str = "/kaohe") -> str:
        """Give the address that a vendor would register."""
        return f"http://vendor.example:{self.port}{path}"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._tls = context

    def end(self) -> None:
        """Listen no more: whoever connects once this has returned is refused."""
        self._ended.set()
        # A socket that is closed while a thread waits in accept() goes on listening; shut down, it wakes the thread.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            if self._tls is None:
                self._answer(connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as secured:
                self._answer(secured)

    def _answer(self, connection: socket.socket) -> None:
        got = read(connection)
        if got is None:
            return
        self.got.append(got)
        said = self.behaviour(got, connection)
        if said is not None:
            connection.sendall(said)


def read(connection: socket.socket) -> Got | None:
    """Read one request; None where the sender went away in its midst."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        part = connection.recv(65536)
        if not part:
            return None
        body += part
    return Got(first.split(" ")[1], headers, body)


@contextmanager
def receiving(*behaviours: Behaviour) -> Iterator[list[Receiver]]:
    """Give a receiver of each behaviour, and end them whatever happens."""
    receivers = [Receiver(behaviour) for behaviour in behaviours]
    try:
        yield receivers
    finally:
        for receiver in receivers:
            receiver.end()


def drips(got: Got, connection: socket.socket) -> None:
    """Answer a byte at a time, without an end."""
    del got
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    with suppress(OSError):
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)


def silent(seconds: float) -> Behaviour:
    """Say nothing for so long."""

    def wait(_got: Got, connection: socket.socket) -> None:
        connection.settimeout(seconds)
        with suppress(OSError):
            connection.recv(1)

    return wait


def floods(parts: Sequence[bytes], repeated: bytes) -> Behaviour:
    """Send some parts and then the same bytes on and on."""

    def flood(_got: Got, connection: socket.socket) -> None:
        with suppress(OSError):
            for part in parts:
                connection.sendall(part)
            while True:
                connection.sendall(repeated)

    return flood
