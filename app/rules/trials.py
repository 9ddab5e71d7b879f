"""Closed months under other terms: what they would have come to, beside what they come to and what is posted of them.

Both sides are reckoned by the same evaluator from the same facts, so that under its own terms a trial shows nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.rules.clauses import MoneyTerms, Payment, Schedule
from app.rules.fees import ServiceFees
from app.rules.lines import NAMES, SIGNS, Component, Line, MonthFacts
from app.rules.missing import Missing
from app.rules.money import yuan
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.settlement import reckon
from app.rules.settling import Books, Draft, PaymentPeriod, Posted, payment_periods, settle
from app.rules.workings import Label

COMPONENTS = tuple(component for component in Component if component is not Component.CARRIED_OVER)
"""What a month comes to, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """One amount in fen: under the contract's own terms, under the trial's, and as posted; None where there is none."""

    own: int | None
    trial: int | None
    posted: int | None = None

    @property
    def difference(self) -> int | None:
        """Give what the trial's terms add, negative for what they take; None where one side is not decided."""
        return None if self.own is None or self.trial is None else self.trial - self.own


@dataclass(frozen=True, slots=True)
class Why:
    """A component of a month that comes out otherwise, with the lines that make it on either side."""

    component: Component
    amounts: Amounts
    own: tuple[Line, ...]
    trial: tuple[Line, ...]

    @property
    def said(self) -> Label:
        """Say the difference in words; the steps of the lines say how each side comes about."""
        name, own, trial = NAMES[self.component], yuan(self.amounts.own or 0), yuan(self.amounts.trial or 0)
        return Label(f"{name.zh}：现行条款{own}元，试算条款{trial}元", f"{name.en}: {own} as it is, {trial} on trial")


@dataclass(frozen=True, slots=True)
class TrialMonth:
    """A month on both sides; `posted` is None while its settlement is not approved."""

    period: Period
    own: Reckoning
    trial: Reckoning
    posted: Mapping[Component, int] | None

    @property
    def decided(self) -> bool:
        """Say whether both sides can be reckoned."""
        return not self.own.missing and not self.trial.missing

    def component(self, component: Component) -> Amounts:
        """Give what a component comes to."""
        return Amounts(
            None if self.own.missing else self.own.total(component),
            None if self.trial.missing else self.trial.total(component),
            None if self.posted is None else self.posted.get(component, 0),
        )

    @property
    def components(self) -> dict[Component, Amounts]:
        """Give the components that any side has."""
        found = {component: self.component(component) for component in COMPONENTS}
        return {name: entry for name, entry in found.items() if entry.own or entry.trial or entry.posted}

    @property
    def comes_to(self) -> Amounts:
        """Give what the month leaves to be paid, before what is carried over and what limits a whole payment."""
        return _sum({component: self.component(component) for component in COMPONENTS})

    @property
    def why(self) -> tuple[Why, ...]:
        """Give what comes out otherwise; nothing while one side is not decided."""
        if not self.decided:
            return ()
        return tuple(
            Why(component, amounts, _of(self.own, component), _of(self.trial, component))
            for component, amounts in self.components.items()
            if amounts.difference
        )


