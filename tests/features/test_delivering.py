"""What vendors' systems receive, in which order of things, and what is noted of it."""

import asyncio
import logging
import math
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text, update
from sqlmodel import col
from standardwebhooks.webhooks import Webhook

from app import clock
from app.database import Database
from app.features.audit.verify import verify_database
from app.features.events.types import EventType
from app.features.webhooks import claiming, noting
from app.features.webhooks.delivering import QUICKEST, SLOWEST, Deliverer
from app.features.webhooks.forgetting import forget
from app.features.webhooks.noting import Outcome
from app.features.webhooks.parcels import Answer
from app.features.webhooks.signing import new_secret
from app.models import EndpointHealth, Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookSecret
from app.models.words import AttemptOutcome, DeliveryStatus, DisabledBecause, EndpointStatus
from app.rules.webhook_schedule import LONGEST_HOLIDAY, SCHEDULE
from app.rules.webhook_shares import PER_ENDPOINT, Room
from tests.deliveries import SEALER, Vendors, plan, rows
from tests.office import Office
from tests.receivers import Got, answer, answers, in_turn, receiving, takes
from tests.waiting import wait_until

ROOM = Room.of(64, 0, 0)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def vendors(office: Office, database: Database) -> Vendors:
    """Give the office's vendors."""
    return Vendors(office, database)


def test_fan_out_with_one_endpoint_failing(vendors: Vendors) -> None:
    with receiving(takes, answers(500), takes) as (first, broken, second):
        for receiver in (first, broken, second):
            vendors.endpoint(receiver.url())
        told = vendors.tell(3)
        vendors.deliver(plan(first, broken, second))
        assert set(told) <= set(first.ids)
        assert set(told) <= set(second.ids)
        # They also hear, once each, that the broken one fails.
        assert len(first.ids) == len(set(first.ids)) == 4
    statuses = [delivery.status for delivery in vendors.deliveries()]
    assert statuses.count(DeliveryStatus.DELIVERED) == 8
    assert statuses.count(DeliveryStatus.PENDING) == 4
    assert vendors.told(EventType.ENDPOINT_FAILING) == 1


def test_an_endpoint_gets_nothing_that_was_told_before_it_was_registered(vendors: Vendors) -> None:
    """However long the events have waited for a deliverer."""
    with receiving(takes) as (receiver,):
        vendors.tell(2)
        vendors.endpoint(receiver.url())
        later = vendors.tell()
        vendors.deliver(plan(receiver))
        assert receiver.ids == later


def test_a_secret_sealed_under_a_lost_key_holds_up_no_other(vendors: Vendors, database: Database) -> None:
    """After a restore without the key: what was sealed under it signs no more, the new secret does."""
    with receiving(takes) as (receiver,):
        endpoint = vendors.endpoint(receiver.url())
        lost = type(SEALER)(["a key that is lost"]).seal(new_secret())
        later = datetime(2089, 1, 1, tzinfo=UTC)
        with database.write() as session:
            session.add(WebhookSecret(endpoint_id=endpoint, sealed=lost, created_at=clock.now(), expires_at=later))
        vendors.tell()
        vendors.deliver(plan(receiver))
        assert len(receiver.got[0].headers["webhook-signature"].split()) == 1


def test_filters_by_type_and_by_vendor(vendors: Vendors) -> None:
    with receiving(takes, takes, takes) as (payouts, others, foreign):
        vendors.endpoint(payouts.url(), event_types=[EventType.PAYOUT_APPROVED])
        vendors.endpoint(others.url(), event_types=[EventType.SETTLEMENT_APPROVED])
        vendors.endpoint(foreign.url(), vendors.vendor("另一家"))
        (told,) = vendors.tell()
        assert vendors.deliver(plan(payouts, others, foreign)) == 1
        assert (payouts.ids, others.ids, foreign.ids) == ([told], [], [])
    # A second look finds nothing to fan out.
    assert vendors.deliver(plan()) == 0


