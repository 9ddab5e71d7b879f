"""What holds however clauses are composed: nothing is taken that is not there, and nothing is left unexplained."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.clauses import (
    Base,
    Cap,
    DeductionLimit,
    FindingClause,
    Holdback,
    MoneyClause,
    Payment,
    ScoreClause,
    Stage,
    Window,
)
from app.rules.fees import ServiceFees, quarter_of
from app.rules.lines import SIGNS, Component, Line, MonthFacts
from app.rules.periods import Period
from app.rules.reckoning import DEDUCTIONS, Reckoning
from app.rules.settlement import reckon
from app.rules.settling import Books, payment_periods, settle
from tests.rules.random_clauses import document
from tests.rules.random_facts import recorded_otherwise, service, year
from tests.rules.recompute import half_away, recompute

CHANCES = st.randoms(use_true_random=True)
"""Each makes one contract and its year; a failure prints the seed."""
MANY = settings(max_examples=100)
Found = Mapping[Period, Reckoning]

ROUNDED_UP = 50
"""By how many fen an amount that is rounded to whole yuan may be more than what it may at most be."""


def contract(chance: Random) -> tuple[ServiceFees, list[MonthFacts]]:
    """Make a contract and its months, at times amended in their midst."""
    documents = [document(chance) for _ in range(chance.choice((1, 1, 1, 2)))]
    agreed = service(chance)
    return agreed, year(chance, agreed, *documents)


@MANY
@given(CHANCES)
def test_a_month_is_reckoned_and_explained_or_what_it_lacks_is_named(chance: Random) -> None:
    agreed, months = contract(chance)
    found = reckon(agreed, months)
    assert list(found) == [month.period for month in months]
    for reckoning in found.values():
        assert not (reckoning.lines and reckoning.missing)
        for line in reckoning.lines:
            assert recompute([step.written() for step in line.steps]) == Fraction(line.fen, 100)
        for missing in reckoning.missing:
            assert missing.name
            assert missing.pointer.startswith("/")
            assert missing.label.zh
            assert missing.label.en


@MANY
@given(CHANCES)
def test_nothing_is_taken_that_is_not_there(chance: Random) -> None:
    agreed, months = contract(chance)
    found = reckon(agreed, months)
    for month in months:
        assert_month(agreed, month, found)
    assert_caps(agreed, months, found)


def assert_month(agreed: ServiceFees, month: MonthFacts, found: Found) -> None:
    """Check that no deduction is negative or above its base, and that limits give back no more than was taken."""
    reckoning = found[month.period]
    for line in reckoning.lines:
        assert line.fen >= 0 or line.component in (Component.DEFERRED, Component.FEE)
        clause = clause_of(month, line) if line.component in DEDUCTIONS else None
        if isinstance(clause, ScoreClause):
            assert line.fen <= at_risk(agreed, month, clause, found)
    assert_parts(agreed, month, found)
    assert 0 <= reckoning.deducted() <= reckoning.total(*DEDUCTIONS)
    less = sum(
        SIGNS[line.component] * line.fen
        for line in reckoning.lines
        if line.component not in (Component.BONUS, Component.DEFERRED)
    )
    assert less <= reckoning.total(Component.FEE)
    assert reckoning.total(Component.POOL) <= max(reckoning.total(Component.FEE), 0)
    if holdback_base(month) in (Base.MONTH_FEE, Base.MONTH_PAYMENT):
        assert reckoning.total(Component.HOLDBACK) <= max(reckoning.total(Component.FEE), 0)


def assert_parts(agreed: ServiceFees, month: MonthFacts, found: Found) -> None:
    """Check that the clauses that share a base by its parts take no more than all of it together."""
    scored = [clause for clause in month.terms.clauses if isinstance(clause, ScoreClause)]
    for base in {clause.by_score.base for clause in scored}:
        sharing = [clause for clause in scored if clause.by_score.base is base]
        if all(clause.by_score.part is not None for clause in sharing):
            whole = sum(at_risk(agreed, month, clause, found) for clause in sharing)
            lines = found[month.period].lines
            taken = [line.fen for line in lines if line.component in DEDUCTIONS and clause_of(month, line) in sharing]
            assert sum(taken) <= whole


def clause_of(month: MonthFacts, line: Line) -> MoneyClause:
    """Give the clause of the month's terms that a line carries out."""
    return month.terms.clauses[int((line.clause or "").removeprefix("/money/"))]


def holdback_base(month: MonthFacts) -> Base | None:
    """Say of what the holdback of a month's terms is a share."""
    return next((clause.base for clause in month.terms.clauses if isinstance(clause, Holdback)), None)


