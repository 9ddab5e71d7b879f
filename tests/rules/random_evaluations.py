"""Cells and measures of evaluations at random, sound ones and others."""

from hypothesis import strategies as st

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
