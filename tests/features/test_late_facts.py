"""Facts that come after money was approved: each month is settled once, and what is out by then is adjusted."""

from typing import Any

import pytest

from tests.features.test_settlements import MONEY, approve, assessed, contract, draft
from tests.office import TERMS, Office

MONTHLY = {**MONEY["payment"], "schedule": "monthly"}
PER_FINDING = {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "150000.00"}}


def settle(office: Office, address: str, payment_period: str) -> dict[str, Any]:
    return approve(office.finance, address, draft(office.supervisor, address, payment_period))


def withdraw(office: Office, address: str, period: str, finding: str) -> None:
    office.notify(address, period, f"{period[:5]}{int(period[5:]) + 1:02}-10", "1号")
    body = {"reason": "申诉成立", "withdrawn_findings": [finding.rsplit("/", 1)[1]]}
    answer = office.supervisor.post(f"{address}/assessments/{period}/revisions", body)
    assert answer.status_code in {200, 201}, answer.text


def test_a_month_that_was_paid_by_the_month_is_not_paid_again_with_its_quarter(office: Office) -> None:
    """The schedule is amended back to January, whose month is closed: the quarter holds what is left of it."""
    address = contract(office, payment=MONTHLY)
    assessed(office, address, {"2023-01": "95.00", "2023-02": "95.00", "2023-03": "95.00"})
    for period in ("2023-01", "2023-02"):
        settle(office, address, period)
    stated = {name: clause for name, clause in {**TERMS, **MONEY}.items() if name != "reference"}
    amendment = {"effective_from": "2023-01-01", "reference": {"document": "补充协议"}, "terms": stated}
    assert office.supervisor.post(f"{address}/amendments", amendment).status_code == 201
    quarter = settle(office, address, "2023-Q1")
    assert (quarter["months"], quarter["fee"], quarter["payable"]) == (["2023-03"], "100000.00", "90000.00")
    balance = office.finance.get(f"{address}/balance").json()
    assert (balance["accounts"]["accrued"], balance["accounts"]["payable"]) == ("300000.00", "270000.00")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_a_limit_gave_back_is_reckoned_again_with_its_month(office: Office) -> None:
    """January lost all of its fee and no more; without the finding it gets its fee back, and no more."""
    address = contract(office, payment=MONTHLY | {"excess": "limited"}, money=[PER_FINDING])
    finding = office.finding(address, "2023-01-10")
    assessed(office, address, {"2023-01": "95.00", "2023-02": "95.00"})
    january = settle(office, address, "2023-01")
    assert (january["deducted"], january["payable"]) == ("100000.00", "0.00")
    withdraw(office, address, "2023-01", finding)
    february = settle(office, address, "2023-02")
    assert (february["adjusted"], february["payable"]) == ("100000.00", "200000.00")


def test_facts_after_the_last_settlement_are_settled_by_a_supplement(office: Office) -> None:
    """Every month is closed; the next draft is of adjustments alone, and a second one has nothing to settle."""
    address = office.contract(
        "XA-SHORT",
        terms={**TERMS, **MONEY, "payment": MONTHLY | {"year_money": "service_months"}},
        ends_on="2023-01-31",
        years=[{"year": 2023, "amount": "100000.00"}],
    )
    finding = office.finding(address, "2023-01-10")
    assessed(office, address, {"2023-01": "95.00"})
    settle(office, address, "2023-01")
    nothing = office.supervisor.post(f"{address}/settlements", {"payment_period": "S1"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-settle")
    withdraw(office, address, "2023-01", finding)
    *_, due = office.finance.get(f"{address}/payment-periods").json()["items"]
    assert (due["payment_period"], due["status"], due["payable"]) == ("S1", "due", "500.00")
    supplement = settle(office, address, "S1")
    assert [(line["component"], line["amount"], line["adjustment"]) for line in supplement["lines"]] == [
        ("finding_deduction", "-500.00", 1)
    ]
    again = office.supervisor.post(f"{address}/settlements", {"payment_period": "S2"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-settle")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_draft_that_was_superseded_is_stale(office: Office) -> None:
    address = contract(office)
    assessed(office, address, {"2023-01": "95.00", "2023-02": "95.00", "2023-03": "95.00"})
    former = draft(office.supervisor, address, "2023-Q1")
    draft(office.supervisor, address, "2023-Q1")
    refused = office.finance.post(f"{address}/settlements/{former['id']}/approval")
    assert (refused.status_code, refused.json()["code"]) == (409, "draft-stale")
    assert refused.json()["errors"][0]["pointer"] == "/path/settlement_id"


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_fund_that_was_paid_out_is_not_taken_back_by_an_amendment(office: Office) -> None:
    """All of January's holdback was released; halving it afterwards pays nothing again and stops nothing."""
    released = {"code": "acceptance", "share": "1", "after": "acceptance"}
    holdback = MONEY["money"][2] | {"releases": [released]}
    address = contract(office, payment=MONTHLY, money=[holdback])
    assessed(office, address, {"2023-01": "95.00", "2023-02": "95.00"})
    settle(office, address, "2023-01")
    body = {"release": "acceptance", "on": "2023-02-20", "document": "验收报告"}
    release = office.supervisor.post(f"{address}/releases", body).json()
    assert office.finance.post(f"{address}/payouts/{release['id']}/approval").status_code == 200
    stated = {name: clause for name, clause in TERMS.items() if name != "reference"}
    halved = stated | {"payment": MONTHLY, "money": [holdback | {"share": "0.05"}]}
    amendment = {"effective_from": "2023-01-01", "reference": {"document": "补充协议"}, "terms": halved}
    assert office.supervisor.post(f"{address}/amendments", amendment).status_code == 201
    february = settle(office, address, "2023-02")
    # February puts 5,000 in, which is all that January's correction can take out again.
    assert (february["held"], february["payable"]) == ("0.00", "100000.00")
    assert office.finance.get(f"{address}/balance").json()["identity"]["difference"] == "0.00"
