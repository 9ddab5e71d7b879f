"""What was not notified does not reach the vendor through money: an explanation waits for the notice."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import time_machine

from app.features.settlements.untold import Untold, Withheld
from tests.office import TERMS, Office
from tests.payouts import open_books, payout, recomputed, scored
from tests.settled import paid_out

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
TERM = {"unit": "calendar_days", "length": 10, "roll": "none"}
LADDER = {
    "kind": "warning_ladder",
    "below": "85",
    "excused": "skip",
    "not_assessed": "break",
    "beyond": "last_step_again",
    "steps": [
        {"count": 1, "consequence": "warning"},
        {"count": 2, "consequence": "deduction", "amount": "700.00"},
    ],
}
PAPER = TERMS | {
    "payment": {"schedule": "quarterly", "due": {"after": "settlement_approved", **TERM}},
    "money": [
        {
            "kind": "score_bands",
            "base": "month_fee",
            "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
            "rounding": {"stage": "amount", "places": 2},
        },
        {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "500.00"}},
    ],
}
MONTHS = ("2023-07", "2023-08", "2023-09")
ANNUAL_PAYOUT = {
    "kind": "payout_by_score",
    "source": "holdback",
    "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.5"}],
    "rounding": {"stage": "amount", "places": 2},
}


@pytest.fixture
def _autumn() -> Iterator[None]:
    with time_machine.travel("2023-11-20T04:00:00Z", tick=False):
        yield


def _quarter(office: Office, **terms: Any) -> tuple[str, str]:
    """Settle July to September, of 80 points each and with two findings in September; nothing of it is notified."""
    years = [{"year": 2023, "amount": "600000.00"}]
    contract = office.contract(recorded_from="2023-07", terms=PAPER | terms, years=years)
    for day in ("2023-09-05", "2023-09-06"):
        office.finding(contract, day)
    for period, day in zip(MONTHS, ("2023-08-03", "2023-09-03", "2023-10-03"), strict=True):
        office.assess(contract, period, "80.00", day)
        office.finalize(contract, period, day)
    drafted = office.supervisor.post(f"{contract}/settlements", {"payment_period": "2023-Q3"})
    id_ = str(drafted.json()["id"])
    office.finance.post(f"{contract}/settlements/{id_}/approval").raise_for_status()
    return contract, id_


def _told(office: Office, settlement: str) -> tuple[dict[str, set[str | None]], str]:
    """Ask for the explanation, which re-adds to the fen; give what each month withholds, and the text of it all."""
    answer = office.vendor_portal.get(f"/v1/portal/settlements/{settlement}/explanation")
    explained = answer.json()
    minus = {"score_deduction", "finding_deduction", "holdback", "pool", "deferred", "carried_over"}
    lines = explained["lines"]
    signed = [(-1 if line["component"] in minus else 1) * Fraction(line["amount"]) for line in lines]
    assert sum(signed) == Fraction(explained["payable"])
    found: dict[str, set[str | None]] = {}
    for line in lines:
        assert bool(line["steps"]) is (line["withheld"] is None)
        if line["steps"]:
            assert Fraction(line["steps"][-1]["value"]) == Fraction(line["amount"])
        found.setdefault(line["period"], set()).add(line["withheld"])
    return found, answer.text


@pytest.mark.usefixtures("_autumn")
def test_a_line_of_a_month_that_was_not_notified_has_its_amount_and_no_steps(office: Office) -> None:
    """The steps come with the notice, month by month; the center has them all along."""
    contract, settlement = _quarter(office)
    found, text = _told(office, settlement)
    assert found == {period: {"month_not_notified"} for period in MONTHS}
    assert [said for said in ("leaving_post", '"points"', '"times"') if said in text] == []
    assert "leaving_post" in office.finance.get(f"{contract}/settlements/{settlement}/explanation").text
    office.notify(contract, "2023-07", "2023-11-20")
    found, text = _told(office, settlement)
    assert found == {"2023-07": {None}, "2023-08": {"month_not_notified"}, "2023-09": {"month_not_notified"}}
    assert '"points"' in text
    assert "leaving_post" not in text
    for period in MONTHS[1:]:
        office.notify(contract, period, "2023-11-20")
    found, text = _told(office, settlement)
    assert found == {period: {None} for period in MONTHS}
    assert "leaving_post" in text


@pytest.mark.usefixtures("_autumn")
def test_a_count_of_earlier_months_waits_for_the_notice_of_each(office: Office) -> None:
    """September's deduction names July and August, which failed too: all three are to be notified first."""
    contract, settlement = _quarter(office, triggers=[LADDER])
    for period in ("2023-09", "2023-08"):
        office.notify(contract, period, "2023-11-20")
        found, text = _told(office, settlement)
        assert found["2023-09"] == {None, "month_not_notified"}
        assert "2023-07, 2023-08" not in text
    office.notify(contract, "2023-07", "2023-11-20")
    found, text = _told(office, settlement)
    assert found == {period: {None} for period in MONTHS}
    assert "2023-07, 2023-08" in text