def at_risk(agreed: ServiceFees, month: MonthFacts, clause: ScoreClause, found: Found) -> Fraction:
    """Give the most that a clause by the score may take, in fen: the part of its base that is at risk."""
    rule, period = clause.by_score, month.period
    fees = {other: reckoning.total(Component.FEE) for other, reckoning in found.items()}
    match rule.base:
        case Base.QUARTER_FEE:
            if any(found[other].missing for other in fees if quarter_of(other) == quarter_of(period)):
                return Fraction(10**12)
            base = sum(fen for other, fen in fees.items() if quarter_of(other) == quarter_of(period))
        case Base.YEAR_FEE:
            base = agreed.year_money[period.year]
        case Base.CONTRACT_TOTAL:
            base = agreed.total
        case _:
            base = fees[period]
    return max(Fraction(base), Fraction(0)) * (rule.part or 1) + ROUNDED_UP


WINDOWS: Mapping[Window, Callable[[Period], object]] = {
    Window.MONTH: lambda period: period,
    Window.QUARTER: quarter_of,
    Window.YEAR: lambda period: period.year,
    Window.CONTRACT: lambda _: None,
}


def assert_caps(agreed: ServiceFees, months: Sequence[MonthFacts], found: Found) -> None:
    """Check that no clause takes more than its cap in a window, and all together no more than their limit."""
    if len({month.terms for month in months}) > 1:
        # By which of several terms a window is capped is what `amended_midway` is about.
        return
    for place, clause in enumerate(months[0].terms.clauses):
        if isinstance(clause, FindingClause) and clause.cap is not None:
            most = capped(agreed, clause, clause.cap)
            for taken in by_window(clause.cap, found, partial(of_clause, pointer=f"/money/{place}")):
                assert most is None or taken <= most + ROUNDED_UP
        if isinstance(clause, DeductionLimit):
            most = capped(agreed, clause, clause)
            for taken in by_window(clause, found, Reckoning.deducted):
                assert most is None or taken <= most + (ROUNDED_UP if clause.share is not None else 0)


def capped(agreed: ServiceFees, clause: FindingClause | DeductionLimit, cap: Cap | DeductionLimit) -> Fraction | None:
    """Give what a cap comes to in fen; None for a share of what is not the same in every month."""
    if cap.share is None:
        return Fraction(cap.fen or 0)
    if clause.base is not Base.CONTRACT_TOTAL:
        return None
    rounding, share = clause.rounding, Fraction(cap.share)
    if rounding is not None and rounding.stage is Stage.COEFFICIENT:
        share = half_away(share, rounding.places)
    return agreed.total * share


def of_clause(reckoning: Reckoning, pointer: str) -> int:
    """Give what a clause takes off a month."""
    return sum(line.fen for line in reckoning.lines if line.clause == pointer and line.component in DEDUCTIONS)


def by_window(over: Cap | DeductionLimit, found: Found, taken: Callable[[Reckoning], int]) -> Iterator[int]:
    """Sum up what is taken over each window."""
    sums: dict[object, int] = {}
    for period, reckoning in found.items():
        key = WINDOWS[over.window](period)
        sums[key] = sums.get(key, 0) + taken(reckoning)
    yield from sums.values()


@MANY
@given(CHANCES)
def test_the_order_of_recording_changes_nothing(chance: Random) -> None:
    agreed, months = contract(chance)
    one, two = reckon(agreed, months), reckon(agreed, recorded_otherwise(chance, months))
    assert {period: said(reckoning) for period, reckoning in one.items()} == {
        period: said(reckoning) for period, reckoning in two.items()
    }


def said(reckoning: Reckoning) -> tuple[list[tuple[str, str | None, int]], set[tuple[str, str]]]:
    """Give what a month comes to, and what it lacks."""
    lines = sorted((line.component.value, line.clause, line.fen) for line in reckoning.lines)
    return lines, {(missing.name, missing.pointer) for missing in reckoning.missing}


@MANY
@given(CHANCES)
def test_no_settlement_is_less_than_nothing(chance: Random) -> None:
    agreed, months = contract(chance)
    reckoned = reckon(agreed, months)
    payment = months[-1].terms.payment or Payment()
    for period in payment_periods(months):
        draft = settle(period, reckoned, Books({}, frozenset(), 0, "/settlements"), payment, agreed)
        assert draft.payable >= 0
        assert not (draft.lines and draft.missing)
        for entry in draft.lines:
            assert recompute([step.written() for step in entry.line.steps]) == Fraction(entry.line.fen, 100)
