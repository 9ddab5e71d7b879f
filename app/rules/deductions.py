"""What a score takes off a base: the score that decides, the share that its scale gives, and the amount of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.rules.bases import LENGTHS
from app.rules.clauses import Combined, Rounding, ScoreClause, Stage, Unscored
from app.rules.deciding_scores import combined, counting, mean_share, need_combination, unscored
from app.rules.history import History
from app.rules.lines import (
    Component,
    Line,
    MonthFacts,
    Taken,
    ends_within,
    line,
    month_zh,
    not_above,
    to_coefficient,
    to_fen,
)
from app.rules.measures import SiteRule
from app.rules.measuring import mean, measured, of_sites
from app.rules.scales import DEDUCTED, PAID, pays, share_of
from app.rules.scored import Scored, undecided
from app.rules.workings import Figure, Label, Measure, Working

_AMOUNT_PAID = Label("应付金额", "amount paid")
_AT_RISK = Label("与考核挂钩的部分", "part at risk")
_MEAN_OF_SITES = Label("各点位系数平均", "mean of the sites' coefficients")


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decides about a month's deduction: the months whose scores do, and those on record, for repeats.

    `scale` is the full mark that the clause's marks are on.
    `fixed` is the share that is paid whatever the score, of a month in its grace or without an earlier score.
    """

    months: Sequence[MonthFacts]
    record: History
    scale: Decimal | None
    fixed: Fraction | None = None


def by_score(clause: ScoreClause, pointer: str, base: Taken, deciding: Deciding, month: MonthFacts) -> Line:
    """Reckon what the score takes off the base; of a base of several months it comes off the last of them, `month`."""
    working = Working(pointer)
    amount = base.figure(working)
    if deciding.fixed is not None:
        return _fixed(working, clause, amount, deciding.fixed, month)
    if len(deciding.months) == 1:
        of_a_month = LENGTHS[clause.by_score.base] == 0
        answer = unscored(clause.by_score, pointer, deciding.months[0], alone=of_a_month)
        if answer is Unscored.LEFT_OUT:
            # A quarter of one month has no other month that could decide.
            raise undecided(deciding.months[0])
        if answer is not None:
            return _fixed(working, clause, amount, Fraction(answer is Unscored.PAID_IN_FULL), month)
        share = _month_share(working, clause, deciding, deciding.months[0], month)
    else:
        share = _share_of_months(working, clause, deciding, month)
    return _taken(working, clause, amount, share, month)


def _month_share(
    working: Working, clause: ScoreClause, deciding: Deciding, scoring: MonthFacts, month: MonthFacts
) -> Figure:
    """Give the share of one month's score; an open band is decided for the month that is paid."""
    sites, pointer = clause.by_score.sites, working.clause or ""
    if sites is None or sites.rule is not SiteRule.MEAN_OF_COEFFICIENTS:
        scored = measured(working, clause.by_score, pointer, scoring, deciding.record, deciding.scale)
        return share_of(working, clause, scored, scoring, month)
    shares = [share_of(working, clause, scored, scoring, month) for scored in of_sites(working, sites, scoring)]
    return mean(working, _MEAN_OF_SITES, shares, sites.weights, sites.places, Measure.SHARE)


def _share_of_months(working: Working, clause: ScoreClause, deciding: Deciding, month: MonthFacts) -> Figure:
    rule, months, pointer = clause.by_score, deciding.months, working.clause or ""
    if need_combination(rule, pointer, month) is Combined.MEAN_OF_COEFFICIENTS:
        counted = counting(rule, pointer, months)
        return mean_share(working, [_month_share(working, clause, deciding, each, each) for each in counted])

    def measure(scoring: MonthFacts) -> Scored:
        return measured(working, rule, pointer, scoring, deciding.record, deciding.scale)

    return share_of(working, clause, combined(working, rule, pointer, months, measure), months[-1], month)


def _deduction(month: MonthFacts) -> Label:
    return Label(f"{month_zh(month.period)}得分扣款", f"deduction for the score of {month.period}")


def _close(working: Working, deduction: Figure, month: MonthFacts) -> Line:
    return line(Component.SCORE_DEDUCTION, month.period, deduction, working)


def _fixed(working: Working, clause: ScoreClause, amount: Figure, share: Fraction, month: MonthFacts) -> Line:
    """Take what a month is paid that no score decides about."""
    label = Label("无得分月份的应付比例", "share paid of a month without a score")
    if share not in (0, 1):
        label = Label("初期应付比例", "share paid of a month of the beginning")
    paid = working.given(label, share, Measure.SHARE, month.sources.assessment)
    return _paid(working, clause, amount, to_coefficient(working, label, paid, clause.by_score.rounding), month)


def _taken(working: Working, clause: ScoreClause, amount: Figure, share: Figure, month: MonthFacts) -> Line:
    rounding = clause.by_score.rounding
    if pays(clause):
        return _paid(working, clause, amount, to_coefficient(working, PAID, share, rounding), month)
    share = to_coefficient(working, DEDUCTED, share, rounding)
    label = _deduction(month)
    at_risk = _at_risk(working, clause, amount)
    exactly = working.multiply(label, at_risk, share)
    rounded = to_fen(working, label, exactly, rounding, month.period)
    return _close(working, not_above(working, label, rounded, amount), month)


def _paid(working: Working, clause: ScoreClause, amount: Figure, share: Figure, month: MonthFacts) -> Line:
    """Round what is paid, of a part at risk together with the rest: the deduction is what is left of the base."""
    rounding = clause.by_score.rounding
    at_risk = _at_risk(working, clause, amount)
    due = working.multiply(_AMOUNT_PAID, at_risk, share)
    if at_risk is not amount:
        rest = working.subtract(Label("固定部分", "fixed part"), amount, at_risk)
        due = working.add(_AMOUNT_PAID, rest, due)
    due = to_fen(working, _AMOUNT_PAID, due, rounding, month.period)
    due = not_above(working, _AMOUNT_PAID, due, amount)
    return _close(working, working.subtract(_deduction(month), amount, due), month)


def _at_risk(working: Working, clause: ScoreClause, amount: Figure) -> Figure:
    """Give the part of the base that the score decides about; rounded where the clause rounds the part."""
    part, rounding = clause.by_score.part, clause.by_score.rounding
    if part is None:
        return amount
    share = working.given(Label("挂钩比例", "share at risk"), part, Measure.SHARE)
    return _part_rounded(working, working.multiply(_AT_RISK, amount, share), rounding)


def _part_rounded(working: Working, part: Figure, rounding: Rounding | None) -> Figure:
    if rounding is None or rounding.stage is not Stage.PART or ends_within(part.value, rounding.places):
        return part
    return working.round(_AT_RISK, part, rounding.places, Stage.PART.value)
