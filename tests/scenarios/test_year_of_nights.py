"""Nights in turn, one run at the end, either twice, or facts recorded day by day: the alerts are the same."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from app.database import Database
from app.demo import loader, principals
from tests.nights import alerts, every_row, run_nights, written
from tests.office import Office
from tests.proof import sized
from tests.scenarios.facts import YEAR, busy_year, record_all, record_until, year_held_late

XINYANG = Path(loader.__file__).parent / "xinyang_2023.yaml"


@pytest.fixture
def xinyang(database: Database) -> Database:
    """Give a database with Xinyang's year and no night run."""
    with database.write() as session:
        loader.load(session, principals.recorders(session), loader.read(XINYANG))
    return database


def test_xinyangs_alerts_are_exactly_these_seven(xinyang: Database) -> None:
    """What the report of 2023 complained about, and nothing else, stands on record at the year's end."""
    run_nights(xinyang, "2023-12-31")
    found = {(alert["kind"], alert["subject"]): (str(alert["since"]), str(alert["until"])) for alert in alerts(xinyang)}
    assert found == {
        ("late_notice", "2023-01"): ("2023-02-16", "2023-03-26"),
        ("late_notice", "2023-02"): ("2023-03-16", "2023-06-25"),
        ("late_notice", "2023-03"): ("2023-04-16", "2023-06-25"),
        ("repeat_offence", "leaving_post/2023"): ("2023-09-06", "None"),
        ("repeat_offence", "extended_hours/2023"): ("2023-10-19", "None"),
        ("repeat_offence", "staffing/2023"): ("2023-11-23", "None"),
        ("below_pass_mark", "2023-08"): ("2023-09-11", "None"),
    }
    late = [alert["facts"] for alert in alerts(xinyang) if alert["kind"] == "late_notice"]
    assert [(facts["days_late"], facts["working_days_late"]) for facts in late] == [(39, 27), (102, 69), (71, 48)]
    repeated = [alert["facts"] for alert in alerts(xinyang) if alert["kind"] == "repeat_offence"]
    assert all((facts["count"], facts["at_least"]) == (3, True) for facts in repeated)


def test_xinyangs_annual_assessment_is_missing_from_the_day_after_its_due_date(xinyang: Database) -> None:
    """Due on 31 January 2024 and never held: flagged since 1 February, though the contract was closed in December."""
    run_nights(xinyang, "2024-01-31")
    assert len(alerts(xinyang)) == 7
    run_nights(xinyang, "2024-02-01")
    assert len(alerts(xinyang)) == 8
    (alert,) = (alert for alert in alerts(xinyang) if alert["kind"] == "missing_annual_assessment")
    assert (alert["subject"], str(alert["since"]), alert["status"]) == ("2023", "2024-02-01", "open")
    assert alert["facts"] == {"year": 2023, "due_on": "2024-01-31", "provisional": False}
    assert written(run_nights(xinyang, "2024-12-31")) == 0


def test_xinyang_365_nights_in_turn_end_where_one_run_at_the_end_does(xinyang: Database) -> None:
    """Every column but ids and recording times is the same; a second pass writes nothing but the jobs' own rows."""
    one_run = _one_run_on_a_copy(xinyang)
    run_nights(xinyang, *YEAR, every=_every(xinyang))
    assert alerts(xinyang) == one_run
    before = every_row(xinyang, "job_runs")
    assert written(run_nights(xinyang, *YEAR, every=10 * _every(xinyang))) == 0
    assert every_row(xinyang, "job_runs") == before


def _every(database: Database) -> int:
    """Walk so many nights apart; the rules are the same on PostgreSQL, whose statements alone are tried.

    `make proof` walks every fifth night on SQLite and every fifteenth on PostgreSQL, `make test` fewer, which are on
    other days of their months all the same.
    """
    return sized(5, 29) if database.dialect == "sqlite" else sized(15, 61)


def _nights_until(database: Database, last: str) -> Callable[[date], object]:
    """Let the night of a day come where it is one of those that are walked."""
    end, every = date.fromisoformat(last), _every(database)
    return lambda day: run_nights(database, day.isoformat()) if (end - day).days % every == 0 else None


def _one_run_on_a_copy(database: Database, last: str = YEAR[1]) -> list[dict[str, object]]:
    """Run the last night alone, read the alerts, and take them back out."""
    run_nights(database, last)
    found = alerts(database)
    with database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM alert_notes")
        session.connection().exec_driver_sql("DELETE FROM alerts")
        session.connection().exec_driver_sql("DELETE FROM job_runs")
    return found


def test_a_busy_year_ends_the_same_however_its_nights_were_run(office: Office, database: Database) -> None:
    """One run at the end, nights in turn, and either again: whatever was withdrawn, excused or amended."""
    record_all(busy_year(office))
    one_run = _one_run_on_a_copy(database)
    assert {alert["kind"] for alert in one_run} == {
        "late_notice",
        "repeat_offence",
        "below_pass_mark",
        "consecutive_fail",
    }
    run_nights(database, *YEAR, every=_every(database))
    assert alerts(database) == one_run
    assert written(run_nights(database, "2023-12-31")) == 0
    assert written(run_nights(database, "2023-07-01")) == 0
    assert alerts(database) == one_run


def test_a_year_held_late_ends_the_same_however_its_nights_were_run(office: Office, database: Database) -> None:
    """Flagged, moved by an amendment, flagged again, held: in turn as in one run."""
    first, last = "2024-01-01", "2024-05-31"
    record_until(year_held_late(office), last, _nights_until(database, last))
    in_turn = alerts(database)
    missing = [alert for alert in in_turn if alert["kind"] == "missing_annual_assessment"]
    assert [(str(alert["since"]), str(alert["until"])) for alert in missing] == [("2024-03-31", "2024-05-10")]
    assert _one_run_on_a_copy(database, last) == in_turn
    run_nights(database, first, last, every=_every(database))
    assert alerts(database) == in_turn


def test_a_busy_year_recorded_day_by_day_ends_the_same(office: Office, database: Database) -> None:
    """Each fact on its own day, each night after it, gives the alerts that one run over the finished year gives."""
    record_until(busy_year(office), YEAR[1], _nights_until(database, YEAR[1]))
    in_turn = alerts(database)
    assert _one_run_on_a_copy(database) == in_turn