def test_identical_bytes_on_retry_signed_by_every_live_secret(vendors: Vendors, database: Database) -> None:
    with receiving(in_turn(answer(503), answer(200))) as (receiver,):
        endpoint = vendors.endpoint(receiver.url(), secrets=3)
        (told,) = vendors.tell()
        chosen = plan(receiver, schedule=(timedelta(),))
        assert vendors.deliver(chosen) == 2 + vendors.told(EventType.ENDPOINT_FAILING, EventType.ENDPOINT_RECOVERED)
    first, second = (got for got in receiver.got if got.event_id == told)
    with database.read() as session:
        assert first.body == second.body == session.get_one(Event, told).body.encode()
    for got in (first, second):
        for secret in vendors.secrets[endpoint]:
            Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook("whsec_" + "A" * 32).verify(first.body, first.headers)


def test_an_expired_secret_signs_no_more(vendors: Vendors) -> None:
    with receiving(takes) as (receiver,):
        endpoint = vendors.endpoint(receiver.url(), secrets=2)
        with time_machine.travel(clock.now() + 2 * DAY):
            vendors.tell()
            vendors.deliver(plan(receiver))
            Webhook(vendors.secrets[endpoint][0]).verify(receiver.got[0].body, receiver.got[0].headers)
    assert len(receiver.got[0].headers["webhook-signature"].split()) == 1


def test_500s_for_a_week_then_disabled_and_both_sides_told(vendors: Vendors, database: Database) -> None:
    with receiving(answers(500, b"out of order\x00"), takes) as (receiver, other):
        endpoint = vendors.endpoint(receiver.url())
        vendors.endpoint(other.url(), event_types=[EventType.ENDPOINT_DISABLED])
        began = clock.now()
        with time_machine.travel(began) as machine:
            vendors.tell()
            chosen = plan(receiver, other)
            while vendors.endpoint_now(endpoint).status is EndpointStatus.ENABLED:
                vendors.deliver(chosen)
                due = [row.next_attempt_at for row in vendors.deliveries() if row.next_attempt_at]
                machine.move_to(max(*due, clock.now()) + MINUTE if due else clock.now())
            vendors.deliver(chosen)
            lasted = clock.now() - began
    # What was told of its failing was attempted as well, but neither begot events nor outlived the endpoint.
    assert LONGEST_HOLIDAY <= lasted < 2 * LONGEST_HOLIDAY
    stopped = vendors.endpoint_now(endpoint)
    assert (stopped.disabled_because, stopped.version) == (DisabledBecause.FAILING, 2)
    assert {row.status for row in vendors.deliveries() if row.endpoint_id == endpoint} <= {
        DeliveryStatus.EXHAUSTED,
        DeliveryStatus.DROPPED,
    }
    assert vendors.told(EventType.ENDPOINT_FAILING) == 1
    assert vendors.told(EventType.ENDPOINT_DISABLED) == 1
    assert vendors.told(EventType.ENDPOINT_DISABLED, stream="center") == 1
    assert len(other.ids) == 1
    assert vendors.attempts()[0].answer == "out of order "
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_410_disables_at_once_and_drops_what_is_pending(vendors: Vendors) -> None:
    with receiving(answers(410)) as (receiver,):
        endpoint = vendors.endpoint(receiver.url())
        vendors.tell(5)
        vendors.deliver(plan(receiver))
        assert len(receiver.got) == 1
        vendors.tell()
        assert vendors.deliver(plan(receiver)) == 0
    assert vendors.endpoint_now(endpoint).disabled_because is DisabledBecause.GONE
    assert {row.status for row in vendors.deliveries()} == {DeliveryStatus.DROPPED}


def test_failing_and_recovered_are_told_once(vendors: Vendors) -> None:
    with receiving(in_turn(answer(500), answer(500), answer(500), answer(200))) as (receiver,):
        vendors.endpoint(receiver.url(), event_types=[EventType.PAYOUT_APPROVED])
        vendors.tell(2)
        vendors.deliver(plan(receiver, schedule=(timedelta(),) * 4))
    assert vendors.told(EventType.ENDPOINT_FAILING) == 1
    assert vendors.told(EventType.ENDPOINT_RECOVERED) == 1
    (health,) = vendors.health()
    assert health.failing_since is None
    assert health.verified_at is not None


