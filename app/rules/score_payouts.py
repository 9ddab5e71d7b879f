"""What a year's score earns of what was kept back: by bands, in proportion, or all or nothing."""

from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import AllOrNothing, PayoutByScore, ScoreAward
from app.rules.deductions import written_bands
from app.rules.lines import Component, Line, line, to_coefficient, to_fen
from app.rules.missing import MissingAnswerError, need
from app.rules.money import exact
from app.rules.scores import Score, ScoreKind, Verdict, band_of, verdict
from app.rules.workings import Figure, Label, Measure, Working

_EARNED = Label("所得比例", "share earned")


@dataclass(frozen=True, slots=True)
class YearResult:
    """A year's score on its scale, None while it was not assessed, and where it can be read."""

    year: int
    score: Score | None
    full_mark: Fraction
    source: str


def by_year_score(
    clause: PayoutByScore | ScoreAward | AllOrNothing, pointer: str, held: int, held_source: str, result: YearResult
) -> Line:
    """Reckon what a year's score pays out of the fen that are held; the rest of them is forfeited."""
    working = Working(pointer)
    amount = working.fen(Label("预留余额", "held"), held, held_source)
    if result.score is None:
        zh, en = f"{result.year}年度考核尚未开展", f"the annual assessment of {result.year}"
        raise need("annual_assessment", f"/annual-assessments/{result.year}", zh, en)
    if isinstance(clause, AllOrNothing):
        share = _all_or_nothing(working, clause, result)
        return line(Component.HOLDBACK, None, working.multiply(_payout(result), amount, share), working)
    share = _banded(working, clause, result) if isinstance(clause, PayoutByScore) else _awarded(working, clause, result)
    share = to_coefficient(working, _EARNED, share, clause.rounding)
    due = to_fen(working, _payout(result), working.multiply(_payout(result), amount, share), clause.rounding)
    return line(Component.HOLDBACK, None, due, working)


def _payout(result: YearResult) -> Label:
    return Label(f"{result.year}年度绩效考核金", f"payout of {result.year}")


def _unknown(result: YearResult) -> MissingAnswerError:
    zh, en = f"{result.year}年度得分未载明", f"the score of {result.year}"
    return need("annual_score", f"/annual-assessments/{result.year}/score", zh, en)


def _exact(working: Working, result: YearResult) -> Figure:
    score = result.score
    if score is None or score.value is None or score.kind is not ScoreKind.EXACT:
        raise _unknown(result)
    label = Label(f"{result.year}年度得分", f"score of {result.year}")
    return working.given(label, score.value, Measure.POINTS, result.source)


def _banded(working: Working, clause: PayoutByScore, result: YearResult) -> Figure:
    score = result.score
    shares = {band.name: Fraction(share) for band, share in clause.bands}
    band = band_of(score, [band for band, _ in clause.bands]) if score else None
    if score is None or band is None:
        raise _unknown(result)
    if score.kind is not ScoreKind.EXACT:
        return working.given(_EARNED, shares[band.name], Measure.SHARE, result.source)
    figure = _exact(working, result)
    return working.band(_EARNED, figure, shares[band.name], written_bands(clause.bands), Measure.SHARE)


def _awarded(working: Working, clause: ScoreAward, result: YearResult) -> Figure:
    score = _exact(working, result)
    full = working.given(Label("满分", "full mark"), result.full_mark, Measure.POINTS, result.source)
    if clause.floor is not None and score.value < Fraction(clause.floor):
        bands = [{"below": exact(Fraction(clause.floor)), "value": "0"}]
        return working.band(_EARNED, score, Fraction(0), bands, Measure.SHARE)
    return working.divide(_EARNED, score, full, measure=Measure.SHARE)


def _all_or_nothing(working: Working, clause: AllOrNothing, result: YearResult) -> Figure:
    found = verdict(result.score, clause.mark) if result.score else Verdict.UNDETERMINED
    if result.score is None or found is Verdict.UNDETERMINED:
        raise _unknown(result)
    share = Fraction(1 if found is Verdict.NOT_BELOW else 0)
    if result.score.kind is not ScoreKind.EXACT:
        return working.given(_EARNED, share, Measure.SHARE, result.source)
    mark = exact(Fraction(clause.mark))
    bands = [{"at_least": mark, "value": "1"}, {"below": mark, "value": "0"}]
    return working.band(_EARNED, _exact(working, result), share, bands, Measure.SHARE)
