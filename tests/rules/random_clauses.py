"""Clauses by chance: of every kind, composed of every step, each answer given or left out."""

from random import Random
from typing import Any, TypeVar

from app.features.contracts.terms_document import TermsDocument

Written = dict[str, Any]
Value = TypeVar("Value")
WINDOWS = ("month", "quarter", "year", "contract")
BASES = ("month_fee", "month_fee", "at_risk_pool", "quarter_fee", "year_fee", "contract_total")
SHARES = ("0", "0.01", "0.05", "0.1", "0.3333", "0.9", "1")
YUAN = ("0.00", "0.01", "500.00", "2999.99", "100000.00")
POINTS = ("0", "0.5", "2", "33.33")
FIRST = ("own_score", "paid_in_full")
SITES = ("north", "east", "west")
TYPES = ("leaving_post", "late_opening", "complaint", "absent", "late_delivery")
ROUNDINGS = (
    {"stage": "amount", "places": 2},
    {"stage": "amount", "places": 0},
    {"stage": "coefficient", "places": 3},
    {"stage": "coefficient", "places": 0},
)


def sometimes(chance: Random, value: Value, odds: float = 0.97) -> Value | None:
    """Give an answer, or leave it out."""
    return value if chance.random() < odds else None


def stated(clause: Written) -> Written:
    """Leave out what has no answer."""
    return {name: value for name, value in clause.items() if value is not None}


def multipliers(chance: Random) -> Written | None:
    """Make factors of every kind."""
    number = {"number": sometimes(chance, chance.randint(2, 4)), "within": chance.choice(WINDOWS)}
    made = (
        stated({"when": "number", "factor": chance.choice(("1.5", "3")), **number}),
        {"when": "unrectified", "factor": "2.5"},
        stated({"when": "consecutive", "factor": "2", "compounds": sometimes(chance, chance.random() < 0.5)}),
    )
    factors = chance.sample(made, chance.randint(1, 3))
    together = sometimes(chance, chance.choice(("largest", "product")))
    return sometimes(chance, stated({"factors": factors, "together": together}), 0.5)


def findings_measure(chance: Random) -> Written:
    """Make a score that findings make."""
    criteria = [{"code": "posts", "weight": chance.choice(POINTS), "issue_types": ["leaving_post", "absent"]}]
    subjects = sometimes(chance, {"window": "1", "chief": "0.5"}, 0.3)
    return stated(
        {
            "kind": "findings",
            "full_mark": "100",
            "points": {code: chance.choice(POINTS) for code in chance.sample(TYPES[:4], 2)},
            "by_level": sometimes(chance, {"late_delivery": {"minor": "1", "major": "40"}}, 0.3),
            "multipliers": multipliers(chance),
            "criteria": sometimes(chance, criteria, 0.5),
            "additions": sometimes(chance, {"praise": chance.choice(POINTS)}, 0.5),
            "most_added": sometimes(chance, chance.choice(POINTS), 0.5),
            "floor": sometimes(chance, chance.choice(POINTS), 0.7),
            "subjects": subjects,
            "subject": sometimes(chance, "chief") if subjects else None,
        }
    )


def measure(chance: Random) -> Written | None:
    """Make what a clause measures in place of the assessed score, on a scale of 100."""
    interpolated = stated(
        {"kind": "interpolated", "code": "satisfaction", "clamped": sometimes(chance, chance.random() < 0.9)}
    )
    metric = {"kind": "metric", "code": "satisfaction", "full_mark": "100"}
    parts = [
        {**interpolated, "knots": [{"at": "60", "points": "0"}, {"at": "95", "points": "40"}]},
        {**metric, "full_mark": "60"},
    ]
    knots = [{"at": "90", "points": "100"}, {"at": "50", "points": "20"}, {"at": "70.5", "points": "80"}]
    made: tuple[Written, ...] = (
        metric,
        {**interpolated, "knots": knots},
        findings_measure(chance),
        {"kind": "sum", "parts": parts},
    )
    return sometimes(chance, chance.choice(made), 0.5)


def sites(chance: Random) -> Written:
    """Make a rule for several sites."""
    rule = sometimes(chance, chance.choice(("lowest", "mean_of_scores", "mean_of_coefficients")))
    weights = sometimes(chance, ["0.5", "0.25", "0.25"], 0.3)
    places = sometimes(chance, chance.randint(0, 3), 0.3)
    return stated({"code": "hall_score", "sites": list(SITES), "rule": rule, "weights": weights, "places": places})


