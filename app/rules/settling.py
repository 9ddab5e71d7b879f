"""What a settlement of a payment period holds: its months, what closed months are out by, and what is carried over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.rules.clauses import Excess, Payment, Schedule
from app.rules.fees import ServiceFees, contract_total, quarter_of
from app.rules.lines import NAMES, SIGNS, Component, Line, MonthFacts, line, month_zh
from app.rules.missing import Missing, MissingAnswerError, need
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.splitting import by_shares
from app.rules.workings import Figure, Label, Measure, Working

_COMPARED = (
    Component.FEE,
    Component.SCORE_DEDUCTION,
    Component.FINDING_DEDUCTION,
    Component.DEDUCTION_LIMIT,
    Component.HOLDBACK,
    Component.POOL,
    Component.DEFERRED,
    Component.BONUS,
)
"""What of a closed month is reckoned again."""

_DEDUCTIONS = (Component.SCORE_DEDUCTION, Component.FINDING_DEDUCTION, Component.DEDUCTION_LIMIT)

_KEPT = (Component.HOLDBACK, Component.POOL, Component.DEFERRED, Component.CARRIED_OVER)
"""What is paid later or owed, and not lost: no limit of deductions gives it back."""

_BY_MONTHS = (Schedule.MONTHLY, Schedule.QUARTERLY)

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

    `unscheduled` names the months that are in no payment period.
    """
    last = months[-1].terms.payment if months else None
    if last is not None and last.schedule is Schedule.INSTALMENTS and not _scheduled(months):
        recorded = {month.period for month in months}
        return tuple(
            PaymentPeriod(instalment.code, tuple(p for p in instalment.months if p in recorded), place)
            for place, instalment in enumerate(last.instalments)
        )
    grouped: dict[str, list[Period]] = {}
    for month in _scheduled(months):
        year, quarter = quarter_of(month.period)
        quarterly = month.terms.payment is not None and month.terms.payment.schedule is Schedule.QUARTERLY
        grouped.setdefault(f"{year}-Q{quarter}" if quarterly else str(month.period), []).append(month.period)
    return tuple(PaymentPeriod(key, tuple(periods)) for key, periods in grouped.items())


def _scheduled(months: Sequence[MonthFacts]) -> list[MonthFacts]:
    """Give the months that are paid by the month or the quarter."""
    return [month for month in months if month.terms.payment and month.terms.payment.schedule in _BY_MONTHS]


def unscheduled(months: Sequence[MonthFacts]) -> tuple[Missing, ...]:
    """Name the months that no payment period settles, and what their terms do not say.

    Such are months whose terms do not say how they are paid or name no instalment that they come off, and those of
    terms that pay by instalments in a contract that pays others by the month: shares of the whole do not say what is
    left of it then.
    """
    settled = {period for entry in payment_periods(months) for period in entry.months}
    found = []
    for month in months:
        if month.period in settled:
            continue
        payment = month.terms.payment
        if payment is None or payment.schedule is None:
            name, zh, en = "schedule", "条款未约定如何付款", "how it is paid"
        elif _scheduled(months):
            name, zh, en = "schedule", "付款方式中途变更，未约定如何衔接", "how instalments follow on another schedule"
        else:
            name, zh, en = "instalments", "未约定从哪一期款中扣减", "which instalment it comes off"
        zh, en = f"{month_zh(month.period)}：{zh}", f"{month.period}: {en}"
        found.append(need(name, f"/terms/payment/{name}", zh, en, month.period).missing)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Settled:
    """The months of one approved settlement; of an instalment, its `fee` in fen, which no month has."""

    months: tuple[Period, ...]
    limited: bool
    """Whether its clause says that no payment is less than nothing."""
    fee: int | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """What is posted of a contract: by month and component, and what the vendor owes, in fen."""

    posted: Posted
    closed: frozenset[Period]
    """The months whose settlement was approved."""
    receivable: int
    sources: str
    """Where the settlements can be read."""
    settled: tuple[Settled, ...] = ()
    held: Mapping[Component, int] | None = None
    """What the funds hold; None where nothing has ever left them."""


def settle(
    period: PaymentPeriod,
    reckoned: Mapping[Period, Reckoning],
    books: Books,
    payment: Payment,
    service: ServiceFees,
) -> Draft:
    """Put the settlement of a payment period together from what its months come to and what is posted.

    A month that is closed is not settled again, whatever payment period it is in by now: it is compared.
    """
    settled = [month for month in period.months if month not in books.closed]
    missing = list(_missing([*settled, *sorted(books.closed)], reckoned))
    missing += _off_no_instalment(period, reckoned, payment)
    if missing:
        return Draft((), tuple(missing))
    if period.instalment is not None or payment.schedule is Schedule.INSTALMENTS:
        # Instalments are shares of the contract's total: the months' own fees are only what clauses reckon with.
        reckoned = {month: _without_fee(reckoning) for month, reckoning in reckoned.items()}
    lines = [DraftLine(entry) for month in settled for entry in reckoned[month].lines]
    if period.instalment is not None:
        try:
            lines.insert(0, DraftLine(_instalment(period.instalment, payment, service, books.sources)))
        except MissingAnswerError as error:
            return Draft((), (error.missing,))
    if payment.excess is Excess.LIMITED:
        lines += _limit(lines, settled[-1] if settled else None)
    lines += _adjustments(reckoned, books, lines)
    return _balanced(lines, payment, books)


