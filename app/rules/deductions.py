"""What a month's score and findings take off the fee, each by its clause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.rules.clauses import (
    AmountPerFinding,
    ByScore,
    Cap,
    Combined,
    Granularity,
    LinearBelowMark,
    ScoreBands,
    Unscored,
)
from app.rules.consecutive import MonthState
from app.rules.lines import Component, Line, MonthFacts, line, to_coefficient, to_fen
from app.rules.missing import MissingAnswerError, need
from app.rules.money import exact
from app.rules.scores import Band, Score, ScoreKind, band_of
from app.rules.workings import Figure, Label, Measure, Working

PAID = Label("应付比例", "share paid")
_WHOLE = Label("基数", "base")


@dataclass(frozen=True, slots=True)
class Taken:
    """The amount of a base in yuan that a clause reckons with, where it can be read, and the months that it is of."""

    yuan: Fraction
    label: Label
    source: str
    months: Sequence[MonthFacts]


def by_score(clause: ScoreBands | LinearBelowMark, pointer: str, base: Taken, month: MonthFacts) -> Line:
    """Reckon what the score takes off the base."""
    working = Working(pointer)
    amount = working.given(base.label, base.yuan, Measure.YUAN, base.source)
    unscored = _unscored(clause.by_score, pointer, base.months)
    if unscored is not None:
        return _of_unscored(working, amount, unscored, month)
    scored = _score(working, clause.by_score, pointer, base.months)
    if isinstance(clause, ScoreBands):
        return _by_bands(working, clause, amount, scored, month)
    return _below_mark(working, clause, amount, scored, month)


@dataclass(frozen=True, slots=True)
class _Scored:
    """The score that decides: what is known of it, and its figure where it is exact."""

    score: Score
    figure: Figure


def _unscored(rule: ByScore, pointer: str, months: Sequence[MonthFacts]) -> Unscored | None:
    """Say what a base of one month is paid that has no score; a longer one needs the score of each of its months."""
    for month in months:
        _require_final(month)
        if month.state is MonthState.ASSESSED:
            continue
        name = "excused" if month.state is MonthState.EXCUSED else "not_assessed"
        answer: Unscored | None = getattr(rule, name)
        if answer is None or len(months) > 1:
            raise need(
                name,
                f"/terms{pointer}/{name}",
                f"{month.period}没有得分（{name}），条款未约定如何计费",
                f"what is paid for {month.period}, which has no score ({name})",
                month.period,
            )
        return answer
    return None


def _require_final(month: MonthFacts) -> None:
    if not month.final:
        raise not_final(month)


def not_final(month: MonthFacts) -> MissingAnswerError:
    """Say that a month's result is still to come."""
    zh, en = f"{month.period}考核结果尚未确定", f"the final result of {month.period}"
    return need("assessment", f"/assessments/{month.period}", zh, en, month.period)


def _of_unscored(working: Working, amount: Figure, answer: Unscored, month: MonthFacts) -> Line:
    paid = working.given(
        Label("无得分月份的应付比例", "share paid of a month without a score"),
        1 if answer is Unscored.PAID_IN_FULL else 0,
        Measure.SHARE,
        month.sources.assessment,
    )
    due = working.multiply(Label("应付金额", "amount paid"), amount, paid)
    return line(Component.SCORE_DEDUCTION, month.period, working.subtract(_deduction(month), amount, due), working)


def _deduction(month: MonthFacts) -> Label:
    return Label(f"{month.period}得分扣款", f"deduction for the score of {month.period}")


def _score(working: Working, rule: ByScore, pointer: str, months: Sequence[MonthFacts]) -> _Scored:
    if len(months) == 1 or rule.score is Combined.LAST_MONTH:
        return _given(working, months[-1])
    if rule.score is None:
        zh, en = "条款未约定以哪个得分计算", "which score decides about more than a month"
        raise need("score", f"/terms{pointer}/score", zh, en, months[-1].period)
    figures = []
    for month in months:
        given = _given(working, month)
        if given.score.kind is not ScoreKind.EXACT:
            raise _score_unknown(month)
        figures.append(given.figure)
    if rule.score is Combined.LOWEST_MONTH:
        label = Label("各月最低得分", "lowest score of the months")
        found = working.least(label, *figures, measure=Measure.POINTS)
    else:
        label = Label("各月得分合计", "sum of the months' scores")
        total = working.add(label, *figures, measure=Measure.POINTS)
        count = working.given(Label("月数", "months"), len(figures), Measure.MONTHS)
        mean = Label("各月平均得分", "mean of the months' scores")
        found = working.divide(mean, total, count, measure=Measure.POINTS)
    return _Scored(Score(ScoreKind.EXACT, found.value), found)


def _given(working: Working, month: MonthFacts) -> _Scored:
    score = month.score
    if score is None or score.value is None:
        raise _score_unknown(month)
    bound = {ScoreKind.AT_LEAST: ("（不低于）", " (at least)"), ScoreKind.BELOW: ("（低于）", " (below)")}
    zh, en = bound.get(score.kind, ("", ""))
    label = Label(f"{month.period}考核得分{zh}", f"score of {month.period}{en}")
    return _Scored(score, working.given(label, score.value, Measure.POINTS, month.sources.assessment))


def _score_unknown(month: MonthFacts) -> MissingAnswerError:
    zh, en = f"{month.period}考核得分未载明", f"the score of {month.period}"
    return need("score", f"/assessments/{month.period}/score", zh, en, month.period)


