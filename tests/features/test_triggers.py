"""Triggers on record: what raised each alert, that a person decides, and that nights in turn end where one run does."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from app import nightly
from app.database import Database
from app.features.contracts import terms_document
from app.features.contracts.terms_document import TermsDocument
from app.models import TermsVersion
from app.models.words import AskedBy
from tests.crowd import settle
from tests.nights import alerts
from tests.office import TERMS, Office
from tests.scenarios.facts import Diary, record_all
from tests.years import MEAN

JOB = "flag_clause_triggers"
LAST = "2024-02-28"
CLAUSES: dict[str, Any] = {
    "annual_assessment": MEAN,
    "payment": {"schedule": "monthly", "year_money": "service_months"},
    "money": [
        {"kind": "linear_below_mark", "base": "month_fee", "mark": "90", "per_point": "0.01", "granularity": "linear"}
    ],
    "triggers": [
        {
            "kind": "warning_ladder",
            "below": "80",
            "steps": [
                {"count": 1, "consequence": "warning"},
                {"count": 2, "consequence": "deduction", "amount": "5000.00"},
            ],
        },
        {
            "kind": "deduction_total",
            "per": "year",
            "base": "year_fee",
            "share": "0.10",
            "reaches": "at_least",
            "consequence": "right_to_terminate",
        },
        {
            "kind": "demerit_points",
            "points": {"leaving_post": "1"},
            "reach": "3",
            "window": {"kind": "rolling_months", "months": 6},
            "consequence": "talk",
        },
        {"kind": "renewal_gate", "at_least": "85", "consequence": "no_renewal"},
    ],
}


def record_quarter(office: Office) -> None:
    """Record a contract of three months at 100,000.00, two of them under 80, whose second is revised to 82."""
    money = [{"year": 2023, "amount": "300000.00"}]
    service = {"starts_on": "2023-10-01", "recorded_from": "2023-10"}
    diary = Diary(office, "2023-10-01", terms=TERMS | CLAUSES, years=money, **service)
    for day in ("2023-10-05", "2023-10-06", "2023-11-07"):
        diary.finding(day)
    diary.month("2023-10", "75.00", "2023-11-06", "2023-11-10", "2023-11-14")
    diary.month("2023-11", "70.00", "2023-12-06", "2023-12-10", "2023-12-14")
    diary.withdraw("2023-12-20", "2023-11-07")
    diary.month("2023-12", "90.00", "2024-01-06", "2024-01-10", "2024-01-12")
    diary.revise("2024-01-15", "2023-11", result={"state": "assessed", "score": {"exact": "82.00"}})
    diary.hold(2023, "2024-02-20")
    record_all(diary.facts)


def night(database: Database, day: str) -> nightly.JobResult:
    return nightly.run(database, JOB, date.fromisoformat(day), AskedBy.COMMAND)


def shown(database: Database) -> dict[str, list[str]]:
    """Give of each alert its consequence, and since when until when it stands."""
    return {
        alert["subject"]: [alert["facts"]["consequence"], str(alert["since"]), str(alert["until"])]
        for alert in alerts(database)
    }


def test_nights_in_turn_end_where_one_run_does(office: Office, database: Database) -> None:
    """Two fails in a row, 40,000 of 300,000, three points, and a year of 82.33; the revision undoes what it carried."""
    record_quarter(office)
    night(database, LAST)
    one_run = alerts(database)
    assert shown(database) == {
        "warning_ladder/below80.00/1/2023-10": ["warning", "2023-11-10", "None"],
        "warning_ladder/below80.00/2/2023-10": ["deduction", "2023-12-10", "2024-01-15"],
        "deduction_total/0.10of_year_fee_in_year/right_to_terminate/2023": [
            "right_to_terminate",
            "2023-12-10",
            "2024-01-15",
        ],
        "demerit_points/3.00in6/talk/2023-10": ["talk", "2023-12-10", "2023-12-20"],
        "renewal_gate/85.00x1/no_renewal/2023": ["no_renewal", "2024-02-20", "None"],
    }
    with database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM alert_notes")
        session.connection().exec_driver_sql("DELETE FROM alerts")
        session.connection().exec_driver_sql("DELETE FROM job_runs")
    for day in ("2023-11-30", "2023-12-15", "2023-12-31", "2024-01-31", LAST):
        night(database, day)
    assert alerts(database) == one_run
    assert [night(database, day).written for day in (LAST, "2023-12-15")] == [0, 0]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_alert_names_its_months_and_sums_and_a_person_decides(office: Office, database: Database) -> None:
    record_quarter(office)
    night(database, "2024-01-14")
    found = {alert["facts"]["trigger"]: alert for alert in office.supervisor.items("/v1/alerts", kind="clause_trigger")}
    assert found["warning_ladder"]["severity"] == "critical"
    total = found["deduction_total"]
    # 90 − 75 = 15 points of 1,000.00; 90 − 70 = 20 of them and the ladder's 5,000.00.
    assert total["facts"]["counted"] == [
        {"period": "2023-10", "counts": "15000.00"},
        {"period": "2023-11", "counts": "25000.00"},
    ]
    assert (total["facts"]["total"], total["facts"]["needed"]) == ("40000.00", "30000.00")
    assert (total["facts"]["clause"], total["facts"]["completed_by"]) == ("/triggers/1", "2023-11")
    assert total["text"]["zh"] == (
        "2023年度扣款累计40000.00元（2023-10 15000.00元、2023-11 25000.00元），限额30000.00元，"
        "达到“/triggers/1”条款（后果：有权解除合同），由人工决定。"
    )
    answer = office.supervisor.post(f"/v1/alerts/{total['id']}/acceptance", {"reason": "约谈后继续履行"})
    assert answer.json()["status"] == "resolved"
    night(database, LAST)
    (after,) = (alert for alert in office.supervisor.items("/v1/alerts") if alert["id"] == total["id"])
    assert (after["until"], after["accepted_reason"]) == (answer.json()["until"], "约谈后继续履行")


def test_a_night_sends_as_many_statements_for_many_contracts_as_for_few(office: Office, database: Database) -> None:
    document = terms_document.written(
        TermsDocument.model_validate({name: clause for name, clause in CLAUSES.items() if name != "annual_assessment"})
    )
    counts = []
    for contracts, code in ((2, "XB"), (40, "XC")):
        settle(database, Office(database, office.client, code), contracts, 12, paid=True)
        with database.write() as session:
            session.execute(update(TermsVersion).values(document=document))
        result = nightly.dry_run(database, JOB, date(2021, 12, 31))
        assert json.dumps([state.facts for state in result.states])
        counts.append((result.statements, result.failed))
    assert counts[0] == counts[1]
    assert counts[0][1] == 0
