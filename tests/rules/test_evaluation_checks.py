"""The checks of an evaluation: each finds its fault, none speaks where nothing is wrong, and a guide explains all."""

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.evaluations.check_codes import REMEDIES, CheckCode
from app.rules.evaluations.checking import check
from app.rules.evaluations.relations import compare
from app.rules.evaluations.scoring import score
from app.rules.evaluations.sense_words import sense_of
from app.rules.evaluations.values import Indicator, Sense
from tests.rules.clause_contracts import changed, plain
from tests.rules.evaluated import evaluated
from tests.rules.tables import Case, cases, document, rows

SOUND: Any = plain(document("evaluation_checks")["sound"])
GUIDE = Path(__file__).parents[2] / "docs" / "evaluations-checks.md"
OF_NUMBERS = {
    CheckCode.WEIGHTS_DO_NOT_SUM,
    CheckCode.TOTAL_NOT_SUM_OF_PARTS,
    CheckCode.RATE_DOES_NOT_FOLLOW,
    CheckCode.SCORE_DOES_NOT_FOLLOW,
    CheckCode.GRADE_DOES_NOT_FOLLOW,
    CheckCode.FULL_SCORE_NOT_MET,
}


def test_a_table_without_fault_has_no_check() -> None:
    assert evaluated(SOUND, "chaoyang").checks == ()


@pytest.mark.parametrize("case", cases("evaluation_checks", "cases"))
def test_a_planted_fault_is_found_and_nothing_else(case: Case) -> None:
    found = evaluated(changed(SOUND, case["change"]), "chaoyang")
    assert found.found == {(code, place) for code, place in case["gives"]}
    assert all(one.zh and one.en and one.remedy_zh and one.remedy_en for one in found.checks)


def test_every_code_has_a_case_a_remedy_and_a_row_in_the_guide() -> None:
    planted = {code for case in rows("evaluation_checks", "cases") for code, _ in case["gives"]}
    section = GUIDE.read_text("utf-8").split("## The codes")[1]
    explained = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    codes = [code.value for code in CheckCode]
    assert planted == set(codes)
    assert set(REMEDIES) == set(CheckCode)
    assert explained == codes


@pytest.mark.parametrize(
    ("name", "sense"),
    [
        ("项目开展进度", Sense.MORE),
        ("办事群众满意度", Sense.MORE),
        ("年办件量", Sense.MORE),
        ("投诉率", Sense.LESS),
        ("投诉办结率", Sense.MORE),
        ("年度项目成本", Sense.LESS),
        ("成本节约率", Sense.MORE),
        ("政务服务水平", None),
    ],
)
def test_a_name_tells_which_direction_is_good(name: str, sense: Sense | None) -> None:
    assert sense_of(Indicator("/indicators/0", name)) is sense


def shown(value: Fraction) -> str:
    """Print a figure with two places, half up."""
    return str((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


@st.composite
def consistent(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a table of which the weights make 100, and every score and rate follows from what is displayed."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=7)))
    weights = [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
    leaves = [_leaf(draw, weight) for weight in weights]
    first: list[dict[str, Any]] = []
    while leaves:
        size = draw(st.integers(1, 3))
        first.append(_first(leaves[:size]))
        leaves = leaves[size:]
    total = sum((Fraction(row["score"]) for row in first), Fraction(0))
    return {
        "project": "示例项目",
        "indicators": first,
        "total": {"weight": "100", "score": shown(total), "rate": f"{shown(total)}%"},
    }


def _leaf(draw: st.DrawFn, weight: int) -> dict[str, Any]:
    target, actual = draw(st.integers(1, 10**6)), draw(st.integers(0, 10**6))
    earned = min(Fraction(actual, target), Fraction(1)) * weight
    measure: dict[str, Any] = {"nature": "at_least", "target": str(target), "unit": "件", "actual": f"{actual}件"}
    measure |= {"method": {"kind": "proportional"}, "deviation": "见说明"}
    return {"name": "示例指标", "weight": str(weight), "score": shown(earned), "measure": measure}


def _first(leaves: list[dict[str, Any]]) -> dict[str, Any]:
    weight = sum(int(leaf["weight"]) for leaf in leaves)
    score = sum((Fraction(leaf["score"]) for leaf in leaves), Fraction(0))
    rate = f"{shown(score / weight * 100)}%"
    return {"name": "示例", "weight": str(weight), "score": shown(score), "rate": rate, "children": leaves}


@given(consistent())
def test_a_table_that_follows_from_its_figures_has_no_check_of_numbers(table: dict[str, Any]) -> None:
    found = evaluated(table, "henan-scored").checks
    assert [one for one in found if one.code in OF_NUMBERS] == []


def test_a_full_score_that_is_not_met_is_told_by_the_exact_actual() -> None:
    """The record gives 94% where the table, rounded, would show 95%: 94 ÷ 95 of 100 points are 98.95."""
    measure = {"nature": "at_least", "target": "95%", "actual": "95%", "method": {"kind": "proportional"}}
    row = {"name": "在岗率", "weight": "100", "score": "100", "measure": measure}
    read = evaluated({"project": "大厅", "indicators": [row]}, "national").evaluation
    (leaf,) = read.indicators
    assert leaf.measure is not None
    exact = replace(leaf, measure=replace(leaf.measure, exact=Fraction(94)))
    bound = replace(read, indicators=(exact,))
    outcome = score(bound)
    found = check(bound, outcome, compare(bound, outcome))
    said = next(one.zh for one in found if one.code == "full-score-not-met")
    assert "按比例计98.95分" in said
