"""Settlements through the API: drafted from the record, approved by another person, adjusted later."""

from typing import Any

import pytest
import time_machine

from tests.office import TERMS, Office, Person

MONEY: dict[str, Any] = {
    "payment": {
        "schedule": "quarterly",
        "due": {"after": "settlement_approved", "unit": "working_days", "length": 10, "roll": "none"},
    },
    "money": [
        {
            "kind": "score_bands",
            "base": "month_fee",
            "bands": [
                {"at_least": "90", "share": "1"},
                {"at_least": "80", "below": "90", "share": "0.9"},
                {"below": "80", "share": "0.6"},
            ],
            "rounding": {"stage": "amount", "places": 2},
        },
        {
            "kind": "amount_per_finding",
            "base": "month_fee",
            "amounts": {"leaving_post": "500.00"},
            "cap": {"per": "month", "share": "0.05"},
        },
        {"kind": "holdback", "base": "month_fee", "share": "0.10"},
    ],
}
"""Quarterly payments: 90% of the month's fee under 90 points, 500 yuan for leaving a post, 10% held back."""


def contract(office: Office, **changes: Any) -> str:
    terms = {**TERMS, **MONEY, **changes}
    return office.contract(terms=terms, years=[{"year": 2023, "amount": "1200000.00"}])


def assessed(office: Office, address: str, scores: dict[str, str]) -> None:
    for period, score in scores.items():
        day = f"{period[:5]}{int(period[5:]) + 1:02}" if not period.endswith("12") else f"{int(period[:4]) + 1}-01"
        office.assess(address, period, score, f"{day}-05")
        office.finalize(address, period, f"{day}-08")


def draft(who: Person, address: str, payment_period: str) -> dict[str, Any]:
    made = who.post(f"{address}/settlements", {"payment_period": payment_period})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = who.get(f"{address}/settlements/{made.json()['id']}").json()
    return found


def approve(who: Person, address: str, settlement: dict[str, Any]) -> dict[str, Any]:
    answer = who.post(f"{address}/settlements/{settlement['id']}/approval")
    assert answer.status_code == 200, answer.text
    approved: dict[str, Any] = answer.json()
    return approved


QUARTER = {"2023-01": "95.00", "2023-02": "89.99", "2023-03": "91.00"}


def test_a_quarter_is_drafted_by_one_and_approved_by_another(office: Office) -> None:
    address = contract(office)
    office.finding(address, "2023-01-10")
    office.finding(address, "2023-01-20")
    assessed(office, address, QUARTER)
    drafted = draft(office.supervisor, address, "2023-Q1")
    # 300,000 of fees, 10,000 for February's 89.99, 1,000 for two findings, 30,000 held back.
    assert {name: drafted[name] for name in ("fee", "deducted", "held", "payable", "status")} == {
        "fee": "300000.00",
        "deducted": "11000.00",
        "held": "30000.00",
        "payable": "259000.00",
        "status": "draft",
    }
    approved = approve(office.finance, address, drafted)
    assert (approved["status"], approved["approved_by"]) == ("approved", "finance-XA")
    again = office.finance.post(f"{address}/settlements/{drafted['id']}/approval")
    assert (again.status_code, again.json()["code"]) == (409, "already-approved")
    closed = office.supervisor.post(f"{address}/settlements", {"payment_period": "2023-Q1"})
    assert (closed.status_code, closed.json()["code"]) == (409, "already-approved")
    (due,) = office.finance.items(f"{address}/due-dates", kind="payment")
    assert due["subject"] == "2023-Q1"


def test_whoever_drafted_it_may_not_approve_it(office: Office) -> None:
    address = contract(office)
    assessed(office, address, QUARTER)
    own = draft(office.finance, address, "2023-Q1")
    refused = office.finance.post(f"{address}/settlements/{own['id']}/approval")
    assert (refused.status_code, refused.json()["code"]) == (403, "approver-is-drafter")
    assert office.supervisor.post(f"{address}/settlements/{own['id']}/approval").status_code == 403


