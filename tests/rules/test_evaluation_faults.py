"""What is refused at the door of an evaluation, and what is stored for a check to find."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.evaluations.faults import faults
from app.rules.evaluations.scoring import score
from tests.rules.evaluation_documents import evaluation, leaf
from tests.rules.tables import Case, cases


@pytest.mark.parametrize("case", cases("evaluation_faults", "faults"))
def test_refused(case: Case) -> None:
    found = faults(evaluation(leaf() | case.get("row", {"score": "20"}), **case.get("document", {})))
    assert [[fault.code, fault.pointer] for fault in found] == case.get("refused", [])
    assert all(fault.detail.endswith(".") and fault.remedy.endswith(".") for fault in found)


_TEXTS = st.none() | st.sampled_from(
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
_MEASURES = st.fixed_dictionaries(
    {
        "nature": st.sampled_from(["at_least", "at_most", "equal", "range", "qualitative"]),
        "target": _TEXTS,
        "target_to": _TEXTS,
        "unit": st.sampled_from([None, "件", "%", "万"]),
        "actual": _TEXTS,
        "method": _METHODS,
        "units": st.lists(
            st.fixed_dictionaries({"name": st.just("甲"), "target": _TEXTS, "actual": _TEXTS}), max_size=2
        ),
        "roll_up": st.sampled_from([None, "sum", "mean"]),
        "judgement": st.sampled_from([None, {"share": "0.7", "reason": "例会记录不全"}]),
    }
)


@given(
    _MEASURES,
    _TEXTS,
    _TEXTS,
    st.lists(
        st.fixed_dictionaries(
            {"source": st.just("total"), "full_year": _TEXTS, "initial": _TEXTS, "executed": _TEXTS, "weight": _TEXTS}
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
