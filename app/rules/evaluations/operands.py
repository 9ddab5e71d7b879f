"""What a relation can name: the figures of an evaluation and the cells of its tables, each read with its unit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.rules.evaluations.printed import UNKNOWN_UNIT, half_up, is_share, read
from app.rules.evaluations.units import PERCENT, YUAN, unit_of
from app.rules.evaluations.values import Evaluation, Figure, Funds, FundSource, Indicator, Nature, Printed

DAY = "天"
SOURCES: Mapping[FundSource, str] = {
    FundSource.TOTAL: "年度资金总额",
    FundSource.FISCAL: "当年财政拨款",
    FundSource.CARRIED_OVER: "上年结转资金",
    FundSource.OWN: "单位资金",
    FundSource.OTHER: "其他资金",
}
"""The rows of the funds as tables call them."""


class Family(StrEnum):
    """What may be added to what: money to money, a share to a share, and what is counted to what is counted."""

    MONEY = "money"
    SHARE = "share"
    COUNT = "count"
    NUMBER = "number"
    """A bare number, which goes with all of them."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure to reckon with: `size` in its base unit, None where it cannot be read; `text` as printed, if it is.

    `base` is the base unit (元, 人次/天) and `scale` what one of `unit` is in it; `in_table` says that it is the cell of
    a table, and no figure of the text. An unknown unit is no warning here: counts have many classifiers.
    """

    key: str
    place: str
    label: str
    size: Fraction | None
    unit: str = ""
    base: str = ""
    scale: Fraction = Fraction(1)
    places: int = 0
    family: Family = Family.NUMBER
    quantity: str | None = None
    text: str | None = None
    operator: str | None = None
    warnings: tuple[str, ...] = ()
    in_table: bool = False

    @property
    def value(self) -> Fraction | None:
        """Give it in its own unit."""
        return None if self.size is None else self.size / self.scale

    @property
    def half_a_place(self) -> Fraction:
        """Give by how much, in the base unit, what was rounded to this may have been away from it.

        A count and a figure without decimals stand for themselves, but for one in ten thousands.
        """
        if not self.places and self.scale <= 1:
            return Fraction(0)
        return Fraction(1, 2 * 10**self.places) * self.scale

    def write(self, size: Fraction) -> str:
        """Write another size as this one is printed: with its places, and its unit where it prints one."""
        unit = self.unit if self.text is not None and self.unit in self.text else ""
        return half_up(size / self.scale, self.places) + unit


def operands(evaluation: Evaluation) -> dict[str, Operand]:
    """Give all that relations may name by its key: figures by their own, cells by their place with points in it."""
    found = {operand.key: operand for operand in _cells(evaluation)}
    return found | {figure.key: _figure(figure) for figure in evaluation.figures}


def number(key: str, value: Fraction, places: int) -> Operand:
    """Give an exact number that a relation names."""
    return Operand(key, "", key, value, places=places)


def quantities(all_of_them: Mapping[str, Operand]) -> dict[str, list[Operand]]:
    """Give what states one quantity, cells of tables first; only quantities that are stated more than once."""
    grouped: dict[str, list[Operand]] = {}
    for operand in sorted(all_of_them.values(), key=lambda one: not one.in_table):
        if operand.quantity is not None and operand.size is not None:
            grouped.setdefault(operand.quantity, []).append(operand)
    return {quantity: members for quantity, members in grouped.items() if len(members) > 1}


def _figure(figure: Figure) -> Operand:
    if figure.text is not None:
        return _operand(
            figure.key, figure.place, figure.label, read(figure.text, figure.unit), quantity=figure.quantity
        )
    size = None if figure.days is None else Fraction(figure.days)
    return Operand(figure.key, figure.place, figure.label, size, DAY, DAY, family=Family.COUNT)


def _operand(
    key: str, place: str, label: str, printed: Printed, *, quantity: str | None = None, in_table: bool = False
) -> Operand:
    return Operand(
        key=key,
        place=place,
        label=label,
        size=printed.size,
        unit=printed.unit or "",
        base=printed.base_unit or "",
        scale=printed.scale,
        places=printed.places,
        family=_family(printed),
        quantity=quantity,
        text=printed.text,
        operator=printed.operator,
        warnings=tuple(warning for warning in printed.warnings if warning != UNKNOWN_UNIT),
        in_table=in_table,
    )


def _family(printed: Printed) -> Family:
    if is_share(printed):
        return Family.SHARE
    return family_of(printed.base_unit or "")


def family_of(base: str) -> Family:
    """Say what a base unit counts, but for percentages, which have none."""
    if not base:
        return Family.NUMBER
    return Family.MONEY if unit_of(base).base.partition("/")[0] == YUAN else Family.COUNT


def _cells(evaluation: Evaluation) -> Iterator[Operand]:
    for row in evaluation.funds:
        yield from _funds(row, evaluation.funds_unit)
    for indicator in evaluation.indicators:
        yield from _rows(indicator)
    total = {"weight": evaluation.total_weight, "score": evaluation.total_score, "rate": evaluation.total_rate}
    for name, text in total.items():
        yield from _cell("/total", name, text, PERCENT if name == "rate" else None, "合计")


def _funds(row: Funds, unit: str) -> Iterator[Operand]:
    label = SOURCES[row.source]
    amounts = {"initial": "initial_budget", "full_year": "full_year_budget", "executed": "executed"}
    texts = {"initial": row.initial, "full_year": row.full_year, "executed": row.executed}
    for name, quantity in amounts.items():
        is_total = row.source is FundSource.TOTAL
        yield from _cell(row.place, name, texts[name], unit, label, quantity if is_total else None)
    rate_of = "execution_rate" if row.source is FundSource.TOTAL else None
    yield from _cell(row.place, "rate", row.rate, PERCENT, label, rate_of)
    for name, text in (("weight", row.weight), ("score", row.score)):
        yield from _cell(row.place, name, text, None, label)


def _rows(indicator: Indicator) -> Iterator[Operand]:
    cells = (("weight", indicator.weight), ("score", indicator.score), ("rate", indicator.rate))
    for name, text in cells:
        yield from _cell(indicator.place, name, text, PERCENT if name == "rate" else None, indicator.name)
    measure = indicator.measure
    if measure and measure.nature is not Nature.QUALITATIVE:
        for name, text in (("target", measure.target), ("actual", measure.actual)):
            yield from _cell(f"{indicator.place}/measure", name, text, measure.unit, indicator.name)
    for child in indicator.children:
        yield from _rows(child)


def _cell(
    row: str, column: str, text: str | None, unit: str | None, label: str, quantity: str | None = None
) -> Iterator[Operand]:
    if text is None:
        return
    place = f"{row}/{column}"
    key = place.removeprefix("/").replace("/", ".")
    printed = read(text, unit)
    # What is struck out ("—") states nothing.
    if printed.value is not None or printed.warnings:
        yield _operand(key, place, label, printed, quantity=quantity, in_table=True)
