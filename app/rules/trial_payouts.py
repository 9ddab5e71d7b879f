"""What a year's score would have paid out of what a trial's months would have kept back, and what it forfeits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import AllOrNothing, Fund, Holdback, MoneyTerms, PayoutByScore, ScoreAward
from app.rules.lines import OF_FUND, Line, month_zh
from app.rules.missing import Missing, MissingAnswerError, need
from app.rules.money import figure, rounded
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.score_payouts import YearResult, by_year_score
from app.rules.trials import Amounts

_BY_SCORE = (PayoutByScore, ScoreAward, AllOrNothing)


@dataclass(frozen=True, slots=True)
class YearPayouts:
    """What the clauses of one side pay out of a year, in fen; with anything missing none of it is decided."""

    lines: tuple[Line, ...] = ()
    forfeited: int = 0
    missing: tuple[Missing, ...] = ()

    @property
    def paid(self) -> int | None:
        """Give what is paid out; nothing where no clause asks for the year's score."""
        return None if self.missing else sum(line.fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class TrialYear:
    """A year's payouts on both sides; `posted` is what approved ones paid out, None where none is."""

    year: int
    own: YearPayouts
    trial: YearPayouts
    posted: int | None

    @property
    def paid(self) -> Amounts:
        """Give what is paid out."""
        return Amounts(self.own.paid, self.trial.paid, self.posted)

    @property
    def forfeited(self) -> Amounts:
        """Give what is not earned, and lost."""
        return Amounts(*(None if side.missing else side.forfeited for side in (self.own, self.trial)))


def year_payouts(
    terms: MoneyTerms,
    months: Sequence[Period],
    reckoned: Mapping[Period, Reckoning],
    result: YearResult,
    source: str,
) -> YearPayouts:
    """Pay a year out by its score, as the terms of its last month say, from what its months keep back.

    Releases are taken to return their shares. `source` is where it can be read what the funds hold.
    """
    lines, missing, forfeited = [], [], 0
    left: dict[Fund, int] = {}
    for pointer, clause in _clauses(terms):
        try:
            _require_scale(terms, result)
            held = left.get(clause.source)
            if held is None:
                held = _kept(clause.source, months, reckoned)
            promised = min(_promised(terms, clause.source, months, reckoned), held)
            made = by_year_score(clause, pointer, held, promised, source, result)
        except MissingAnswerError as error:
            missing.append(error.missing)
            continue
        lines.append(made)
        forfeited += held - promised - made.fen
        left[clause.source] = promised
    if missing:
        return YearPayouts(missing=tuple(dict.fromkeys(missing)))
    return YearPayouts(tuple(lines), forfeited)


def _clauses(terms: MoneyTerms) -> Iterator[tuple[str, PayoutByScore | ScoreAward | AllOrNothing]]:
    for place, clause in enumerate(terms.clauses):
        if isinstance(clause, _BY_SCORE):
            yield f"/money/{place}", clause


def _require_scale(terms: MoneyTerms, result: YearResult) -> None:
    if terms.full_mark is not None and result.full_mark != terms.full_mark:
        shown, asked = figure(result.full_mark), figure(terms.full_mark)
        zh = f"{result.year}年度得分满分为{shown}，条款按满分{asked}约定"
        en = f"how the score of {result.year}, out of {shown}, is read by a clause for scores out of {asked}"
        raise need("full_mark", f"/annual-assessments/{result.year}/score", zh, en)


def _kept(fund: Fund, months: Sequence[Period], reckoned: Mapping[Period, Reckoning]) -> int:
    """Give what the months keep back in a fund; each must be decided."""
    for month in months:
        if month not in reckoned or reckoned[month].missing:
            zh, en = (
                f"{month_zh(month)}尚不能结算，预留金额未定",
                f"what {month} comes to, of which a part is kept back",
            )
            raise need("earlier_months", f"/assessments/{month}", zh, en, month)
    return sum(reckoned[month].total(OF_FUND[fund]) for month in months)


def _promised(terms: MoneyTerms, fund: Fund, months: Sequence[Period], reckoned: Mapping[Period, Reckoning]) -> int:
    """Give what the releases of a holdback return."""
    if fund is not Fund.HOLDBACK:
        return 0
    releases = [entry for clause in terms.clauses if isinstance(clause, Holdback) for entry in clause.releases]
    shares = sum((Fraction(entry.share) for entry in releases), start=Fraction(0))
    return rounded(shares * _kept(fund, months, reckoned))
