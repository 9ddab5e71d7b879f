"""Actuals from a contract's own record: each with the rows that it rests on, and unknown where one is lacking."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from app.database import Database
from tests.api.asking import last_part
from tests.features.test_evaluations import drafted, leaf, put, table
from tests.office import Office
from tests.settled import Sums, settled

FIRST_QUARTER = {"first": "2023-01", "last": "2023-03"}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    """Keep the clock in the month after the year of service."""
    with time_machine.travel("2024-01-20T04:00:00Z", tick=False):
        yield


def bound(source: str, target: str, nature: str = "at_least", **more: Any) -> dict[str, Any]:
    """Give a row whose actual comes from the record of the first quarter."""
    binding = {"source": source, **FIRST_QUARTER, **more}
    return leaf(source, "100", nature=nature, target=target, binding=binding, method={"kind": "all_or_nothing"})


def evaluated(office: Office, contract: str, *rows: dict[str, Any]) -> dict[str, Any]:
    """Draft an evaluation of the contract."""
    return drafted(office, table(*rows), contract_id=last_part(contract))


def traced(office: Office, contract: str, row: dict[str, Any]) -> dict[str, Any]:
    """Give the one row of an evaluation, with its trace."""
    (found,) = evaluated(office, contract, row)["indicators"]
    said: dict[str, Any] = found
    return said


def month(office: Office, contract: str, period: str, score: object, notified_on: str | None = None) -> None:
    """Bring a month to its final result, and to its notice."""
    office.assess(contract, period, score, "2023-04-03")
    office.finalize(contract, period, "2023-04-03")
    if notified_on:
        office.notify(contract, period, notified_on, "政务〔2023〕1号")


def test_scores_marks_and_notices_come_with_their_months(office: Office) -> None:
    """Three months of 92, 88.5 and 93.1: their mean, the one below 90, and two of three notified in time."""
    contract = office.contract(recorded_from="2023-01")
    for period, score, notified_on in (
        ("2023-01", "92.00", "2023-04-04"),
        ("2023-02", "88.50", "2023-04-04"),
        ("2023-03", "93.10", "2023-04-15"),
    ):
        month(office, contract, period, score, notified_on)
    rows = [bound("mean_monthly_score", "90分"), bound("months_below_mark", "1个月", "at_most")]
    found = evaluated(office, contract, *rows, bound("notices_on_time", "30%"))
    mean, below, notices = found["indicators"]
    assert [(row["actual"], row["met"]) for row in (mean, below, notices)] == [
        ("91.2分", True),
        ("1个月", True),
        ("33.333333%", True),
    ]
    trace = mean["from_record"]
    assert (trace["exact"], trace["first"], trace["last"], trace["lacking"]) == ("91.2分", "2023-01", "2023-03", [])
    assert [(row["period"], row["value"], row["counted"]) for row in trace["sources"]] == [
        ("2023-01", "92.00", True),
        ("2023-02", "88.50", True),
        ("2023-03", "93.10", True),
    ]
    assert trace["method"]["zh"].startswith("各月确切得分")
    assert office.auditor.get(trace["sources"][0]["href"]).json()["score"] == {"exact": "92.00"}
    assert notices["from_record"]["exact"] == "100/3%"


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("score", "code"), [({"at_least": "90.00"}, "score-not-exact"), (None, "score-not-exact"), ("draft", "not-final")]
)
def test_a_month_without_an_exact_final_score_leaves_the_mean_unknown(office: Office, score: object, code: str) -> None:
    """It is named and never filled in, and the row has no points; an excused month is left out."""
    contract = office.contract()
    month(office, contract, "2023-01", "92.00")
    excused = {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-04-03"}
    office.supervisor.put(f"{contract}/assessments/2023-02", excused).raise_for_status()
    office.finalize(contract, "2023-02", "2023-04-03")
    if score == "draft":
        office.assess(contract, "2023-03", "93.00", "2023-04-03")
    else:
        month(office, contract, "2023-03", score)
    row = traced(office, contract, bound("mean_monthly_score", "90分"))
    trace = row["from_record"]
    assert (row["actual"], row["score"], trace["value"]) == (None, None, None)
    assert [(one["code"], one["period"]) for one in trace["lacking"]] == [(code, "2023-03")]
    assert [one["counted"] for one in trace["sources"]] == [True, False, False]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_metrics_are_added_up_over_months_that_all_have_them(office: Office) -> None:
    """Cases in 万件 where the target says so, satisfaction in percent, staff of those required; a gap is named."""
    contract = office.contract()
    for number, period in enumerate(("2023-01", "2023-02", "2023-03")):
        values = {"cases_handled": 5000 + number, "satisfaction_on_site": f"0.9{number}", "head_count": 44 + number}
        figures = [{"code": code, "value": str(value)} for code, value in values.items()]
        figures.append({"code": "required_head_count", "value": "45"})
        office.supervisor.put(f"{contract}/metrics/{period}", {"values": figures}).raise_for_status()
    found = evaluated(
        office,
        contract,
        bound("metric_sum", "1.5万件", metric="cases_handled"),
        bound("metric_mean", "90%", metric="satisfaction_on_site"),
        bound("staff_on_post", "95%"),
        bound("metric_sum", "3场", metric="training_sessions"),
        bound("metric_sum", "60000件", metric="cases_handled", last="2023-04"),
    )
    cases, satisfaction, staff, training, longer = found["indicators"]
    assert [row["actual"] for row in found["indicators"]] == ["1.5003万件", "91%", "100%", None, None]
    assert (cases["met"], satisfaction["met"], staff["met"]) == (True, True, True)
    assert cases["from_record"]["sources"][0]["value"] == "cases_handled = 5000"
    assert [one["period"] for one in training["from_record"]["lacking"]] == ["2023-01", "2023-02", "2023-03"]
    assert [(one["code"], one["period"]) for one in longer["from_record"]["lacking"]] == [("no-figure", "2023-04")]
    problem = office.supervisor.post(f"/v1/evaluations/{found['id']}/finalization", {}).json()
    assert ("/document/indicators/4/measure/binding", "no-figure") in {
        (error["pointer"], error["code"]) for error in problem["errors"]
    }


def test_the_paid_share_names_its_base_and_its_payments(office: Office, database: Database) -> None:
    """7983135.70 of 10655546.85 is 74.92% of the contract's year; of a budget with its adjustment it is another."""
    contract = office.contract(years=[{"year": 2023, "amount": "10655546.85"}])
    period = settled(database, contract, "2023-02", Sums(fee=8_500_000_00, held=516_864_30), "2023-03-01")
    paid = {"settlement_id": period, "amount": "7983135.70", "paid_on": "2023-03-02", "voucher_no": "记-1"}
    payment = office.finance.post(f"{contract}/payments", paid).json()["id"]
    rows = [bound("paid_share", "70%", base=base) for base in ("contract_year", "initial_budget", "full_year_budget")]
    of_year, of_initial, _ = evaluated(office, contract, *rows)["indicators"]
    assert (of_year["actual"], of_year["met"]) == ("74.92%", True)
    assert [(row["kind"], row["value"]) for row in of_year["from_record"]["sources"]] == [
        ("contract_year", "10655546.85"),
        ("ledger_entry", "7983135.70"),
    ]
    assert last_part(of_year["from_record"]["sources"][1]["href"]) == payment
    assert [one["code"] for one in of_initial["from_record"]["lacking"]] == ["no-base"]
    line = budgeted(office, contract, "10000000.00")
    adjustment = {"amount": "2000000.00", "adjusted_on": "2023-02-01", "reason": "追加"}
    office.finance.post(f"/v1/budgets/{line}/adjustments", adjustment).raise_for_status()
    found = office.auditor.get(f"/v1/evaluations/{office.auditor.items('/v1/evaluations')[0]['id']}").json()
    assert [row["actual"] for row in found["indicators"][1:]] == ["79.831357%", "66.526131%"]


