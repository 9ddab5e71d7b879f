"""Progress reports: drafted once by night for each contract and center, drafted anew by a person, handed over."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import time_machine

from app import nightly
from app.database import Database
from app.features.audit.verify import verify_database
from app.models.words import AskedBy
from tests.api.asking import expect_problem, last_part
from tests.features.test_budgets import line, record, spent
from tests.nights import every_row
from tests.office import Office

REPORTS = "/v1/progress-reports"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel("2023-07-20T04:00:00Z", tick=False):
        yield


def night(database: Database, day: str) -> nightly.JobResult:
    return nightly.run(database, "draft_progress_reports", date.fromisoformat(day), AskedBy.COMMAND)


def figures(report: dict[str, Any]) -> dict[tuple[str, str | None], str]:
    return {(figure["code"], figure["of"]): figure["value"] for figure in report["figures"]}


def test_a_quarters_report_says_what_is_on_record_and_what_is_not(office: Office, database: Database) -> None:
    """Two subjects, one night: the contract and what is budgeted beside it; every figure leads to its source."""
    contract = office.contract()
    of_contract, beside = line(office, contract_id=last_part(contract)), line(office, "daily", "0.00")
    record(
        office, spent(of_contract, "250.00", purpose="party"), spent(of_contract, "50.00", "R-2", spent_on="2023-07-03")
    )
    for period, notified in (("2023-04", "2023-05-10"), ("2023-05", "2023-06-20")):
        office.assess(contract, period, "95.00", notified)
        office.finalize(contract, period, notified)
        office.notify(contract, period, notified)
    values = [{"code": "cases_handled", "value": "1200"}, {"code": "smiles", "value": "7"}]
    office.supervisor.put(f"{contract}/metrics/2023-05", {"values": values}).raise_for_status()
    nightly.run(database, "flag_late_notices", date(2023, 7, 19), AskedBy.COMMAND)
    assert night(database, "2023-07-19").written == 2
    before = every_row(database, "job_runs")
    assert night(database, "2023-07-20").written == 0
    assert every_row(database, "job_runs") == before
    reports = {report["contract_id"]: report for report in office.finance.items(REPORTS, quarter="2023-Q2")}
    report = reports[last_part(contract)]
    assert figures(report) == {
        ("months_expected", None): "3",
        ("months_assessed", None): "2",
        ("months_overdue", None): "1",
        ("notices_late", None): "1",
        ("alerts_open", "late_notice"): "4",
        ("repeat_offences", None): "0",
        ("budget_full_year", "hall"): "1000.00",
        ("budget_executed", "hall"): "250.00",
        ("budget_unspent", "hall"): "750.00",
        ("budget_mismatched", "hall"): "250.00",
        ("execution_rate", "hall"): "25.00",
        ("metric", "2023-05/cases_handled"): "1200",
        ("metric", "2023-05/smiles"): "7",
    }
    called = [(figure["name"]["zh"], figure["unit"]) for figure in report["figures"] if figure["code"] == "metric"]
    assert called == [("办件量", "件"), ("月度数据", "")]
    assert [figure["base"] for figure in report["figures"] if figure["code"] == "execution_rate"] == [
        "full_year_budget"
    ]
    for source in {source for figure in report["figures"] for source in figure["sources"]}:
        assert office.supervisor.get(source).status_code == 200, source
    missing = [(gap["code"], gap["of"]) for gap in report["missing"]]
    assert missing == [
        ("no-metrics", "2023-04"),
        ("month-not-assessed", "2023-06"),
        ("no-metrics", "2023-06"),
        ("no-settlement", None),
    ]
    assert [(gap["code"], gap["of"]) for gap in reports[None]["missing"]] == [("zero-base", "daily")]
    assert reports[None]["figures"][-1]["sources"] == [f"/v1/budgets/{beside}"]


def test_a_draft_is_written_anew_and_what_was_handed_over_stands(office: Office, database: Database) -> None:
    contract = office.contract()
    body = {"service_center_id": str(office.center), "contract_id": last_part(contract), "quarter": "2023-Q2"}
    first = office.finance.post(REPORTS, body)
    assert (first.status_code, first.json()["version"]) == (201, 1)
    assert office.finance.post(REPORTS, body).json()["version"] == 1
    line(office, contract_id=last_part(contract))
    again = office.finance.post(REPORTS, body)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert ("budget_full_year", "hall") in figures(again.json())
    running = office.finance.post(REPORTS, body | {"quarter": "2023-Q3"})
    expect_problem(running, 422, "validation-error", "/quarter", "quarter-not-ended")
    path = f"{REPORTS}/{first.json()['id']}/hand-over"
    handed = {"handed_over_on": "2023-06-30", "document_no": "报1号"}
    expect_problem(
        office.finance.post(path, handed), 422, "validation-error", "/handed_over_on", "outside-quarters-end"
    )
    done = office.finance.post(path, handed | {"handed_over_on": "2023-07-10"})
    assert (done.json()["status"], done.json()["handed_over_by"]) == ("handed_over", "finance-XA")
    expect_problem(office.finance.post(path, handed), 409, "progress-report-handed-over")
    expect_problem(office.finance.post(REPORTS, body), 409, "progress-report-handed-over")
    assert night(database, "2023-07-20").written == 0
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_the_night_asks_as_much_of_many_contracts_as_of_one(office: Office, database: Database) -> None:
    statements = []
    for names in (("a",), ("b", "c", "d", "e")):
        for name in names:
            line(office, name, contract_id=last_part(office.contract(f"XA-{name}")))
        found = night(database, "2023-07-20")
        assert found.written == len(names)
        statements.append(found.statements)
    assert statements[0] == statements[1]
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_of_those_who_draft_at_once_one_is_first_and_the_audit_follows(office: Office, database: Database) -> None:
    """Two first drafts on record as acts would read as a change that nobody made."""
    before = threading.Barrier(3)
    body = {"service_center_id": str(office.center), "quarter": "2023-Q2"}

    def draft(_: int) -> int:
        before.wait()
        return office.finance.post(REPORTS, body).status_code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(draft, range(3))) == [200, 200, 201]
    with database.read() as session:
        assert verify_database(session, {}).bad == []
