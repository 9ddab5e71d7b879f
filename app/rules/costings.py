"""How often each price of a clause is due in a month, and by which factor a repeat multiplies it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction

from app.rules.clauses import DayCount, PerDay
from app.rules.history import History
from app.rules.lines import FindingsOfType, MonthFacts, month_zh
from app.rules.measures import Factor, Multipliers, Price, Together, When
from app.rules.missing import MissingAnswerError, need


@dataclass(frozen=True, slots=True)
class Costing:
    """A price that is due so many times, each time multiplied with `factor`.

    `open` says that there may be more: the record says "at least".
    """

    price: Price
    times: int
    factor: Fraction
    open: bool


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One finding of those that a row counts together."""

    month: MonthFacts
    finding: FindingsOfType


def costings(
    prices: Sequence[Price],
    multipliers: Multipliers | None,
    pointer: str,
    month: MonthFacts,
    history: History,
    per_day: PerDay | None = None,
) -> list[Costing]:
    """Count the month's findings by price and factor, in the order of the prices; what costs nothing is left out.

    `history` is for repeats that count over several months. The order of the facts changes nothing.
    """
    counted: dict[tuple[int, Fraction], list[tuple[int, bool]]] = {}
    for issue_type in dict.fromkeys(price.issue_type for price in prices):
        found = [f for f in month.findings if f.issue_type == issue_type and (f.count or f.at_least)]
        if not found:
            continue
        priced = [(_price(prices, finding, month), finding) for finding in found]
        factors = _factors(multipliers, pointer, issue_type, month, history)
        for place, finding in sorted(priced, key=lambda entry: _when(entry[1])):
            days = _days(per_day, pointer, finding, month)
            own = factors(finding) if multipliers else [Fraction(1)] * finding.count
            for factor in own or [Fraction(1)]:
                counted.setdefault((place, factor), []).append((days if own else 0, finding.at_least))
    return [
        Costing(prices[place], sum(days for days, _ in entries), factor, any(at_least for _, at_least in entries))
        for (place, factor), entries in sorted(counted.items())
        if prices[place].value or (per_day is not None and per_day.wage is not None)
    ]


def priced(terms: object) -> Iterator[str]:
    """Name the issue types that have a price anywhere in terms, or in a part of them; `costings` looks at no others."""
    if isinstance(terms, Price):
        yield terms.issue_type
    elif isinstance(terms, tuple):
        for part in terms:
            yield from priced(part)
    elif is_dataclass(terms):
        for field in fields(terms):
            yield from priced(getattr(terms, field.name))


def _price(prices: Sequence[Price], finding: FindingsOfType, month: MonthFacts) -> int:
    """Give the place of a finding's price: the one of its level, where the issue type has prices by level."""
    own = {price.level: place for place, price in enumerate(prices) if price.issue_type == finding.issue_type}
    place = own.get(finding.level, own.get(None))
    if place is not None:
        return place
    raise need(
        "level",
        f"/findings/{month.period}/{finding.issue_type}",
        f"{month_zh(month.period)}“{finding.issue_type}”未载明条款所列的程度",
        f"of which level of the clause a finding of {finding.issue_type} in {month.period} is",
        month.period,
    )


def _days(per_day: PerDay | None, pointer: str, finding: FindingsOfType, month: MonthFacts) -> int:
    if per_day is None or finding.on is None or finding.until is None:
        return 1
    calendar = (finding.until - finding.on).days + 1
    if per_day.count is DayCount.CALENDAR_DAYS or (per_day.count is None and finding.working_days == calendar):
        return calendar
    if per_day.count is None:
        zh, en = "条款未约定按日历日还是工作日计算", "whether calendar days or working days count"
        raise need("count", f"/terms{pointer}/count", zh, en, month.period)
    if finding.working_days is None:
        raise ValueError("the working days of a finding of several days are not counted")
    return finding.working_days


def _when(finding: FindingsOfType) -> tuple[str, str, bool]:
    return str(finding.on or ""), finding.level or "", finding.unrectified


