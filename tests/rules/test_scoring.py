"""The score of an evaluation: leaves by their methods, sums of parts, an unrounded total and its grade."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.evaluations.scoring import score
from app.rules.evaluations.values import Outcome, Scored
from tests.rules.evaluation_documents import evaluation, leaf
from tests.rules.tables import Case, cases

STEPS = [{"at_least": "0.3", "share": "0.2"}, {"at_least": "0.6", "share": "0.5"}, {"at_least": "0.8", "share": "0.8"}]
METHODS: tuple[dict[str, Any], ...] = (
    {"kind": "proportional"},
    {"kind": "all_or_nothing"},
    {"kind": "stepped", "steps": STEPS},
    {"kind": "interpolated", "steps": STEPS},
)


@pytest.mark.parametrize("case", cases("evaluation_scores", "leaves"))
def test_leaf(case: Case) -> None:
    printed = {"score": case["score_printed"]} if "score_printed" in case else {}
    row = leaf(case.get("measure"), case.get("weight", "20"), **printed)
    scored = score(evaluation(row, template=case.get("template", "chaoyang"))).rows[0]
    assert scored.score == (Fraction(case["score"]) if "score" in case else None)
    assert scored.met == case.get("met")
    assert scored.stated is ("measure" not in case)
    if "completion" in case:
        assert scored.completion == Fraction(case["completion"])
    if "why" in case:
        assert scored.steps[-1].en.startswith(f"{case['why']}: ")


@pytest.mark.parametrize("case", cases("evaluation_scores", "execution"))
def test_execution_rate(case: Case) -> None:
    """It gives the same in the row of the funds and as an indicator of its own."""
    funds = {"source": "total", **case["row"]}
    more = {"denominator": case["denominator"]} if "denominator" in case else {}
    wanted = Fraction(case["score"]) if "score" in case else None
    outcome = score(evaluation(leaf(score="0"), template=case["template"], funds=[funds], **more))
    assert outcome.funds is not None
    assert outcome.funds.score == wanted
    assert outcome.funds.completion == (Fraction(case["rate"]) if "rate" in case else None)
    if "why" in case:
        assert outcome.funds.steps[-1].en.startswith(f"{case['why']}: ")
    assert outcome.total == (wanted if "weight" in funds else 0)
    row = leaf({"nature": "at_least", "method": {"kind": "execution_rate"}}, "10")
    as_row = score(evaluation(row, template=case["template"], funds=[funds | {"weight": "—"}], **more)).rows[0]
    assert as_row.score == (wanted if "weight" in funds else 10 * Fraction(case["rate"]))


@pytest.mark.parametrize("case", cases("evaluation_scores", "grades"))
def test_grade(case: Case) -> None:
    outcome = score(evaluation(leaf(weight="100", score=case["score"])))
    assert (outcome.total, outcome.grade) == (Fraction(case["score"]), case["grade"])


def test_an_execution_rate_of_the_method_s_own_denominator() -> None:
    figures = [{"key": "contract", "label": "合同额", "text": "200万元", "quantity": "contract_year"}]
    rate = {"nature": "at_least", "method": {"kind": "execution_rate", "denominator": "contract_year"}}
    funds = [{"source": "total", "full_year": "100", "executed": "90"}]
    assert score(evaluation(leaf(rate, "10"), funds=funds, figures=figures)).rows[0].score == Fraction("4.5")
    other = {"key": "other", "label": "合同额", "text": "201万元", "quantity": "contract_year"}
    row = score(evaluation(leaf(rate, "10"), funds=funds, figures=[*figures, other])).rows[0]
    assert [step.en for step in row.steps] == ["denominator-unknown: No single figure is stated for contract_year."]


def test_a_printed_rate_counts_where_there_are_no_funds_and_its_base_is_named() -> None:
    rate = {"nature": "at_least", "actual": "94.56%", "method": {"kind": "execution_rate"}}
    assert score(evaluation(leaf(rate, "10"), template="national")).total == Fraction("9.456")
    assert score(evaluation(leaf(rate, "10"), template="henan-scored")).total is None


def test_weights_of_tenths_add_up_exactly() -> None:
    row = {"name": "产出", "children": [leaf(weight="0.1", score="0.1") for _ in range(3)]}
    outcome = score(evaluation(row, leaf(weight="0.7", score="0.2")))
    assert (outcome.weight, outcome.total) == (Fraction(1), Fraction("0.5"))
    assert outcome.rows[0].rate == 1


def test_three_levels_and_the_rates_of_the_first() -> None:
    """Xinyang's four scores are the evaluator's; nothing is reckoned but their sum, their rates and the grade."""
    rows = [("15", "13.00"), ("25", "21.47"), ("30", "26.61"), ("30", "25.80")]
    outcome = score(evaluation(*(leaf(weight=weight, score=given) for weight, given in rows), template="henan-scored"))
    assert (outcome.weight, outcome.total, outcome.grade) == (Fraction(100), Fraction("86.88"), "良")
    assert [row.rate for row in outcome.rows] == [
        Fraction("13") / 15, Fraction("0.8588"), Fraction("0.887"), Fraction("0.86")
    ]  # fmt: skip
    assert all(row.stated for row in outcome.rows)


def test_the_grade_is_told_where_an_open_row_cannot_change_it() -> None:
    """Chaoyang's 优 holds whether its indicator without a method earns nothing or all."""
    missed = leaf({"nature": "at_most", "target": "80%", "actual": "100%"}, "10")
    outcome = score(evaluation(leaf(weight="90", score="90"), missed))
    assert (outcome.total, outcome.rate, outcome.grade) == (None, None, "优")
    outcome = score(evaluation(leaf(weight="90", score="89.99"), missed))
    assert (outcome.total, outcome.grade) == (None, None)


