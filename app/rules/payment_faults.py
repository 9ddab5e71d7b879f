"""What contradicts itself in how a contract is paid, and in how amounts are rounded."""

from collections.abc import Iterator
from fractions import Fraction

from app.rules.clauses import Payment, Rounding, Schedule, Stage
from app.rules.faults import Fault
from app.rules.money import figure

_FEN_PLACES = 2


def check_rounding(rounding: Rounding, *, parts: bool = False) -> Iterator[Fault]:
    """Name a rounding that no amount can have; `parts` says that the clause may have a part at risk."""
    if rounding.stage is Stage.PART and not parts:
        detail = "The clause has no part at risk that could be rounded."
        yield Fault("/rounding/stage", "rounding-without-part", detail, "State coefficient or amount.")
    if rounding.stage is not Stage.COEFFICIENT and rounding.places > _FEN_PLACES:
        detail = f"An amount cannot be kept with {rounding.places} places: a fen is the smallest part of a yuan."
        yield Fault("/rounding/places", "rounding-below-fen", detail, "State at most 2 places for an amount.")


def check_payment(payment: Payment) -> Iterator[Fault]:
    """Name what is wrong with schedules, instalments, volumes and what is deferred; pointers start at the clause."""
    if payment.rounding:
        yield from check_rounding(payment.rounding)
    yield from _check_fees(payment)
    if payment.instalments and payment.schedule is not Schedule.INSTALMENTS:
        detail = f"Instalments are stated, but the schedule is {payment.schedule}."
        yield Fault("/instalments", "instalments-unused", detail, "State the schedule instalments, or leave them out.")
        return
    if payment.schedule is not Schedule.INSTALMENTS or not payment.instalments:
        return
    total = sum((Fraction(entry.share) for entry in payment.instalments), start=Fraction(0))
    if total != 1:
        detail = f"The shares of the instalments sum to {figure(total)}, not to 1."
        yield Fault("/instalments", "shares-miss-whole", detail, "State shares that sum to exactly 1.")
    months = [month for entry in payment.instalments for month in entry.months]
    twice = next((month for month in months if months.count(month) > 1), None)
    if twice is not None:
        detail = f"{twice} comes off more than one instalment."
        yield Fault("/instalments", "month-twice", detail, "Name each month with one instalment.")


def _check_fees(payment: Payment) -> Iterator[Fault]:
    """Name what is wrong with what changes a month's fee."""
    volume = payment.volume
    if volume and volume.least is not None and volume.most is not None and volume.least > volume.most:
        detail = "The smallest factor of the volume is larger than the largest."
        yield Fault("/volume/least", "bounds-crossed", detail, "State a smallest factor that is at most the largest.")
    for name in ("volume", "early_end", "deferred"):
        if payment.schedule is Schedule.INSTALMENTS and getattr(payment, name) is not None:
            detail = "Instalments are shares of the contract total, which the months' fees do not change."
            yield Fault(
                f"/{name}", "unused-with-instalments", detail, "Pay by the month or the quarter, or leave it out."
            )
    if payment.deferred and payment.deferred.rounding:
        yield from (fault.under("/deferred") for fault in check_rounding(payment.deferred.rounding))