def test_no_retry_schedule_means_one_attempt_and_its_end_is_told_without_end(vendors: Vendors) -> None:
    with receiving(answers(500)) as (receiver,):
        vendors.endpoint(receiver.url())
        vendors.tell()
        # The event, then what tells of it: that the endpoint fails, and that the delivery is exhausted.
        assert vendors.deliver(plan(receiver, schedule=())) == 3
    assert {row.status for row in vendors.deliveries()} == {DeliveryStatus.EXHAUSTED}
    assert vendors.told(EventType.DELIVERY_EXHAUSTED) == 1


def test_an_endpoint_that_answers_by_turns_is_not_told_of_itself_without_end(vendors: Vendors) -> None:
    flapping = [answer(500), answer(200)] * 20
    with receiving(in_turn(*flapping)) as (receiver,):
        vendors.endpoint(receiver.url())
        vendors.tell()
        vendors.deliver(plan(receiver, schedule=(timedelta(),) * 2))
        assert len(receiver.got) < 10


def test_a_retry_after_is_heard(vendors: Vendors) -> None:
    with receiving(answers(429, Retry_After="7.5")) as (receiver,):
        vendors.endpoint(receiver.url())
        vendors.tell()
        vendors.deliver(plan(receiver))
    attempt = vendors.attempts()[0]
    assert attempt.next_attempt_at is not None
    assert attempt.finished_at is not None
    assert attempt.next_attempt_at - attempt.finished_at == timedelta(seconds=7.5)


def test_nothing_is_sent_after_deletion(vendors: Vendors, database: Database) -> None:
    with receiving(takes) as (receiver,):
        endpoint = vendors.endpoint(receiver.url())
        vendors.tell(2)
        with database.write() as session:
            assert claiming.fan_out(session) == 2
            deleted = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint)
            session.execute(deleted.values(status=EndpointStatus.DELETED))
        vendors.tell(2)
        assert vendors.deliver(plan(receiver)) == 0
        assert receiver.connections == 0


def test_a_crash_between_the_200_and_the_note_sends_again_under_the_same_id(vendors: Vendors) -> None:
    with receiving(takes) as (receiver,):
        vendors.endpoint(receiver.url())
        (told,) = vendors.tell()
        crashed = plan(receiver, lease=timedelta())
        with vendors.database.write() as session:
            claiming.fan_out(session)
            (parcel,) = claiming.claim(session, ROOM, crashed.lease)
        asyncio.run(crashed.sender.send(parcel))
        # Here it dies, and another one finds what it left.
        vendors.deliver(plan(receiver))
        assert receiver.ids == [told, told]
    assert receiver.got[0].body == receiver.got[1].body
    outcomes = [attempt.outcome for attempt in vendors.attempts()]
    assert outcomes == [AttemptOutcome.INTERRUPTED, AttemptOutcome.SUCCEEDED]


def test_a_lease_holds_by_the_databases_clock_however_the_workers_clocks_are_set(vendors: Vendors) -> None:
    with receiving(takes) as (receiver,):
        vendors.endpoint(receiver.url())
        vendors.tell()
        with vendors.database.write() as session:
            claiming.fan_out(session)
            assert len(claiming.claim(session, ROOM, MINUTE)) == 1
        for hours in (-1, 1, 48):
            with time_machine.travel(clock.now() + timedelta(hours=hours)):
                assert vendors.deliver(plan(receiver)) == 0


def test_a_clock_set_back_loses_nothing_and_sends_nothing_twice(vendors: Vendors) -> None:
    with receiving(in_turn(answer(500), answer(200))) as (receiver,):
        vendors.endpoint(receiver.url(), event_types=[EventType.PAYOUT_APPROVED])
        now = clock.now()
        vendors.tell()
        assert vendors.deliver(plan(receiver)) == 1
        with time_machine.travel(now - timedelta(hours=1)):
            assert vendors.deliver(plan(receiver)) == 0
        with time_machine.travel(now + MINUTE):
            assert vendors.deliver(plan(receiver)) == 1
    assert [row.status for row in vendors.deliveries()] == [DeliveryStatus.DELIVERED]