def budgeted(office: Office, contract: str, initial: str) -> str:
    """Enter the budget line that the contract is paid from, and give its id."""
    body = {
        "service_center_id": str(office.center),
        "contract_id": last_part(contract),
        "project": "P-1",
        "year": 2023,
        "name": "外包服务费",
        "initial": initial,
        "purposes": [{"code": "service", "name": "外包服务"}],
    }
    made = office.finance.post("/v1/budgets", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_final_version_keeps_its_actuals_and_a_draft_reckons_anew(office: Office) -> None:
    """What is recorded after the finalization moves the next draft, and not what was handed over."""
    contract = office.contract()
    for period in ("2023-01", "2023-02", "2023-03"):
        figures = {"values": [{"code": "cases_handled", "value": "100"}]}
        office.supervisor.put(f"{contract}/metrics/{period}", figures).raise_for_status()
    row = bound("metric_sum", "300件", metric="cases_handled")
    found = evaluated(office, contract, row)
    path = f"/v1/evaluations/{found['id']}"
    final = office.supervisor.post(f"{path}/finalization", {}).json()
    corrected = {"values": [{"code": "cases_handled", "value": "90"}]}
    office.supervisor.put(f"{contract}/metrics/2023-02", corrected).raise_for_status()
    kept = office.auditor.get(path).json()
    assert (kept["indicators"], kept["total"]) == (final["indicators"], "100.00")
    again = put(office, final, table(row), reason="更正办件量").json()
    assert (again["indicators"][0]["actual"], again["total"]) == ("290件", "0.00")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_any_number_of_bound_actuals_takes_the_same_statements(office: Office, database: Database) -> None:
    """One binding or thirty: the record is read once."""
    contract = office.contract()
    one = evaluated(office, contract, bound("months_below_mark", "1个月", "at_most"))["id"]
    rows = [bound("metric_sum", "1件", metric="cases_handled"), bound("notices_on_time", "1%")] * 15
    more = drafted(office, table(*rows), contract_id=last_part(contract), title="另一项目")["id"]
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    counts = []
    for id_ in (one, one, more):
        statements.clear()
        office.auditor.get(f"/v1/evaluations/{id_}").raise_for_status()
        counts.append(len(statements))
    # The first time, the token is noted as used as well.
    assert counts[1] == counts[2]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_actual_counts_with_all_of_its_digits_and_is_shown_rounded(office: Office) -> None:
    """One case short of a target of 0.1亿件 a month is short of it, though six decimals show 0.1亿件."""
    contract = office.contract()
    for period, cases in (("2023-01", "10000000"), ("2023-02", "10000000"), ("2023-03", "9999999")):
        figures = [{"code": "cases_handled", "value": cases}]
        office.supervisor.put(f"{contract}/metrics/{period}", {"values": figures}).raise_for_status()
    row = bound("metric_mean", "0.1亿件", metric="cases_handled")
    found = traced(office, contract, row)
    assert (found["actual"], found["met"], found["score"]) == ("0.1亿件", False, "0.00")
    assert found["completion"] == "29999999/30000000"
