"""What share of a base a score earns or costs: by bands, in a line, in several lines, in a ratio, or in steps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.rules.clauses import (
    Granularity,
    LinearBelowMark,
    PiecewiseLinear,
    RateSteps,
    RatioToMark,
    ScoreBands,
    ScoreClause,
)
from app.rules.lines import MonthFacts
from app.rules.missing import need
from app.rules.money import exact, figure
from app.rules.scored import Scored, undecided
from app.rules.scores import Band, ScoreKind, band_of
from app.rules.workings import Figure, Label, Measure, Working

PAID = Label("应付比例", "share paid")
DEDUCTED = Label("扣减比例", "share deducted")
_PAID_FOR_ANY = Label("应付比例（各可能得分同属一档）", "share paid (the same for every score that is possible)")
_MOST_DECIDED = Label("该档最高比例", "most that the band allows")
_POINTS_BELOW = Label("低于基准分的分数", "points below the mark")
_NO_POINTS = Label("零分", "no points")
_ALL = Label("全额", "all")


def pays(clause: ScoreClause) -> bool:
    """Say whether a clause's scale gives the share that is paid; others give the one that is deducted."""
    return isinstance(clause, ScoreBands | RatioToMark)


def share_of(working: Working, clause: ScoreClause, scored: Scored, month: MonthFacts, paid: MonthFacts) -> Figure:
    """Give the share that a score earns or costs, as `pays` says, not rounded.

    `month` is the one whose score it is, `paid` the one that is paid by it, for which an open band is decided.
    """
    match clause:
        case ScoreBands():
            return _of_band(working, clause, scored, month, paid)
        case RatioToMark():
            return _ratio(working, clause, scored, month)
        case RateSteps():
            band = _held(working, clause.bands, scored, month)
            share = next(Fraction(share) for found, share in clause.bands if found is band)
            return working.band(DEDUCTED, scored.figure, share, written_bands(clause.bands), Measure.SHARE)
        case LinearBelowMark() | PiecewiseLinear():
            return _below_mark(working, clause, scored, month)


def _held(working: Working, bands: Sequence[tuple[Band, Decimal]], scored: Scored, month: MonthFacts) -> Band:
    band = band_of(scored.score, [band for band, _ in bands])
    if band is not None:
        return band
    if scored.score.kind is not ScoreKind.EXACT:
        raise undecided(month, scored)
    shown = figure(scored.figure.value)
    zh, en = f"{scored.name.zh}{shown}不属于任何一档", f"a band that holds {shown}, the {scored.name.en}"
    raise need("bands", f"/terms{working.clause}/bands", zh, en, month.period)


def _of_band(working: Working, clause: ScoreBands, scored: Scored, month: MonthFacts, paid: MonthFacts) -> Figure:
    band = _held(working, clause.bands, scored, month)
    share = next(Fraction(share) for found, share in clause.bands if found is band)
    if band.name in clause.open:
        return _decided(working, share, scored, paid)
    if scored.score.kind is ScoreKind.EXACT:
        return working.band(PAID, scored.figure, share, written_bands(clause.bands), Measure.SHARE)
    # The bound itself may lie outside the band that every score within it is in, so there is nothing to look up.
    return working.given(_PAID_FOR_ANY, share, Measure.SHARE, month.sources.assessment)


def _decided(working: Working, most: Fraction, scored: Scored, month: MonthFacts) -> Figure:
    """Take the share that a person decided for an open band, which may not be above what the band allows."""
    decided = month.decisions.get(working.clause or "")
    if decided is None or decided.share > most:
        share = figure(most * 100)
        zh = f"{scored.name.zh}落在由采购人确定比例的一档（不超过{share}%），尚无有效决定"
        en = f"a person's decision, of at most {share}%, for the open band that the {scored.name.en} is in"
        raise need("decision", f"/decisions/{month.period}{working.clause}", zh, en, month.period)
    of_zh, of_en = (f"（{decided.paper}）", f" ({decided.paper})") if decided.paper else ("", "")
    label = Label(f"经人工认定的应付比例{of_zh}", f"share paid, as a person decided{of_en}")
    found = working.given(label, decided.share, Measure.SHARE, decided.source)
    return working.least(PAID, found, working.given(_MOST_DECIDED, most, Measure.SHARE), measure=Measure.SHARE)


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


