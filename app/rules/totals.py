"""Totals of deductions that reach a limit: within a year, or over the contract."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from fractions import Fraction

from app.rules.clauses import Base, DeductionTotal, Reaches, Window
from app.rules.fees import contract_total, money_of
from app.rules.missing import Missing, MissingAnswerError
from app.rules.triggering import DatedMonth, Known, Raised, final_by
from app.rules.workings import Label


class _Reached(IntEnum):
    NO = 0
    EXACTLY = 1
    """The sum is the limit, and the clause does not say whether that is enough; or the limit is not known."""
    YES = 2


@dataclass(frozen=True, slots=True)
class _Limit:
    """The limit in fen; None where the contract does not state what it is a share of, which is then missing."""

    fen: Fraction | None
    missing: Missing | None = None


def totals(
    pointer: str, clause: DeductionTotal, known: Known, governed: Sequence[DatedMonth], as_of: date
) -> Iterator[Raised]:
    """Give the windows whose deductions reached the limit, as known on the day on which they did.

    All months of a window on record count up to the last one that the clause governs, also those that earlier terms
    governed; a month that cannot be reckoned yet does not. A window is looked at once a governed month is final.
    """
    years = sorted({month.period.year for month in governed})
    until = max(month.period for month in governed)
    counting = [month for month in known.months if month.period <= until]
    for window in [None] if clause.window is Window.CONTRACT else years:
        months = [month for month in counting if window in (None, month.period.year)]
        own = [month for month in governed if window in (None, month.period.year)]
        found = _Sums(pointer, clause, known, months, own).reached(window, as_of)
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums of one window, and the limit that they may reach."""

    pointer: str
    clause: DeductionTotal
    known: Known
    months: Sequence[DatedMonth]
    governed: Sequence[DatedMonth]

    def reached(self, year: int | None, as_of: date) -> Raised | None:
        first = min((day for day, _ in final_by(self.governed, as_of)), default=None)
        if first is None:
            return None
        limit = self._limit(year)
        days = sorted({max(day, first) for day, _ in final_by(self.months, as_of)})
        status = self._status(limit, days[-1])
        if status is _Reached.NO:
            return None
        # What is deducted by a day never becomes less on a later one, so the first such day can be found by halves.
        since = days[bisect_left(days, status.value, key=lambda day: self._status(limit, day).value)]
        counted = self._counted(since)
        completing = [month.period for day, month in final_by(self.months, since) if max(day, first) == since]
        return Raised(
            pointer=self.pointer,
            trigger=self.clause,
            window="contract" if year is None else str(year),
            consequence=self.clause.consequence,
            since=since,
            completed_by=str(max(completing)),
            counted=tuple(counted),
            total=sum((fen for _, fen in counted), start=Fraction(0)),
            needed=limit.fen or Fraction(0),
            missing=self._missing(limit) if status is _Reached.EXACTLY else None,
        )

    def _counted(self, day: date) -> list[tuple[str, Fraction]]:
        deducted = self.known.deducted(day)
        sums = [(month.period, deducted.get(month.period, 0)) for month in self.months]
        return [(str(period), Fraction(fen)) for period, fen in sums if fen]

    def _status(self, limit: _Limit, day: date) -> _Reached:
        total = sum((fen for _, fen in self._counted(day)), start=Fraction(0))
        if not total:
            return _Reached.NO
        if limit.fen is None:
            return _Reached.EXACTLY
        if total != limit.fen:
            return _Reached.YES if total > limit.fen else _Reached.NO
        answers = {None: _Reached.EXACTLY, Reaches.AT_LEAST: _Reached.YES, Reaches.ABOVE: _Reached.NO}
        return answers[self.clause.reaches]

    def _limit(self, year: int | None) -> _Limit:
        clause, service = self.clause, self.known.service
        if clause.share is None:
            return _Limit(Fraction(clause.fen or 0))
        try:
            of_year = clause.base is Base.YEAR_FEE and year is not None
            base = money_of(service, year) if of_year and year is not None else contract_total(service)
        except MissingAnswerError as error:
            return _Limit(None, error.missing)
        return _Limit(Fraction(clause.share) * base)

    def _missing(self, limit: _Limit) -> Missing:
        if limit.missing is not None:
            return limit.missing
        zh, en = (
            "条款未约定扣款合计恰好等于限额时是否视为达到",
            "whether a sum that is exactly the limit has reached it",
        )
        return Missing("reaches", f"/terms{self.pointer}/reaches", Label(zh, en))
