"""Clients that hold connections open and say next to nothing, as an attacker does who wants them all."""

import asyncio
import contextlib
import multiprocessing
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

PROCESSES = multiprocessing.get_context("spawn")
HOST = "127.0.0.1"
DRIP_SECONDS = 1.0
"""Between one byte and the next."""
PATIENCE_SECONDS = 60.0

REQUESTS = {
    "silent": (b"", b""),
    "slow headers": (b"GET /v1/me HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nX-Slow: %s", b"a"),
    # With a token that is good, so that it is the body which is waited for.
    "slow body": (
        (
            b"POST /v1/contracts HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
        ),
        b" ",
    ),
}
"""What each kind says at once, and what it says then, a byte at a time."""


@contextmanager
def slow_clients(port: int, number: int, token: str) -> Iterator["SlowClients"]:
    """Have so many connections to a port held, in a process of their own, each opened anew when it is closed."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_hold, args=(port, number, token, theirs), daemon=True)
    process.start()
    try:
        yield SlowClients(ours)
    finally:
        ours.send("end")
        process.join(PATIENCE_SECONDS)
        process.kill()
        process.join()
        ours.close()


class SlowClients:
    """The process that holds them."""

    def __init__(self, orders: Connection) -> None:
        """Wait until every one of them is connected."""
        self._orders = orders
        self._heard()

    def closed(self) -> Counter[str]:
        """Count the connections that were closed on them so far, by kind."""
        self._orders.send("closed")
        return self._heard()

    def wait_until_closed(self, kinds: int, seconds: float) -> Counter[str]:
        """Wait until at least one of so many kinds was closed, for so long at most, and give what was closed."""
        end = time.monotonic() + seconds
        while len(closed := self.closed()) < kinds and time.monotonic() < end:
            time.sleep(0.1)
        return closed

    def _heard(self) -> Counter[str]:
        assert self._orders.poll(PATIENCE_SECONDS), "the slow clients are stuck"
        closed: Counter[str] = self._orders.recv()
        return closed


def _hold(port: int, number: int, token: str, orders: Connection) -> None:
    """Hold the connections until told to end."""
    asyncio.run(_all(port, number, token, orders))


async def _all(port: int, number: int, token: str, orders: Connection) -> None:
    closed: Counter[str] = Counter()
    connected = asyncio.Semaphore(0)
    kinds = list(REQUESTS)
    held = [
        asyncio.create_task(_one(port, kinds[place % len(kinds)], token, closed, connected)) for place in range(number)
    ]
    for _ in held:
        await connected.acquire()
    orders.send(closed)
    while (await asyncio.to_thread(orders.recv)) == "closed":
        orders.send(closed)
    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)


async def _one(port: int, kind: str, token: str, closed: Counter[str], connected: asyncio.Semaphore) -> None:
    """Be one client for ever; what closes its connection is counted, and it comes again."""
    first, then = REQUESTS[kind]
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(HOST, port)
            connected.release()
            writer.write(first % (HOST.encode(), token.encode(), uuid.uuid4().bytes.hex().encode()) if first else b"")
            await _drip(reader, writer, then)
            closed[kind] += 1
            writer.close()
        await asyncio.sleep(0)


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, then: bytes) -> None:
    """Say a byte now and then until the other side closes; what it answers before is not looked at."""
    ended = asyncio.ensure_future(reader.read())
    try:
        while not ended.done():
            writer.write(then)
            await asyncio.wait({ended}, timeout=DRIP_SECONDS)
            if writer.is_closing():
                return
        ended.result()
    finally:
        ended.cancel()
