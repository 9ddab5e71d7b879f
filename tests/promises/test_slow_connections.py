"""Slow connections cost their owner, not the others."""

import http.client
import socket
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.kept import PATIENCE_SECONDS
from tests.office import Office
from tests.ports import HOST
from tests.promises.conftest import Promise
from tests.promises.slow_clients import REQUESTS, slow_clients
from tests.proof import PROOF
from tests.proxies import fronted
from tests.servers import Server
from tests.waiting import wait_until

CONNECTIONS = 300
"""As many as issue and documentation name."""
ROUNDS = 8
"""Pairs of measurements, one with the slow connections and one without, so that a busy machine disturbs both alike."""
SETTLING_SECONDS = 4
"""After all have connected: that many connections at one instant are a crowd, not slow clients."""
LARGEST_RATIO = 1.25
"""Of the medians of the rounds' 95th percentiles; more than what two equal measurements differ by on a busy machine."""


@contextmanager
def served(office: Office, folder: Path, body_seconds: int) -> Iterator[str]:
    """Serve the office's database in a process of its own, and give host and port."""
    server = Server(office.database.url, folder, body_seconds=body_seconds)
    server.start()
    try:
        # The proxy answers for a server that does not listen yet.
        wait_until(partial(_listens, int(server.address.rpartition(":")[2])))
        yield server.address.removeprefix("http://")
    finally:
        server.kill()
        server.end()


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((HOST, port)) == 0


def p95(port: int, token: str, requests: int) -> float:
    """Ask who one is, on one connection, and give the 95th percentile in milliseconds."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    took = []
    for _ in range(requests):
        began = time.perf_counter()
        connection.request("GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, answer.status
    connection.close()
    return statistics.quantiles(took, n=20)[-1]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_slow_connections_leave_the_others_as_quick(office: Office, tmp_path: Path, promise: Promise) -> None:
    """Through the shipped proxy, 300 connections that are silent or drip headers or bodies slow nobody else down.

    Each is closed when its time is over, and comes again at once.
    """
    number, rounds = promise.size(CONNECTIONS, 30), promise.size(ROUNDS, 1)
    requests = promise.size(300, 20)
    bounds = {"KAOHE_HEADER_SECONDS": str(promise.size(5, 1)), "KAOHE_PROXY_BODY_SECONDS": str(promise.size(30, 4))}
    alone, beside = [], []
    closed: Counter[str] = Counter()
    body_seconds = promise.size(20, 2)
    with served(office, tmp_path, body_seconds) as upstream, fronted(upstream, tmp_path, **bounds) as port:
        token = office.supervisor.token
        p95(port, token, 20)
        for _ in range(rounds):
            alone.append(p95(port, token, requests))
            with slow_clients(port, number, token) as slow:
                time.sleep(promise.size(SETTLING_SECONDS, 0))
                beside.append(p95(port, token, requests))
                wanted = len(REQUESTS) if len(beside) == rounds else 0
                closed.update(slow.wait_until_closed(wanted, PATIENCE_SECONDS))
    ratio = statistics.median(beside) / statistics.median(alone)
    promise.shows(
        connections=number,
        requests=rounds * requests,
        p95_ms_alone=round(statistics.median(alone), 1),
        p95_ms_beside=round(statistics.median(beside), 1),
        ratio=round(ratio, 2),
        closed=closed.total(),
    )
    assert set(closed) == set(REQUESTS)
    if PROOF:
        assert ratio <= LARGEST_RATIO