def test_a_payout_by_the_score_of_a_year_waits_for_the_years_notice(office: Office) -> None:
    """Amount and what is forfeited are told, the score is not; one that rests on no score is told at once."""
    contract = scored(office, "SC-1", ANNUAL_PAYOUT, {"exact": "83.25"})
    open_books(office, contract, 10_000_000, "2023-10", "2023-11", "2023-12")
    due = payout(office, contract, "2023/payout_by_score")
    office.finance.post(f"{contract}/payouts/{due['id']}/approval").raise_for_status()
    address = f"/v1/portal/payouts/{due['id']}/explanation"
    before = office.vendor_portal.get(address)
    assert (before.json()["withheld"], before.json()["steps"]) == ("year_not_notified", [])
    assert (before.json()["amount"], before.json()["forfeited"]) == ("50000.00", "50000.00")
    assert "83.25" not in before.text
    notice = {"notified_on": "2024-02-26", "document_no": "考核〔2024〕1号"}
    office.supervisor.post(f"{contract}/annual-assessments/2023/notice", notice).raise_for_status()
    after = office.vendor_portal.get(address).json()
    assert (after["withheld"], recomputed(after["steps"])) == (None, Fraction(50_000))
    assert "83.25" in {step["value"] for step in after["steps"]}
    plain = paid_out(office.database, office.contract("XA-2"), 0, 0, "2024-03-01")
    assert office.vendor_portal.get(f"/v1/portal/payouts/{plain}/explanation").json()["withheld"] is None


CONTRACT = "/v1/contracts/00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("source", "measure", "said", "withheld"),
    [
        (f"{CONTRACT}/assessments/2023-08", "points", "score", Withheld.MONTH_NOT_NOTIFIED),
        (f"{CONTRACT}/findings?period=2023-08", "times", "findings", Withheld.MONTH_NOT_NOTIFIED),
        (f"{CONTRACT}/findings?period=2023-08", "yuan", "fines", Withheld.MONTH_NOT_NOTIFIED),
        (f"{CONTRACT}/metrics/2023-08", "times", "calls", Withheld.MONTH_NOT_NOTIFIED),
        (f"{CONTRACT}/decisions?period=2023-08", "share", "decided", Withheld.MONTH_NOT_NOTIFIED),
        (f"{CONTRACT}/assessments/2023-09", "months", "months below 80: 2023-08, 2023-09", Withheld.MONTH_NOT_NOTIFIED),
        (None, "points", "score of 2023-08", Withheld.MONTH_NOT_NOTIFIED),
        (f"{CONTRACT}/annual-assessments/2022", "points", "score", Withheld.YEAR_NOT_NOTIFIED),
        (f"{CONTRACT}/annual-assessments/2023", "points", "score", None),
        (f"{CONTRACT}/assessments/2023-09", "points", "score", None),
        (f"{CONTRACT}/fees", "yuan", "fee of 2023-08", None),
        (CONTRACT, "days", "days from 2023-08-04", None),
    ],
)
def test_a_step_tells_a_result_by_its_source_or_by_the_months_that_it_names(
    dialect: str, source: str | None, measure: str, said: str, withheld: Withheld | None
) -> None:
    """Money is told anyway, wherever it is from."""
    assert dialect
    unknown = Untold(frozenset({"2023-08"}), frozenset({2022}))
    step = {"source": source, "measure": measure, "label": {"zh": said, "en": said}}
    assert unknown.withheld([step], "2023-09") is withheld
    assert unknown.withheld([step], "2023-08") is Withheld.MONTH_NOT_NOTIFIED
