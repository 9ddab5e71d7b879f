"""Payments over time: what is paid on a day, since when all of it is, and what part of a sum that is.

A payment counts from the day on which it was made; a voided one no longer counts from the day of its voiding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.money import hundredths


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount in fen, paid on a day, and the day on which it was voided."""

    fen: int
    paid_on: date
    voided_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """Tell whether it is paid at the end of a day."""
        return self.paid_on <= day and (self.voided_on is None or day < self.voided_on)


def paid_by(payments: Iterable[Payment], day: date) -> int:
    """Give what is paid at the end of a day, in fen."""
    return sum(payment.fen for payment in payments if payment.counts_on(day))


def most_paid_from(payments: Sequence[Payment], day: date) -> int:
    """Give the most that is paid at the end of any day from `day` on: what a payment of that day comes on top of."""
    days = {day, *(payment.paid_on for payment in payments if payment.paid_on > day)}
    return max(paid_by(payments, later) for later in days)


def fully_paid_on(payments: Sequence[Payment], payable: int, as_of: date) -> date | None:
    """Give the first day of the stretch up to `as_of` on all of whose days everything is paid; None where it is not.

    A payment that was voided before another took its place ends a stretch.
    """
    days = {day for payment in payments for day in (payment.paid_on, payment.voided_on) if day and day <= as_of}
    since: date | None = None
    for day in sorted(days):
        if paid_by(payments, day) < payable:
            since = None
        elif since is None:
            since = day
    return since


def percent(part: int, whole: int) -> int | None:
    """Give the percentage that a part is, in hundredths, a half away from zero: 7492 is 74.92%; None of nothing."""
    return hundredths(Fraction(part * 100, whole)) if whole else None