def by_score(chance: Random) -> Written:
    """Make what decides about which base."""
    base = chance.choice(BASES)
    longer = base not in ("month_fee", "at_risk_pool")
    several = sometimes(chance, sites(chance), 0.25)
    combined = chance.choice(
        ("mean_of_months", "weighted_months", "mean_of_coefficients", "lowest_month", "last_month")
    )
    lag = stated({"periods": chance.randint(1, 2), "first": sometimes(chance, chance.choice(FIRST))})
    grace = {"months": chance.randint(1, 4), "share": sometimes(chance, chance.choice(SHARES))}
    grace["counts_partial"] = sometimes(chance, chance.random() < 0.5)
    unscored = ("left_out",) if longer else ("paid_in_full", "not_paid")
    part = sometimes(chance, chance.choice(("0.3", "1/6", "1/3", "1")), 0.5)
    roundings = (*ROUNDINGS, {"stage": "part", "places": chance.randint(0, 2)}) if part else ROUNDINGS
    return stated(
        {
            "base": base,
            "part": part,
            "measure": None if several else measure(chance),
            "sites": several,
            "rounding": sometimes(chance, chance.choice(roundings)),
            "score": sometimes(chance, combined) if longer else None,
            "weights": ["0.2", "0.3", "0.5"] if longer and combined == "weighted_months" else None,
            "lag": sometimes(chance, lag, 0.25),
            "grace": None if longer else sometimes(chance, stated(grace), 0.25),
            "excused": sometimes(chance, chance.choice(unscored)),
            "not_assessed": sometimes(chance, chance.choice(unscored)),
        }
    )


def score_clause(chance: Random) -> Written:
    """Make a clause by the score, of any scale."""
    granularity = sometimes(chance, chance.choice(("linear", "whole_points", "started_points")))
    below = {"granularity": granularity, "floor": sometimes(chance, chance.choice(SHARES))}
    bands = [
        {"at_least": "90", "share": "1"},
        {"at_least": "80", "below": "90", "share": chance.choice(SHARES)},
        {"below": "80", "share": chance.choice(SHARES), "decided": chance.random() < 0.3},
    ]
    stretches = [{"down_to": "80", "per_point": "0.005"}, {"down_to": "70", "per_point": "0.01"}]
    up = [{"at_least": "50", "deduct": "0.1"}, {"above": "80", "deduct": "1"}]
    down = [{"below": "95", "deduct": "0.05"}, {"at_most": "60", "deduct": chance.choice(SHARES)}]
    scales: tuple[Written, ...] = (
        {"kind": "score_bands", "bands": bands},
        {"kind": "linear_below_mark", "mark": "90", "per_point": chance.choice(SHARES), **below},
        {"kind": "ratio_to_mark", "mark": "90"},
        {
            "kind": "piecewise_linear",
            "mark": "90",
            "stretches": [*stretches, {"per_point": chance.choice(SHARES)}],
            **below,
        },
        {"kind": "rate_steps", "steps": chance.choice((up, down))},
    )
    return stated({**chance.choice(scales), **by_score(chance)})


def cap(chance: Random) -> Written | None:
    """Make a cap that is an amount or a share."""
    kind = {"share": chance.choice(SHARES)} if chance.random() < 0.5 else {"amount": chance.choice(YUAN)}
    return sometimes(chance, {"per": chance.choice(WINDOWS), **kind}, 0.6)


def finding_clauses(chance: Random) -> list[Written]:
    """Make clauses that price findings, of any kind."""

    def common(*bases: str) -> Written:
        rounding = sometimes(chance, chance.choice(ROUNDINGS))
        base = chance.choice((*BASES, *bases))
        return {"base": base, "cap": cap(chance), "rounding": rounding, "multipliers": multipliers(chance)}

    count = sometimes(chance, chance.choice(("calendar_days", "working_days")))
    wage = {"share": "0.5", "amount": "180.55", "source": "工资表"}
    levels = {"late_delivery": {"minor": chance.choice(YUAN), "major": "800.00"}}
    last = {"factor": chance.choice(("1.5", "2"))}
    tiers = [{"up_to": "40", "factor": "1"}, {"up_to": "50.5", "factor": "1.2"}, last]
    point = {"share": "0.001"} if chance.random() < 0.5 else {"each": chance.choice(YUAN)}
    made: tuple[Written, ...] = (
        {
            "kind": "amount_per_finding",
            "amounts": {code: chance.choice(YUAN) for code in TYPES[:2]},
            "by_level": levels,
            **common(),
        },
        {
            "kind": "percent_per_finding",
            "shares": {code: chance.choice(SHARES) for code in TYPES[1:3]},
            **common("month_fines", "month_fines"),
        },
        {"kind": "late_performance", "per_day": {"late_delivery": "0.001"}, "count": count, **common()},
        {"kind": "absent_staff", "per_day": {"absent": "200.00"}, "count": count, "wage": wage, **common()},
        {
            "kind": "points_ratchet",
            "points": {"complaint": chance.choice(POINTS), "leaving_post": chance.choice(POINTS)},
            "per": chance.choice(WINDOWS),
            "free": chance.choice(("0", "2", "20")),
            "tiers": tiers,
            "by": sometimes(chance, chance.choice(("each_tier", "reached_tier"))),
            **point,
            **common(),
        },
    )
    return [stated(clause) for clause in chance.sample(made, chance.randint(0, 4))]


