"""What is refused at the door of an evaluation, and what is stored for a check to find."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.evaluations.faults import faults
from app.rules.evaluations.relations import compare
from app.rules.evaluations.scoring import score
from app.rules.evaluations.values import Verdict
from tests.rules.evaluation_documents import evaluation, leaf
from tests.rules.tables import Case, cases


@pytest.mark.parametrize("case", cases("evaluation_faults", "faults"))
def test_refused(case: Case) -> None:
    found = faults(evaluation(leaf() | case.get("row", {"score": "20"}), **case.get("document", {})))
    assert [[fault.code, fault.pointer] for fault in found] == case.get("refused", [])
    assert all(fault.detail.endswith(".") and fault.remedy.endswith(".") for fault in found)


TEXTS = st.none() | st.sampled_from(
    [
        "0",
        "5",
        "5件",
        "-3%",
        "100%",
        "完成",
        "—",
        "≥95%",
        "33万以上",
        "75%-80%",
        "1/3",
        "5.万元",
        "24,30",
        "优",
        "良",
        "x",
    ]
)
_METHODS = st.none() | st.fixed_dictionaries(
    {
        "kind": st.sampled_from(
            ["all_or_nothing", "proportional", "stepped", "interpolated", "by_band", "execution_rate"]
        ),
        "steps": st.lists(
            st.sampled_from([{"at_least": "0.5", "share": "0.5"}, {"at_least": "0.9", "share": "0.1"}]), max_size=3
        ),
        "bands": st.lists(
            st.sampled_from([{"name": "优", "low": "0.5", "high": "1"}, {"name": "良", "low": "0.9", "high": "0.1"}]),
            max_size=3,
        ),
        "denominator": st.sampled_from([None, "initial_budget", "other"]),
    }
)
MEASURES = st.fixed_dictionaries(
    {
        "nature": st.sampled_from(["at_least", "at_most", "equal", "range", "qualitative"]),
        "target": TEXTS,
        "target_to": TEXTS,
        "unit": st.sampled_from([None, "件", "%", "万"]),
        "actual": TEXTS,
        "method": _METHODS,
        "units": st.lists(st.fixed_dictionaries({"name": st.just("甲"), "target": TEXTS, "actual": TEXTS}), max_size=2),
        "roll_up": st.sampled_from([None, "sum", "mean"]),
        "judgement": st.sampled_from([None, {"share": "0.7", "reason": "例会记录不全"}]),
    }
)


@given(
    MEASURES,
    TEXTS,
    TEXTS,
    st.lists(
        st.fixed_dictionaries(
            {"source": st.just("total"), "full_year": TEXTS, "initial": TEXTS, "executed": TEXTS, "weight": TEXTS}
        ),
        max_size=2,
    ),
)
def test_whatever_is_handed_in_is_refused_or_scored_with_a_reason(
    measure: dict[str, Any], weight: str | None, given_score: str | None, funds: list[dict[str, Any]]
) -> None:
    whole = evaluation(leaf(measure) | {"weight": weight, "score": given_score}, leaf(score="20"), funds=funds)
    found, outcome = faults(whole), score(whole)
    assert all(fault.pointer.startswith(("/indicators/0", "/funds/")) for fault in found)
    row = outcome.rows[0]
    assert row.steps
    assert row.score is None or row.weight is not None
    if not any(fault.code.startswith("weight-") for fault in found) and row.score is not None:
        assert row.weight is not None
        assert 0 <= row.score <= row.weight


def test_a_table_that_nobody_could_read_is_refused_before_it_is_reckoned() -> None:
    rows = [{"name": "产出", "children": [leaf(score="0") for _ in range(100)]} for _ in range(5)]
    assert [(fault.code, fault.pointer) for fault in faults(evaluation(*rows))] == [("too-many-rows", "/indicators")]


def test_a_total_that_nobody_could_write_down_is_refused() -> None:
    measure = {"nature": "at_least", "method": {"kind": "proportional"}}
    rows = [leaf(measure | {"target": str(10**20 + 2 * number + 1), "actual": "1"}) for number in range(150)]
    assert [fault.code for fault in faults(evaluation(*rows))] == ["total-too-long"]
    assert faults(evaluation(*rows[:50])) == ()


def test_figures_that_grow_without_end_are_not_reckoned() -> None:
    """Each product is the square of the one before; the last would fill the memory."""
    figures = [{"key": "p0", "label": "面积", "text": "4300.25"}]
    relations = [
        {"key": f"p{number}", "label": "乘积", "kind": "product", "terms": [f"p{number - 1}"] * 2}
        for number in range(1, 60)
    ]
    whole = evaluation(leaf(score="20"), figures=figures, relations=relations)
    assert faults(whole) == ()
    comparisons = {one.key: one for one in compare(whole, score(whole))}
    assert comparisons["p1"].recomputed == "18492150.06"
    assert (comparisons["p59"].recomputed, comparisons["p59"].verdict) == (None, Verdict.NOT_DERIVABLE)
