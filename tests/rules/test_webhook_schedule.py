"""When a delivery is attempted again, and when an endpoint is given up: with invented draws and instants."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from app.rules.webhook_schedule import LONGEST_HOLIDAY, PARTS, QUIET, SCHEDULE, Health, next_wait, retry_after

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)
DRAWS = 10_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_ten_attempts_within_75_hours_and_35_minutes_then_daily_until_the_eighth_day_is_over() -> None:
    assert sum(SCHEDULE[:9], timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert set(SCHEDULE[9:]) == {DAY}
    assert sum(SCHEDULE[:-1], timedelta()) < LONGEST_HOLIDAY <= sum(SCHEDULE, timedelta())


def test_every_wait_lies_within_its_bounds_on_10_000_draws() -> None:
    chance = random.Random(20261001)  # noqa: S311 chosen to be repeatable
    for _ in range(DRAWS):
        clock = NOW
        for failed, step in enumerate(SCHEDULE, 1):
            wait = next_wait(SCHEDULE, failed, chance.randint(0, PARTS))
            assert wait is not None
            assert step <= wait <= step * 6 / 5
            clock += wait
        assert LONGEST_HOLIDAY <= clock - NOW <= sum(SCHEDULE, timedelta()) * 6 / 5


def test_draws_spread_over_the_whole_fifth() -> None:
    assert next_wait(SCHEDULE, 4, 0) == 2 * HOUR
    assert next_wait(SCHEDULE, 4, PARTS) == 2 * HOUR * 6 / 5


def test_the_schedule_ends() -> None:
    assert next_wait(SCHEDULE, len(SCHEDULE), 0) is not None
    assert next_wait(SCHEDULE, len(SCHEDULE) + 1, 0) is None


def test_no_retry_schedule_means_one_attempt() -> None:
    assert next_wait((), 1, 0) is None


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta()),
        (" 7 ", timedelta(seconds=7)),
        ("1.5", timedelta(seconds=1.5)),
        ("Thu, 01 Oct 2026 08:02:00 GMT", timedelta(minutes=2)),
        ("Thu, 01 Oct 2026 16:02:00 +0800", timedelta(minutes=2)),
        ("Thursday, 01-Oct-26 08:02:00 GMT", timedelta(minutes=2)),
        ("Thu Oct  1 08:02:00 2026", timedelta(minutes=2)),
        ("Thu, 01 Oct 2026 07:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("inf", None),
        ("٣", None),
        ("9" * 400, None),
        ("Thu, 99 Oct 2026 07:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -9999", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_as_date_seconds_fraction_junk(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, NOW) == wait


@pytest.mark.parametrize(
    ("asked", "given"),
    [(timedelta(), 2 * HOUR), (3 * HOUR, 3 * HOUR), (4 * HOUR, 4 * HOUR), (40 * DAY, 4 * HOUR)],
)
def test_retry_after_is_heard_between_one_and_two_times_the_step(asked: timedelta, given: timedelta) -> None:
    assert next_wait(SCHEDULE, 4, PARTS, asked) == given


def test_eight_days_of_failing_give_an_endpoint_up() -> None:
    health = Health()
    for day in range(8):
        health = health.failed(NOW + day * DAY)
        assert not health.given_up(NOW + day * DAY)
    assert health.failed(NOW + 8 * DAY).given_up(NOW + 8 * DAY)
    assert health.runs == 1


def test_one_success_clears_the_record() -> None:
    health = Health()
    for day in range(8):
        health = health.failed(NOW + day * DAY)
    health = health.succeeded(NOW + 7.5 * DAY).failed(NOW + 8 * DAY)
    assert not health.given_up(NOW + 8 * DAY)
    assert health.runs == 2


def test_a_sporadic_failure_gives_nothing_up() -> None:
    health, at = Health(), NOW
    for _ in range(20):
        health, at = health.failed(at), at + 4 * DAY
        assert not health.given_up(at - 4 * DAY)


def test_a_very_late_failure_gives_nothing_up() -> None:
    at = NOW + 60 * DAY
    assert not Health().failed(NOW).failed(at).given_up(at)


def test_the_longest_wait_that_a_receiver_can_ask_for_is_no_quiet() -> None:
    assert 2 * max(SCHEDULE) + HOUR < QUIET


def test_a_clock_set_back_gives_nothing_up_and_begins_no_run() -> None:
    health = Health().failed(NOW).failed(NOW - DAY)
    assert health.runs == 1
    assert not health.given_up(NOW - DAY)


def test_only_who_has_answered_and_does_not_fail_is_trusted() -> None:
    assert not Health().trusted
    assert Health().succeeded(NOW).trusted
    assert not Health().succeeded(NOW).failed(NOW).trusted
    assert Health().succeeded(NOW).failed(NOW).succeeded(NOW).verified_at == NOW