def other_clauses(chance: Random) -> list[Written]:
    """Make limits, pools, holdbacks and bonuses."""

    def rounding() -> Any:  # noqa: ANN401 a rounding or none
        return sometimes(chance, chance.choice(ROUNDINGS))

    def limit() -> Written:
        kind = {"share": chance.choice(SHARES)} if chance.random() < 0.5 else {"amount": chance.choice(YUAN)}
        base = chance.choice(BASES)
        return {"kind": "deduction_limit", "per": chance.choice(WINDOWS), "base": base, **kind, "rounding": rounding()}

    ceilings = (
        {"amount": chance.choice(YUAN)},
        {"share": chance.choice(SHARES), "base": chance.choice(("year_fee", "contract_total"))},
        {"share": chance.choice(SHARES)},
    )
    earned: tuple[Written, ...] = (
        {"per_unit": {"metric": "cases", "yuan": "0.125"}},
        {"share": chance.choice(SHARES)},
        {"amount": chance.choice(YUAN)},
    )
    splits = (
        [{"share": "1", "paid": chance.choice(WINDOWS)}],
        [{"share": "0.6", "paid": "quarter"}, {"share": "0.4", "paid": "year"}],
    )
    conditions = [stated({"at_least": "85.5", "measure": measure(chance)}), {"at_most": "99"}]
    made: tuple[Written, ...] = (
        limit(),
        limit(),
        {
            "kind": "at_risk_pool",
            "base": "month_fee",
            "share": chance.choice(SHARES),
            "caps_deductions": sometimes(chance, chance.random() < 0.5),
            "kept": chance.random() < 0.5,
            "rounding": rounding(),
        },
        {
            "kind": "holdback",
            "base": chance.choice(("month_fee", "quarter_fee", "year_fee", "contract_total", "month_payment")),
            "share": chance.choice(SHARES),
            "ceiling": sometimes(chance, chance.choice(ceilings), 0.5),
            "rounding": rounding(),
        },
        {
            "kind": "bonus",
            "base": chance.choice(BASES),
            "conditions": chance.sample(conditions, chance.randint(1, 2)),
            **chance.choice(earned),
            "pool": cap(chance),
            "split": chance.choice(splits),
            "rounding": rounding(),
        },
    )
    return [stated(clause) for clause in chance.sample(made, chance.randint(0, 5))]


def payment(chance: Random) -> Written:
    """Make how a contract is paid."""
    quarters = [{"share": "0.25", "months": [f"2024-{3 * q + m:02}" for m in (1, 2, 3)]} for q in range(4)]
    by_instalments = chance.random() < 0.1
    volume = {"metric": "billed", "design": "3000", "least": sometimes(chance, "0.9"), "most": sometimes(chance, "1.1")}
    deferred: Written = {"share": chance.choice(SHARES), "until": chance.choice(("quarter", "year"))}
    deferred["rounding"] = sometimes(chance, chance.choice(ROUNDINGS))
    changing = {
        "volume": sometimes(chance, stated(volume), 0.2),
        "early_end": sometimes(
            chance, stated({"rounds": sometimes(chance, chance.choice(("mean_month", "at_end")))}), 0.5
        ),
        "deferred": sometimes(chance, stated(deferred), 0.3),
    }
    return stated(
        {
            "schedule": "instalments" if by_instalments else chance.choice(("monthly", "quarterly")),
            "instalments": quarters if by_instalments else None,
            "year_money": sometimes(chance, chance.choice(("service_months", "calendar_months"))),
            "partial_month": sometimes(chance, chance.choice(("whole", "by_days"))),
            "rest": chance.choice(("spread", "last_part")),
            "excess": sometimes(chance, chance.choice(("carried_over", "limited"))),
            "rounding": sometimes(chance, chance.choice(ROUNDINGS)),
            **({} if by_instalments else changing),
        }
    )


def document(chance: Random) -> Written:
    """Make a document that does not contradict itself: clauses that would are left out."""
    money = [score_clause(chance) for _ in range(chance.randint(0, 3))]
    money += finding_clauses(chance) + other_clauses(chance)
    if not money:
        money.append({"kind": "no_link"})
    if all(clause["kind"] != "at_risk_pool" for clause in money):
        for clause in money:
            if clause.get("base") == "at_risk_pool":
                clause["base"] = "month_fee"
    chance.shuffle(money)
    made: Written = {"payment": payment(chance), "money": money}
    while faults := TermsDocument.model_validate(made).faults():
        _, where, place, *_ = faults[0].pointer.split("/")
        assert where == "money", faults
        del money[int(place)]
    return made
