"""What a score takes off a base: by bands, or for each point below a mark."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.rules.clauses import Granularity, LinearBelowMark, ScoreBands, Unscored
from app.rules.deciding_scores import Scored, combined, scored_month, undecided, unscored
from app.rules.lines import Component, Line, MonthFacts, Taken, line, month_zh, not_above, to_coefficient, to_fen
from app.rules.missing import need
from app.rules.money import exact, figure
from app.rules.scores import Band, ScoreKind, band_of
from app.rules.workings import Figure, Label, Measure, Working

_PAID = Label("应付比例", "share paid")
_PAID_FOR_ANY = Label("应付比例（各可能得分同属一档）", "share paid (the same for every score that is possible)")
_AMOUNT_PAID = Label("应付金额", "amount paid")
_DEDUCTED = Label("扣减比例", "share deducted")
_POINTS_BELOW = Label("低于基准分的分数", "points below the mark")


def by_score(clause: ScoreBands | LinearBelowMark, pointer: str, base: Taken, month: MonthFacts) -> Line:
    """Reckon what the score takes off the base; of a base of several months it comes off the last of them, `month`."""
    working = Working(pointer)
    amount = base.figure(working)
    if len(base.months) > 1:
        scored = combined(working, clause.by_score, pointer, base.months)
    else:
        answer = unscored(clause.by_score, pointer, month, alone=True)
        if answer is not None:
            return _of_unscored(working, amount, answer, month)
        scored = scored_month(working, month, month.terms.full_mark)
    if isinstance(clause, ScoreBands):
        return _by_bands(working, clause, amount, scored, month)
    return _below_mark(working, clause, amount, scored, month)


def _deduction(month: MonthFacts) -> Label:
    return Label(f"{month_zh(month.period)}得分扣款", f"deduction for the score of {month.period}")


def _close(working: Working, deduction: Figure, month: MonthFacts) -> Line:
    return line(Component.SCORE_DEDUCTION, month.period, deduction, working)


def _of_unscored(working: Working, amount: Figure, answer: Unscored, month: MonthFacts) -> Line:
    paid = working.given(
        Label("无得分月份的应付比例", "share paid of a month without a score"),
        1 if answer is Unscored.PAID_IN_FULL else 0,
        Measure.SHARE,
        month.sources.assessment,
    )
    due = working.multiply(_AMOUNT_PAID, amount, paid)
    return _close(working, working.subtract(_deduction(month), amount, due), month)


def _by_bands(working: Working, clause: ScoreBands, amount: Figure, scored: Scored, month: MonthFacts) -> Line:
    rounding = clause.by_score.rounding
    share = to_coefficient(working, _PAID, _share_of_band(working, clause, scored, month), rounding)
    due = to_fen(working, _AMOUNT_PAID, working.multiply(_AMOUNT_PAID, amount, share), rounding, month.period)
    due = not_above(working, _AMOUNT_PAID, due, amount)
    return _close(working, working.subtract(_deduction(month), amount, due), month)


def _share_of_band(working: Working, clause: ScoreBands, scored: Scored, month: MonthFacts) -> Figure:
    band = band_of(scored.score, [band for band, _ in clause.bands])
    if band is None and scored.score.kind is ScoreKind.EXACT:
        shown = figure(scored.figure.value)
        zh, en = f"{scored.name.zh}{shown}不属于任何一档", f"a band that holds {shown}, the {scored.name.en}"
        raise need("bands", f"/terms{working.clause}/bands", zh, en, month.period)
    if band is None:
        raise undecided(month, scored)
    share = next(Fraction(share) for found, share in clause.bands if found is band)
    if scored.score.kind is ScoreKind.EXACT:
        return working.band(_PAID, scored.figure, share, written_bands(clause.bands), Measure.SHARE)
    # The bound itself may lie outside the band that every score within it is in, so there is nothing to look up.
    return working.given(_PAID_FOR_ANY, share, Measure.SHARE, month.sources.assessment)


@lru_cache(maxsize=512)
def written_bands(bands: tuple[tuple[Band, Decimal], ...]) -> Sequence[Mapping[str, str]]:
    """Write bands as data: the edges that they have, and the `value` that each gives."""
    return tuple(
        {
            **{
                edge: exact(Fraction(getattr(band, edge)))
                for edge in ("at_least", "above", "below", "at_most")
                if getattr(band, edge) is not None
            },
            "value": exact(Fraction(share)),
        }
        for band, share in bands
    )


def _below_mark(working: Working, clause: LinearBelowMark, amount: Figure, scored: Scored, month: MonthFacts) -> Line:
    kind = scored.score.kind
    if kind is ScoreKind.AT_LEAST and scored.figure.value < clause.mark:
        raise undecided(month, scored)
    points = _points_below(working, clause, scored.figure, month)
    rate = working.given(Label("每分扣减比例", "share for each point"), Fraction(clause.per_point), Measure.SHARE)
    by_points = working.multiply(_DEDUCTED, points, rate, measure=Measure.SHARE)
    share = _not_below_floor(working, clause, by_points, month)
    if kind is ScoreKind.BELOW and (clause.floor is None or share.value < 1 - Fraction(clause.floor)):
        # Below the bound more may be deducted than at it, unless that is already the most.
        raise undecided(month, scored)
    share = to_coefficient(working, _DEDUCTED, share, clause.by_score.rounding)
    label = _deduction(month)
    exactly = working.multiply(label, amount, share)
    rounded = to_fen(working, label, exactly, clause.by_score.rounding, month.period)
    return _close(working, not_above(working, label, rounded, amount), month)


def _points_below(working: Working, clause: LinearBelowMark, score: Figure, month: MonthFacts) -> Figure:
    mark = working.given(Label("基准分", "mark"), Fraction(clause.mark), Measure.POINTS)
    points = working.subtract(_POINTS_BELOW, mark, score, measure=Measure.POINTS)
    if points.value < 0:
        nothing = working.given(Label("零分", "no points"), 0, Measure.POINTS)
        points = working.greatest(_POINTS_BELOW, points, nothing, measure=Measure.POINTS)
    if points.value.denominator == 1 or clause.granularity is Granularity.LINEAR:
        return points
    if clause.granularity is None:
        raise need(
            "granularity",
            f"/terms{working.clause}/granularity",
            "条款未约定不足一分如何计算",
            "whether a part of a point counts by its part, not at all, or as a whole one",
            month.period,
        )
    whole = Label("计扣分数", "points that count")
    return (working.floor if clause.granularity is Granularity.WHOLE_POINTS else working.ceiling)(whole, points)


def _not_below_floor(working: Working, clause: LinearBelowMark, share: Figure, month: MonthFacts) -> Figure:
    """Hold the share that is deducted at what the floor leaves; a clause without a floor may not take more than all."""
    if clause.floor is None:
        if share.value > 1:
            zh, en = "条款未约定最低支付比例", "the smallest share that is paid"
            raise need("floor", f"/terms{working.clause}/floor", zh, en, month.period)
        return share
    most = working.given(Label("最高扣减比例", "largest share deducted"), 1 - Fraction(clause.floor), Measure.SHARE)
    return working.least(_DEDUCTED, share, most, measure=Measure.SHARE)
