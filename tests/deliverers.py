"""Deliverers as real processes, which can be killed at any moment."""

import asyncio
import os
import signal
from datetime import timedelta
from multiprocessing.connection import Connection

from app.database import Database
from app.features.webhooks.delivering import Deliverer, Plan
from app.features.webhooks.sending import Sender
from app.logs import configure
from app.rules.destinations import UrlPolicy
from tests.deliveries import SEALER, anywhere, loopback
from tests.forked import PROCESSES

PLACES = 16
LEASE = timedelta(seconds=2)
PATIENCE_SECONDS = 60.0


def keep(url: str, ports: frozenset[int], orders: Connection) -> None:
    """Fork a deliverer whenever one is ordered; say which, and how it ended."""
    configure("CRITICAL")
    while orders.recv():
        deliverer = os.fork()
        if deliverer == 0:
            live(url, ports)
            os._exit(0)
        orders.send(deliverer)
        _, status = os.waitpid(deliverer, 0)
        orders.send(os.waitstatus_to_exitcode(status))


def live(url: str, ports: frozenset[int]) -> None:
    """Deliver until told to stop; what fails is attempted again at once, for ever."""
    sender = Sender(UrlPolicy(ports, http=True), SEALER, 1, loopback, anywhere)
    deliverer = Deliverer(Database(url), Plan(sender, (timedelta(),) * 1000, PLACES, LEASE))
    signal.signal(signal.SIGTERM, lambda *_: deliverer.stop())
    asyncio.run(deliverer.run())


class Process:
    """One deliverer of a database, started again and again."""

    def __init__(self, url: str, ports: frozenset[int]) -> None:
        """Prepare it; nothing is delivered yet."""
        self._orders, theirs = PROCESSES.Pipe()
        self._keeper = PROCESSES.Process(target=keep, args=(url, ports, theirs), daemon=True)
        self._keeper.start()
        theirs.close()
        self._deliverer = 0

    def start(self) -> None:
        """Start it."""
        self._orders.send("start")
        self._deliverer = self._heard()

    def kill(self) -> None:
        """Kill it with SIGKILL, and wait until it is dead."""
        os.kill(self._deliverer, signal.SIGKILL)
        assert self._heard() == -signal.SIGKILL, "the deliverer had ended by itself"

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        os.kill(self._deliverer, signal.SIGTERM)
        assert self._heard() == 0, "the deliverer did not end cleanly"

    def end(self) -> None:
        """Let go of it; it must have been ended."""
        self._orders.send(None)
        self._keeper.join()
        self._orders.close()

    def _heard(self) -> int:
        assert self._orders.poll(PATIENCE_SECONDS), "the deliverer's keeper is stuck"
        return int(self._orders.recv())
