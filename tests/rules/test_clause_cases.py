"""The shapes of clauses, by their tables: what each gives, what it asks for, and that no shape is without its file."""

from pathlib import Path

import pytest

from tests.rules.clause_cases import assert_case
from tests.rules.tables import Case, document

SHAPES = (
    "score_bands",
    "open_band",
    "linear_below_mark",
    "ratio_to_mark",
    "piecewise_linear",
    "part_at_risk",
    "at_risk_pool",
    "amount_per_finding",
    "percent_per_finding",
    "rate_steps",
    "points_per_finding",
    "two_subjects",
    "repeat_multiplier",
    "consecutive_doubling",
    "points_ratchet",
    "interpolated_score",
    "combined_sites",
    "applicable_maximum",
    "lagged_score",
    "newcomer_grace",
    "warning_ladder",
    "failure_run",
    "deduction_total",
    "demerit_points",
    "early_end",
    "instalments",
    "split_payment",
    "holdback",
    "prorated_payout",
    "bonus",
    "score_award",
    "late_performance",
    "absent_staff",
    "volume_bounds",
    "amended_midway",
    "no_link",
)
"""Every row of the list of shapes that contracts have."""
BY_TRIGGERS = {"warning_ladder", "failure_run", "deduction_total", "demerit_points"}
"""Those that raise a consequence, whose cases have a test of their own."""
FEWEST = 4
FILES = Path(__file__).parent / "cases"
OF_MONEY = [shape for shape in SHAPES if shape not in BY_TRIGGERS and (FILES / f"{shape}.yaml").exists()]


@pytest.mark.parametrize(
    ("shape", "case"),
    [
        pytest.param(shape, case, id=f"{shape}: {case['case'].split(' · ')[-1]}")
        for shape in OF_MONEY
        for case in document(shape)["cases"]
    ],
)
def test_clauses(shape: str, case: Case) -> None:
    assert_case(document(shape), case)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_its_cases(shape: str) -> None:
    assert (FILES / f"{shape}.yaml").exists()
    read = document(shape)
    assert read["says"]
    assert read["english"]
    assert len(read["cases"]) >= FEWEST
    names = [case["case"] for case in read["cases"]]
    assert len(set(names)) == len(names)
    asks = [case for case in read["cases"] if case.keys() & {"missing", "refused", "undecided"}]
    assert asks or read["nothing_to_ask"]
