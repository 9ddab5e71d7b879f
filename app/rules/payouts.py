"""What a payout comes to, by each reading of its clause (clauses.md section 3), and what its text leaves open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.clauses import Proportion, ProratedPayout, Reading
from app.rules.lines import OF_FUND, Line, line, month_zh
from app.rules.missing import Missing, MissingAnswerError, need
from app.rules.money import yuan
from app.rules.periods import Period
from app.rules.workings import Figure, Label, Measure, Working

_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What the record says: the days served of each service month, the months assessed, and where that can be read."""

    served: Mapping[Period, tuple[date, date]]
    assessed: frozenset[Period]
    contract: str
    assessments: str
    terms: str

    def days(self, periods: Sequence[Period]) -> int:
        """Count the days served in some months."""
        spans = [self.served[period] for period in periods if period in self.served]
        return sum((last - first).days + 1 for first, last in spans)


@dataclass(frozen=True, slots=True)
class ReadingFigure:
    """What one reading gives with certain inputs: an amount with its steps, or what is missing for it."""

    id: str
    reading: Reading
    inputs: Mapping[str, str]
    line: Line | None
    missing: tuple[Missing, ...] = ()


def check_record(clause: ProratedPayout, pointer: str, record: ServiceRecord) -> tuple[Missing, ...]:
    """Name where the months that the clause states are not those of the record."""
    served = set(_concerned(clause, record.served))
    assessed = set(_concerned(clause, record.assessed))
    found = []
    for name, zh, stated, recorded in (
        ("served", "服务月份", set(clause.served), served),
        ("assessed", "已考核月份", set(clause.assessed), assessed),
    ):
        if stated != recorded:
            label = Label(
                f"条款所列{zh}（{_listed(stated)}）与记录（{_listed(recorded)}）不符",
                f"the months {name}: the clause states {_listed(stated)}, the record has {_listed(recorded)}",
            )
            found.append(Missing(name, f"/terms{pointer}/{name}", label))
    return tuple(found)


def _concerned(clause: ProratedPayout, periods: Iterable[Period]) -> list[Period]:
    """Give, in order, the months that a clause is about: of the year that it names, or from its first to its last."""
    first, last = min(clause.served), max(clause.served)
    if first.year == last.year:
        return sorted(period for period in periods if period.year == first.year)
    return sorted(period for period in periods if first <= period <= last)


def _listed(periods: set[Period]) -> str:
    return ", ".join(str(period) for period in sorted(periods)) or "-"


def notes(clause: ProratedPayout, record: ServiceRecord) -> tuple[Label, ...]:
    """Say what a reader should know beside the figures: months that the service only touches."""
    months = _concerned(clause, record.served)
    found = []
    for period in months:
        first, last = record.served[period]
        days = (last - first).days + 1
        if days < period.days:
            found.append(
                Label(
                    f"{month_zh(period)}服务自{first}至{last}，共{days}天，不足整月（{period.days}天）",
                    f"{period} is served from {first} to {last}: {days} of its {period.days} days",
                )
            )
    if found:
        total = record.days(months)
        first = record.served[months[0]][0]
        found.append(
            Label(
                f"条款称服务期{len(clause.served)}个月；自{first}起实为{total}天，不是{len(months)}个整月",
                f"The clause speaks of {len(clause.served)} months; from {first} it is {total} days, "
                f"not {len(months)} whole months",
            )
        )
    return tuple(found)


def readings(clause: ProratedPayout, pointer: str, record: ServiceRecord) -> tuple[ReadingFigure, ...]:
    """Reckon every reading of the clause, with each candidate for the excluded sum where that matters."""
    found = []
    for reading in clause.readings:
        if reading.less_excluded and clause.candidates:
            found += [
                _figure(clause, pointer, record, reading, f"{reading.code}.{number}", candidate.fen)
                for number, candidate in enumerate(clause.candidates, 1)
            ]
        else:
            found.append(_figure(clause, pointer, record, reading, reading.code, None))
    return tuple(found)


def _figure(
    clause: ProratedPayout, pointer: str, record: ServiceRecord, reading: Reading, id_: str, excluded: int | None
) -> ReadingFigure:
    inputs = {clause.total.name: yuan(clause.total.fen)}
    if excluded is not None:
        inputs[clause.excluded] = yuan(excluded)
    try:
        made = prorated(clause, pointer, record, reading, excluded, record.terms)
    except MissingAnswerError as error:
        return ReadingFigure(id_, reading, inputs, None, (error.missing,))
    return ReadingFigure(id_, reading, inputs, made)