class _Factors:
    """Gives the factor of each finding of one issue type in a month, in the order of their days."""

    def __init__(
        self, multipliers: Multipliers, pointer: str, issue_type: str, month: MonthFacts, history: History
    ) -> None:
        self.multipliers, self.pointer, self.issue_type, self.month = multipliers, pointer, issue_type, month
        self.history = history
        self.seen = 0

    def __call__(self, finding: FindingsOfType) -> list[Fraction]:
        made = []
        for _ in range(finding.count):
            self.seen += 1
            made.append(self._together([*self._by_number(), *self._unrectified(finding), *self._consecutive()]))
        return made

    def _of(self, when: When) -> list[Factor]:
        return [factor for factor in self.multipliers.factors if factor.when is when]

    def _by_number(self) -> list[Fraction]:
        reached = []
        for factor in self._of(When.NUMBER):
            if factor.number is None:
                raise self._need(
                    "number", "条款未约定从第几次起加重", "from which number on a repeat costs more", factor
                )
            if factor.within is None:
                raise self._need("within", "条款未约定在多长期间内计次", "over what repeats are counted", factor)
            before = [
                (other, found)
                for other in self.history.within(factor.within, self.month)
                for found in _of_type(other, self.issue_type)
            ]
            if sum(found.count for _, found in before) + self.seen >= factor.number:
                reached.append((factor.number, factor.factor))
                continue
            unsure = next((other for other, found in before if found.at_least), None)
            if unsure is not None:
                raise self._uncounted(unsure)
        return [Fraction(max(reached)[1])] if reached else []

    def _unrectified(self, finding: FindingsOfType) -> list[Fraction]:
        return [Fraction(factor.factor) for factor in self._of(When.UNRECTIFIED)] if finding.unrectified else []

    def _consecutive(self) -> list[Fraction]:
        run = self._run() if self._of(When.CONSECUTIVE) else 0
        found = []
        for factor in self._of(When.CONSECUTIVE):
            if run > 1 and factor.compounds is None:
                zh, en = "条款未约定连续第三个月起是否再次加倍", "whether a third month in a row multiplies once more"
                raise self._need("compounds", zh, en, factor)
            if run:
                found.append(Fraction(factor.factor) ** (run if factor.compounds else 1))
        return found

    def _run(self) -> int:
        """Count the months in a row before this one that had the issue type, as far as a factor asks for them."""
        run = 0
        far = any(factor.compounds is not False for factor in self._of(When.CONSECUTIVE))
        for other in self.history.before(self.month):
            if other.period != self.month.period.plus(-1 - run) or (run and not far):
                break
            found = list(_of_type(other, self.issue_type))
            if not any(each.count for each in found):
                if any(each.at_least for each in found):
                    raise self._uncounted(other)
                break
            run += 1
        return run

    def _uncounted(self, other: MonthFacts) -> MissingAnswerError:
        zh = f"{month_zh(other.period)}“{self.issue_type}”只知至少次数，无法认定本月是第几次"
        en = f"how many findings of {self.issue_type} {other.period} has, which count towards {self.month.period}"
        return need("findings", f"/findings/{other.period}/{self.issue_type}", zh, en, self.month.period)

    def _together(self, factors: list[Fraction]) -> Fraction:
        if len(set(factors)) > 1 and self.multipliers.together is None:
            zh, en = "同时符合多项加重，条款未约定取最高还是连乘", "which of several factors of one finding applies"
            raise self._need("together", zh, en)
        if self.multipliers.together is Together.PRODUCT:
            product = Fraction(1)
            for factor in factors:
                product *= factor
            return product
        return max(factors, default=Fraction(1))

    def _need(self, name: str, zh: str, en: str, factor: Factor | None = None) -> MissingAnswerError:
        """Name an answer of a factor, or of the multipliers as a whole."""
        of = "" if factor is None else f"/factors/{self.multipliers.factors.index(factor)}"
        return need(name, f"/terms{self.pointer}/multipliers{of}/{name}", zh, en, self.month.period)


def _factors(
    multipliers: Multipliers | None, pointer: str, issue_type: str, month: MonthFacts, history: History
) -> _Factors:
    return _Factors(multipliers or Multipliers((), None), pointer, issue_type, month, history)


def _of_type(month: MonthFacts, issue_type: str) -> Iterable[FindingsOfType]:
    return (finding for finding in month.findings if finding.issue_type == issue_type)
