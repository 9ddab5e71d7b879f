"""The database: one writer at a time on SQLite, instants in UTC, the calendar that was shipped."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import chinese_calendar
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from app.database import Database
from app.features.calendar.queries import work_calendar
from app.models import JobRun, ServiceCenter
from app.models.columns import new_id
from app.models.words import AskedBy, RunStatus


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_sqlite_keeps_what_it_acknowledges_and_its_foreign_keys(database_url: str) -> None:
    """Write-ahead log, full synchronisation and foreign keys are on for every connection of the program's own."""
    with closing(Database(database_url)) as database, database.read() as session:
        pragmas = [
            session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_postgresql_speaks_of_instants_in_utc(database: Database) -> None:
    with database.read() as session:
        assert session.connection().exec_driver_sql("SHOW timezone").scalar() == "UTC"


def test_concurrent_writers_lose_nothing(database: Database) -> None:
    """Four threads read and then write the same row two hundred times in all."""
    with database.write() as session:
        session.add(_run(attempts=0))

    def add_one(_: int) -> None:
        with database.write() as session:
            row = session.execute(select(JobRun).with_for_update()).scalar_one()
            session.execute(update(JobRun).where(col(JobRun.id) == row.id).values(attempts=row.attempts + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(200)))
    with database.read() as session:
        assert session.exec(select(JobRun.attempts)).one() == 200


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    """An exception undoes the whole transaction."""
    message = "halfway"

    def half() -> None:
        with database.write() as session:
            session.add(ServiceCenter(code="XA", name="中心", created_at=datetime.now(UTC)))
            session.flush()
            raise ValueError(message)

    with pytest.raises(ValueError, match=message):
        half()
    with database.read() as session:
        assert session.exec(select(ServiceCenter)).all() == []


def test_instants_are_aware_and_in_utc(database: Database) -> None:
    """What goes in with any offset comes out in UTC; what has no zone is refused."""
    beijing = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    with database.write() as session:
        session.add(_run(started_at=beijing))
    with database.read() as session:
        found = session.exec(select(JobRun.started_at)).one()
    assert (found, found.tzinfo) == (datetime(2026, 2, 28, 16, 30, tzinfo=UTC), UTC)


def test_words_outside_their_list_are_refused_by_the_database(database: Database) -> None:
    """The stored value is the word itself, guarded by a named CHECK."""
    with database.write() as session:
        session.add(_run())

    def damage() -> None:
        with database.write() as session:
            session.execute(text("UPDATE job_runs SET status = 'SUCCEEDED'"))

    with pytest.raises(IntegrityError, match="ck_job_runs_status"):
        damage()


def test_the_shipped_calendar_is_the_state_councils(database: Database) -> None:
    """Every day of the covered years is the working or rest day that the published notices make it."""
    with database.read() as session:
        calendar = work_calendar(session)
    days = [date(2018, 1, 1) + timedelta(days=number) for number in range(3287)]
    assert [calendar.is_working_day(day) for day in days] == [chinese_calendar.is_workday(day) for day in days]
    assert calendar.is_working_day(date(2023, 6, 25))
    assert (calendar.is_covered(date(2026, 12, 31)), calendar.is_covered(date(2027, 1, 1))) == (True, False)


def _run(**changes: object) -> JobRun:
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "id": new_id(),
        "job": "flag_late_notices",
        "business_date": date(2023, 1, 1),
        "asked_by": AskedBy.COMMAND,
        "status": RunStatus.SUCCEEDED,
        "attempts": 1,
        "rows_read": 0,
        "rows_written": 0,
        "rows_skipped": 0,
        "rows_failed": 0,
        "statements": 0,
        "failures": [],
        "started_at": now,
        "finished_at": now,
    }
    return JobRun(**(values | changes))
