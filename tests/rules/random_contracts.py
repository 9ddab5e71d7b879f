"""Contracts by chance: terms that answer everything, and months with what may be found in them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from app.rules.clauses import MoneyTerms
from app.rules.consecutive import MonthState
from app.rules.fees import ServiceFees
from app.rules.lines import FindingsOfType, MonthFacts
from app.rules.periods import Period, served_days
from app.rules.scores import Score, ScoreKind
from tests.rules.settled_contracts import SOURCES

ROUNDING = st.sampled_from(
    [{"stage": "amount", "places": 2}, {"stage": "amount", "places": 0}, {"stage": "coefficient", "places": 3}]
)
SHARES = st.sampled_from(["0", "0.01", "0.05", "0.1", "0.3333", "0.9", "1"])
YUAN = st.sampled_from(["0.00", "0.01", "500.00", "2999.99", "100000.00"])
MONTH_BASES = st.sampled_from(["month_fee", "at_risk_pool"])
ANY_BASES = st.sampled_from(["month_fee", "at_risk_pool", "quarter_fee", "year_fee", "contract_total"])
OF_A_MONTH = {"month_fee", "at_risk_pool"}

_EDGES = st.sampled_from(
    [
        [
            {"at_least": "90", "share": "1"},
            {"at_least": "80", "below": "90", "share": "0.9"},
            {"below": "80", "share": "0"},
        ],
        [{"above": "85.5", "share": "1"}, {"at_most": "85.5", "share": "0.777"}],
        [{"share": "0.95"}],
    ]
)


@st.composite
def score_clauses(draw: st.DrawFn, bases: st.SearchStrategy[str] = MONTH_BASES) -> dict[str, Any]:
    """Draw a clause by the score that answers everything."""
    base = draw(bases)
    unscored = ["paid_in_full", "not_paid"] if base in OF_A_MONTH else ["left_out"]
    more = {name: draw(st.sampled_from(unscored)) for name in ("excused", "not_assessed")}
    if base not in OF_A_MONTH:
        more["score"] = draw(st.sampled_from(["mean_of_months", "lowest_month", "last_month"]))
    common = {"base": base, "rounding": draw(ROUNDING), **more}
    if draw(st.booleans()):
        return {"kind": "score_bands", "bands": draw(_EDGES), **common}
    granularity = draw(st.sampled_from(["linear", "whole_points", "started_points"]))
    scale = {"mark": "90", "per_point": draw(SHARES), "granularity": granularity, "floor": draw(SHARES)}
    return {"kind": "linear_below_mark", **scale, **common}


@st.composite
def finding_clauses(draw: st.DrawFn) -> dict[str, Any]:
    """Draw amounts for findings, with or without a cap."""
    cap = draw(
        st.none()
        | st.builds(
            lambda amount, per: {"amount": amount, "per": per},
            YUAN,
            st.sampled_from(["month", "quarter", "year", "contract"]),
        )
        | st.builds(lambda share: {"share": share, "per": "month"}, SHARES)
    )
    amounts = {"leaving_post": draw(YUAN), "late_opening": draw(YUAN)}
    clause = {"kind": "amount_per_finding", "base": "month_fee", "amounts": amounts, "rounding": draw(ROUNDING)}
    return clause | ({"cap": cap} if cap else {})


@st.composite
def holdbacks(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a holdback, with or without a ceiling."""
    base = draw(st.sampled_from(["month_fee", "month_payment", "quarter_fee", "year_fee", "contract_total"]))
    ceiling = draw(
        st.none()
        | st.builds(lambda amount: {"amount": amount}, YUAN)
        | st.builds(
            lambda share, of: {"share": share, "base": of}, SHARES, st.sampled_from(["year_fee", "contract_total"])
        )
    )
    clause = {"kind": "holdback", "base": base, "share": draw(SHARES), "rounding": draw(ROUNDING)}
    return clause | ({"ceiling": ceiling} if ceiling else {})


@st.composite
def terms(draw: st.DrawFn, bases: st.SearchStrategy[str] = MONTH_BASES) -> dict[str, Any]:
    """Draw a document that answers everything it can be asked, its clauses in any order."""
    payment = {
        "schedule": draw(st.sampled_from(["monthly", "quarterly"])),
        "year_money": draw(st.sampled_from(["service_months", "calendar_months"])),
        "partial_month": draw(st.sampled_from(["whole", "by_days"])),
        "rest": draw(st.sampled_from(["spread", "last_part"])),
        "excess": draw(st.sampled_from(["carried_over", "limited"])),
        "rounding": draw(ROUNDING),
    }
    score = draw(score_clauses(bases))
    of_a_month = score["base"] in OF_A_MONTH
    pool = {
        "kind": "at_risk_pool",
        "base": "month_fee",
        "share": draw(SHARES),
        "caps_deductions": draw(st.booleans()) and of_a_month,
        "kept": draw(st.booleans()) and score["base"] != "at_risk_pool",
        "rounding": draw(ROUNDING),
    }
    money = [score, pool, draw(finding_clauses()), draw(holdbacks())]
    return {"payment": payment, "money": draw(st.permutations(money))}


RESULTS = st.one_of(
    st.sampled_from([MonthState.EXCUSED, MonthState.NOT_ASSESSED]),
    st.sampled_from([Fraction(90), Fraction("89.995"), Fraction("85.5"), Fraction(80), Fraction(0), Fraction(100)]),
    st.integers(0, 10_000).map(lambda hundredths: Fraction(hundredths, 100)),
)
COUNTS = st.tuples(st.integers(0, 4), st.integers(0, 2))
Facts = tuple[MonthState | Fraction, tuple[int, int]]
FACTS: st.SearchStrategy[Facts] = st.tuples(RESULTS, COUNTS)
"""What is known of a month: its score or its state, and how many findings of two types it has."""


@st.composite
def services(draw: st.DrawFn, longest: int = 14) -> ServiceFees:
    """Draw a service of some months, which may begin and end within one."""
    first = Period(2023, draw(st.integers(1, 12)))
    last = first.plus(draw(st.integers(0, longest - 1)))
    starts_on = date(first.year, first.month, draw(st.sampled_from([1, 1, 4])))
    ends_on = draw(st.sampled_from([last.last_day, date(last.year, last.month, 20)]))
    money = st.sampled_from([1_200_000_00, 1_126_514_070, 1_000_01, 100])
    return ServiceFees(starts_on, ends_on, {year: draw(money) for year in range(first.year, last.year + 1)})


def month_of(service: ServiceFees, period: Period, money: MoneyTerms, facts: Facts) -> MonthFacts:
    """Make a month of a service by its terms and facts."""
    result, (left, late) = facts
    served = served_days(period, service.starts_on, service.ends_on)
    assert served is not None
    return MonthFacts(
        period,
        *served,
        money,
        SOURCES,
        final=True,
        state=MonthState.ASSESSED if isinstance(result, Fraction) else result,
        score=Score(ScoreKind.EXACT, result) if isinstance(result, Fraction) else None,
        findings=(FindingsOfType("leaving_post", left), FindingsOfType("late_opening", late)),
    )


def months_of(service: ServiceFees, money: MoneyTerms, facts: Sequence[Facts]) -> list[MonthFacts]:
    """Make all months of a service under one document; their facts are taken in turn."""
    return [month_of(service, period, money, facts[place % len(facts)]) for place, period in enumerate(service.months)]
