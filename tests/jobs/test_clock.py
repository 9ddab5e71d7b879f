"""The clock asks for every business date that has not been run; what was missed is said and caught up."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import delete
from sqlmodel import Session, select

from app import nightly
from app.clock import today
from app.database import Database
from app.features.alerts.state import AlertState, Evaluation
from app.leadership import PATIENCE, Leadership
from app.models import Alert, AlertNote, JobRun
from app.models.words import AskedBy, Severity
from scheduler import __main__ as scheduler
from tests.nights import alerts, every_row, run_nights
from tests.office import Office

END_THE_LEADER = """
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND datname = current_database()
"""


def at(text: str) -> datetime:
    """Read an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def tick(database: Database) -> int:
    """Tick as a clock does that has just been started."""
    return scheduler.tick(database, Leadership(database))


def test_a_business_date_ends_at_midnight_in_shanghai() -> None:
    """16:00 in UTC is the next day there."""
    with time_machine.travel(at("2026-03-01T15:59:59"), tick=False):
        assert today() == date(2026, 3, 1)
    with time_machine.travel(at("2026-03-01T16:00:00"), tick=False):
        assert today() == date(2026, 3, 2)


def test_a_tick_runs_what_is_due_once(database: Database) -> None:
    """The first tick runs today's jobs, the second finds nothing to do, the next day's runs the next day."""
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        assert tick(database) == len(nightly.JOBS)
        assert tick(database) == 0
    with time_machine.travel(at("2026-03-02T01:00:00"), tick=False):
        assert tick(database) == len(nightly.JOBS)


def test_days_missed_are_flagged_and_caught_up(database: Database, office: Office) -> None:
    """A clock that was off for two days runs them oldest first; the alerts say which, since when and until when."""
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        tick(database)
    with time_machine.travel(at("2026-03-04T01:00:00"), tick=False):
        assert tick(database) == 3 * len(nightly.JOBS)
        runs = office.supervisor.items("/v1/job-runs", since="2026-03-02")
    days = [run["business_date"] for run in runs]
    assert days == sorted(days)
    missed = [alert for alert in alerts(database) if alert["kind"] == "job_missed"]
    assert len(missed) == 2 * len(nightly.JOBS)
    assert {(str(alert["since"]), str(alert["until"]), alert["status"]) for alert in missed} == {
        ("2026-03-03", "2026-03-04", "resolved"),
        ("2026-03-04", "2026-03-04", "resolved"),
    }


def test_dates_before_the_clocks_first_tick_were_never_due(database: Database) -> None:
    """Running the past by hand gives the clock no backlog and no alert."""
    run_nights(database, "2023-12-31")
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        assert tick(database) == len(nightly.JOBS)
    assert alerts(database) == []


def test_a_failing_job_is_asked_for_again_and_stops_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next tick runs what failed; the others are not run twice."""

    def broken(_session: Session, _as_of: date, _within: object) -> None:
        message = "no such table"
        raise OSError(message)

    job = nightly.FLAGS["flag_late_notices"]
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        with monkeypatch.context() as patched:
            patched.setitem(nightly.JOBS, "flag_late_notices", nightly.Flags(job.kind, broken))  # type: ignore[arg-type]  # breaks on purpose
            assert tick(database) == len(nightly.JOBS) - 1
        assert tick(database) == 1


def test_a_clock_set_back_changes_nothing(database: Database) -> None:
    """Yesterday has been run already when the clock says that it is yesterday again."""
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        tick(database)
    with time_machine.travel(at("2026-03-02T01:00:00"), tick=False):
        tick(database)
    for back in ("2026-03-01T20:00:00", "2026-03-01T15:30:00", "2026-02-27T01:00:00"):
        with time_machine.travel(at(back), tick=False):
            assert tick(database) == 0


def test_of_clocks_that_ask_at_once_one_runs_the_job(database: Database) -> None:
    """All have seen that it is due; the others wait, find it done, count no attempt and write nothing."""
    barrier = Barrier(4)

    def ask(_: int) -> bool:
        barrier.wait()
        return nightly.ensure(database, "flag_late_notices", date(2026, 3, 1)) is not None

    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            ran = list(pool.map(ask, range(4)))
        with database.write() as session:
            assert session.exec(select(JobRun.attempts)).all() == [1]
            session.execute(delete(JobRun))
        assert sum(ran) == 1


def test_a_clock_leaves_alone_what_has_been_run_on_request(database: Database) -> None:
    """A run on request counts one attempt more each time; the clock finds the date done."""
    job, day = "flag_late_notices", date(2026, 3, 1)
    nightly.run(database, job, day, AskedBy.COMMAND)
    nightly.run(database, job, day, AskedBy.COMMAND)
    before = every_row(database)
    assert nightly.ensure(database, job, day) is None
    assert every_row(database) == before
    assert [row["attempts"] for row in before["job_runs"]] == [2]


def test_a_failed_date_waits_and_its_later_dates_with_it(
    database: Database, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alerts are those of a clock that nothing disturbed: no later date has made the failed one the past."""
    contract = uuid.UUID(office.contract().rsplit("/", 1)[1])
    kind = nightly.FLAGS["flag_late_notices"].kind
    third = date(2026, 3, 3)
    broken = {third}

    def demanded_on_the_third(_session: Session, as_of: date, _within: object) -> Evaluation:
        if as_of in broken:
            message = "the disk is full"
            raise OSError(message)
        state = AlertState(kind, contract, office.center, "2026-01", Severity.WARNING, third, None, {})
        return Evaluation([state] if as_of == third else [])

    monkeypatch.setitem(nightly.JOBS, "flag_late_notices", nightly.Flags(kind, demanded_on_the_third))

    def five_days() -> list[int]:
        with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
            ran = [tick(database)]
        with time_machine.travel(at("2026-03-04T01:00:00"), tick=False):
            ran.append(tick(database))
            if broken:
                broken.clear()
                ran.append(tick(database))
        with time_machine.travel(at("2026-03-05T01:00:00"), tick=False):
            return [*ran, tick(database)]

    jobs = len(nightly.JOBS)
    assert five_days() == [jobs, 3 * jobs - 2, 2, jobs]
    disturbed = alerts(database)
    with database.write() as session:
        session.execute(delete(AlertNote))
        session.execute(delete(Alert))
        session.execute(delete(JobRun))
    assert five_days() == [jobs, 3 * jobs, jobs]
    assert alerts(database) == disturbed


def test_a_clock_stands_back_while_another_ticks(database: Database) -> None:
    """The lock is for one tick, and free again at its end."""
    first, second = Leadership(database), Leadership(database)
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        with first.tick() as goes:
            assert goes
            assert scheduler.tick(database, second) == 0
        assert scheduler.tick(database, second) == len(nightly.JOBS)


def test_a_leader_that_is_stuck_stops_nobody_for_ever(database: Database) -> None:
    """After standing back for so many ticks a clock ticks all the same, and then is patient again."""
    stuck, other = Leadership(database), Leadership(database)
    with stuck.tick():
        went = []
        for _ in range(2 * (PATIENCE + 1)):
            with other.tick() as goes:
                went.append(goes)
    assert went == 2 * [*PATIENCE * [False], True]


def test_a_lock_that_the_server_took_away_disturbs_no_tick(database: Database) -> None:
    """A restarted PostgreSQL has ended the leader's connection; on SQLite no server can."""
    with Leadership(database).tick() as goes:
        assert goes
        if database.dialect == "postgresql":
            with database.read() as session:
                session.connection().exec_driver_sql(END_THE_LEADER)
    with Leadership(database).tick() as goes:
        assert goes
