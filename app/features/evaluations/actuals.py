"""Takes actuals from a contract's own record, each with the rows that it rests on, and puts them into a document."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.features.contracts import queries as contract_queries
from app.features.evaluations import months, paid, record_queries
from app.features.evaluations.document import EvaluationDocument, LeafIn, MeasureBinding
from app.features.evaluations.months import Found
from app.features.evaluations.trace import ActualTrace, Said
from app.rules.budgets import Base
from app.rules.evaluations.printed import read
from app.rules.evaluations.values import Evaluation, Indicator
from app.rules.faults import Fault
from app.rules.money import exact, round_half_away
from app.rules.periods import Period

PLACES = 6
"""Decimals that are shown of an actual that does not end; it counts with all of its digits."""
_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+|/[0-9]+)?")

_METHODS = {
    "mean_monthly_score": Said(
        zh="各月确切得分的算术平均，免予考核的月份不计",
        en="The mean of the months' exact scores, excused ones left out.",
    ),
    "months_below_mark": Said(zh="低于合格线的月份数", en="How many months are below the pass mark."),
    "notices_on_time": Said(
        zh="按期通报的月份数除以应通报的月份数，逾期未通报的按未按期计",
        en="Months notified by their due date, divided by all that were due; overdue ones count as late.",
    ),
    "metric_sum": Said(zh="各月合同整体数据之和", en="The sum of the months' figures of the whole contract."),
    "metric_mean": Said(zh="各月合同整体数据的算术平均", en="The mean of the months' figures of the whole contract."),
    "staff_on_post": Said(
        zh=f"各月在岗人数（{months.HEAD_COUNT}）之和除以应在岗人数（{months.REQUIRED_HEAD_COUNT}）之和",
        en=f"The months' {months.HEAD_COUNT} added up, divided by their {months.REQUIRED_HEAD_COUNT}.",
    ),
}
_PAID = {
    Base.CONTRACT_YEAR: Said(
        zh="为该年度服务支付的金额（不论何时支付）除以合同该年度金额",
        en="What was paid for the year's service, whenever, divided by the contract's amount of that year.",
    ),
    Base.INITIAL_BUDGET: Said(
        zh="期间内支付的金额除以年初预算数", en="What was paid in those months, divided by the initial budget."
    ),
    Base.FULL_YEAR_BUDGET: Said(
        zh="期间内支付的金额除以全年预算数", en="What was paid in those months, divided by the full-year budget."
    ),
}


@dataclass(frozen=True, slots=True)
class _Record:
    """What the contract has on record over all the months that the bindings ask for."""

    contract_id: uuid.UUID
    year: int
    today: date
    months: Sequence[RowMapping]
    metrics: Sequence[RowMapping]
    paid: Sequence[RowMapping]
    years: Sequence[RowMapping]
    budget: Sequence[RowMapping]


def bindings(document: EvaluationDocument) -> dict[str, tuple[MeasureBinding, str | None]]:
    """Give the bindings of a document by the places of their indicators, each with the unit that is measured in."""
    return {
        place: (leaf.measure.binding, leaf.measure.unit or read(leaf.measure.target or "").unit)
        for place, leaf in rows(document)
        if leaf.measure is not None and leaf.measure.binding is not None
    }


def faults(document: EvaluationDocument, year: int, *, has_contract: bool) -> list[Fault]:
    """Name what is wrong with a document's bindings; pointers start at the document."""
    return [
        fault
        for place, leaf in rows(document)
        if leaf.measure is not None and leaf.measure.binding is not None
        for fault in _faults(f"{place}/measure", leaf, leaf.measure.binding, year, has_contract=has_contract)
    ]


def from_record(
    session: Session, contract_id: uuid.UUID | None, year: int, document: EvaluationDocument
) -> dict[str, ActualTrace]:
    """Reckon each bound actual from the record as it stands, by the places of the indicators.

    Five statements, however many are bound; none where nothing is.
    """
    bound = bindings(document)
    if not bound or contract_id is None:
        return {}
    spans = {place: span_of(binding, year) for place, (binding, _) in bound.items()}
    first, last = min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    record = _Record(
        contract_id,
        year,
        clock.today(),
        record_queries.months(session, contract_id, str(first), str(last)),
        record_queries.metrics(session, contract_id, str(first), str(last)),
        record_queries.paid(session, contract_id, clock.today()),
        contract_queries.years(session, [contract_id]),
        record_queries.budget(session, contract_id, year),
    )
    return {
        place: _trace(place, binding, unit, spans[place], _found(record, binding, *spans[place]))
        for place, (binding, unit) in bound.items()
    }


def filled(document: EvaluationDocument, actuals: Mapping[str, ActualTrace]) -> EvaluationDocument:
    """Put the actuals that are known into a document; one that is not known stays empty."""
    if not actuals:
        return document
    first = tuple(_filled(row, f"/indicators/{number}", actuals) for number, row in enumerate(document.indicators))
    return document.model_copy(update={"indicators": first})


def unrounded(evaluation: Evaluation, traced: Mapping[str, ActualTrace]) -> Evaluation:
    """Give each actual from the record its exact value as well: it is what counts, the one shown is rounded."""
    if not traced:
        return evaluation
    return replace(evaluation, indicators=tuple(_unrounded(row, traced) for row in evaluation.indicators))


