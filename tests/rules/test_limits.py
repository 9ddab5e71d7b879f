"""What findings take off, what a pool gives back, what is held back and returned: the tables."""

from decimal import Decimal
from typing import Any

import pytest

from app.rules.clauses import Base, Holdback, Release, Rounding, Stage
from app.rules.holdbacks import released
from app.rules.lines import Component
from app.rules.missing import MissingAnswerError
from app.rules.money import parse_yuan, yuan
from tests.rules.settled_contracts import amounts, assert_explained, assert_month, named, reckoned, reckoned_month
from tests.rules.tables import Case, cases, row


def with_findings(case: Case) -> dict[str, Any]:
    scores = case.get("scores", [100] * len(case["findings"]))
    pairs = zip(scores, case["findings"], strict=True)
    amended = {month: {"money": clauses} for month, clauses in case.get("amended", {}).items()}
    return {
        **case,
        "months": [{"score": score, "findings": findings} for score, findings in pairs],
        "amended": {
            month: {**terms, **({"payment": case["payment"]} if "payment" in case else {})}
            for month, terms in amended.items()
        },
    }


@pytest.mark.parametrize("case", cases("limits", "findings"))
def test_amounts_per_finding(case: Case) -> None:
    month = reckoned_month(with_findings(case), "limits", "findings_clause")
    assert_month(month, Component.FINDING_DEDUCTION, case)


@pytest.mark.parametrize("case", cases("limits", "pools"))
def test_pools_at_risk(case: Case) -> None:
    bands = [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}]
    beside = [
        {"kind": "score_bands", "base": case.get("base", "month_fee"), "bands": bands},
        {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "500.00"}},
    ]
    months = [{"score": case["score"], "findings": case["findings"]}]
    month = reckoned_month({**case, "beside": beside, "months": months}, "limits", "pool_clause")
    assert_month(month, Component.DEDUCTION_LIMIT, case)
    assert yuan(month.total(Component.POOL)) == case.get("keeps", "0.00")
    if "deducts" in case:
        assert yuan(month.total(Component.SCORE_DEDUCTION)) == case["deducts"]


@pytest.mark.parametrize("case", cases("limits", "holdbacks"))
def test_holdbacks(case: Case) -> None:
    if "missing" in case:
        assert named(reckoned_month(case, "limits", "holdback_clause").missing) == case["missing"]
        return
    money = [{**row("limits", "holdback_clause"), **case.get("clause", {})}, *case.get("beside", [])]
    amended = {month: {"money": clauses} for month, clauses in case.get("amended", {}).items()}
    payment = {"schedule": "monthly", **case.get("payment", {})}
    found = reckoned({**case, "amended": amended}, {"payment": payment, "money": money})
    assert amounts(found, Component.HOLDBACK) == case["holds"]


@pytest.mark.parametrize("case", cases("limits", "releases"))
def test_releases(case: Case) -> None:
    releases = tuple(Release(code, Decimal(share), "acceptance") for code, share in case["shares"].items())
    rounding = Rounding(Stage(case["rounding"]["stage"]), case["rounding"]["places"]) if "rounding" in case else None
    clause = Holdback(Base.MONTH_FEE, Decimal("0.1"), rounding=rounding, releases=releases)
    held, already = parse_yuan(case["held"]), 0
    made: list[str] = []
    if "missing" in case:
        with pytest.raises(MissingAnswerError) as refused:
            released(clause, "/money/2", "acceptance", held, 0, "/held")
        assert [refused.value.missing.name, refused.value.missing.pointer] == case["missing"]
        return
    for code in case.get("made", case["gives"]):
        line = released(clause, "/money/2", code, held, already, "/held", made if "made" in case else None)
        assert_explained(line)
        assert yuan(line.fen) == case["gives"][code]
        already += line.fen
        made.append(code)


def test_a_release_counts_what_was_held_back_since_the_one_before() -> None:
    """Half of what is held by the acceptance, and at the end the rest of all that was held by then."""
    releases = (Release("acceptance", Decimal("0.5"), "acceptance"), Release("end", Decimal("0.5"), "contract_end"))
    clause = Holdback(Base.MONTH_FEE, Decimal("0.1"), releases=releases)
    first = released(clause, "/money/0", "acceptance", 100_00, 0, "/held")
    last = released(clause, "/money/0", "end", 300_00, first.fen, "/held")
    assert (first.fen, last.fen) == (50_00, 250_00)
    assert last.steps[-1].clause == "/money/0"


def test_a_release_of_less_than_was_returned_gives_nothing() -> None:
    """An adjustment has taken back what an earlier release returned too much."""
    releases = (Release("acceptance", Decimal("0.5"), "acceptance"), Release("end", Decimal("0.5"), "contract_end"))
    clause = Holdback(Base.MONTH_FEE, Decimal("0.1"), releases=releases)
    line = released(clause, "/money/0", "end", 40_00, 50_00, "/held")
    assert line.fen == 0
    assert_explained(line)


def test_a_release_that_the_clause_does_not_state() -> None:
    with pytest.raises(ValueError, match="not in list"):
        released(Holdback(Base.MONTH_FEE, Decimal("0.1")), "/money/0", "acceptance", 100, 0, "/held")
