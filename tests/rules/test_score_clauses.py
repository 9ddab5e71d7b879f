"""What a score takes off a fee: the tables."""

import pytest

from app.rules.lines import Component
from tests.rules.settled_contracts import assert_month, reckoned_month
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
