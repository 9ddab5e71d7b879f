"""What a month earns on top of its fee, and with which month it is paid."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import Base, Bonus, ByScore, Condition
from app.rules.consecutive import MonthState
from app.rules.history import History
from app.rules.lines import Component, Line, MonthFacts, Taken, line, month_zh, to_coefficient, to_fen
from app.rules.measuring import full_mark_of, measured, metric, rests_on_result
from app.rules.points import summed
from app.rules.scored import require_final, undecided
from app.rules.scores import Band, band_of
from app.rules.workings import Figure, Label, Measure, Working

_POOL = Label("奖励金上限", "pool of the bonus")
_LEFT = Label("奖励金余额", "left of the pool")
_NOTHING = Label("零元", "nothing")


BaseOf = Callable[[Bonus, MonthFacts], Taken]
"""Gives what a bonus takes its share of in a month."""
Drawn = Sequence[tuple[Bonus, MonthFacts]]
"""Months that earned something, each with the bonus that it earned it by."""


@dataclass(frozen=True, slots=True)
class PaidNow:
    """A share of what some months earned, which is paid with this one."""

    share: Fraction
    months: Sequence[MonthFacts]


def bonus(
    clause: Bonus,
    pointer: str,
    paid: Sequence[PaidNow],
    base: BaseOf,
    drawn: Callable[[MonthFacts], Drawn],
    record: History,
    month: MonthFacts,
) -> Line | None:
    """Reckon what is paid of a bonus with a month; None where nothing is.

    `drawn` gives what drew on the pool before a month: other months, each with its bonus.
    """
    working = Working(pointer)
    label = Label(f"{month_zh(month.period)}应付奖励", f"bonus paid with {month.period}")
    parts = []
    for entry in paid:
        earned = [_within_pool(working, clause, base, drawn(other), record, other) for other in entry.months]
        sum_label = Label("所得奖励", "bonus earned")
        total = summed(working, sum_label, [each for each in earned if each is not None], Measure.YUAN)
        if not total.value:
            continue
        share = working.given(Label("本期支付比例", "share paid now"), entry.share, Measure.SHARE)
        parts.append(working.multiply(label, total, share))
    if not parts:
        return None
    amount = to_fen(working, label, summed(working, label, parts, Measure.YUAN), clause.rounding, month.period)
    return line(Component.BONUS, month.period, amount, working)


def _within_pool(
    working: Working,
    clause: Bonus,
    base: BaseOf,
    drawn: Drawn,
    record: History,
    month: MonthFacts,
) -> Figure | None:
    """Reckon what a month earns of what the months before it have left of the pool."""
    earned = _earned(working, clause, base, record, month)
    if clause.pool is None or earned is None:
        return earned
    before = [_earned(working, entry, base, record, other) for entry, other in drawn]
    if clause.pool.share is None:
        pool = working.fen(_POOL, clause.pool.fen or 0)
    else:
        share = working.given(Label("奖励金比例", "share of the pool"), Fraction(clause.pool.share), Measure.SHARE)
        pool = working.multiply(_POOL, base(clause, month).figure(working), share)
    label = Label(f"{month_zh(month.period)}奖励", f"bonus of {month.period}")
    used = [each for each in before if each is not None]
    left = working.subtract(_LEFT, pool, *used) if used else pool
    left = working.greatest(_LEFT, left, working.given(_NOTHING, 0, Measure.YUAN)) if left.value < 0 else left
    return working.least(label, earned, left)


def _earned(
    working: Working,
    clause: Bonus,
    base: BaseOf,
    record: History,
    month: MonthFacts,
) -> Figure | None:
    """Reckon what a month earns by itself; None where a condition does not hold."""
    for place, condition in enumerate(clause.conditions):
        if not _holds(working, condition, f"{working.clause}/conditions/{place}", record, month):
            return None
    label = Label(f"{month_zh(month.period)}奖励", f"bonus of {month.period}")
    if clause.fen is not None:
        return working.fen(label, clause.fen)
    if clause.share is not None:
        share = working.given(Label("奖励比例", "share of the bonus"), Fraction(clause.share), Measure.SHARE)
        share = to_coefficient(working, Label("奖励比例", "share of the bonus"), share, clause.rounding)
        return working.multiply(label, base(clause, month).figure(working), share)
    units = metric(working, clause.metric or "", None, month).figure
    each = working.given(Label("每单位奖励", "bonus for each unit"), Fraction(clause.per_unit or 0), Measure.YUAN)
    return working.multiply(label, units, each)


def _holds(working: Working, condition: Condition, pointer: str, record: History, month: MonthFacts) -> bool:
    rule = ByScore(base=Base.MONTH_FEE, measure=condition.measure)
    if rests_on_result(rule):
        require_final(month)
        if month.state is not MonthState.ASSESSED:
            # A month without a score has not shown what an assessment has to show.
            return False
    scale = full_mark_of(condition.measure, month.terms.full_mark)
    scored = measured(working, rule, pointer, month, record, scale)
    band = band_of(scored.score, [condition.band, *_outside(condition.band)])
    if band is None:
        raise undecided(month, scored)
    return band is condition.band


def _outside(band: Band) -> Iterator[Band]:
    """Give the bands below and above one."""
    if band.at_least is not None or band.above is not None:
        yield Band("under it", None, None, band.at_least, band.above)
    if band.below is not None or band.at_most is not None:
        yield Band("over it", band.below, band.at_most, None, None)
