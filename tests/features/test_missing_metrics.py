"""Figures of months: owed by the terms, flagged while some are missing, and what nights of the past saw of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from app.database import Database
from app.features.audit.verify import verify_database
from app.features.metrics import missing
from tests.api.asking import expect_problem
from tests.nights import alerts, run_nights
from tests.office import TERMS, Office

DUE: dict[str, Any] = {
    "after": "period_end",
    "unit": "calendar_days",
    "length": 10,
    "roll": "none",
    "required": ["cases_handled", "satisfaction_on_site"],
}
ASKED = TERMS | {"metrics": DUE}
CASES = {"code": "cases_handled", "site": "A-01", "value": "1200"}
SATISFACTION = {"code": "satisfaction_on_site", "value": "0.9740"}


@contextmanager
def _on(day: str) -> Iterator[None]:
    with time_machine.travel(f"{day}T04:00:00Z", tick=False):
        yield


def _record(office: Office, contract: str, day: str, *values: dict[str, str], period: str = "2023-01") -> None:
    with _on(day):
        office.supervisor.put(f"{contract}/metrics/{period}", {"values": list(values)}).raise_for_status()


def _owed(office: Office, contract: str) -> dict[str, tuple[str, str | None]]:
    found = office.supervisor.items(f"{contract}/due-dates", kind="metrics")
    return {due["subject"]: (due["due_on"], due["met_on"]) for due in found if due["superseded_on"] is None}


def _missing(database: Database) -> list[tuple[str, str, str]]:
    found = [alert for alert in alerts(database) if alert["kind"] == "missing_metrics"]
    return [(alert["subject"], str(alert["since"]), str(alert["until"])) for alert in found]


def _amend(office: Office, contract: str, day: str, clause: dict[str, Any] | None) -> None:
    stated = {name: value for name, value in TERMS.items() if name != "reference"}
    terms = stated | ({"metrics": clause} if clause else {})
    body = {"effective_from": "2023-01-01", "agreed_on": day, "reference": {"document": "补充协议"}, "terms": terms}
    with _on(day):
        answer = office.supervisor.post(f"{contract}/amendments", body)
    assert answer.status_code == 201, answer.text


def test_every_month_owes_its_figures_until_all_of_them_are_on_record(office: Office, database: Database) -> None:
    """One of any counter will do; what an amendment asks for beside is owed of months that are not met."""
    contract = office.contract(terms=ASKED)
    assert len(_owed(office, contract)) == 12
    _record(office, contract, "2023-02-03", CASES)
    assert _owed(office, contract)["2023-01"] == ("2023-02-10", None)
    _record(office, contract, "2023-02-06", CASES, SATISFACTION)
    _record(office, contract, "2023-03-02", CASES, SATISFACTION, period="2023-02")
    assert _owed(office, contract)["2023-01"] == ("2023-02-10", "2023-02-06")
    _record(office, contract, "2023-03-03", CASES, period="2023-02")
    assert _owed(office, contract)["2023-02"] == ("2023-03-10", None)
    _record(office, contract, "2023-03-06", CASES, SATISFACTION, period="2023-02")
    _record(office, contract, "2023-04-03", CASES, SATISFACTION, period="2023-03")
    _record(office, contract, "2023-04-04", CASES, period="2023-03")
    _amend(office, contract, "2023-04-05", DUE | {"required": ["cases_handled"]})
    # March has all that is asked for now: nothing is owed of it any more.
    assert set(_owed(office, contract)) == {f"2023-{month:02}" for month in range(1, 13)} - {"2023-03"}
    _amend(office, contract, "2023-04-06", None)
    assert set(_owed(office, contract)) == {"2023-01", "2023-02"}
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_missing_figures_are_flagged_by_code_and_resolved_when_entered(office: Office, database: Database) -> None:
    contract = office.contract(terms=ASKED)
    _record(office, contract, "2023-02-03", CASES)
    run_nights(database, "2023-02-13")
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_metrics", as_of="2023-02-13")
    assert alert["text"]["zh"] == (
        "2023年1月月度数据应于2023-02-10前录入，尚未录全，缺少现场满意度，逾期3天（1个工作日）。"
    )
    _record(office, contract, "2023-02-14", CASES, SATISFACTION)
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_metrics")
    assert (alert["status"], alert["until"], alert["facts"]["days_late"]) == ("resolved", "2023-02-14", 4)
    assert "complete on 2023-02-14" in alert["text"]["en"]
    (then,) = office.supervisor.items("/v1/alerts", kind="missing_metrics", as_of="2023-02-13")
    assert then["until"] is None
    # Taken off the record again it is owed again; a dry run for the day before still finds it complete.
    _record(office, contract, "2023-02-20", CASES)
    run_nights(database, "2023-02-20")
    assert _missing(database) == [("2023-01", "2023-02-11", "None")]
    with database.read() as session:
        (state,) = missing.evaluate(session, date(2023, 2, 19)).states
        assert (str(state.until), state.facts["entered_on"]) == ("2023-02-14", "2023-02-14")
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


Story = tuple[list[tuple[str, tuple[dict[str, str], ...]]], list[tuple[str, str, str]]]
BOTH = (CASES, SATISFACTION)
STORIES: dict[str, Story] = {
    "in time": ([("2023-02-10", BOTH)], []),
    "late": ([("2023-02-03", (CASES,)), ("2023-02-13", BOTH)], [("2023-01", "2023-02-11", "2023-02-13")]),
    "never all": ([("2023-02-03", (CASES,))], [("2023-01", "2023-02-11", "None")]),
    "taken off and back in time": ([("2023-02-03", BOTH), ("2023-02-05", ()), ("2023-02-09", BOTH)], []),
    "taken off and back late": (
        [("2023-02-03", BOTH), ("2023-02-15", (CASES,)), ("2023-02-18", BOTH)],
        [("2023-01", "2023-02-11", "2023-02-18")],
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_nights_in_turn_end_where_one_at_the_end_does(office: Office, database: Database, story: Story) -> None:
    told, expected = story
    by_night, at_once = (office.contract(number, terms=ASKED) for number in ("XA-NIGHTS", "XA-ONCE"))
    values_of = dict(told)
    for day in (f"2023-02-{number:02}" for number in range(1, 21)):
        if day in values_of:
            _record(office, by_night, day, *values_of[day])
        with _on(day):
            run_nights(database, day, job="flag_missing_metrics")
        if day == "2023-02-09":
            for then, values in told:
                _record(office, at_once, then, *values)
    found = [alert for alert in alerts(database) if alert["kind"] == "missing_metrics"]
    states = {
        number: [(a["subject"], str(a["since"]), str(a["until"]), a["facts"]) for a in found if a["number"] == number]
        for number in ("XA-NIGHTS", "XA-ONCE")
    }
    assert states["XA-NIGHTS"] == states["XA-ONCE"]
    assert [state[:3] for state in states["XA-NIGHTS"]] == expected


def test_what_an_older_kaohe_recorded_counts_from_the_day_it_was_last_written(
    office: Office, database: Database
) -> None:
    """It noted no day for its codes; what is changed since does not rewrite what it had."""
    contract = office.contract(terms=ASKED)
    _record(office, contract, "2023-02-13", *BOTH)
    with database.write() as session:
        for name in ("month_metric_codes_no_delete", "month_metric_codes_no_change"):
            if session.connection().dialect.name == "sqlite":
                session.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            else:
                session.execute(text(f"DROP TRIGGER IF EXISTS {name} ON month_metric_codes"))
        session.execute(text("DELETE FROM month_metric_codes"))
    _amend(office, contract, "2023-02-14", DUE | {"required": ["cases_handled", "head_count"]})
    run_nights(database, "2023-02-15")
    _record(office, contract, "2023-02-20", *BOTH, {"code": "head_count", "value": "45.5"})
    with database.read() as session:
        for day, until in ((13, "2023-02-13"), (14, "2023-02-13"), (20, "2023-02-13")):
            (state,) = missing.evaluate(session, date(2023, 2, day)).states
            assert str(state.until) == until, day


def test_a_slip_that_is_put_right_on_its_day_is_no_delay(office: Office, database: Database) -> None:
    """What a day ends with counts of it: the month was complete on every evening since it was met."""
    contract = office.contract(terms=ASKED)
    _record(office, contract, "2023-02-03", *BOTH)
    for values in ((CASES,), BOTH):
        _record(office, contract, "2023-02-20", *values)
    run_nights(database, "2023-02-21")
    assert (_owed(office, contract)["2023-01"], _missing(database)) == (("2023-02-10", "2023-02-03"), [])


def test_what_was_there_when_the_terms_came_is_owed_once_it_is_taken_off(office: Office, database: Database) -> None:
    contract = office.contract()
    _record(office, contract, "2023-02-03", *BOTH)
    _amend(office, contract, "2023-02-05", DUE)
    assert "2023-01" not in _owed(office, contract)
    _record(office, contract, "2023-02-06", CASES)
    assert _owed(office, contract)["2023-01"] == ("2023-02-10", None)
    run_nights(database, "2023-02-11")
    assert _missing(database) == [("2023-01", "2023-02-11", "None")]
    _record(office, contract, "2023-02-13", *BOTH)
    assert _missing(database) == [("2023-01", "2023-02-11", "2023-02-13")]
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_the_night_asks_as_much_of_many_contracts_as_of_one(office: Office, database: Database) -> None:
    """Whether their months have nothing, a part, or came late."""
    statements = []
    for names in (("XA-1",), ("XA-2", "XA-3", "XA-4", "XA-5")):
        for name in names:
            contract = office.contract(name, terms=ASKED)
            _record(office, contract, "2023-02-13", *BOTH)
            _record(office, contract, "2023-03-02", CASES, period="2023-02")
        found = {result.job: result for result in run_nights(database, "2023-04-12")}["flag_missing_metrics"]
        assert found.written == 3 * len(names)
        statements.append(found.statements)
    assert statements[0] == statements[1]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_clause_names_what_it_asks_for_once(office: Office) -> None:
    body = office.contract_body(terms=TERMS | {"metrics": DUE | {"required": ["a", "b", "a"]}})
    refused = office.supervisor.post("/v1/contracts", body)
    expect_problem(refused, 422, "validation-error", "/terms/metrics/required/2", "code-twice")
    spoilt: dict[str, Any]
    for spoilt in ({"required": []}, {"after": "notice"}, {"length": 3651}):
        body = office.contract_body(terms=TERMS | {"metrics": DUE | spoilt})
        assert office.supervisor.post("/v1/contracts", body).status_code == 422
