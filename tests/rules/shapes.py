"""The rows of the list of shapes that contracts have: each has its file of cases, and its part of the guide."""

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
BESIDE = ("deduction_limit", "payout_by_score", "all_or_nothing", "renewal_gate")
"""Kinds of clauses that stand in no row by themselves."""
BY_TRIGGERS = frozenset({"warning_ladder", "failure_run", "deduction_total", "demerit_points", "renewal_gate"})
"""Those that raise a consequence, whose cases have a test of their own."""
