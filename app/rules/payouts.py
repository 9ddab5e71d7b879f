"""What a payout comes to, by each reading of its clause (clauses.md section 3), and what its text leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.clauses import Proportion, ProratedPayout, Reading
from app.rules.lines import Component, Line, line
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
    years = clause.years
    served = {period for period in record.served if period.year in years}
    assessed = {period for period in record.assessed if period.year in years}
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


def _listed(periods: set[Period]) -> str:
    return ", ".join(str(period) for period in sorted(periods)) or "-"


def notes(clause: ProratedPayout, record: ServiceRecord) -> tuple[Label, ...]:
    """Say what a reader should know beside the figures: months that the service only touches."""
    months = [period for period in sorted(record.served) if period.year in clause.years]
    found = []
    for period in months:
        first, last = record.served[period]
        days = (last - first).days + 1
        if days < period.days:
            found.append(
                Label(
                    f"{period}服务自{first}至{last}，共{days}天，不足整月（{period.days}天）",
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
        if not reading.less_excluded:
            found.append(_figure(clause, pointer, record, reading, reading.code, None))
        elif not clause.candidates:
            zh, en = f"{clause.excluded}的金额未载明", f"the amount of {clause.excluded}"
            missing = need(clause.excluded, f"/terms{pointer}/excluded", zh, en).missing
            inputs = {clause.total.name: yuan(clause.total.fen)}
            found.append(ReadingFigure(reading.code, reading, inputs, None, (missing,)))
        else:
            found += [
                _figure(clause, pointer, record, reading, f"{reading.code}.{number}", candidate.fen)
                for number, candidate in enumerate(clause.candidates, 1)
            ]
    return tuple(found)


def _figure(
    clause: ProratedPayout, pointer: str, record: ServiceRecord, reading: Reading, id_: str, excluded: int | None
) -> ReadingFigure:
    inputs = {clause.total.name: yuan(clause.total.fen)}
    if excluded is not None:
        inputs[clause.excluded] = yuan(excluded)
    try:
        made = prorated(clause, pointer, record, reading, excluded, record.terms)
    except MissingAnswerError as silent:
        return ReadingFigure(id_, reading, inputs, None, (silent.missing,))
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

    Raises MissingAnswerError where the excluded sum is needed and not known, or cannot be right.
    """
    working = Working(pointer)
    amount = working.fen(Label(clause.total.name, clause.total.name), clause.total.fen, record.terms)
    if reading.less_excluded:
        if excluded is None:
            raise need(
                clause.excluded,
                f"/terms{pointer}/excluded",
                f"{clause.excluded}的金额未载明",
                f"the amount of {clause.excluded}",
            )
        if excluded > clause.total.fen:
            zh = f"{clause.excluded}（{yuan(excluded)}）大于{clause.total.name}，须更正"
            en = f"an amount of {clause.excluded} that is not above {clause.total.name}, as {yuan(excluded)} is"
            raise need(clause.excluded, f"/terms{pointer}/excluded", zh, en)
        less = working.fen(Label(clause.excluded, clause.excluded), excluded, excluded_source)
        name = f"{clause.total.name} − {clause.excluded}"
        amount = working.subtract(Label(name, name), amount, less)
    amount = _prorate(working, clause, record, reading.proportion, amount)
    if reading.applies_rate:
        rate = working.given(Label("比例", "rate"), Fraction(clause.rate), Measure.SHARE, record.terms)
        amount = working.multiply(Label("乘以比例", "times the rate"), amount, rate)
    label = Label("绩效考核金", "payout")
    return line(Component.HOLDBACK, None, working.round(label, amount, 2, "amount"), working)


def _prorate(
    working: Working, clause: ProratedPayout, record: ServiceRecord, proportion: Proportion, amount: Figure
) -> Figure:
    if proportion is Proportion.DAYS:
        part, whole = record.days(clause.assessed), record.days(clause.served)
        if whole == 0:
            zh, en = "服务天数无记录", "the days served, of which nothing is on record"
            raise need("served", f"/terms{working.clause}/served", zh, en)
        counted = working.given(
            Label("考核月份服务天数", "days served in the months assessed"), part, Measure.DAYS, record.assessments
        )
        of = working.given(Label("服务总天数", "days served"), whole, Measure.DAYS, record.assessments)
    else:
        served = len(clause.served) if proportion is Proportion.MONTHS_SERVED else _MONTHS_A_YEAR
        label = (
            Label("服务月数", "months served")
            if proportion is Proportion.MONTHS_SERVED
            else Label("全年月数", "months of the year")
        )
        counted = working.given(
            Label("考核月数", "months assessed"), len(clause.assessed), Measure.MONTHS, record.assessments
        )
        of = working.given(label, served, Measure.MONTHS, record.contract)
    product = working.multiply(Label("乘以考核期", "times what is assessed"), amount, counted)
    return working.divide(Label("按期折算", "prorated"), product, of)


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
    contained = reading.less_excluded and not reading.applies_rate
    return Label(
        f"{rate_zh}{amount}{zh}{'（比例已含于其中）' if contained else ''}",
        f"{rate_zh}{amount}{en}{' (the rate contained in it)' if contained else ''}",
    )


def _percent(clause: ProratedPayout) -> str:
    return f"{(clause.rate * 100).normalize():f}%"