def test_a_late_note_changes_nothing_but_the_log(vendors: Vendors) -> None:
    vendors.endpoint("http://vendor.example/")
    vendors.tell()
    with vendors.database.write() as session:
        claiming.fan_out(session)
        (slow,) = claiming.claim(session, ROOM, timedelta())
    with vendors.database.write() as session:
        assert claiming.release(session) == 1
        (quick,) = claiming.claim(session, ROOM, MINUTE)
        noting.note(session, [Outcome(quick, Answer(None, 200), clock.now(), 0)], SCHEDULE)
    with vendors.database.write() as session:
        noting.note(session, [Outcome(slow, Answer("timeout"), clock.now(), 0)], SCHEDULE)
    assert [row.status for row in vendors.deliveries()] == [DeliveryStatus.DELIVERED]
    outcomes = [attempt.outcome for attempt in vendors.attempts()]
    assert outcomes == [AttemptOutcome.INTERRUPTED, AttemptOutcome.SUCCEEDED]


def test_a_note_about_what_a_night_has_forgotten_is_no_fault(vendors: Vendors) -> None:
    """An event may turn 90 days old while it is under way; the worker goes on with the others."""
    vendors.endpoint("http://vendor.example/")
    vendors.tell(1)
    with vendors.database.write() as session:
        claiming.fan_out(session)
        (under_way,) = claiming.claim(session, ROOM, MINUTE)
        forget(session, clock.today() + 91 * DAY)
    with vendors.database.write() as session:
        noting.note(session, [Outcome(under_way, Answer(None, 200), clock.now(), 0)], SCHEDULE)
    assert vendors.attempts() == []


def test_a_worker_that_cannot_note_tries_again_in_peace(vendors: Vendors, caplog: pytest.LogCaptureFixture) -> None:
    """While the database refuses, it neither ends nor hammers at it; then it notes what it has."""

    def rename(old: str, new: str) -> None:
        with vendors.database.write() as session:
            session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    def breaks(_got: Got, _connection: socket.socket) -> bytes:
        rename("endpoint_health", "elsewhere")
        return answer(200)

    with receiving(breaks) as (receiver,):
        vendors.endpoint(receiver.url(), event_types=[EventType.PAYOUT_APPROVED])
        vendors.tell(1)
        deliverer = Deliverer(vendors.database, plan(receiver))
        worker = threading.Thread(target=lambda: asyncio.run(deliverer.run()))
        began = time.monotonic()
        worker.start()
        try:
            wait_until(lambda: "trying again" in caplog.text)
            time.sleep(1)
            rename("elsewhere", "endpoint_health")
            seconds = time.monotonic() - began
            wait_until(lambda: vendors.deliveries()[0].status is not DeliveryStatus.PENDING)
        finally:
            # Whatever came out, nobody goes on in the background.
            deliverer.stop()
            worker.join()
    assert len(receiver.got) == 1
    # Each pause is twice as long as the one before it, up to the slowest, however long the machine took.
    assert caplog.text.count("trying again") <= math.log2(seconds / QUICKEST + 2) + seconds / SLOWEST


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("said", "delivery"),
    [
        (Answer("status", 410), DeliveryStatus.PENDING),
        (Answer("status", 500), DeliveryStatus.PENDING),
        (Answer(None, 200), DeliveryStatus.DELIVERED),
    ],
)
def test_what_the_old_address_answers_says_nothing_of_the_new_one(
    vendors: Vendors, said: Answer, delivery: DeliveryStatus
) -> None:
    endpoint = vendors.endpoint("http://old.example/")
    vendors.tell()
    with vendors.database.write() as session:
        claiming.fan_out(session)
        (parcel,) = claiming.claim(session, ROOM, MINUTE)
        moved = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint)
        session.execute(moved.values(url="http://new.example/"))
        noting.note(session, [Outcome(parcel, said, clock.now(), 0)], ())
    now = vendors.endpoint_now(endpoint)
    assert (now.status, now.disabled_because, now.version) == (EndpointStatus.ENABLED, None, 1)
    (health,) = vendors.health()
    assert (health.verified_at, health.failing_since, health.runs) == (None, None, 0)
    assert health.last_failed_at is health.last_succeeded_at is None
    assert vendors.told(EventType.ENDPOINT_FAILING, EventType.ENDPOINT_DISABLED, EventType.DELIVERY_EXHAUSTED) == 0
    (attempt,) = vendors.attempts()
    assert attempt.status_code == said.status
    assert [(row.status, row.step) for row in vendors.deliveries()] == [(delivery, 0)]
    with vendors.database.write() as session:
        again = claiming.claim(session, ROOM, MINUTE)
    assert [one.url for one in again] == ["http://new.example/"] * (delivery is DeliveryStatus.PENDING)