def test_a_group_without_the_score_of_a_part_has_none() -> None:
    group = {"name": "产出", "weight": "40", "score": "40", "children": [leaf(score="20"), leaf()]}
    row = score(evaluation(group)).rows[0]
    assert row.weight == 40
    assert (row.score, row.rate) == (None, None)
    assert [step.en for step in row.steps] == ["part-missing: no score follows for 年办件量."]


_FIGURES = st.decimals("0.01", 10**6, places=2).map(str)
_MEASURES = st.builds(
    lambda nature, target, actual, method: {"nature": nature, "target": target, "actual": actual, "method": method},
    st.sampled_from(["at_least", "at_most", "equal"]),
    _FIGURES,
    _FIGURES,
    st.sampled_from(METHODS),
)
_LEAVES = st.builds(leaf, _MEASURES, st.decimals(0, 100, places=1).map(str))
_TREES = st.lists(
    _LEAVES | st.lists(_LEAVES, min_size=1, max_size=3).map(lambda rows: {"name": "产出指标", "children": rows}),
    min_size=1,
    max_size=4,
)


@given(_TREES)
def test_the_total_is_the_sum_of_the_leaves_and_no_leaf_leaves_its_weight(rows: list[dict[str, Any]]) -> None:
    outcome = score(evaluation(*rows))
    leaves = list(_leaves(outcome.rows))
    assert outcome.total == sum(_known(row.score) for row in leaves)
    assert all(0 <= _known(row.score) <= _known(row.weight) for row in leaves)
    assert outcome.rate is None or 0 <= outcome.rate <= 1


@given(_TREES.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_rows_does_not_matter(both: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    def comes_to(outcome: Outcome) -> tuple[object, ...]:
        return outcome.weight, outcome.total, outcome.rate, outcome.grade

    assert comes_to(score(evaluation(*both[0]))) == comes_to(score(evaluation(*both[1])))


@given(st.sampled_from(METHODS), _FIGURES, st.tuples(_FIGURES, _FIGURES))
def test_a_better_actual_never_earns_less(method: dict[str, Any], target: str, actuals: tuple[str, str]) -> None:
    for nature, better in (("at_least", max), ("at_most", min)):
        measures = [{"nature": nature, "target": target, "actual": actual, "method": method} for actual in actuals]
        scores = [_known(score(evaluation(leaf(measure))).total) for measure in measures]
        assert scores[actuals.index(_by_size(better)(actuals))] == max(scores)


@given(_MEASURES)
def test_ten_thousand_of_both_sides_changes_nothing(measure: dict[str, Any]) -> None:
    in_yuan = measure | {"target": f"{measure['target']}元", "actual": f"{measure['actual']}元"}
    in_myriads = measure | {"target": f"{measure['target']}万元", "actual": f"{measure['actual']}万元"}
    mixed = measure | {"target": f"{measure['target']}万元", "actual": f"{Fraction(measure['actual']) * 10_000}元"}
    first, *others = (score(evaluation(leaf(each))).rows[0] for each in (in_yuan, in_myriads, mixed))
    assert all((each.score, each.met, each.completion) == (first.score, first.met, first.completion) for each in others)


def _by_size(better: Callable[..., str]) -> Callable[[tuple[str, str]], str]:
    return lambda actuals: better(actuals, key=Fraction)


def _leaves(rows: tuple[Scored, ...]) -> Iterator[Scored]:
    for row in rows:
        yield from _leaves(row.children) if row.children else (row,)


def _known(value: Fraction | None) -> Fraction:
    assert value is not None
    return value


@pytest.mark.parametrize("case", cases("evaluation_scores", "leaves"))
def test_every_step_is_told_in_chinese_without_codes(case: Case) -> None:
    printed = {"score": case["score_printed"]} if "score_printed" in case else {}
    row = leaf(case.get("measure"), case.get("weight", "20"), **printed)
    scored = score(evaluation(row, template=case.get("template", "chaoyang"))).rows[0]
    assert [step.zh for step in scored.steps if re.search("[a-z]{3,}", step.zh)] == []
    assert all(step.zh.endswith(("。", "…")) or "：" in step.zh for step in scored.steps)
