"""What a trigger that was reached says: its clause, the months and sums that reached it, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.rules.clauses import DeductionTotal, DemeritPoints, Excess, LadderStep, RenewalGate, Trigger, WarningLadder
from app.rules.consecutive import mark_of
from app.rules.fees import ServiceFees
from app.rules.lines import MonthFacts
from app.rules.missing import Missing
from app.rules.money import figure
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.scores import Score
from app.rules.settlement import reckon
from app.rules.settling import PaymentPeriod, given_back, payment_periods


@dataclass(frozen=True, slots=True)
class DatedMonth:
    """A month as it stands on a day, since when its result is final, and the triggers of the terms that govern it."""

    facts: MonthFacts
    final_on: date | None
    triggers: tuple[Trigger, ...]

    @property
    def period(self) -> Period:
        """Give the month."""
        return self.facts.period


@dataclass(frozen=True, slots=True)
class HeldYear:
    """A year's assessment that was held, and the triggers of the terms that judged it."""

    year: int
    held_on: date
    score: Score
    triggers: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """A trigger that was reached, or, with `missing`, one of which an unanswered question decides.

    `window` names what it was reached in: a month, a year or the contract. `counted` are the months or years that
    reached it, each with what it counts, in the unit of `total` and `needed`: months, fen, points.
    """

    pointer: str
    trigger: Trigger
    window: str
    consequence: str
    since: date
    completed_by: str
    counted: tuple[tuple[str, Fraction], ...]
    total: Fraction
    needed: Fraction
    step: LadderStep | None = None
    missing: Missing | None = None

    @property
    def key(self) -> str:
        """Name clause, step and window for good, wherever amendments move the clause."""
        step = f"/{self.step.count}" if self.step else ""
        return f"{key_of(self.trigger)}{step}/{self.window}"


class Known:
    """A contract's months as they were known on days: a result that became final later is still open then."""

    def __init__(self, service: ServiceFees, months: Sequence[DatedMonth]) -> None:
        """Take the months as they stand on the day that is asked about."""
        self.service, self.months = service, months
        self._reckoned: dict[date, dict[Period, Reckoning]] = {}

    def deducted(self, day: date) -> dict[Period, int]:
        """Give what was deducted by a day, in fen, of the months that could be reckoned by then."""
        facts = [self._on(month, day) for month in self.months]
        if day not in self._reckoned:
            self._reckoned[day] = reckon(self.service, facts)
        reckoned = {period: month for period, month in self._reckoned[day].items() if not month.missing}
        found = {period: month.deducted() for period, month in reckoned.items()}
        for period in payment_periods(facts):
            if period.instalment is None and self._limited(period) and reckoned.keys() >= set(period.months):
                found[period.months[-1]] -= given_back(period.months, reckoned)
        return found

    def _limited(self, period: PaymentPeriod) -> bool:
        """Say whether deductions of a payment period that are larger than its fees are lost."""
        last = next(month.facts for month in self.months if month.period == period.months[-1])
        return last.terms.payment is not None and last.terms.payment.excess is Excess.LIMITED

    @staticmethod
    def _on(month: DatedMonth, day: date) -> MonthFacts:
        if month.final_on is not None and month.final_on <= day:
            return month.facts
        return replace(month.facts, final=False, state=None, score=None)


def key_of(trigger: Trigger) -> str:
    """Name a clause by what it says, without its steps."""
    match trigger:
        case WarningLadder():
            edge = "below" if trigger.at_most is None else "at_most"
            within = f"in{trigger.within}" if trigger.within else ""
            return f"warning_ladder/{edge}{figure(mark_of(trigger.below, trigger.at_most))}{within}"
        case DeductionTotal():
            limit = f"{trigger.fen}fen" if trigger.share is None else f"{figure(trigger.share)}of_{trigger.base}"
            return f"deduction_total/{limit}_in_{trigger.window}/{trigger.consequence}"
        case DemeritPoints():
            months = trigger.window.months if trigger.window else None
            within = f"in{months}" if months else ("in_year" if trigger.window else "")
            return f"demerit_points/{figure(trigger.reach)}{within}/{trigger.consequence}"
        case RenewalGate():
            return f"renewal_gate/{figure(trigger.at_least)}x{trigger.years}/{trigger.consequence}"


def final_by(months: Sequence[DatedMonth], day: date) -> list[tuple[date, DatedMonth]]:
    """Give the months whose result was final by a day, in the order in which they became so."""
    final = [(month.final_on, month) for month in months if month.final_on is not None and month.final_on <= day]
    return sorted(final, key=lambda entry: (entry[0], entry[1].period))