def test_expired_payloads_are_dropped_and_forgotten(vendors: Vendors, database: Database) -> None:
    with receiving(answers(500)) as (receiver,):
        vendors.endpoint(receiver.url(), event_types=[EventType.PAYOUT_APPROVED])
        vendors.tell()
        vendors.deliver(plan(receiver))
        later = clock.now() + timedelta(days=90, minutes=1)
        with time_machine.travel(later):
            assert vendors.deliver(plan(receiver)) == 0
    assert [row.status for row in vendors.deliveries()] == [DeliveryStatus.DROPPED]
    with database.write() as session:
        forget(session, clock.business_date(later))
        assert rows(session, Event) > 0
        forget(session, clock.business_date(later) + DAY)
        assert [rows(session, table) for table in (Event, WebhookDelivery, WebhookAttempt)] == [0, 0, 0]


def test_an_endpoint_that_has_not_answered_is_asked_one_thing_at_a_time(vendors: Vendors) -> None:
    first = vendors.endpoint("http://vendor.example/")
    vendors.tell(20)
    with vendors.database.write() as session:
        claiming.fan_out(session)
        assert len(claiming.claim(session, ROOM, MINUTE)) == 1
        assert claiming.claim(session, ROOM, MINUTE) == []
        session.execute(
            update(EndpointHealth)
            .where(col(EndpointHealth.endpoint_id) == first)
            .values(verified_at=datetime(2026, 1, 1, tzinfo=UTC))
        )
        assert len(claiming.claim(session, ROOM, MINUTE)) == 7
        assert claiming.claim(session, ROOM, MINUTE) == []


def test_ten_endpoints_of_one_vendor_leave_places_to_the_next_vendor(vendors: Vendors) -> None:
    other = vendors.vendor("另一家")
    for number in range(10):
        vendors.endpoint(f"http://slow.example/{number}")
    quick = vendors.endpoint("http://quick.example/", other)
    vendors.tell(8)
    vendors.tell(30, other)
    with vendors.database.write() as session:
        while claiming.fan_out(session):
            pass
        session.execute(update(EndpointHealth).values(verified_at=datetime(2026, 1, 1, tzinfo=UTC)))
        parcels = claiming.claim(session, ROOM, MINUTE)
        left = Room.of(64, len(parcels), 0)
        again = claiming.claim(session, left, MINUTE)
    assert sum(parcel.endpoint_id == quick for parcel in parcels) == PER_ENDPOINT
    assert len(parcels) == 16 + PER_ENDPOINT
    assert again == []


def test_a_secret_that_cannot_be_read_is_our_fault_and_stands_in_no_log(
    vendors: Vendors, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving(takes) as (receiver,), caplog.at_level(logging.DEBUG):
        endpoint = vendors.endpoint(receiver.url())
        vendors.tell()
        sealed = SEALER.seal(vendors.secrets[endpoint][0])
        chosen = plan(receiver)
        object.__setattr__(chosen.sender, "sealer", type(SEALER)(["another key"]))
        vendors.deliver(chosen)
        assert receiver.connections == 0
        vendors.tell()
        vendors.deliver(plan(receiver))
        assert len(receiver.got) == 1
    assert vendors.attempts()[0].error == "secret_unreadable"
    assert vendors.told(EventType.ENDPOINT_FAILING) == 0
    assert "secret_unreadable" in caplog.text
    assert vendors.secrets[endpoint][0].removeprefix("whsec_") not in caplog.text
    assert sealed not in caplog.text
