"""A process that is started again and again within milliseconds, and can be killed at any moment."""

import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from tests.forked import PROCESSES

PATIENCE_SECONDS = 60.0


def fork_when_told(orders: Connection, live: Callable[[], object]) -> None:
    """Be the keeper, in which all is ready: fork a process whenever one is ordered; say which, and how it ended."""
    while orders.recv():
        process = os.fork()
        if process == 0:
            live()
            os._exit(0)
        orders.send(process)
        _, status = os.waitpid(process, 0)
        orders.send(os.waitstatus_to_exitcode(status))


class Kept:
    """One such process, which lives at most once at a time."""

    def __init__(self, keep: Callable[..., None], *arguments: Any) -> None:
        """Start its keeper with these arguments and the end of a pipe; nothing else lives yet."""
        self._orders, theirs = PROCESSES.Pipe()
        self._keeper = PROCESSES.Process(target=keep, args=(*arguments, theirs), daemon=True)
        self._keeper.start()
        theirs.close()
        self._process = 0

    def start(self) -> None:
        """Start it; what it does begins a moment later."""
        self._orders.send("start")
        self._process = self._heard()

    def kill(self) -> None:
        """Kill it with SIGKILL, and wait until it is dead."""
        assert self._ended_by(signal.SIGKILL) == -signal.SIGKILL, "it had ended by itself"

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        assert self._ended_by(signal.SIGTERM) == 0, "it did not end cleanly"

    def end(self) -> None:
        """Let go of it, and of what a test that failed has left alive."""
        if self._process:
            self._ended_by(signal.SIGKILL)
        self._orders.send(None)
        self._keeper.join()
        self._orders.close()

    def _ended_by(self, number: signal.Signals) -> int:
        process, self._process = self._process, 0
        assert process, "nothing lives that could be ended"
        os.kill(process, number)
        return self._heard()

    def _heard(self) -> int:
        assert self._orders.poll(PATIENCE_SECONDS), "the keeper is stuck"
        return int(self._orders.recv())