@dataclass(frozen=True, slots=True)
class TrialPayment:
    """What is payable for a payment period, what earlier periods carry over counted; None where one side has none."""

    key: str
    months: tuple[Period, ...]
    own: Draft | None
    trial: Draft | None
    posted: int | None
    """What is payable by its approved settlement, in fen."""

    @property
    def payable(self) -> Amounts:
        """Give the amounts that are payable."""
        return Amounts(_payable(self.own), _payable(self.trial), self.posted)


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """The months that were chosen, their payment periods, and the sums of the months that both sides decide."""

    months: tuple[TrialMonth, ...]
    payments: tuple[TrialPayment, ...]
    own: Mapping[Period, Reckoning]
    trial: Mapping[Period, Reckoning]
    """What every month comes to on either side, for what rests on more than the chosen ones."""

    @property
    def decided(self) -> tuple[TrialMonth, ...]:
        """Give the months that the sums are of."""
        return tuple(month for month in self.months if month.decided)

    @property
    def components(self) -> dict[Component, Amounts]:
        """Sum each component over the months that both sides decide; `posted` counts what is posted of those."""
        sums = {component: self._sum_of(component) for component in COMPONENTS}
        return {name: entry for name, entry in sums.items() if entry.own or entry.trial or entry.posted}

    @property
    def comes_to(self) -> Amounts:
        """Sum what the decided months leave to be paid; nothing is known where no month is decided."""
        if not self.decided:
            return Amounts(None, None, None)
        return _sum({component: self._sum_of(component) for component in COMPONENTS})

    def _sum_of(self, component: Component) -> Amounts:
        entries = [month.component(component) for month in self.decided]
        own, trial = (sum(getattr(entry, side) or 0 for entry in entries) for side in ("own", "trial"))
        return Amounts(own, trial, sum(entry.posted or 0 for entry in entries))


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is posted of a contract, the months whose settlement was approved, and where that can be read."""

    posted: Posted
    payable: Mapping[str, int]
    """What is payable by the approved settlements, in fen, by their payment periods."""
    closed: Collection[Period]
    source: str


def try_months(
    service: ServiceFees,
    months: Sequence[MonthFacts],
    terms: Mapping[Period, MoneyTerms],
    record: OnRecord,
    chosen: Collection[Period],
) -> TrialOutcome:
    """Reckon a contract's months under their own terms and under those on trial.

    `months` are all that `reckon` asks for; a month that `terms` does not name stays under its own. Only the `chosen`
    ones are shown, but caps and bases that are longer than a month count all of them.
    """
    other = [under(month, terms.get(month.period, month.terms)) for month in months]
    own, trial = _Side(service, months, record.source), _Side(service, other, record.source)
    posted: dict[Period, dict[Component, int]] = {period: {} for period in record.closed}
    for (period, component), fen in record.posted.items():
        posted.setdefault(period, {})[component] = fen
    shown = tuple(
        TrialMonth(period, own.month(period), trial.month(period), posted.get(period))
        for period in (month.period for month in months)
        if period in chosen
    )
    payments = _payments(own.payments(), trial.payments(), record.payable, chosen)
    return TrialOutcome(shown, payments, own.reckoned, trial.reckoned)


def under(month: MonthFacts, terms: MoneyTerms) -> MonthFacts:
    """Put a month under other terms; what a person decided about a clause is decided only where the clause stands."""
    if terms == month.terms:
        return month
    decisions = {
        f"/money/{place}": decided
        for pointer, decided in month.decisions.items()
        for own_place, clause in enumerate(month.terms.clauses)
        for place, other in enumerate(terms.clauses)
        if pointer == f"/money/{own_place}" and clause == other
    }
    return replace(month, terms=terms, decisions=decisions)


class _Side:
    """The months of a contract under one set of terms."""

    def __init__(self, service: ServiceFees, months: Sequence[MonthFacts], source: str) -> None:
        self._service = service
        self._months = months
        self._source = source
        self._terms = {month.period: month.terms for month in months}
        self.reckoned = reckon(service, months)

    def month(self, period: Period) -> Reckoning:
        """Give what a month comes to; paid by instalments, it has no fee of its own."""
        found, payment = self.reckoned[period], self._terms[period].payment
        if payment is None or payment.schedule is not Schedule.INSTALMENTS:
            return found
        return replace(found, lines=tuple(line for line in found.lines if line.component is not Component.FEE))

    def payments(self) -> dict[str, tuple[PaymentPeriod, Draft]]:
        """Settle the payment periods in their order, as if nothing but these months had ever been settled.

        What cannot be settled carries nothing over.
        """
        receivable, found = 0, {}
        for period in payment_periods(self._months):
            last = period.months[-1] if period.months else self._months[-1].period
            books = Books({}, frozenset(), receivable, self._source)
            draft = settle(period, self.reckoned, books, self._terms[last].payment or Payment(), self._service)
            lines = [entry.line for entry in draft.lines if entry.line.component is Component.CARRIED_OVER]
            receivable -= sum(line.fen for line in lines)
            found[period.key] = (period, draft)
        return found


_Payments = Mapping[str, tuple[PaymentPeriod, Draft]]
_NONE: tuple[PaymentPeriod | None, Draft | None] = (None, None)


def _payments(
    own: _Payments, trial: _Payments, posted: Mapping[str, int], chosen: Collection[Period]
) -> tuple[TrialPayment, ...]:
    """Put the payment periods of both sides beside one another: those whose months were all chosen."""
    found = []
    for key in dict.fromkeys([*own, *trial]):
        (under_own, own_draft), (under_trial, trial_draft) = own.get(key, _NONE), trial.get(key, _NONE)
        periods = [period for period in (under_own, under_trial) if period is not None]
        if all(month in chosen for period in periods for month in period.months):
            found.append(TrialPayment(key, periods[0].months, own_draft, trial_draft, posted.get(key)))
    return tuple(found)


def missing_of(draft: Draft | None) -> tuple[Missing, ...]:
    """Name what keeps a payment period from being settled."""
    return () if draft is None else draft.missing


def _payable(draft: Draft | None) -> int | None:
    return None if draft is None or draft.missing else draft.payable


def _of(reckoning: Reckoning, component: Component) -> tuple[Line, ...]:
    return tuple(line for line in reckoning.lines if line.component is component)


def _sum(components: Mapping[Component, Amounts]) -> Amounts:
    """Sum components as they change what is payable; None where one of them is not known."""
    sides = []
    for side in ("own", "trial", "posted"):
        amounts = [(SIGNS[component], getattr(entry, side)) for component, entry in components.items()]
        known = all(fen is not None for _, fen in amounts)
        sides.append(sum(sign * fen for sign, fen in amounts) if known else None)
    return Amounts(*sides)
