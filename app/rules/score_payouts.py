"""What a year's score earns of what was kept back: by bands, in proportion, or all or nothing."""

from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import AllOrNothing, PayoutByScore, ScoreAward
from app.rules.lines import OF_FUND, Line, line, to_coefficient, to_fen
from app.rules.missing import MissingAnswerError, need
from app.rules.money import exact
from app.rules.scales import written_bands
from app.rules.scores import Score, ScoreKind, Verdict, band_of, verdict
from app.rules.workings import Figure, Label, Measure, Working

_EARNED = Label("所得比例", "share earned")
_ALL = Label("全额", "all")


@dataclass(frozen=True, slots=True)
class YearResult:
    """A year's score on its scale, None while it was not assessed, and where it can be read."""

    year: int
    score: Score | None
    full_mark: Fraction
    source: str


def by_year_score(
    clause: PayoutByScore | ScoreAward | AllOrNothing,
    pointer: str,
    held: int,
    promised: int,
    held_source: str,
    result: YearResult,
) -> Line:
    """Reckon what a year's score pays out of the fen that are held, less what is promised to releases.

    The rest is forfeited.
    """
    working = Working(pointer)
    amount = working.fen(Label("账面余额", "held in the fund"), held, held_source)
    if promised:
        left = Label("扣除待返还部分", "less what releases still return")
        kept = working.fen(Label("待返还", "still to be released"), min(promised, held), held_source)
        amount = working.subtract(left, amount, kept)
    score = result.score
    if score is None:
        zh, en = f"{result.year}年度考核尚未开展", f"the annual assessment of {result.year}"
        raise need("annual_assessment", f"/annual-assessments/{result.year}", zh, en)
    match clause:
        case AllOrNothing():
            share = _all_or_nothing(working, clause, result, score)
        case PayoutByScore():
            share = _banded(working, clause, result, score)
        case ScoreAward():
            share = _awarded(working, clause, result, score)
    due = _payout(result)
    # All or nothing of whole fen is whole fen.
    rounding = None if isinstance(clause, AllOrNothing) else clause.rounding
    share = to_coefficient(working, _EARNED, share, rounding)
    paid = to_fen(working, due, working.multiply(due, amount, share), rounding)
    return line(OF_FUND[clause.source], None, paid, working)


def _payout(result: YearResult) -> Label:
    return Label(f"{result.year}年度绩效考核金", f"performance payout of {result.year}")


def _unknown(result: YearResult) -> MissingAnswerError:
    zh, en = f"{result.year}年度得分未载明或不足以确定", f"a score of {result.year} that decides"
    return need("annual_score", f"/annual-assessments/{result.year}/score", zh, en)


def _exact(working: Working, result: YearResult, score: Score) -> Figure:
    if score.value is None or score.kind is not ScoreKind.EXACT:
        raise _unknown(result)
    label = Label(f"{result.year}年度得分", f"score of {result.year}")
    return working.given(label, score.value, Measure.POINTS, result.source)


def _for_any(working: Working, share: Fraction, result: YearResult) -> Figure:
    """Take the share that every score within a bound earns: the bound itself may earn another."""
    label = Label("所得比例（各可能得分同属一档）", "share earned (the same for every score that is possible)")
    return working.given(label, share, Measure.SHARE, result.source)


def _banded(working: Working, clause: PayoutByScore, result: YearResult, score: Score) -> Figure:
    band = band_of(score, [band for band, _ in clause.bands])
    if band is None:
        raise _unknown(result)
    share = next(Fraction(share) for found, share in clause.bands if found is band)
    if score.kind is not ScoreKind.EXACT:
        return _for_any(working, share, result)
    return working.band(_EARNED, _exact(working, result, score), share, written_bands(clause.bands), Measure.SHARE)


def _awarded(working: Working, clause: ScoreAward, result: YearResult, score: Score) -> Figure:
    if clause.floor is not None and verdict(score, clause.floor) is Verdict.BELOW:
        if score.kind is not ScoreKind.EXACT:
            return _for_any(working, Fraction(0), result)
        bands = [{"below": exact(Fraction(clause.floor)), "value": "0"}]
        return working.band(_EARNED, _exact(working, result, score), Fraction(0), bands, Measure.SHARE)
    points = _exact(working, result, score)
    full = working.given(Label("满分", "full mark"), result.full_mark, Measure.POINTS, result.source)
    share = working.divide(_EARNED, points, full, measure=Measure.SHARE)
    if share.value <= 1:
        return share
    # With additions a score may be above the full mark; there is no more to earn than all that is held.
    return working.least(_EARNED, share, working.given(_ALL, 1, Measure.SHARE), measure=Measure.SHARE)


def _all_or_nothing(working: Working, clause: AllOrNothing, result: YearResult, score: Score) -> Figure:
    found = verdict(score, clause.mark)
    if found is Verdict.UNDETERMINED:
        raise _unknown(result)
    share = Fraction(1 if found is Verdict.NOT_BELOW else 0)
    if score.kind is not ScoreKind.EXACT:
        return _for_any(working, share, result)
    mark = exact(Fraction(clause.mark))
    bands = [{"at_least": mark, "value": "1"}, {"below": mark, "value": "0"}]
    return working.band(_EARNED, _exact(working, result, score), share, bands, Measure.SHARE)
