"""Ends an attempt in time, however slowly it is answered: a bound on each read alone lets an answer drip for ever."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_attempt = threading.local()
"""`ending` is that of the thread's present attempt."""


class Ending:
    """Ends every connection of an attempt once its time is over."""

    def __init__(self) -> None:
        """Begin with an attempt that has no connection yet."""
        self.over = False
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, connection: socket.socket) -> None:
        """See to it that a connection ends in time, whatever is spoken over it."""
        with self._lock:
            # A second handle of the same connection, since TLS takes the first one away.
            self._connections.append(socket.socket(fileno=os.dup(connection.fileno())))
        if self.over:
            self.end()

    def end(self) -> None:
        """Say that the time is over: who waits for an answer hears that the connection has ended."""
        with self._lock:
            self.over = True
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Give the handles back."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()


@contextmanager
def ending_after(seconds: float) -> Iterator[Ending]:
    """Have the connections that this thread makes inside end after so many seconds."""
    ending = _attempt.ending = Ending()
    timer = threading.Timer(seconds, ending.end)
    timer.daemon = True
    timer.start()
    try:
        yield ending
    finally:
        timer.cancel()
        ending.release()


def watched(kind: type[Any], connects: str) -> type[Any]:
    """Give the same class, whose method of this name has every connection that it makes watched."""
    made: Callable[..., socket.socket] = getattr(kind, connects)

    def connected(self: object, *arguments: object) -> socket.socket:
        connection = made(self, *arguments)
        _attempt.ending.watch(connection)
        return connection

    return type(kind.__name__, (kind,), {connects: connected})