def _unrounded(row: Indicator, traced: Mapping[str, ActualTrace]) -> Indicator:
    trace, measure = traced.get(row.place), row.measure
    if trace is not None and trace.exact is not None and measure is not None:
        figure = _FIGURE.match(trace.exact)
        measure = replace(measure, exact=Fraction(figure[0])) if figure else measure
    return replace(row, measure=measure, children=tuple(_unrounded(child, traced) for child in row.children))


def span_of(binding: MeasureBinding, year: int) -> tuple[Period, Period]:
    """Give the first and the last month of a binding; ValueError where one is no month."""
    return Period.parse(binding.first or f"{year}-01"), Period.parse(binding.last or f"{year}-12")


def _filled(row: LeafIn, place: str, actuals: Mapping[str, ActualTrace]) -> LeafIn:
    update: dict[str, object] = {}
    if (actual := actuals.get(place)) is not None and row.measure is not None:
        update["measure"] = row.measure.model_copy(update={"actual": actual.value})
    if children := getattr(row, "children", ()):
        below = enumerate(children)
        update["children"] = tuple(_filled(child, f"{place}/children/{number}", actuals) for number, child in below)
    return row.model_copy(update=update) if update else row


def rows(document: EvaluationDocument) -> Iterator[tuple[str, LeafIn]]:
    """Walk over the rows of a document with their places, each group before what stands below it."""
    for number, row in enumerate(document.indicators):
        yield from _below(row, f"/indicators/{number}")


def _below(row: LeafIn, place: str) -> Iterator[tuple[str, LeafIn]]:
    yield place, row
    for number, child in enumerate(getattr(row, "children", ())):
        yield from _below(child, f"{place}/children/{number}")


def _faults(place: str, leaf: LeafIn, binding: MeasureBinding, year: int, *, has_contract: bool) -> Iterator[Fault]:
    if not has_contract:
        detail = "The evaluation names no contract whose record an actual could be taken from."
        yield Fault(f"{place}/binding", "no-contract", detail, "State `contract_id`, or the actual itself.")
    if leaf.measure is not None and leaf.measure.actual is not None:
        detail = f"An actual is printed ({leaf.measure.actual}) and taken from the record as well."
        yield Fault(f"{place}/actual", "actual-twice", detail, "Leave out either `actual` or `binding`.")
    if binding.base is not None and binding.base not in set(Base):
        detail = f"'{binding.base}' is no base of a paid share."
        yield Fault(f"{place}/binding/base", "unknown-base", detail, f"Use one of {', '.join(Base)}.")
    try:
        first, last = span_of(binding, year)
    except ValueError as error:
        yield Fault(f"{place}/binding", "wrong-period", str(error), 'Write the months like "2023-01".')
        return
    if first > last:
        detail = f"The first month, {first}, lies after the last one, {last}."
        yield Fault(f"{place}/binding/first", "wrong-period", detail, "Let the first month come first.")


def _trace(
    place: str, binding: MeasureBinding, unit: str | None, span: tuple[Period, Period], found: Found
) -> ActualTrace:
    # The record counts in base units: an indicator in 万件 or % is given its ten-thousandth, its hundredfold.
    unit = unit or ("%" if found.is_share else "")
    value = None if found.value is None else found.value / (read("1", unit).scale if unit else 1)
    return ActualTrace(
        place=place,
        binding=binding,
        first=str(span[0]),
        last=str(span[1]),
        value=None if value is None else f"{_printed(value)}{unit}",
        exact=None if value is None else f"{exact(value)}{unit}",
        method=_PAID[Base(binding.base)] if binding.base else _METHODS[binding.source],
        sources=found.sources,
        lacking=found.lacking,
    )


def _printed(value: Fraction) -> str:
    """Write a figure with as many places as it has, at most six, half up."""
    text = f"{round_half_away(value, PLACES):f}"
    return text.rstrip("0").rstrip(".")


def _found(record: _Record, binding: MeasureBinding, first: Period, last: Period) -> Found:
    base = f"/v1/contracts/{record.contract_id}"
    rows = _within(record.months, first, last)
    measured = _within(record.metrics, first, last)
    match binding.source:
        case "mean_monthly_score":
            return months.mean_score(base, rows)
        case "months_below_mark":
            return months.months_below_mark(base, rows)
        case "notices_on_time":
            return months.notices_on_time(base, rows, record.today)
        case "staff_on_post":
            return months.staff_on_post(base, rows, measured)
        case "paid_share":
            return _paid_share(record, base, binding, first, last)
    return months.metric(base, rows, measured, binding.metric or "", is_mean=binding.source == "metric_mean")


def _paid_share(record: _Record, base: str, binding: MeasureBinding, first: Period, last: Period) -> Found:
    of = Base(binding.base or "")
    if of is Base.CONTRACT_YEAR:
        return paid.of_contract_year(base, record.paid, record.years, record.year)
    return paid.of_budget(base, record.paid, record.budget, (first, last), of)


def _within(rows: Sequence[RowMapping], first: Period, last: Period) -> list[RowMapping]:
    return [row for row in rows if str(first) <= row["period"] <= str(last)]