def prorated(
    clause: ProratedPayout,
    pointer: str,
    record: ServiceRecord,
    reading: Reading,
    excluded: int | None,
    excluded_source: str,
) -> Line:
    """Reckon a prorated payout by one reading, rounded once, at the end; `excluded` is in fen, where it matters.

    Raises MissingAnswerError without an excluded sum that matters, for one above the total, and where the days served
    are asked for and not on record.
    """
    working = Working(pointer)
    name = clause.total.name
    amount = working.fen(Label(name, name), clause.total.fen, record.terms)
    if reading.less_excluded:
        amount = _less_excluded(working, clause, amount, excluded, excluded_source)
    amount = _prorate(working, clause, record, reading.proportion, amount)
    if reading.applies_rate:
        rate = working.given(Label("比例", "rate"), Fraction(clause.rate), Measure.SHARE, record.terms)
        amount = working.multiply(Label("按比例", "at the rate"), amount, rate)
    label = Label("绩效考核金", "performance payout")
    return line(OF_FUND[clause.source], None, working.round(label, amount, 2, "amount"), working)


def _less_excluded(
    working: Working, clause: ProratedPayout, total: Figure, excluded: int | None, source: str
) -> Figure:
    pointer, name = f"/terms{working.clause}/excluded", clause.excluded
    if excluded is None:
        raise need(name, pointer, f"{name}的金额未载明", f"the amount of {name}")
    if excluded > clause.total.fen:
        zh, en = f"{name}大于{clause.total.name}", f"an amount of {name} that is not above {clause.total.name}"
        raise need(name, pointer, zh, en)
    less = working.fen(Label(name, name), excluded, source)
    formula = f"{clause.total.name} − {name}"
    return working.subtract(Label(formula, formula), total, less)


def _prorate(
    working: Working, clause: ProratedPayout, record: ServiceRecord, proportion: Proportion, amount: Figure
) -> Figure:
    if proportion is Proportion.DAYS:
        unknown = sorted(set(clause.served) - record.served.keys())
        if unknown:
            zh, en = f"{month_zh(unknown[0])}的服务天数不在记录之内", f"the days served of {unknown[0]}"
            raise need("served", f"/terms{working.clause}/served", zh, en)
        part, whole = record.days(clause.assessed), record.days(clause.served)
        counted = working.given(
            Label("考核月份服务天数", "days served in the months assessed"), part, Measure.DAYS, record.assessments
        )
        of = working.given(Label("服务总天数", "days served"), whole, Measure.DAYS, record.assessments)
        product = working.multiply(
            Label("乘以考核月份服务天数", "times the days in the months assessed"), amount, counted
        )
        return working.divide(Label("按天折算", "prorated by days"), product, of)
    if proportion is Proportion.MONTHS_SERVED:
        of = working.given(Label("服务月数", "months served"), len(clause.served), Measure.MONTHS, record.contract)
    else:
        of = working.given(Label("全年月数", "months of the year"), _MONTHS_A_YEAR, Measure.MONTHS)
    label = Label("考核月数", "months assessed")
    counted = working.given(label, len(clause.assessed), Measure.MONTHS, record.assessments)
    monthly = working.divide(Label("平均每月", "mean of a month"), amount, of)
    return working.multiply(Label("按月折算", "prorated by months"), monthly, counted)


def said(clause: ProratedPayout, reading: Reading) -> Label:
    """Write a reading as a formula, in Chinese and English."""
    total, excluded = clause.total.name, clause.excluded
    amount = f"({total} − {excluded})" if reading.less_excluded else total
    rate_zh = f"{_percent(clause)} × " if reading.applies_rate else ""
    match reading.proportion:
        case Proportion.DAYS:
            zh, en = " × 考核月份服务天数 ÷ 服务总天数", " × days served in the months assessed ÷ days served"
        case Proportion.YEAR:
            zh, en = f" ÷ 12 × 考核月数{len(clause.assessed)}", f" ÷ 12 × {len(clause.assessed)} months assessed"
        case _:
            zh = f" ÷ 服务月数{len(clause.served)} × 考核月数{len(clause.assessed)}"
            en = f" ÷ {len(clause.served)} months served × {len(clause.assessed)} months assessed"
    contained = not reading.applies_rate
    return Label(
        f"{rate_zh}{amount}{zh}{'（比例已含于其中）' if contained else ''}",
        f"{rate_zh}{amount}{en}{' (the rate contained in it)' if contained else ''}",
    )


def _percent(clause: ProratedPayout) -> str:
    return f"{(clause.rate * 100).normalize():f}%"
