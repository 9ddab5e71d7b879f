"""Reports of months: owed by the terms, handed in by the vendor, returned by the centre, flagged while missing."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete
from sqlmodel import col

from app.database import Database
from app.features.audit.actor import OPERATOR
from app.features.audit.verify import verify_database
from app.features.contracts.service import enter_reports_owed
from app.models import DueDate
from app.models.words import DueKind
from tests.api.asking import expect_problem
from tests.nights import alerts, every_row, run_nights
from tests.office import TERMS, Office

DUE = {"after": "period_end", "unit": "calendar_days", "length": 10, "roll": "none"}
REPORTED = TERMS | {"monthly_report": DUE}
REPORT: dict[str, Any] = {"summary": "本月正常", "figures": [{"code": "head_count", "value": "45.50"}]}


@contextmanager
def _on(day: str) -> Iterator[None]:
    with time_machine.travel(f"{day}T04:00:00Z", tick=False):
        yield


def _reports(contract: str, period: str = "2023-01") -> str:
    return f"/v1/portal/contracts/{contract.rsplit('/', 1)[1]}/monthly-reports/{period}"


def _hand_in(office: Office, contract: str, day: str, period: str = "2023-01") -> dict[str, Any]:
    with _on(day):
        answer = office.vendor_portal.put(_reports(contract, period), REPORT)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _return(office: Office, contract: str, day: str, period: str = "2023-01") -> dict[str, Any]:
    with _on(day):
        answer = office.supervisor.post(f"{contract}/monthly-reports/{period}/returning", {"reason": "缺少办件量"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _missing(database: Database) -> list[tuple[str, str, str]]:
    found = [alert for alert in alerts(database) if alert["kind"] == "missing_monthly_report"]
    return [(alert["subject"], str(alert["since"]), str(alert["until"])) for alert in found]


def test_every_recorded_month_owes_a_report_until_the_contract_is_closed(office: Office) -> None:
    """Entered with the contract, moved by an amendment, ended by its closing; without the clause nothing is owed."""
    contract = office.contract(terms=REPORTED)
    owed = office.supervisor.items(f"{contract}/due-dates", kind="monthly_report")
    assert [(due["subject"], due["due_on"]) for due in owed][:2] == [
        ("2023-01", "2023-02-10"),
        ("2023-02", "2023-03-10"),
    ]
    assert len(owed) == 12
    _hand_in(office, contract, "2023-02-08")
    stated = {name: clause for name, clause in REPORTED.items() if name != "reference"}
    amendment = {
        "effective_from": "2023-01-01",
        "agreed_on": "2023-02-09",
        "reference": {"document": "补充协议"},
        "terms": stated | {"monthly_report": DUE | {"length": 5}},
    }
    assert office.supervisor.post(f"{contract}/amendments", amendment).status_code == 201
    owed = office.supervisor.items(f"{contract}/due-dates", kind="monthly_report")
    # What was handed in stands as it was met.
    assert (owed[0]["due_on"], owed[0]["met_on"]) == ("2023-02-10", "2023-02-08")
    assert {due["due_on"] for due in owed} >= {"2023-03-05", "2023-12-05"}
    closing = {"closed_on": "2023-03-15", "reason": "terminated"}
    assert office.supervisor.post(f"{contract}/closing", closing).status_code == 200
    owed = office.supervisor.items(f"{contract}/due-dates", kind="monthly_report")
    assert sorted(due["subject"] for due in owed) == ["2023-01", "2023-02", "2023-03"]
    none = office.contract("XA-NONE")
    assert office.supervisor.items(f"{none}/due-dates", kind="monthly_report") == []


def test_submissions_are_added_and_the_first_that_was_not_returned_meets_the_due_date(office: Office) -> None:
    contract = office.contract(terms=REPORTED)
    first = _hand_in(office, contract, "2023-02-03")
    assert (first["state"], first["due_on"], first["met_on"], first["version"]) == (
        "handed_in",
        "2023-02-10",
        "2023-02-03",
        1,
    )
    second = _hand_in(office, contract, "2023-02-06")
    assert (second["met_on"], [one["number"] for one in second["submissions"]]) == ("2023-02-03", [1, 2])
    returned = _return(office, contract, "2023-02-15")
    assert (returned["state"], returned["met_on"], returned["version"]) == ("returned", None, 3)
    assert [one["returned"] and one["returned"]["reason"] for one in returned["submissions"]] == [None, "缺少办件量"]
    third = _hand_in(office, contract, "2023-02-20")
    assert (third["state"], third["met_on"], third["version"]) == ("handed_in", "2023-02-20", 4)
    assert third["submissions"][2]["figures"] == [{"code": "head_count", "value": "45.50"}]
    assert "returned_by" not in third["submissions"][1]["returned"]
    (due, *_) = office.supervisor.items(f"{contract}/due-dates", kind="monthly_report")
    assert (due["met_on"], due["state"]) == ("2023-02-20", "late")
    listed = office.supervisor.items(f"{contract}/monthly-reports", year=2023)
    assert [month["state"] for month in listed][:2] == ["handed_in", "not_handed_in"]
    events = [event["body"]["type"] for event in _events(office.database)]
    assert events.count("monthly_report.submitted") == 3
    # The return is told to the vendor and to the centre.
    assert events.count("monthly_report.returned") == 2


def _events(database: Database) -> list[dict[str, Any]]:
    return [event | {"body": json.loads(event["body"])} for event in every_row(database)["events"]]


def test_what_cannot_be_handed_in_or_returned_is_refused(office: Office) -> None:
    """Before the month has ended; a cell by its place; another's file; what stands no more; a stale version."""
    contract = office.contract(terms=REPORTED)
    with _on("2023-01-31"):
        early = office.vendor_portal.put(_reports(contract), REPORT)
    expect_problem(early, 409, "month-not-ended", "/path/period")
    nothing = office.supervisor.post(f"{contract}/monthly-reports/2023-01/returning", {"reason": "缺"})
    expect_problem(nothing, 409, "nothing-to-return", "/path/period")
    figures = [{"code": code, "value": "1"} for code in ("a", "b", "c", "a")]
    twice = office.vendor_portal.put(_reports(contract), REPORT | {"figures": figures})
    expect_problem(twice, 422, "validation-error", "/figures/3/code", "figure-twice")
    figures[3] = {"code": "d", "value": "1e3"}
    cell = office.vendor_portal.put(_reports(contract), REPORT | {"figures": figures})
    assert {error["pointer"] for error in cell.json()["errors"]} == {"/figures/3/value"}
    unknown = REPORT | {"evidence": ["01980000-0000-7000-8000-000000000001"]}
    expect_problem(
        office.vendor_portal.put(_reports(contract), unknown),
        422,
        "validation-error",
        "/evidence/0",
        "unknown-evidence",
    )
    outside = office.vendor_portal.put(_reports(contract, "2024-01"), REPORT)
    expect_problem(outside, 422, "period-outside-service", "/path/period")
    assert office.vendor_portal.get(_reports(contract)).json()["submissions"] == []
    _hand_in(office, contract, "2023-02-03")
    stale = office.vendor_portal.call("PUT", _reports(contract), json=REPORT, headers={"If-Match": '"0"'})
    expect_problem(stale, 412, "precondition-failed", "/header/If-Match")