def test_a_draft_whose_facts_changed_is_stale_and_is_drafted_anew(office: Office) -> None:
    address = contract(office)
    assessed(office, address, QUARTER)
    drafted = draft(office.supervisor, address, "2023-Q1")
    office.notify(address, "2023-02", "2023-03-10", "3号")
    revision = {"reason": "复核", "result": {"state": "assessed", "score": {"exact": "90.00"}}}
    assert office.supervisor.post(f"{address}/assessments/2023-02/revisions", revision).status_code in {200, 201}
    stale = office.finance.post(f"{address}/settlements/{drafted['id']}/approval")
    assert (stale.status_code, stale.json()["code"]) == (409, "draft-stale")
    periods = office.finance.get(f"{address}/payment-periods").json()["items"]
    assert (periods[0]["status"], periods[0]["stale"]) == ("draft", True)
    anew = draft(office.supervisor, address, "2023-Q1")
    assert anew["payable"] == "270000.00"
    assert approve(office.finance, address, anew)["status"] == "approved"
    kept = office.finance.items(f"{address}/settlements", status="superseded")
    assert [entry["id"] for entry in kept] == [drafted["id"]]


def test_a_revision_of_a_closed_month_is_an_adjustment_of_the_next_settlement(office: Office) -> None:
    address = contract(office)
    assessed(office, address, QUARTER | {"2023-04": "95.00", "2023-05": "95.00", "2023-06": "95.00"})
    approve(office.finance, address, draft(office.supervisor, address, "2023-Q1"))
    office.notify(address, "2023-02", "2023-03-10", "3号")
    revision = {"reason": "复核", "result": {"state": "assessed", "score": {"exact": "90.00"}}}
    office.supervisor.post(f"{address}/assessments/2023-02/revisions", revision)
    second = draft(office.supervisor, address, "2023-Q2")
    adjustments = [line for line in second["lines"] if line["adjustment"]]
    assert [(line["period"], line["component"], line["adjustment"], line["amount"]) for line in adjustments] == [
        ("2023-02", "score_deduction", 1, "-10000.00")
    ]
    assert (second["adjusted"], second["payable"]) == ("10000.00", "280000.00")
    approve(office.finance, address, second)
    explained = office.finance.get(f"{address}/settlements/{second['id']}/explanation").json()
    line = next(line for line in explained["lines"] if line["adjustment"])
    assert line["steps"][-1]["value"] == "-10000.00"
    sources = {step["source"] for entry in explained["lines"] for step in entry["steps"] if step["source"]}
    assert {office.finance.get(source).status_code for source in sources} == {200}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"money": [{**MONEY["money"][2], "share": "0.12345678"}]}, "/terms/money/0/rounding"),
        ({"money": [{**MONEY["money"][0], "base": "quarter_fee"}]}, "/terms/money/0/score"),
    ],
)
def test_what_the_terms_leave_open_is_named_and_nothing_is_drafted(
    office: Office, changes: dict[str, Any], pointer: str
) -> None:
    address = contract(office, **changes)
    assessed(office, address, QUARTER)
    refused = office.supervisor.post(f"{address}/settlements", {"payment_period": "2023-Q1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "settlement-incomplete")
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert office.supervisor.items(f"{address}/settlements") == []


def test_a_quarter_waits_for_its_last_month_and_for_the_calendar(office: Office) -> None:
    address = contract(office)
    with time_machine.travel("2023-03-20T04:00:00Z"):
        early = office.supervisor.post(f"{address}/settlements", {"payment_period": "2023-Q1"})
    assert (early.status_code, early.json()["code"]) == (409, "period-not-ended")
    unknown = office.supervisor.post(f"{address}/settlements", {"payment_period": "2023-02"})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "nothing-to-settle")
    open_months = office.supervisor.post(f"{address}/settlements", {"payment_period": "2023-Q1"})
    assert {error["code"] for error in open_months.json()["errors"]} == {"incomplete-assessment"}


def test_fees_sum_to_quarters_and_years(office: Office) -> None:
    years = [{"year": year, "amount": "11265140.70"} for year in (2023, 2024, 2025)]
    address = office.contract(ends_on="2025-12-31", years=years)
    fees = office.finance.get(f"{address}/fees").json()
    assert fees["amount"] == "33795422.10"
    assert [year["amount"] for year in fees["years"]] == ["11265140.70"] * 3
    quarter = fees["years"][0]["quarters"][0]
    assert (quarter["amount"], [month["amount"] for month in quarter["months"]]) == (
        "2816285.18",
        ["938761.73", "938761.72", "938761.73"],
    )
