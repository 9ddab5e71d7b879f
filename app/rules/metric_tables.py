"""Tables of monthly figures as people keep them: one row a figure, or one row a month and counter with many figures."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TypeVar

from app.rules.faults import Fault
from app.rules.grids import Cell, Grid
from app.rules.metric_codes import StandardCode, bounds_faults
from app.rules.periods import Period

MONTH = ("月份", "考核月份", "年月", "month", "period")
SITE = ("窗口编码", "窗口", "大厅", "窗口或大厅", "点位", "site", "counter", "hall")
CODE = ("指标", "指标代码", "指标名称", "数据项", "code", "metric")
VALUE = ("数值", "值", "数量", "value")
UNIT = ("单位", "计量单位", "unit")
NOT_READ = ("窗口名称", "名称", *UNIT, "备注", "name", "note")
"""Columns that a table may have for people."""
REMARK = "#"
"""A row whose first cell begins with it is for people, too."""
MOST_HEADING_ROWS = 10
"""Rows above the headings that a title may take."""
MOST_FIGURES = 20_000

_UNIT = re.compile(r"[（(][^（）()]*[）)]\s*$")
_OWN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_SITE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)
_MULTIPLES = ("十", "百", "千", "万", "亿")
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.]0?1)?|年(\d{1,2})月(?:1日)?|(\d{2}))", re.ASCII)
_NUMBER = re.compile(r"(-?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(\.\d+)?(%|％)?", re.ASCII)
_MOST_PLACES = 6
_T = TypeVar("_T")


class Layout(StrEnum):
    """How a table lays its figures out."""

    LONG = "long"
    """One row a figure."""
    WIDE = "wide"
    """One row a month and place, one column a code."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a table may speak of: standard codes by every name, and the center's halls and counters by code and name.

    A center that has entered no place names them freely, by codes.
    """

    codes: Mapping[str, StandardCode]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure of a table and the cells that it stands in."""

    period: Period
    code: str
    site: str | None
    value: Decimal
    cell: str
    month_cell: str


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The figures of a table in its order, the columns that were not read, and what is wrong, cell by cell."""

    layout: Layout
    entries: tuple[Entry, ...]
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]


class _UnreadableError(Exception):
    """A cell that says nothing that could be taken: its code, what is wrong, and what to write."""

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        self.code, self.detail, self.remedy = code, detail, remedy
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class _Columns:
    row: int
    month: int
    site: int | None
    code: int | None
    value: int | None
    figures: Mapping[int, str]
    ignored: tuple[str, ...]


def read(table: Grid, known: Known) -> FigureTable:
    """Read a table; each fault points to `/cells/C7`, or to `/header` where the headings are not found."""
    columns, faults = _columns(table, known)
    layout = Layout.LONG if columns and columns.code is not None else Layout.WIDE
    if columns is None or faults:
        return FigureTable(layout, (), (), tuple(faults))
    rows = _Rows(table, columns, known)
    for row in range(columns.row + 1, table.rows):
        if not table.text(row, 0).startswith(REMARK):
            rows.read(row)
        if len(rows.entries) > MOST_FIGURES:
            detail = f"The table has more than {MOST_FIGURES} figures."
            return FigureTable(layout, (), (), (Fault("/cells", "too-many-figures", detail, "Send it in parts."),))
    return FigureTable(layout, tuple(rows.entries), columns.ignored, (*rows.faults, *_twice(rows.entries)))


def pointer_of(place: str) -> str:
    """Give the pointer of a cell by its place, `Sheet1!C7` or `C7`."""
    return f"/cells/{place.rpartition('!')[2]}"


def _columns(table: Grid, known: Known) -> tuple[_Columns | None, list[Fault]]:
    for row in range(min(table.rows, MOST_HEADING_ROWS)):
        heads = {column: _bare(table.text(row, column)) for column in range(table.columns)}
        months = [column for column, head in heads.items() if head in MONTH]
        if months:
            return _headed(table, row, heads, known)
    detail = f"None of the first {MOST_HEADING_ROWS} rows has a heading of the month."
    remedy = f"Name it one of: {', '.join(MONTH)}; GET /v1/metric-template.xlsx gives a table to fill in."
    return None, [Fault("/header", "header-missing", detail, remedy)]


def _headed(table: Grid, row: int, heads: Mapping[int, str], known: Known) -> tuple[_Columns | None, list[Fault]]:
    faults: list[Fault] = []

    def one(names: Sequence[str]) -> int | None:
        found = [column for column, head in heads.items() if head in names]
        for column in found[1:]:
            detail = f"{_place(table, row, column)}: '{heads[column]}' names what '{heads[found[0]]}' names already."
            faults.append(Fault(pointer_of(_place(table, row, column)), "column-twice", detail, "Keep one of them."))
        return found[0] if found else None

    month, site, code, value = one(MONTH), one(SITE), one(CODE), one(VALUE)
    is_long = code is not None and value is not None
    taken = {month, site, code, value} if is_long else {month, site}
    others = {column: head for column, head in heads.items() if head and column not in taken}
    figures: dict[int, str] = {}
    if not is_long:
        for column, head in others.items():
            if head in NOT_READ:
                continue
            own = head if _OWN_CODE.fullmatch(head) else None
            found = known.codes[head].code if head in known.codes else own
            if found is None or found in figures.values():
                faults.append(_wrong_column(table, row, column, head, found))
                continue
            figures[column] = found
            if (fault := _other_unit(table, row, column, known.codes.get(found))) is not None:
                faults.append(fault)
        if not figures and not faults:
            detail = f"{_place(table, row, month or 0)}: the headings name no figure."
            faults.append(Fault("/header", "column-missing", detail, "Give each figure a column, or 指标 and 数值."))
    ignored = tuple(head for column, head in others.items() if column not in figures)
    code, value = (code, value) if is_long else (None, None)
    return _Columns(row, month or 0, site, code, value, figures, ignored), faults


def _wrong_column(table: Grid, row: int, column: int, head: str, code: str | None) -> Fault:
    place = _place(table, row, column)
    if code is not None:
        detail = f"{place}: '{head}' is a second column of {code}."
        return Fault(pointer_of(_place(table, row, column)), "column-twice", detail, "Keep one of them.")
    detail = f"{place}: '{head}' is no known figure."
    remedy = "Use a name or code of GET /v1/metric-codes, or an own code of letters, digits, point, hyphen and line."
    return Fault(pointer_of(_place(table, row, column)), "unknown-column", detail, remedy)


def _other_unit(table: Grid, row: int, column: int, code: StandardCode | None) -> Fault | None:
    """Refuse a heading that gives a figure in another unit than it is kept in: 办件量（万件）."""
    match = _UNIT.search(" ".join(table.text(row, column).split()))
    unit = match[0].strip().strip("（）()").removeprefix("单位").strip("：: ") if match else ""
    if code is None or not unit or not unit.startswith(_MULTIPLES):
        return None
    place = _place(table, row, column)
    detail = f"{place}: {code.zh} ({code.code}) is kept in {code.unit_zh}, and the heading says '{unit[:20]}'."
    return Fault(pointer_of(place), "unit-differs", detail, f"Give the figures in {code.unit_zh}.")


class _Rows:
    """The rows of a table as they are read."""

    def __init__(self, table: Grid, columns: _Columns, known: Known) -> None:
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []
        self._table, self._columns, self._known = table, columns, known

    def read(self, row: int) -> None:
        columns, table = self._columns, self._table
        if columns.code is None:
            figures = {column: code for column, code in columns.figures.items() if _is_told(table.at(row, column))}
        else:
            asked = (columns.code, columns.value, columns.month, columns.site)
            if not any(_is_told(table.at(row, column)) for column in asked if column is not None):
                return
            code = self._take(row, columns.code, self._code)
            figures = {columns.value: code} if code and columns.value is not None else {}
        if not figures and columns.code is None:
            return
        self._refuse_beside(row)
        period = self._take(row, columns.month, _period)
        site = self._take(row, columns.site, self._site) if columns.site is not None else ""
        for column, code in figures.items():
            value = self._take(row, column, partial(self._value, code=code), alone=True)
            if period is None or site is None or value is None:
                continue
            place, month = _place(table, row, column), _place(table, row, columns.month)
            self.entries.append(Entry(period, code, site or None, value, place, month))
            known = self._known.codes.get(code)
            for fault in bounds_faults(known, value, pointer_of(place)):
                self.faults.append(Fault(fault.pointer, fault.code, f"{place}: {fault.detail}", fault.remedy))

    def _refuse_beside(self, row: int) -> None:
        """Note a unit of ten thousand, and a cell below no heading: 1,200 without quotes falls apart into two."""
        table = self._table
        for column in range(table.columns):
            cell, head = table.at(row, column), _bare(table.text(self._columns.row, column))
            place = _place(table, row, column)
            if head in UNIT and cell is not None and cell.text.strip().startswith(_MULTIPLES):
                detail = f"{place}: figures are kept in single units, and this one is in '{cell.text[:20]}'."
                self.faults.append(Fault(pointer_of(place), "unit-differs", detail, "Write it in single units."))
            if cell is None or cell.row != row or not _is_told(cell) or head:
                continue
            detail = f"{place}: something stands below no heading."
            remedy = 'Give the column a heading, such as 备注, or take the cell out; in CSV write "1,200" in quotes.'
            self.faults.append(Fault(pointer_of(place), "no-heading", detail, remedy))

    def _take(self, row: int, column: int, read_text: Callable[[str], _T], *, alone: bool = False) -> _T | None:
        """Read a cell, or note why it cannot be; one that stands `alone` may not reach over others.

        A month or a place may: a figure that does would be taken for each of them, or for one that nobody chose.
        """
        cell = self._table.at(row, column)
        try:
            return read_text(_written(cell, alone=alone))
        except _UnreadableError as error:
            place = _place(self._table, row, column)
            self.faults.append(Fault(pointer_of(place), error.code, f"{place}: {error.detail}", error.remedy))
            return None

    def _code(self, text: str) -> str:
        bare = _bare(text)
        if bare in self._known.codes:
            return self._known.codes[bare].code
        if not _OWN_CODE.fullmatch(text):
            detail = f"'{text[:50]}' is no known figure."
            remedy = "Use a name or code of GET /v1/metric-codes, or an own code without Chinese characters."
            raise _UnreadableError("unknown-figure", detail, remedy)
        return text

    def _site(self, text: str) -> str:
        places = self._known.places
        if not text or text in places:
            return places.get(text, "")
        if places or not _SITE_CODE.fullmatch(text):
            remedy = "Use a hall's or counter's code or name, or leave the cell empty for the whole contract."
            raise _UnreadableError("unknown-site", f"'{text[:50]}' is no hall or counter of the center.", remedy)
        return text

    def _value(self, text: str, code: str) -> Decimal:
        match = _NUMBER.fullmatch(text.replace(" ", ""))
        if match is None:
            raise _UnreadableError(
                "not-a-number", f"'{text[:50]}' is no number.", "Write the number alone, as in 1200.5."
            )
        sign, whole, places, percent = match.groups()
        value = Decimal(f"{sign}{whole.replace(',', '')}{places or ''}")
        known = self._known.codes.get(code)
        if percent and known is not None and not known.share:
            raise _UnreadableError("not-a-share", f"{known.zh} ({code}) is no share.", "Write the number without %.")
        value = value.scaleb(-2) if percent else value
        if value != round(value, _MOST_PLACES):
            detail = f"'{text[:50]}' has more than {_MOST_PLACES} decimals."
            raise _UnreadableError("too-many-decimals", detail, "Round it as the source does.")
        return value


def _written(cell: Cell | None, *, alone: bool) -> str:
    if alone and cell is not None and (cell.rows, cell.columns) != (1, 1):
        detail = "It is merged with other cells, and says of which of them the figure is no more."
        raise _UnreadableError("cell-merged", detail, "Take the merged cells apart, and write each figure in its own.")
    if cell is not None and (cell.trouble or cell.text.startswith("=")):
        raise _UnreadableError("cell-computed", *_COMPUTED)
    return cell.text.strip() if cell else ""


_COMPUTED = (
    "It is computed, linked or an error, and what it last showed is nobody's statement.",
    "Write the value itself in the cell: copy it and paste it as a value.",
)


def _period(text: str) -> Period:
    match = _MONTH.fullmatch(text.replace(" ", ""))
    if match is None:
        raise _UnreadableError("not-a-month", f"'{text[:50]}' is no month.", 'Write it as "2024-01" or "2024年1月".')
    year, by_mark, by_sign, plain = match.groups()
    try:
        return Period(int(year), int(by_mark or by_sign or plain))
    except ValueError as error:
        detail = f"'{text[:50]}' is no month: {error}."
        raise _UnreadableError("not-a-month", detail, "Check year and month.") from error


def _twice(entries: Sequence[Entry]) -> Iterator[Fault]:
    places: dict[tuple[Period, str, str | None], Entry] = {}
    for entry in entries:
        first = places.setdefault((entry.period, entry.code, entry.site), entry)
        if first is not entry:
            of = entry.site or "the whole contract"
            detail = f"{entry.cell}: {entry.code} of {of} in {entry.period} stands in {first.cell} already."
            yield Fault(pointer_of(entry.cell), "figure-twice", detail, "Leave one of them out.")


def _is_told(cell: Cell | None) -> bool:
    return cell is not None and bool(cell.trouble or cell.text.strip())


def _bare(text: str) -> str:
    """Give a heading without its unit in brackets; latin letters in lower case only where it is one of ours."""
    bare = _UNIT.sub("", " ".join(text.split()))
    return bare.lower() if bare.lower() in _OURS else bare


_OURS = frozenset((*MONTH, *SITE, *CODE, *VALUE, *NOT_READ))


def _place(table: Grid, row: int, column: int) -> str:
    """Name a cell as a spreadsheet does, also where nothing stands in it."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, len(_LETTERS))
        letters = _LETTERS[letter] + letters
    return f"{table.name}!{letters}{row + 1}" if table.name else f"{letters}{row + 1}"


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