def _limit(lines: Sequence[DraftLine], month: Period | None) -> list[DraftLine]:
    """Give back what deductions took beyond what they come off; it belongs to the last month that is settled."""
    own = [entry for entry in lines if entry.line.component not in _KEPT]
    left = Draft(tuple(own)).payable
    taken = -sum(SIGNS[e.line.component] * e.line.fen for e in lines if e.line.component in _DEDUCTIONS)
    if left >= 0 or taken <= 0:
        return []
    working = Working("/payment/excess")
    nothing = working.fen(Label("零元", "nothing"), 0)
    short = working.subtract(Label("不足部分", "less than nothing by"), nothing, _sum_of(working, own))
    most = working.fen(Label("扣款合计", "sum of the deductions"), taken)
    back = working.least(Label("超出部分不再扣减", "given back: no payment is less than nothing"), short, most)
    return [DraftLine(line(Component.DEDUCTION_LIMIT, month, back, working))]


def given_back(months: Sequence[Period], reckoned: Mapping[Period, Reckoning]) -> int:
    """Give what a limit gives back, in fen, of the deductions of months that are settled together."""
    own = [DraftLine(entry) for month in months for entry in reckoned[month].lines]
    return sum(entry.line.fen for entry in _limit(own, months[-1]))


def _adjustments(reckoned: Mapping[Period, Reckoning], books: Books, lines: Sequence[DraftLine]) -> list[DraftLine]:
    """Say what closed months are out by, each settlement's limit reckoned again with its months."""
    limits = {entry.months[-1]: limit for entry in books.settled for limit in _limit_of(entry, reckoned)}
    right = {
        month: replace(reckoned[month], lines=(*reckoned[month].lines, *([limits[month]] if month in limits else [])))
        for month in sorted(books.closed)
    }
    left = _left_in_funds(books, lines)
    out = [
        (month, component, sums.get(component, 0) - books.posted.get((month, component), 0))
        for month, reckoning in right.items()
        for sums in (reckoning.sums(),)
        for component in _COMPARED
    ]
    found: dict[tuple[Period, Component], Line] = {}
    # What funds are still owed goes in first, so that as much as they then hold can be taken out again.
    for month, component, difference in sorted(out, key=lambda entry: entry[2] < 0):
        if not difference:
            continue
        made = _adjustment(month, component, right[month], books, left.get(component))
        if component in left:
            left[component] += made.fen
        if made.fen:
            found[month, component] = made
    return [DraftLine(found[key], adjustment=True) for key in ((m, c) for m, c, _ in out) if key in found]


def _limit_of(settled: Settled, reckoned: Mapping[Period, Reckoning]) -> list[Line]:
    if not settled.limited or not settled.months:
        return []
    own = [DraftLine(entry) for month in settled.months if month in reckoned for entry in reckoned[month].lines]
    if settled.fee is not None:
        working = Working("/payment/instalments")
        fee = working.fen(Label("本期款", "the instalment"), settled.fee)
        own.insert(0, DraftLine(line(Component.FEE, None, fee, working)))
    return [entry.line for entry in _limit(own, settled.months[-1])]


def _left_in_funds(books: Books, lines: Sequence[DraftLine]) -> dict[Component, int]:
    """Say what adjustments may take out of the funds: what they hold, and what this settlement puts in."""
    if books.held is None:
        return {}
    return {
        component: fen + sum(entry.line.fen for entry in lines if entry.line.component is component)
        for component, fen in books.held.items()
    }


def _without_fee(reckoning: Reckoning) -> Reckoning:
    lines = tuple(entry for entry in reckoning.lines if entry.component is not Component.FEE)
    return replace(reckoning, lines=lines)


def _missing(months: Iterable[Period], reckoned: Mapping[Period, Reckoning]) -> list[Missing]:
    """Name what is missing for months, each thing once."""
    found: dict[Missing, None] = {}
    for month in months:
        if month in reckoned:
            found |= dict.fromkeys(reckoned[month].missing)
        else:
            zh, en = f"{month_zh(month)}已不在合同记录之内", f"{month}, which is not on the contract's record"
            found[need("month", f"/assessments/{month}", zh, en, month).missing] = None
    return list(found)


def _off_no_instalment(
    period: PaymentPeriod, reckoned: Mapping[Period, Reckoning], payment: Payment
) -> Iterable[Missing]:
    """Name, with the last instalment, the months that come off none: what they lose would be lost with them."""
    if period.instalment is None or period.instalment + 1 < len(payment.instalments):
        return
    named = {month for instalment in payment.instalments for month in instalment.months}
    for month in sorted(reckoned.keys() - named):
        zh, en = f"未约定{month_zh(month)}从哪一期款中扣减", f"which instalment {month} comes off"
        yield need("instalments", "/terms/payment/instalments", zh, en, month).missing


