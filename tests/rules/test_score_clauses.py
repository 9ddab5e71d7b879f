"""What a score takes off a fee: the tables."""

import pytest

from app.rules.lines import Component
from app.rules.settlement import reckon
from tests.rules.settled_contracts import assert_month, months_of, named, reckoned_month
from tests.rules.tables import Case, cases


@pytest.mark.parametrize("case", cases("score_clauses", "bands"))
def test_bands(case: Case) -> None:
    month = reckoned_month(case, "score_clauses", "bands_clause")
    assert_month(month, Component.SCORE_DEDUCTION, case)


@pytest.mark.parametrize("case", cases("score_clauses", "linear"))
def test_linear_below_a_mark(case: Case) -> None:
    month = reckoned_month(case, "score_clauses", "linear_clause")
    assert_month(month, Component.SCORE_DEDUCTION, case)


@pytest.mark.parametrize("case", cases("score_clauses", "longer"))
def test_bases_longer_than_a_month(case: Case) -> None:
    month = reckoned_month(case, "score_clauses", "longer_clause")
    assert_month(month, Component.SCORE_DEDUCTION, case)


def test_a_quarter_with_a_month_missing_from_its_midst_is_not_reckoned() -> None:
    clause = {"kind": "score_bands", "base": "quarter_fee", "score": "mean_of_months", "bands": [{"share": "0.9"}]}
    service, months = months_of({"months": [95, 95, 95]}, {"money": [clause]})
    found = reckon(service, [months[0], months[2]])
    assert named(found[months[2].period].missing) == [["later_months", "/assessments/2024-02"]]
