"""What a settlement of a payment period holds: its months, what closed months are out by, and what is carried over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.rules.clauses import Excess, Payment, Schedule
from app.rules.fees import ServiceFees, quarter_of
from app.rules.lines import SIGNS, Component, Line, MonthFacts, line
from app.rules.missing import Missing, need
from app.rules.periods import Period
from app.rules.settlement import Reckoning
from app.rules.splitting import by_shares
from app.rules.workings import Label, Measure, Working

_COMPARED = (
    Component.FEE,
    Component.SCORE_DEDUCTION,
    Component.FINDING_DEDUCTION,
    Component.DEDUCTION_LIMIT,
    Component.HOLDBACK,
    Component.POOL,
)
"""What of a closed month is reckoned again."""

Posted = Mapping[tuple[Period, Component], int]
"""What approved settlements hold of each month, their adjustments included, in fen."""


@dataclass(frozen=True, slots=True)
class PaymentPeriod:
    """What is paid together: `key` is a month `2024-03`, a quarter `2024-Q1` or an instalment `I1`."""

    key: str
    months: tuple[Period, ...]
    instalment: int | None = None
    """The place of the instalment in the clause, from 0."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of a settlement; an adjustment says so and is numbered once the contract's number is known."""

    line: Line
    adjustment: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """The lines of a settlement and what is payable by them, in fen; with anything missing it may not be drafted."""

    lines: tuple[DraftLine, ...]
    missing: tuple[Missing, ...] = ()

    @property
    def payable(self) -> int:
        """Give what the lines come to."""
        return sum(SIGNS[entry.line.component] * entry.line.fen for entry in self.lines)


def payment_periods(months: Sequence[MonthFacts]) -> tuple[PaymentPeriod, ...]:
    """Group months, in their order, as the terms that govern each of them say that they are paid.

    A month whose terms do not say how they are paid is in no payment period.
    """
    grouped: dict[str, list[Period]] = {}
    last = months[-1].terms.payment if months else None
    if last is not None and last.schedule is Schedule.INSTALMENTS:
        recorded = {month.period for month in months}
        return tuple(
            PaymentPeriod(instalment.code, tuple(p for p in instalment.months if p in recorded), place)
            for place, instalment in enumerate(last.instalments)
        )
    for month in months:
        payment = month.terms.payment
        if payment is None or payment.schedule in {None, Schedule.INSTALMENTS}:
            continue
        year, quarter = quarter_of(month.period)
        key = f"{year}-Q{quarter}" if payment.schedule is Schedule.QUARTERLY else str(month.period)
        grouped.setdefault(key, []).append(month.period)
    return tuple(PaymentPeriod(key, tuple(periods)) for key, periods in grouped.items())


@dataclass(frozen=True, slots=True)
class Books:
    """What is posted of a contract: by month and component, and what the vendor owes, in fen."""

    posted: Posted
    closed: frozenset[Period]
    """The months whose settlement was approved."""
    receivable: int
    sources: str
    """Where the settlements can be read."""


def settle(
    period: PaymentPeriod,
    reckoned: Mapping[Period, Reckoning],
    books: Books,
    payment: Payment,
    service: ServiceFees,
) -> Draft:
    """Put the settlement of a payment period together from what its months come to and what is posted."""
    missing = [m for month in period.months for m in reckoned[month].missing]
    missing += [m for month in sorted(books.closed) for m in reckoned[month].missing]
    if missing:
        return Draft((), tuple(missing))
    lines = [DraftLine(entry) for month in period.months for entry in reckoned[month].lines]
    if period.instalment is not None:
        lines = [entry for entry in lines if entry.line.component is not Component.FEE]
        lines.insert(0, DraftLine(_instalment(period.instalment, payment, service, books.sources)))
    compared = [c for c in _COMPARED if period.instalment is None or c is not Component.FEE]
    lines += [
        DraftLine(_adjustment(month, component, reckoned[month], books), adjustment=True)
        for month in sorted(books.closed)
        for component in compared
        if reckoned[month].total(component) != books.posted.get((month, component), 0)
    ]
    return _balanced(lines, payment, books)


def _instalment(place: int, payment: Payment, service: ServiceFees, source: str) -> Line:
    """Reckon an instalment: what the shares up to it come to, less what those before it came to."""
    working = Working(f"/payment/instalments/{place}")
    total = working.fen(Label("合同总金额", "contract total"), service.total, source)
    shares = [entry.share for entry in payment.instalments]
    fen = by_shares(service.total, [Fraction(share) for share in shares])[place]
    reached = []
    for upto in (place, place + 1):
        if upto == 0:
            reached.append(working.fen(Label("此前各期累计", "instalments before"), 0))
            continue
        given = [
            working.given(Label(f"第{n}期比例", f"share {n}"), Fraction(share), Measure.SHARE)
            for n, share in enumerate(shares[:upto], 1)
        ]
        share = working.add(Label("累计比例", "shares so far"), *given, measure=Measure.SHARE)
        amount = working.multiply(Label("累计金额", "amount so far"), total, share)
        reached.append(working.round(Label("累计金额", "amount so far"), amount, 2, "amount"))
    amount = working.subtract(Label(f"第{place + 1}期款", f"instalment {place + 1}"), reached[1], reached[0])
    made = line(Component.FEE, None, amount, working)
    if made.fen != fen:
        raise ValueError(f"instalment {place + 1} is {fen} fen by its shares and {made.fen} by its steps")
    return made


def _adjustment(month: Period, component: Component, reckoning: Reckoning, books: Books) -> Line:
    """Say what a closed month is out by: what it comes to now less what is posted of it."""
    working = Working()
    now = [working.absorb(entry.steps) for entry in reckoning.lines if entry.component is component]
    label = Label(f"{month}按现有记录应计", f"{month} by what is on record now")
    right = working.add(label, *now) if now else working.fen(label, 0)
    posted = working.fen(
        Label(f"{month}已入账", f"posted of {month}"), books.posted.get((month, component), 0), books.sources
    )
    difference = working.subtract(Label(f"{month}调整", f"adjustment of {month}"), right, posted)
    return line(component, month, difference, working)


def _balanced(lines: list[DraftLine], payment: Payment, books: Books) -> Draft:
    """Set off what the vendor owes, or say what becomes of deductions that are larger than what they come off."""
    payable = Draft(tuple(lines)).payable
    working = Working("/payment/excess")
    sum_of = working.fen(Label("各项合计", "sum of the lines"), payable, books.sources)
    if payable < 0:
        if payment.excess is None:
            zh, en = "扣款超过应付金额，条款未约定如何处理", "what becomes of deductions larger than what they come off"
            return Draft((), (need("excess", "/terms/payment/excess", zh, en).missing,))
        if payment.excess is Excess.LIMITED:
            nothing = working.fen(Label("零元", "nothing"), 0)
            back = working.subtract(Label("超出部分不再扣减", "deducted no further than to nothing"), nothing, sum_of)
            return Draft((*lines, DraftLine(line(Component.DEDUCTION_LIMIT, None, back, working))))
        owed = working.add(Label("结转下期", "carried over to the next"), sum_of)
        return Draft((*lines, DraftLine(line(Component.CARRIED_OVER, None, owed, working))))
    if books.receivable > 0 and payable > 0:
        receivable = working.fen(Label("供应商应退", "owed by the vendor"), books.receivable, books.sources)
        off = working.least(Label("抵扣以前结转", "set off against what was carried over"), sum_of, receivable)
        return Draft((*lines, DraftLine(line(Component.CARRIED_OVER, None, off, working))))
    return Draft(tuple(lines))
