"""What settlements know of the service behind them: its earlier end, the scale of its scores, what was held before."""

from typing import Any

import pytest

from tests.features.test_settlements import assessed, draft
from tests.office import TERMS, Office

BY_QUARTER = {
    "kind": "score_bands",
    "base": "quarter_fee",
    "score": "mean_of_months",
    "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
}
YEARS = [{"year": 2023, "amount": "1200000.00"}]


def contract(office: Office, money: list[dict[str, Any]], schedule: str = "quarterly", **changes: Any) -> str:
    terms = {**TERMS, "payment": {"schedule": schedule, "partial_month": "whole"}, "money": money}
    return office.contract(terms=terms | changes.pop("clauses", {}), years=YEARS, **changes)


def test_a_quarter_that_the_service_ends_in_is_that_of_the_months_served(office: Office) -> None:
    address = contract(office, [BY_QUARTER])
    assessed(office, address, {"2023-01": "95.00", "2023-02": "80.00"})
    closing = {"closed_on": "2023-02-28", "reason": "terminated"}
    assert office.supervisor.post(f"{address}/closing", closing).is_success
    settled = draft(office.supervisor, address, "2023-Q1")
    assert (settled["fee"], settled["deducted"], settled["payable"]) == ("200000.00", "20000.00", "180000.00")


def test_a_score_is_read_on_the_scale_of_the_terms_that_judged_it(office: Office) -> None:
    bands = [{"at_least": "110", "share": "1"}, {"below": "110", "share": "0.9"}]
    money = [{"kind": "score_bands", "base": "month_fee", "bands": bands}]
    address = contract(office, money, "monthly", clauses={"rubric": {"full_mark": "120"}, "pass_mark": "108.00"})
    assessed(office, address, {"2023-01": "109.50"})
    assert draft(office.supervisor, address, "2023-01")["payable"] == "90000.00"


@pytest.mark.parametrize(("held", "keeps"), [("95000.00", "5000.00"), ("100000.00", "0.00")])
def test_a_ceiling_counts_what_an_opening_balance_holds(office: Office, held: str, keeps: str) -> None:
    money = [{"kind": "holdback", "base": "month_fee", "share": "0.1", "ceiling": {"amount": "100000.00"}}]
    address = contract(office, money, "monthly", recorded_from="2023-03")
    body = {"as_of": "2023-02-28", "held": held, "source": "移交清单"}
    opened = office.supervisor.post(f"{address}/opening-balance", body)
    assert opened.status_code == 201, opened.text
    missing = office.supervisor.post(f"{address}/settlements", {"payment_period": "2023-03"})
    assert missing.json()["errors"][0]["code"] == "incomplete-opening_balance"
    balance = office.finance.get(f"{address}/opening-balance").json()
    office.finance.post(f"{address}/settlements/{balance['id']}/approval")
    settled = draft(office.supervisor, address, "2023-03")
    assert settled["held"] == keeps
