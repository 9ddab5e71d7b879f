"""`make bench`: 180 endpoints that answer take as long beside 20 dead ones as they take without them.

Each round delivers to the healthy endpoints twice on fresh databases in this very run: once alone, which is the floor,
and once with the dead ones, that accept a connection and never answer. Printed are both times and their ratio.
"""

import asyncio
import socket
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from app import clock
from app.database import Database, migrate
from app.features.events.service import Happening, record
from app.features.events.types import EventType
from app.features.webhooks import signing
from app.features.webhooks.delivering import Deliverer, Plan
from app.features.webhooks.sealing import Sealer
from app.features.webhooks.sending import Sender
from app.models import EndpointHealth, ServiceCenter, Vendor, WebhookEndpoint, WebhookSecret
from app.models.columns import new_id
from app.rules.destinations import UrlPolicy

ENDPOINTS, DEAD = 200, 20
EVENTS = 5
"""For each endpoint."""

SECONDS = 20
LOOPBACK = "127.0.0.1"
ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"
LARGEST_RATIO = 1.25
SEALER = Sealer(["a key for the bench"])


async def _loopback(_host: str, _port: int) -> Sequence[str]:
    return [LOOPBACK]


def _anywhere(_address: str, _lifted: object) -> None:
    """Dial this machine, where production never sends."""


@dataclass
class Receivers:
    """One port for those who answer, one for those who do not."""

    healthy: socket.socket
    dead: socket.socket
    arrived: int = 0

    def answer(self) -> None:
        """Take whatever comes, in a loop of its own."""

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
                writer.write(ACCEPTED)
                await writer.drain()
                self.arrived += 1
            writer.close()

        async def serve() -> None:
            server = await asyncio.start_server(take, sock=self.healthy, backlog=1024)
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()


def _receivers() -> Receivers:
    # The dead one listens, so that connections are made, and nobody ever reads from them.
    healthy, dead = (socket.create_server((LOOPBACK, 0), backlog=1024) for _ in range(2))
    found = Receivers(healthy, dead)
    found.answer()
    return found


@contextmanager
def _database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        migrate(url)
        database = Database(url)
        yield database
        database.dispose()


def _set_up(session: Session, receivers: Receivers, dead: int) -> None:
    """Register a vendor with one endpoint for each, all of which have answered before, and let things happen to it."""
    now = clock.now()
    center = ServiceCenter(code="BENCH", name="测速中心", created_at=now)
    session.add(center)
    session.flush()
    told = []
    for number in range(ENDPOINTS - DEAD + dead):
        port = (receivers.dead if number < dead else receivers.healthy).getsockname()[1]
        vendor = Vendor(service_center_id=center.id, name=f"第{number}家", created_at=now)
        session.add(vendor)
        session.flush()
        endpoint = _endpoint(session, center.id, vendor.id, f"http://vendor.example:{port}/")
        session.add(EndpointHealth(endpoint_id=endpoint.id, verified_at=now))
        told += [
            Happening(
                type=EventType.PAYOUT_APPROVED,
                service_center_id=center.id,
                vendor_id=vendor.id,
                subject_id=new_id(),
            )
            for _ in range(EVENTS)
        ]
    session.flush()
    record(session, *told)


def _endpoint(session: Session, center_id: uuid.UUID, vendor_id: uuid.UUID, url: str) -> WebhookEndpoint:
    now = clock.now()
    endpoint = WebhookEndpoint(
        service_center_id=center_id, vendor_id=vendor_id, url=url, created_at=now, updated_at=now
    )
    session.add(endpoint)
    session.flush()
    session.add(WebhookSecret(endpoint_id=endpoint.id, sealed=SEALER.seal(signing.new_secret()), created_at=now))
    return endpoint


def measure(dead: int) -> float:
    """Give the seconds until every healthy endpoint has everything, beside so many dead ones."""
    receivers = _receivers()
    ports = frozenset(listener.getsockname()[1] for listener in (receivers.healthy, receivers.dead))
    sender = Sender(UrlPolicy(ports, http=True), SEALER, SECONDS, _loopback, _anywhere)
    with _database() as database:
        with database.write() as session:
            _set_up(session, receivers, dead)
        deliverer = Deliverer(database, Plan(sender, lease=timedelta(seconds=60)))
        running = threading.Thread(target=lambda: asyncio.run(deliverer.run()), daemon=True)
        began = time.perf_counter()
        running.start()
        while receivers.arrived < (ENDPOINTS - DEAD) * EVENTS:
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        deliverer.stop()
        # Its end takes those along who were never answered, so that nobody waits for them here.
        receivers.dead.close()
        running.join()
    return seconds


def main() -> None:
    """Measure and print; ends with 1 where the dead ones cost the healthy ones time."""
    floor = min(measure(0) for _ in range(2))
    beside = min(measure(DEAD) for _ in range(2))
    ratio = beside / floor
    deliveries = (ENDPOINTS - DEAD) * EVENTS
    print(f"{deliveries} deliveries to {ENDPOINTS - DEAD} healthy endpoints")
    print(f"alone:               {floor:.2f} s, {deliveries / floor:.0f} a second")
    print(f"beside {DEAD} dead ones: {beside:.2f} s, {deliveries / beside:.0f} a second")
    print(f"ratio:               {ratio:.2f} (at most {LARGEST_RATIO})")
    sys.exit(ratio > LARGEST_RATIO)


if __name__ == "__main__":
    main()
