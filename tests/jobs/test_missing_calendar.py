"""The nights ask for the next year's notice from 1 December on, until it is imported."""

from datetime import date
from typing import Any

import pytest
import time_machine

from app.database import Database
from app.features.alerts.texts import text
from app.features.calendar import missing
from app.models.words import AlertKind
from tests.nights import MARKS, alerts, every_row, run_nights, written
from tests.notices import imported, invented_2027, made_in_january_2026
from tests.office import Office
from tests.scenarios.facts import noon


@pytest.fixture
def database(database: Database) -> Database:
    """Give a database that was made before the days of these tests."""
    made_in_january_2026(database)
    return database


def missing_years(database: Database, as_of: str) -> list[tuple[str, str, str | None]]:
    """Say what the facts dated up to a day demand: year, since, until."""
    with database.read() as session:
        states = missing.evaluate(session, date.fromisoformat(as_of)).states
    return [(state.subject, str(state.since), str(state.until) if state.until else None) for state in states]


@pytest.mark.parametrize(
    ("as_of", "years"),
    [
        ("2017-12-31", []),
        ("2023-12-31", []),
        ("2026-11-30", []),
        ("2026-12-01", ["2027"]),
        ("2027-11-30", ["2027"]),
        ("2028-12-01", ["2027", "2028", "2029"]),
    ],
)
def test_a_year_is_missed_from_1_december_before_it(database: Database, as_of: str, years: list[str]) -> None:
    """Neither a shipped year nor one before them, and none after the next."""
    assert [year for year, _, _ in missing_years(database, as_of)] == years


def test_a_notice_that_came_in_november_was_never_missed(database: Database) -> None:
    with time_machine.travel(noon(date(2026, 11, 30)), tick=False):
        imported(database, invented_2027())
    assert missing_years(database, "2027-06-30") == []


@pytest.mark.parametrize("day", ["2026-12-01", "2027-02-03"])
def test_it_is_resolved_on_the_day_of_the_import_and_open_before_it(database: Database, day: str) -> None:
    with time_machine.travel(noon(date.fromisoformat(day)), tick=False):
        imported(database, invented_2027())
    assert missing_years(database, "2026-11-30") == []
    assert missing_years(database, "2026-12-01") == [("2027", "2026-12-01", day if day == "2026-12-01" else None)]
    assert missing_years(database, "2027-02-03") == [("2027", "2026-12-01", day)]


def test_the_import_resolves_the_alert_in_its_own_transaction(office: Office, database: Database) -> None:
    """Nobody waits for the night, and the night finds nothing left to write but what there is to tell."""
    with time_machine.travel(noon(date(2026, 12, 20)), tick=False):
        run_nights(database, "2026-12-19", "2026-12-20")
        assert _shown(office)["text"]["en"] == (
            "The holiday notice of 2027 is not imported: it counts Monday to Friday for now."
        )
        imported(database, invented_2027())
        resolved = _shown(office)
        assert (resolved["status"], resolved["since"], resolved["until"]) == ("resolved", "2026-12-01", "2026-12-20")
        assert (resolved["service_center_id"], resolved["contract_id"]) == (None, None)
        before = every_row(database, "job_runs", "alert_notes", *MARKS)
        assert written(run_nights(database, "2026-12-20")) == 0
        assert every_row(database, "job_runs", "alert_notes", *MARKS) == before
        assert _shown(office, as_of="2026-12-19")["status"] == "open"


def _shown(office: Office, **query: str) -> dict[str, Any]:
    (found,) = office.supervisor.items("/v1/alerts", kind="calendar_missing", **query)
    return found


def test_nights_in_turn_end_where_one_run_does(database: Database) -> None:
    with time_machine.travel(noon(date(2027, 1, 10)), tick=False):
        imported(database, invented_2027())
    with time_machine.travel(noon(date(2027, 1, 20)), tick=False):
        run_nights(database, "2027-01-20")
        one_run = alerts(database)
        with database.write() as session:
            session.connection().exec_driver_sql("DELETE FROM alert_notes")
            session.connection().exec_driver_sql("DELETE FROM alerts")
            session.connection().exec_driver_sql("DELETE FROM job_runs")
        run_nights(database, "2026-11-29", "2026-12-02", job="flag_missing_calendar")
        run_nights(database, "2027-01-08", "2027-01-20", job="flag_missing_calendar")
    assert [alert["subject"] for alert in one_run] == ["2027"]
    assert alerts(database) == one_run


def test_what_it_says_in_both_languages() -> None:
    assert text(AlertKind.CALENDAR_MISSING, {"year": 2027, "imported_on": "2026-12-20"}) == {
        "zh": "2027年节假日安排已于2026-12-20导入。",
        "en": "The holiday notice of 2027 was imported on 2026-12-20.",
    }
    assert text(AlertKind.CALENDAR_MISSING, {"year": 2027})["zh"] == (
        "2027年节假日安排尚未导入，该年暂按周一至周五为工作日计算。"
    )