def _instalment(place: int, payment: Payment, service: ServiceFees, source: str) -> Line:
    """Reckon an instalment: what the shares up to it come to, less what those before it came to."""
    working = Working(f"/payment/instalments/{place}")
    whole = contract_total(service)
    total = working.fen(Label("合同总金额", "contract total"), whole, source)
    shares = [Fraction(entry.share) for entry in payment.instalments]
    reached = _up_to(working, total, shares[: place + 1])
    if place:
        before = _up_to(working, total, shares[:place])
        label = Label(f"第{place + 1}期款", f"instalment {place + 1}")
        reached = working.subtract(label, reached, before)
    made = line(Component.FEE, None, reached, working)
    fen = by_shares(whole, shares)[place]
    if made.fen != fen:
        raise ValueError(f"instalment {place + 1} is {fen} fen by its shares and {made.fen} by its steps")
    return made


def _up_to(working: Working, total: Figure, shares: Sequence[Fraction]) -> Figure:
    """Say what the first instalments come to together."""
    count = len(shares)
    given = [
        working.given(Label(f"第{number}期比例", f"share of instalment {number}"), share, Measure.SHARE)
        for number, share in enumerate(shares, 1)
    ]
    reached = Label(f"前{count}期累计比例", f"share of the first {count} instalments")
    share = working.add(reached, *given, measure=Measure.SHARE) if count > 1 else given[0]
    label = (
        Label(f"前{count}期累计", f"the first {count} instalments") if count > 1 else Label("第1期款", "instalment 1")
    )
    amount = working.multiply(label, total, share)
    return working.round(label, amount, 2, "amount")


def _adjustment(month: Period, component: Component, reckoning: Reckoning, books: Books, left: int | None) -> Line:
    """Say what a closed month is out by: what it comes to now less what is posted of it.

    Of a fund no more is taken back than is `left` in it: what was paid out of it already is not paid again.
    """
    working = Working()
    now = [working.absorb(entry.steps) for entry in reckoning.lines if entry.component is component]
    zh, en = month_zh(month), NAMES[component]
    label = Label(f"{zh}{en.zh}，按现有记录", f"{en.en} of {month} by what is on record now")
    right = working.add(label, *now) if now else working.fen(label, 0)
    name = Label(f"{zh}{en.zh}，已入账", f"{en.en} of {month} as posted")
    posted = working.fen(name, books.posted.get((month, component), 0), books.sources)
    adjusted = Label(f"{zh}{en.zh}调整", f"adjustment of {month}: {en.en}")
    difference = working.subtract(adjusted, right, posted)
    if left is not None and difference.value * 100 < -left:
        least = working.fen(Label("账面余额（负数）", "less what is left in the fund"), -left)
        difference = working.greatest(adjusted, difference, least)
    return line(component, month, difference, working)


def _balanced(lines: list[DraftLine], payment: Payment, books: Books) -> Draft:
    """Set off what the vendor owes, or say what becomes of deductions that are larger than what they come off."""
    payable = Draft(tuple(lines)).payable
    if payable < 0:
        return _in_excess(lines, payment)
    off = min(books.receivable, payable)
    if off > 0:
        working = Working("/payment/excess" if payment.excess else None)
        owed = working.fen(Label("供应商尚欠", "owed by the vendor"), books.receivable, books.sources)
        label = Label("抵扣供应商所欠", "set off against what the vendor owes")
        taken = working.least(label, _sum_of(working, lines), owed)
        lines = [*lines, DraftLine(line(Component.CARRIED_OVER, None, taken, working))]
    return Draft(tuple(lines))


def _in_excess(lines: list[DraftLine], payment: Payment) -> Draft:
    """Carry over what is less than nothing, as the clause says.

    Where deductions are limited, those of the period have been already: what is left was overpaid before, by months
    that came to less than was posted, and is owed.
    """
    if payment.excess is None:
        zh, en = "扣款超过应付金额，条款未约定如何处理", "what becomes of deductions larger than what they come off"
        return Draft((), (need("excess", "/terms/payment/excess", zh, en).missing,))
    working = Working("/payment/excess")
    owed = working.add(Label("结转下期（供应商应退）", "carried over: owed by the vendor"), _sum_of(working, lines))
    return Draft((*lines, DraftLine(line(Component.CARRIED_OVER, None, owed, working))))


def _sum_of(working: Working, lines: Sequence[DraftLine]) -> Figure:
    """Sum a settlement's lines up, component by component."""
    totals: dict[Component, int] = {}
    for entry in lines:
        totals[entry.line.component] = totals.get(entry.line.component, 0) + entry.line.fen
    more = [working.fen(NAMES[c], fen) for c, fen in totals.items() if fen and SIGNS[c] > 0]
    less = [working.fen(NAMES[c], fen) for c, fen in totals.items() if fen and SIGNS[c] < 0]
    label = Label("各项合计", "sum of the lines")
    plus = working.add(label, *more) if more else working.fen(Label("零元", "nothing"), 0)
    return working.subtract(label, plus, *less) if less else plus