def _ratio(working: Working, clause: RatioToMark, scored: Scored, month: MonthFacts) -> Figure:
    kind, value = scored.score.kind, scored.figure.value
    if kind is ScoreKind.BELOW or (kind is ScoreKind.AT_LEAST and value < clause.mark):
        raise undecided(month, scored)
    mark = working.given(Label("基准分", "mark"), Fraction(clause.mark), Measure.POINTS)
    ratio = working.divide(PAID, scored.figure, mark, measure=Measure.SHARE)
    if value <= clause.mark:
        return ratio
    return working.least(PAID, ratio, working.given(_ALL, 1, Measure.SHARE), measure=Measure.SHARE)


def _below_mark(
    working: Working, clause: LinearBelowMark | PiecewiseLinear, scored: Scored, month: MonthFacts
) -> Figure:
    kind = scored.score.kind
    if kind is ScoreKind.AT_LEAST and scored.figure.value < clause.mark:
        raise undecided(month, scored)
    points = _points_below(working, clause, scored.figure, month)
    if isinstance(clause, LinearBelowMark):
        rate = working.given(Label("每分扣减比例", "share for each point"), Fraction(clause.per_point), Measure.SHARE)
        by_points = working.multiply(DEDUCTED, points, rate, measure=Measure.SHARE)
    else:
        by_points = _by_stretches(working, clause, points)
    share = _not_below_floor(working, clause, by_points, month)
    if kind is ScoreKind.BELOW and (clause.floor is None or share.value < 1 - Fraction(clause.floor)):
        # Below the bound more may be deducted than at it, unless that is already the most.
        raise undecided(month, scored)
    return share


def _points_below(
    working: Working, clause: LinearBelowMark | PiecewiseLinear, score: Figure, month: MonthFacts
) -> Figure:
    mark = working.given(Label("基准分", "mark"), Fraction(clause.mark), Measure.POINTS)
    points = working.subtract(_POINTS_BELOW, mark, score, measure=Measure.POINTS)
    if points.value < 0:
        nothing = working.given(_NO_POINTS, 0, Measure.POINTS)
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


def _by_stretches(working: Working, clause: PiecewiseLinear, points: Figure) -> Figure:
    """Take of the points below the mark those of each stretch, at its own rate."""
    parts, upper = [], Fraction(clause.mark)
    for number, (down_to, per_point) in enumerate(clause.stretches, 1):
        length = upper - Fraction(down_to or 0)
        start = Fraction(clause.mark) - upper
        if points.value <= start:
            break
        label = Label(f"第{number}段分数", f"points of stretch {number}")
        inside = points
        if start:
            before = working.given(
                Label(f"第{number}段以上的分数", f"points above stretch {number}"), start, Measure.POINTS
            )
            inside = working.subtract(label, points, before, measure=Measure.POINTS)
        if inside.value > length:
            most = working.given(Label(f"第{number}段长度", f"length of stretch {number}"), length, Measure.POINTS)
            inside = working.least(label, inside, most, measure=Measure.POINTS)
        each = Label(f"第{number}段每分扣减比例", f"share for each point of stretch {number}")
        rate = working.given(each, Fraction(per_point), Measure.SHARE)
        part = Label(f"第{number}段扣减比例", f"share for stretch {number}")
        parts.append(working.multiply(part, inside, rate, measure=Measure.SHARE))
        upper = Fraction(down_to or 0)
    if not parts:
        return working.given(DEDUCTED, 0, Measure.SHARE)
    return working.add(DEDUCTED, *parts, measure=Measure.SHARE)


def _not_below_floor(
    working: Working, clause: LinearBelowMark | PiecewiseLinear, share: Figure, month: MonthFacts
) -> Figure:
    """Hold the share that is deducted at what the floor leaves; a clause without a floor may not take more than all."""
    if clause.floor is None:
        if share.value > 1:
            zh, en = "条款未约定最低支付比例", "the smallest share that is paid"
            raise need("floor", f"/terms{working.clause}/floor", zh, en, month.period)
        return share
    most = working.given(Label("最高扣减比例", "largest share deducted"), 1 - Fraction(clause.floor), Measure.SHARE)
    return working.least(DEDUCTED, share, most, measure=Measure.SHARE)
