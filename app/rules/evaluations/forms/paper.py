"""Lays an evaluation out in the official form: cells that reach over rows and columns, for whatever writes them.

The layout is Beijing's of 财预〔2020〕10号, annex 1, with the nature and the unit of a target in columns of their own.
What was printed is laid out as it was printed; what was left out and is computed is marked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from app.rules.evaluations.forms.labels import FORM_TITLE, FUND_LABELS, NATURE_SIGNS
from app.rules.evaluations.forms.place_words import place_words
from app.rules.evaluations.printed import half_up
from app.rules.evaluations.values import Check, Evaluation, Funds, Indicator, Measure, Nature, Outcome, Scored

COLUMNS = 11
WIDTHS = (8, 16, 17, 26, 12, 16, 20, 22, 14, 14, 23)
"""Of the columns, in millimetres: together as wide as a page of A4 leaves room for."""
ANNEX_HEADINGS = ("代码", "位置", "表中数值", "重算数值", "原因", "处理建议")
ANNEX_WIDTHS = (27, 38, 23, 23, 45, 32)
NOTHING_FOUND = "未发现问题。"
_PERCENT = 100
_PLACES = 2
_LABEL = 2
"""Columns that the labels of the upper blocks take."""
_HEADINGS = (
    "一级指标", "二级指标", "三级指标", "绩效指标性质", "年度指标值", "绩效度量单位", "实际完成值", "分值", "得分",
    "偏差原因分析及改进措施",
)  # fmt: skip
_FUND_HEADINGS = ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
_FUND_COLUMNS = ((2, 2), (4, 2), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1))


class Look(StrEnum):
    """How a cell is set."""

    TITLE = "title"
    YEAR = "year"
    LABEL = "label"
    TEXT = "text"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class PaperCell:
    """One cell: where it begins, how far it reaches, what it says, and whether the program computed that."""

    row: int
    column: int
    rows: int
    columns: int
    text: str
    look: Look
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a form says beside the evaluation itself; `computed` names the actuals that the record gave."""

    project: str
    authority: str | None
    unit: str | None
    expected: str | None
    reached: str | None
    evaluation: Evaluation
    outcome: Outcome
    checks: Sequence[Check] = ()
    computed: Collection[str] = ()
    title: str = FORM_TITLE


@dataclass(frozen=True, slots=True)
class FormPaper:
    """The form as cells, and the checks as a table behind it; `header` is the row that heads the indicators."""

    title: str
    cells: Sequence[PaperCell]
    rows: int
    header: int
    annex: Sequence[Sequence[str]]

    def by_row(self) -> list[list[PaperCell]]:
        """Give the cells by the row in which they begin, from left to right."""
        found: list[list[PaperCell]] = [[] for _ in range(self.rows)]
        for cell in sorted(self.cells, key=lambda one: (one.row, one.column)):
            found[cell.row].append(cell)
        return found


@dataclass(slots=True)
class _Sheet:
    """The cells laid out so far, and the next free row."""

    cells: list[PaperCell] = field(default_factory=list)
    row: int = 0

    def put(self, column: int, columns: int, text: str | None, look: Look, *, rows: int = 1) -> None:
        self.cells.append(PaperCell(self.row, column, rows, columns, text or "", look))

    def figure(self, column: int, printed: str | None, computed: str | None = None, *, columns: int = 1) -> None:
        """Put the figure that was printed, or else the computed one with its mark."""
        text = computed if printed is None else printed
        marked = printed is None and computed is not None
        self.cells.append(PaperCell(self.row, column, 1, columns, text or "", Look.FIGURE, marked))


def lay_out(form: Form) -> FormPaper:
    """Lay a form out: its head, the funds, the goals, the indicators, the total row, and the checks behind it."""
    sheet = _Sheet()
    for text, look in ((form.title, Look.TITLE), (f"（{form.evaluation.year}年度）", Look.YEAR)):
        sheet.put(0, COLUMNS, text, look)
        sheet.row += 1
    _head(sheet, form)
    _funds(sheet, form)
    _goals(sheet, form)
    header = sheet.row
    _indicators(sheet, form)
    _total(sheet, form)
    annex = [_annex_row(form.evaluation, check) for check in form.checks]
    return FormPaper(f"{form.project} {form.evaluation.year}年度{form.title}", sheet.cells, sheet.row, header, annex)


def points_text(value: Fraction | None) -> str | None:
    """Write points as a form does: two places, a half rounded up, and none that are zero."""
    return None if value is None else _short(half_up(value, _PLACES))


def percent_text(share: Fraction | None) -> str | None:
    """Write a share in percent, as a form does."""
    return None if share is None else _short(half_up(share * _PERCENT, _PLACES)) + "%"


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _head(sheet: _Sheet, form: Form) -> None:
    sheet.put(0, _LABEL, "项目名称", Look.LABEL)
    sheet.put(_LABEL, COLUMNS - _LABEL, form.project, Look.FIGURE)
    sheet.row += 1
    sheet.put(0, _LABEL, "主管部门", Look.LABEL)
    sheet.put(2, 3, form.authority, Look.FIGURE)
    sheet.put(5, 2, "实施单位", Look.LABEL)
    sheet.put(7, 4, form.unit, Look.FIGURE)
    sheet.row += 1


