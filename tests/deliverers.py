"""Deliverers as real processes, which can be killed at any moment."""

import asyncio
import signal
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection

from app.database import Database
from app.features.webhooks.delivering import Deliverer, Plan
from app.features.webhooks.sending import Sender
from app.logs import configure
from app.rules.destinations import UrlPolicy
from tests.deliveries import SEALER, anywhere, loopback
from tests.kept import Kept, fork_when_told

PLACES = 16
LEASE = timedelta(seconds=2)


def keep(url: str, ports: frozenset[int], orders: Connection) -> None:
    """Fork a deliverer whenever one is ordered."""
    configure("CRITICAL")
    fork_when_told(orders, partial(live, url, ports))


def live(url: str, ports: frozenset[int]) -> None:
    """Deliver until told to stop; what fails is attempted again at once, for ever."""
    sender = Sender(UrlPolicy(ports, http=True), SEALER, 1, loopback, anywhere)
    deliverer = Deliverer(Database(url), Plan(sender, (timedelta(),) * 1000, PLACES, LEASE))
    signal.signal(signal.SIGTERM, lambda *_: deliverer.stop())
    asyncio.run(deliverer.run())


class Process(Kept):
    """One deliverer of a database, started again and again."""

    def __init__(self, url: str, ports: frozenset[int]) -> None:
        """Prepare it; nothing is delivered yet."""
        super().__init__(keep, url, ports)