def _by_bands(working: Working, clause: ScoreBands, amount: Figure, scored: _Scored, month: MonthFacts) -> Line:
    shares = {band.name: share for band, share in clause.bands}
    band = band_of(scored.score, [band for band, _ in clause.bands])
    if band is None:
        raise _score_unknown(month)
    value = Fraction(shares[band.name])
    if scored.score.kind is ScoreKind.EXACT:
        share = working.band(PAID, scored.figure, value, written_bands(clause.bands), Measure.SHARE)
    else:
        # A bound that lies in one band decides, though the score itself is not known.
        share = working.given(PAID, value, Measure.SHARE)
    rounding = clause.by_score.rounding
    share = to_coefficient(working, PAID, share, rounding)
    label = Label("应付金额", "amount paid")
    due = to_fen(working, label, working.multiply(label, amount, share), rounding, month.period)
    return line(Component.SCORE_DEDUCTION, month.period, working.subtract(_deduction(month), amount, due), working)


def written_bands(bands: Sequence[tuple[Band, Decimal]]) -> list[Mapping[str, str]]:
    """Write bands as data: the edges that they have, and the `value` that each gives."""
    return [
        {
            **{
                edge: exact(Fraction(getattr(band, edge)))
                for edge in ("at_least", "above", "below", "at_most")
                if getattr(band, edge) is not None
            },
            "value": exact(Fraction(share)),
        }
        for band, share in bands
    ]


def _below_mark(working: Working, clause: LinearBelowMark, amount: Figure, scored: _Scored, month: MonthFacts) -> Line:
    if scored.score.kind is not ScoreKind.EXACT:
        if scored.score.kind is ScoreKind.AT_LEAST and scored.figure.value >= clause.mark:
            nothing = working.given(_deduction(month), 0, Measure.YUAN)
            return line(Component.SCORE_DEDUCTION, month.period, nothing, working)
        raise _score_unknown(month)
    points = _points_below(working, clause, scored.figure, month)
    rate = working.given(Label("每分扣减比例", "share for each point"), Fraction(clause.per_point), Measure.SHARE)
    label = Label("扣减比例", "share deducted")
    share = working.multiply(label, points, rate, measure=Measure.SHARE)
    share = _not_below_floor(working, clause, share, month)
    share = to_coefficient(working, label, share, clause.by_score.rounding)
    deduction = working.multiply(_deduction(month), amount, share)
    rounded = to_fen(working, _deduction(month), deduction, clause.by_score.rounding, month.period)
    return line(Component.SCORE_DEDUCTION, month.period, rounded, working)


def _points_below(working: Working, clause: LinearBelowMark, score: Figure, month: MonthFacts) -> Figure:
    mark = working.given(Label("合格线", "mark"), Fraction(clause.mark), Measure.POINTS)
    below = working.subtract(Label("低于合格线", "below the mark"), mark, score, measure=Measure.POINTS)
    none = working.given(Label("零分", "no points"), 0, Measure.POINTS)
    label = Label("低于合格线的分数", "points below the mark")
    points = working.greatest(label, below, none, measure=Measure.POINTS)
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
    return working.least(Label("扣减比例", "share deducted"), share, most, measure=Measure.SHARE)


def by_findings(
    clause: AmountPerFinding, pointer: str, base: Taken | None, used: Fraction, month: MonthFacts
) -> Line | None:
    """Reckon what the month's findings take off; `used` is what the months before have taken of the cap, in yuan.

    None where the month has no finding that costs anything.
    """
    _require_final(month)
    working = Working(pointer)
    costs = []
    for issue_type, fen in clause.amounts:
        found = next((entry for entry in month.findings if entry.issue_type == issue_type), None)
        if found is None:
            continue
        if found.at_least:
            zh, en = f"{month.period}“{issue_type}”次数为下限", f"how many findings of {issue_type} {month.period} has"
            raise need("findings", f"/findings/{month.period}/{issue_type}", zh, en, month.period)
        count = working.given(
            Label(f"“{issue_type}”次数", f"findings of {issue_type}"),
            found.count,
            Measure.TIMES,
            month.sources.findings,
        )
        each = working.fen(Label(f"“{issue_type}”每次扣款", f"amount for each {issue_type}"), fen)
        costs.append(working.multiply(Label(f"“{issue_type}”扣款", f"deduction for {issue_type}"), count, each))
    if not costs:
        return None
    label = Label(f"{month.period}问题扣款", f"deduction for the findings of {month.period}")
    total = working.add(label, *costs)
    if clause.cap is not None:
        total = _capped(working, clause, clause.cap, base, used, total, month)
    return line(Component.FINDING_DEDUCTION, month.period, total, working)


def _capped(
    working: Working,
    clause: AmountPerFinding,
    cap: Cap,
    base: Taken | None,
    used: Fraction,
    total: Figure,
    month: MonthFacts,
) -> Figure:
    label = Label("扣款上限", "cap of the deductions")
    if cap.fen is not None:
        most = working.fen(label, cap.fen)
    else:
        if base is None or cap.share is None:
            zh, en = "条款未约定上限的基数", "of what the cap is a share"
            raise need("base", f"/terms{working.clause}/base", zh, en, month.period)
        amount = working.given(base.label, base.yuan, Measure.YUAN, base.source)
        share = working.given(Label("上限比例", "share of the cap"), Fraction(cap.share), Measure.SHARE)
        most = to_fen(working, label, working.multiply(label, amount, share), clause.rounding, month.period)
    before = working.given(Label("此前已扣", "deducted before"), used, Measure.YUAN, month.sources.contract)
    left = working.subtract(Label("上限余额", "left of the cap"), most, before)
    nothing = working.given(Label("零元", "nothing"), 0, Measure.YUAN)
    room = working.greatest(Label("上限余额", "left of the cap"), left, nothing)
    return working.least(Label(f"{month.period}问题扣款", f"deduction for findings of {month.period}"), total, room)
