"""One run for each job and business date: several clocks, kill -9 inside jobs, clocks set back, days slept through."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, func, select
from sqlmodel import col

from app import nightly
from app.database import Database
from app.leadership import Leadership
from app.models import Alert, AlertNote, JobRun
from app.models.words import RunStatus
from scheduler.__main__ import tick
from tests import crowd
from tests.clocks import Clocks, Plan
from tests.nights import alerts
from tests.office import Office
from tests.promises.conftest import Promise
from tests.scenarios.facts import busy_year, record_all

FIRST = date(2023, 6, 24)
HOUR = timedelta(hours=1)
FATAL_STATEMENTS = range(1, 24)
"""A day's jobs send more than this, so that each of these numbers is reached."""


@dataclass(frozen=True)
class Days:
    """A stretch of simulated days; on some of them no clock was running."""

    number: int

    @property
    def all(self) -> list[date]:
        """Every business date, each of which is to be run."""
        return [FIRST + timedelta(days=number) for number in range(self.number)]

    @property
    def awake(self) -> list[date]:
        """The days on which clocks tick: of every eight, the third and the fourth are slept through."""
        return [day for number, day in enumerate(self.all) if number % 8 not in (2, 3)]

    def ticks(self, day: date) -> tuple[datetime, datetime]:
        """Half past midnight and half past noon in Shanghai."""
        midnight = datetime.combine(day, time(), UTC) - 8 * HOUR
        return midnight + HOUR / 2, midnight + 12.5 * HOUR

    def set_back(self, day: date) -> bool:
        """Tell whether a clock is an hour behind: every third day, but where it might catch up a day too early."""
        return (day - FIRST).days % 3 == 1 and day - timedelta(days=1) in self.awake


@pytest.fixture
def record(office: Office, database: Database) -> Database:
    """Give a busy year of one contract, and four and a half years of three more, without a night."""
    record_all(busy_year(office))
    crowd.settle(database, office, 3, 57)
    return database


@pytest.mark.parametrize("leader", [True, False], ids=["leader", "no-leader"])
def test_each_job_runs_once_for_each_date(record: Database, promise: Promise, *, leader: bool) -> None:
    """Clocks that are killed inside jobs, set back and asleep run every date once, and the alerts are the same."""
    clocks, kills = promise.size(4, 2), promise.size(20, 3)
    days = Days(promise.size(30, 5))
    expected = undisturbed(record, days)
    killed = simulate(Plan(record.url, leader=leader), clocks, days, deaths(days, kills))
    runs, duplicates = counted(record)
    promise.shows(clocks=clocks, days=days.number, kills=killed, runs=sum(runs.values()), duplicates=duplicates)
    assert killed == kills
    assert runs == dict.fromkeys(nightly.JOBS, days.number)
    assert duplicates == 0
    assert alerts(record) == expected


def test_clocks_without_claims_run_jobs_twice(record: Database, promise: Promise) -> None:
    """The same clocks, had they only looked before they ran: the promise is not kept by chance."""
    days = Days(promise.size(8, 2))
    simulate(Plan(record.url, leader=False, ensured=False), 2, days, {})
    runs, duplicates = counted(record)
    promise.shows(clocks=2, days=days.number, runs=sum(runs.values()), duplicates=duplicates)
    assert duplicates > 0


def deaths(days: Days, kills: int) -> dict[date, set[int]]:
    """Choose at which statements of which days' jobs a clock dies."""
    points = [(day, number) for day in days.awake for number in FATAL_STATEMENTS]
    fatal: dict[date, set[int]] = {}
    for day, number in random.Random(20230624).sample(points, kills):  # noqa: S311 chosen to be repeatable
        fatal.setdefault(day, set()).add(number)
    return fatal


def simulate(plan: Plan, number: int, days: Days, fatal: dict[date, set[int]]) -> int:
    """Let days pass over clocks, and give how many kills there were."""
    with ticking(plan, number) as clocks:
        for day in days.awake:
            clocks.new_day()
            for instant in days.ticks(day):
                instants = [instant] * number
                if days.set_back(day):
                    instants[day.day % number] -= HOUR
                clocks.tick(instants, fatal.get(day, set()))
        return clocks.kills


@contextmanager
def ticking(plan: Plan, number: int) -> Iterator[Clocks]:
    """End the clocks whatever happens."""
    clocks = Clocks(plan, number)
    try:
        yield clocks
    finally:
        clocks.end()


def undisturbed(database: Database, days: Days) -> list[dict[str, Any]]:
    """Give the alerts that one clock leaves which nothing disturbs, and take them back out."""
    leadership = Leadership(database)
    for day in days.awake:
        for instant in days.ticks(day):
            with time_machine.travel(instant):
                tick(database, leadership)
    found = alerts(database)
    assert {"late_notice", "repeat_offence", "job_missed"} <= {alert["kind"] for alert in found}
    with database.write() as session:
        session.execute(delete(AlertNote))
        session.execute(delete(Alert))
        session.execute(delete(JobRun))
    return found


def counted(database: Database) -> tuple[dict[str, int], int]:
    """Count each job's dates that succeeded, and how often a date was run more than once."""
    runs = select(col(JobRun.job), func.count(func.distinct(col(JobRun.business_date)))).group_by(col(JobRun.job))
    more = select(func.sum(col(JobRun.attempts)) - func.count())
    with database.read() as session:
        succeeded = session.execute(runs.where(col(JobRun.status) == RunStatus.SUCCEEDED))
        return {row[0]: row[1] for row in succeeded}, int(session.execute(more).scalar_one())
