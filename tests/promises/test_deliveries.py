"""Every event arrives: however many workers there are, and whenever they are killed."""

import asyncio
import random
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.database import Database
from app.features.events.types import EventType
from app.features.webhooks.delivering import Deliverer, Plan, deliver
from app.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.models.words import AttemptOutcome, DeliveryStatus
from tests.deliverers import PLACES, Process
from tests.deliveries import Vendors, plan
from tests.office import Office
from tests.promises.conftest import Promise
from tests.receivers import Got, Receiver, answer, receiving, takes
from tests.waiting import wait_until

ENDPOINTS = 20
LONGEST_LIFE_SECONDS = 0.3


@pytest.fixture
def vendors(office: Office, database: Database) -> Vendors:
    """Give the office's vendors."""
    return Vendors(office, database)


def test_workers_share_deliveries_and_none_is_sent_twice(vendors: Vendors, promise: Promise) -> None:
    """8 workers deliver while 4 producers tell: as many distinct deliveries as events, none twice, none lost."""
    workers, number = 8, promise.size(4000, 60)
    with receiving(takes) as (receiver,):
        told = told_and_delivered(vendors, receiver, plan(receiver, places=32), workers, number)
        arrived = Counter(receiver.ids)
    doubled, lost = sum(arrived.values()) - len(arrived), len(told - arrived.keys())
    promise.shows(workers=workers, events=len(told), distinct=len(arrived), doubled=doubled, lost=lost)
    assert (len(arrived), doubled, lost) == (number, 0, 0)
    assert counted(vendors) == {DeliveryStatus.DELIVERED: number}


def test_workers_whose_claims_do_not_last_send_twice(vendors: Vendors, promise: Promise) -> None:
    """Two workers, had their claims no duration: the promise is not kept by chance."""
    with receiving(slowly) as (receiver,), ThreadPoolExecutor(2) as pool:
        registered(vendors, receiver)
        deliverers = [Deliverer(Database(vendors.database.url), plan(receiver, lease=timedelta())) for _ in range(2)]
        running = [pool.submit(asyncio.run, deliverer.run()) for deliverer in deliverers]
        try:
            wait_until(lambda: told_once_more(vendors) and len(receiver.ids) > len(set(receiver.ids)))
        finally:
            # Whatever came out, the pool ends only with those who run in it.
            for deliverer in deliverers:
                deliverer.stop()
        for deliverer, ended in zip(deliverers, running, strict=True):
            ended.result()
            deliverer.database.dispose()
        promise.shows(workers=2, doubled=len(receiver.ids) - len(set(receiver.ids)))


def test_a_killed_deliverer_loses_nothing(vendors: Vendors, promise: Promise) -> None:
    """To a receiver that often fails: each event arrives under one id, and every attempt stands in the log."""
    number, kills = promise.size(1000, 20), promise.size(100, 2)
    flaky = Flaky()
    with receiving(flaky) as (receiver,), process(vendors.database.url, receiver) as deliverer:
        told = {event for vendor_id in registered(vendors, receiver) for event in vendors.tell(1, vendor_id)}
        killing = threading.Thread(target=kill_again_and_again, args=(deliverer, flaky, kills))
        killing.start()
        while len(told) < number:
            told |= {event for vendor_id in all_vendors(vendors) for event in vendors.tell(1, vendor_id)}
        killing.join()
        wait_until(lambda: counted(vendors) == {DeliveryStatus.DELIVERED: len(told)})
        deliverer.stop()
    duplicates = sum(flaky.taken.values()) - len(flaky.taken)
    unlogged = flaky.asked - attempted(vendors)
    interrupted = sum(attempt.outcome is AttemptOutcome.INTERRUPTED for attempt in vendors.attempts())
    promise.shows(
        deliveries=len(told),
        kills=kills,
        requests=flaky.asked.total(),
        lost=len(told - flaky.taken.keys()),
        duplicates=duplicates,
        interrupted=interrupted,
        unlogged=unlogged.total(),
    )
    assert flaky.taken.keys() == told
    assert duplicates <= kills * PLACES
    assert unlogged.total() == 0
    assert all(attempt.outcome is not None for attempt in vendors.attempts())
    assert counted(vendors) == {DeliveryStatus.DELIVERED: len(told)}