STORIES: dict[str, tuple[list[tuple[Callable[..., Any], str]], list[tuple[str, str, str]]]] = {
    "in time": ([(_hand_in, "2023-02-10")], []),
    "late": ([(_hand_in, "2023-02-13")], [("2023-01", "2023-02-11", "2023-02-13")]),
    "never": ([], [("2023-01", "2023-02-11", "None")]),
    "returned in time and mended in time": (
        [(_hand_in, "2023-02-03"), (_return, "2023-02-05"), (_hand_in, "2023-02-09")],
        [],
    ),
    "returned after the due date": (
        [(_hand_in, "2023-02-03"), (_return, "2023-02-15"), (_hand_in, "2023-02-18")],
        [("2023-01", "2023-02-11", "2023-02-18")],
    ),
    "late, returned, mended": (
        [(_hand_in, "2023-02-12"), (_return, "2023-02-14"), (_hand_in, "2023-02-17")],
        [("2023-01", "2023-02-11", "2023-02-17")],
    ),
    "returned and never mended": (
        [(_hand_in, "2023-02-03"), (_return, "2023-02-15")],
        [("2023-01", "2023-02-11", "None")],
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nights_in_turn_end_where_one_at_the_end_does(office: Office, database: Database) -> None:
    """Whatever becomes of January's report, told on its day between the nights, or all of it before a single night.

    Each story has two contracts of one center, so that all of them share their nights.
    """
    contracts = {
        (name, way): office.contract(f"XA-{number}-{way}", terms=REPORTED)
        for number, name in enumerate(STORIES)
        for way in ("NIGHTS", "ONCE")
    }
    for day in (f"2023-02-{number:02}" for number in range(1, 21)):
        for name, (told, _) in STORIES.items():
            for act, _ in (one for one in told if one[1] == day):
                act(office, contracts[name, "NIGHTS"], day)
        with _on(day):
            run_nights(database, day, job="flag_missing_monthly_reports")
        if day == "2023-02-09":
            for name, (told, _) in STORIES.items():
                for act, then in told:
                    act(office, contracts[name, "ONCE"], then)
    found = [alert for alert in alerts(database) if alert["kind"] == "missing_monthly_report"]
    for number, (name, (_, expected)) in enumerate(STORIES.items()):
        by_night, at_once = (
            [
                (a["subject"], str(a["since"]), str(a["until"]), a["facts"])
                for a in found
                if a["number"] == f"XA-{number}-{way}"
            ]
            for way in ("NIGHTS", "ONCE")
        )
        assert by_night == at_once, name
        assert [state[:3] for state in by_night] == expected, name


def test_a_missing_report_is_flagged_with_its_text_and_resolved_when_handed_in(
    office: Office, database: Database
) -> None:
    contract = office.contract(terms=REPORTED)
    run_nights(database, "2023-02-13")
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_monthly_report", as_of="2023-02-13")
    assert alert["text"]["zh"] == "2023年1月项目月报应于2023-02-10前提交，尚未提交，逾期3天（1个工作日）。"
    _hand_in(office, contract, "2023-02-14")
    (alert,) = office.supervisor.items("/v1/alerts", kind="missing_monthly_report")
    assert (alert["status"], alert["until"], alert["facts"]["days_late"]) == ("resolved", "2023-02-14", 4)
    assert "handed in on 2023-02-14" in alert["text"]["en"]
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []
    # The past is read as it was: on the day before, nothing was handed in.
    (then,) = office.supervisor.items("/v1/alerts", kind="missing_monthly_report", as_of="2023-02-13")
    assert then["until"] is None


def test_an_older_contract_owes_what_falls_due_from_the_upgrade_on(office: Office, database: Database) -> None:
    """What was due before could not be handed in: it is on record as never asked for, and raises no alert, ever."""
    contract = office.contract(terms=REPORTED)
    none = office.contract("XA-NONE")
    with database.write() as session:
        session.execute(delete(DueDate).where(col(DueDate.kind) == DueKind.MONTHLY_REPORT))
    with _on("2023-06-05"), database.write() as session:
        assert enter_reports_owed(session, OPERATOR) == 1
    rows = every_row(database)
    with _on("2023-06-06"), database.write() as session:
        assert enter_reports_owed(session, OPERATOR) == 0
    assert every_row(database) == rows
    stated = {name: clause for name, clause in REPORTED.items() if name != "reference"}
    amendment = {"effective_from": "2023-01-01", "reference": {"document": "补充协议"}, "terms": stated}
    with _on("2023-06-07"):
        assert office.supervisor.post(f"{contract}/amendments", amendment).status_code == 201
    owed = office.supervisor.items(f"{contract}/due-dates", kind="monthly_report")
    assert [due["subject"] for due in owed] == [f"2023-{month:02}" for month in range(5, 13)]
    assert office.supervisor.items(f"{none}/due-dates", kind="monthly_report") == []
    run_nights(database, "2023-06-30")
    assert _missing(database) == [("2023-05", str(date(2023, 6, 11)), "None")]


def test_the_terms_count_a_report_from_the_months_end(office: Office) -> None:
    body = office.contract_body(terms=TERMS | {"monthly_report": DUE | {"after": "notice"}})
    answer = office.supervisor.post("/v1/contracts", body)
    expect_problem(answer, 422, "validation-error", "/terms/monthly_report/after", "wrong-event")
