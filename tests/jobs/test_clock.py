"""The clock asks for every business date that has not been run; what was missed is said and caught up."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlmodel import Session

from app import nightly
from app.clock import today
from app.database import Database
from scheduler.__main__ import tick
from tests.nights import alerts, run_nights
from tests.office import Office


def at(text: str) -> datetime:
    """Read an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


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

    job = nightly.JOBS["flag_late_notices"]
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        with monkeypatch.context() as patched:
            patched.setitem(nightly.JOBS, "flag_late_notices", nightly.Job(job.kind, broken))  # type: ignore[arg-type]  # breaks on purpose
            assert tick(database) == len(nightly.JOBS) - 1
        assert tick(database) == 1


def test_a_clock_set_back_changes_nothing(database: Database) -> None:
    """Yesterday has been run already when the clock says that it is yesterday again."""
    with time_machine.travel(at("2026-03-01T01:00:00"), tick=False):
        tick(database)
    with time_machine.travel(at("2026-03-02T01:00:00"), tick=False):
        tick(database)
    with time_machine.travel(at("2026-03-01T20:00:00"), tick=False):
        assert tick(database) == 0