def _funds(sheet: _Sheet, form: Form) -> None:
    funds = form.evaluation.funds
    if not funds:
        return
    sheet.put(0, _LABEL, f"项目资金\n（{form.evaluation.funds_unit}）", Look.LABEL, rows=len(funds) + 1)
    for (column, wide), text in zip(_FUND_COLUMNS, _FUND_HEADINGS, strict=True):
        sheet.put(column, wide, text, Look.LABEL)
    sheet.row += 1
    for row in funds:
        _fund_row(sheet, row, form.outcome.funds)
        sheet.row += 1


def _fund_row(sheet: _Sheet, row: Funds, scored: Scored | None) -> None:
    (named, wide), (initial, broad), *_ = _FUND_COLUMNS
    sheet.put(named, wide, FUND_LABELS[row.source], Look.TEXT)
    sheet.figure(initial, row.initial, columns=broad)
    own = scored if scored is not None and scored.place == row.place else None
    computed = (
        (row.full_year, None),
        (row.executed, None),
        (row.weight, None),
        (row.rate, percent_text(own.completion) if own else None),
        (row.score, points_text(own.score) if own else None),
    )
    for (column, _), (text, otherwise) in zip(_FUND_COLUMNS[2:], computed, strict=True):
        sheet.figure(column, text, otherwise)


def _goals(sheet: _Sheet, form: Form) -> None:
    if form.expected is None and form.reached is None:
        return
    sheet.put(0, _LABEL, "年度总体目标", Look.LABEL, rows=2)
    sheet.put(2, 5, "预期目标", Look.LABEL)
    sheet.put(7, 4, "实际完成情况", Look.LABEL)
    sheet.row += 1
    sheet.put(2, 5, form.expected, Look.TEXT)
    sheet.put(7, 4, form.reached, Look.TEXT)
    sheet.row += 1


# ---------------------------------------------------------------- the indicators


def _indicators(sheet: _Sheet, form: Form) -> None:
    rows = sum(_leaves(row) for row in form.evaluation.indicators)
    sheet.put(0, 1, "\n".join("绩效指标"), Look.LABEL, rows=rows + 1)
    for column, text in enumerate(_HEADINGS, 1):
        sheet.put(column, 1, text, Look.LABEL)
    sheet.row += 1
    scored = dict(_scored(form.outcome.rows))
    for indicator in form.evaluation.indicators:
        _indicator(sheet, form, indicator, 1, scored)


def _leaves(indicator: Indicator) -> int:
    return sum(_leaves(child) for child in indicator.children) if indicator.children else 1


def _scored(rows: Sequence[Scored]) -> Iterator[tuple[str, Scored]]:
    for row in rows:
        yield row.place, row
        yield from _scored(row.children)


def _indicator(sheet: _Sheet, form: Form, indicator: Indicator, level: int, scored: dict[str, Scored]) -> None:
    """Put a group's name beside all of its rows, or a row of its own whose name reaches over the levels below."""
    if indicator.children:
        weight = indicator.weight
        name = f"{indicator.name}（{weight.removesuffix('分')}分）" if weight and "%" not in weight else indicator.name
        sheet.put(level, 1, name, Look.LABEL, rows=_leaves(indicator))
        for child in indicator.children:
            _indicator(sheet, form, child, level + 1, scored)
        return
    sheet.put(level, 4 - level, indicator.name, Look.TEXT)
    _measure(sheet, indicator.measure, computed=indicator.place in form.computed)
    sheet.figure(8, indicator.weight)
    own = scored.get(indicator.place)
    sheet.figure(9, indicator.score, points_text(own.score) if own else None)
    sheet.put(10, 1, indicator.measure.deviation if indicator.measure else None, Look.TEXT)
    sheet.row += 1


def _measure(sheet: _Sheet, measure: Measure | None, *, computed: bool) -> None:
    if measure is None:
        for column in range(4, 8):
            sheet.figure(column, None)
        return
    target = measure.target
    if measure.nature is Nature.RANGE and measure.target_to is not None:
        target = f"{measure.target or ''}～{measure.target_to}"
    sheet.figure(4, NATURE_SIGNS[measure.nature])
    sheet.figure(5, target)
    sheet.figure(6, measure.unit)
    sheet.figure(7, None if computed else measure.actual, measure.actual)


def _total(sheet: _Sheet, form: Form) -> None:
    evaluation, outcome = form.evaluation, form.outcome
    sheet.put(0, 8, "总分", Look.LABEL)
    sheet.figure(8, evaluation.total_weight, points_text(outcome.weight))
    sheet.figure(9, evaluation.total_score, points_text(outcome.total))
    sheet.figure(10, None)
    sheet.row += 1


def _annex_row(evaluation: Evaluation, check: Check) -> tuple[str, ...]:
    where = "；".join(place_words(evaluation, place) for place in (check.place, *check.also))
    return (check.code, where, check.published or "", check.recomputed or "", check.zh, check.remedy_zh)
