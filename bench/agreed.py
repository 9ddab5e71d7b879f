"""What the contracts of the bench's record agree on: all invented, each with other clauses for the nights."""

from typing import Any

MONTHLY_FEE_FEN = 10_000_000
YEAR_FEN = 12 * MONTHLY_FEE_FEN
CRITERIA = {"service": 40, "discipline": 30, "efficiency": 20, "training": 10}
"""The criteria of the contract that is judged by them, and the weight of each."""

_BASE: dict[str, Any] = {
    "notice": {"after": "period_end", "unit": "calendar_days", "length": 15, "roll": "none"},
    "pass_mark": "90.00",
    "repeat": {"threshold": 8, "window": {"kind": "calendar_year"}, "count": "occurrences", "scope": "issue_type"},
    "consecutive": [{"below": "90.00", "periods": 2, "consequence": "right_to_terminate"}],
}
_QUARTERLY: dict[str, Any] = {
    "schedule": "quarterly",
    "year_money": "calendar_months",
    "due": {"after": "settlement_approved", "unit": "working_days", "length": 10, "roll": "none"},
}
_MONEY: dict[str, Any] = {
    "payment": _QUARTERLY,
    "money": [
        {
            "kind": "score_bands",
            "base": "month_fee",
            "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
            "rounding": {"stage": "amount", "places": 2},
        },
        {
            "kind": "amount_per_finding",
            "base": "month_fee",
            "amounts": {"issue-01": "500.00", "issue-02": "300.00", "issue-03": "800.00"},
            "cap": {"per": "month", "share": "0.05"},
        },
        {
            "kind": "holdback",
            "base": "month_fee",
            "share": "0.10",
            "releases": [{"code": "acceptance", "share": "1", "after": "acceptance"}],
        },
    ],
}
_RUBRIC: dict[str, Any] = {
    "full_mark": "100",
    "criteria": [{"code": code, "name": code, "weight": str(weight)} for code, weight in CRITERIA.items()],
}
_RECTIFIED: dict[str, Any] = {
    "repeat": _BASE["repeat"] | {"window": {"kind": "rolling_months", "months": 12}},
    "rectification": {"after": "notice", "unit": "working_days", "length": 5, "roll": "none"},
    "appeal": {"after": "notice", "unit": "working_days", "length": 3, "roll": "none"},
}
TERMS: tuple[dict[str, Any], ...] = (
    _BASE,
    _BASE | _MONEY,
    _BASE | _MONEY | {"payment": _QUARTERLY | {"schedule": "monthly"}},
    _BASE | _RECTIFIED,
    _BASE | _MONEY | {"rubric": _RUBRIC},
)
"""In this order: judged alone, paid by the quarter, paid by the month, rectified, judged by criteria and paid."""