class Flaky:
    """A receiver that fails one time in three, each in its own way; knows what it was asked and what it has taken."""

    def __init__(self) -> None:
        """Begin."""
        self.asked: Counter[uuid.UUID] = Counter()
        self.taken: Counter[uuid.UUID] = Counter()
        self._chance = random.Random(20261121)  # noqa: S311 chosen to be repeatable
        self._lock = threading.Lock()

    def __call__(self, got: Got, connection: socket.socket) -> bytes | None:
        with self._lock:
            fate = self._chance.random()
            self.asked[got.event_id] += 1
            self.taken[got.event_id] += fate > 0.3
        if fate > 0.3:
            time.sleep(fate / 50)
            return answer(204)
        if fate > 0.15:
            return answer(503, b"later", Retry_After="0")
        if fate > 0.02:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            time.sleep(1.2)
        return None


def registered(vendors: Vendors, receiver: Receiver) -> list[uuid.UUID]:
    """Register some vendors, each with an endpoint of its own, and give their ids."""
    found = []
    for number in range(ENDPOINTS):
        found.append(vendors.vendor(f"第{number}家"))
        vendors.endpoint(receiver.url(), found[-1], event_types=[EventType.PAYOUT_APPROVED])
    return found


def all_vendors(vendors: Vendors) -> list[uuid.UUID]:
    """Give the vendors that have an endpoint."""
    with vendors.database.read() as session:
        return list(session.execute(select(col(WebhookEndpoint.vendor_id)).distinct()).scalars())


def told_and_delivered(vendors: Vendors, receiver: Receiver, chosen: Plan, workers: int, number: int) -> set[uuid.UUID]:
    """Let 4 producers tell so many events while workers deliver, each with connections of its own."""
    owners = registered(vendors, receiver)
    shares = [number // ENDPOINTS + (place < number % ENDPOINTS) for place in range(ENDPOINTS)]
    told: set[uuid.UUID] = set()
    finished = threading.Event()

    def produce(place: int) -> None:
        for owner, share in list(zip(owners, shares, strict=True))[place::4]:
            told.update(vendors.tell(share, owner))

    def consume() -> None:
        database = Database(vendors.database.url)
        while not finished.is_set():
            deliver(database, chosen)
        deliver(database, chosen)
        database.dispose()

    with ThreadPoolExecutor(workers + 4) as pool:
        consuming = [pool.submit(consume) for _ in range(workers)]
        for producer in [pool.submit(produce, place) for place in range(4)]:
            producer.result()
        finished.set()
        for consumer in consuming:
            consumer.result()
    return told


@contextmanager
def process(url: str, receiver: Receiver) -> Iterator[Process]:
    """Give a deliverer's process that has not been started, and let go of it."""
    kept = Process(url, frozenset({receiver.port}))
    try:
        yield kept
    finally:
        kept.end()


def kill_again_and_again(deliverer: Process, flaky: Flaky, kills: int) -> None:
    """Let the deliverer live for a random moment from its first request on, so often; then leave it alive."""
    chance = random.Random(20231231)  # noqa: S311 chosen to be repeatable
    for _ in range(kills):
        deliverer.start()
        before = flaky.asked.total()
        wait_until(lambda before=before: flaky.asked.total() > before)  # type: ignore[misc]
        time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
        deliverer.kill()
    deliverer.start()


def slowly(_got: Got, _connection: socket.socket) -> bytes:
    """Take an event, so late that another worker can claim it meanwhile."""
    time.sleep(0.05)
    return answer(204)


def told_once_more(vendors: Vendors) -> bool:
    """Tell each vendor another event: two workers may well have shared the last ones without meeting."""
    return all(vendors.tell(1, vendor_id) for vendor_id in all_vendors(vendors))


def counted(vendors: Vendors) -> dict[DeliveryStatus, int]:
    """Count the deliveries by how far they have come."""
    statement = select(col(WebhookDelivery.status), func.count()).group_by(col(WebhookDelivery.status))
    with vendors.database.read() as session:
        return {row[0]: row[1] for row in session.execute(statement)}


def attempted(vendors: Vendors) -> Counter[uuid.UUID]:
    """Count the attempts in the log by event."""
    statement = (
        select(col(WebhookDelivery.event_id), func.count())
        .join(WebhookAttempt, col(WebhookAttempt.delivery_id) == col(WebhookDelivery.id))
        .group_by(col(WebhookDelivery.event_id))
    )
    with vendors.database.read() as session:
        return Counter({row[0]: row[1] for row in session.execute(statement)})
