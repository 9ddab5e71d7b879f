"""Reads the form of a self-evaluation from the tables of a document; nothing is guessed without a word about it."""

from collections.abc import Sequence
from typing import Any

from app.rules.evaluations.forms import labels
from app.rules.evaluations.forms.figures import figure, line, prose
from app.rules.evaluations.forms.indicators import header_rows, read_indicators
from app.rules.evaluations.forms.labels import Column
from app.rules.evaluations.forms.remarks import FormRead, Reading, Remark
from app.rules.grids import Cell, Grid

_HEAD = (("project", labels.PROJECT), ("authority", labels.AUTHORITY), ("unit", labels.UNIT))
_FUND_COLUMNS_LEAST = 2
_TITLE_ROWS = 3


def read_form(grids: Sequence[Grid]) -> FormRead:
    """Read the one table of indicators that there is; none, or two, is a fault."""
    shown = [grid for grid in grids if not grid.hidden]
    tables = [(grid, row) for grid in shown for row in header_rows(grid)]
    if len(tables) != 1:
        return FormRead(None, None, {}, [], [_not_one(shown, tables)])
    ((grid, header),) = tables
    reading = Reading(grid)
    for cell in grid.troubled():
        reading.trouble(cell)
    document = _document(reading, header)
    year = _year(reading)
    for other in grids:
        if other is not grid and other.cells:
            why = "is hidden and" if other.hidden else "holds no table of indicators and"
            reading.warn(other.name, "table-not-read", f"{other.name} {why} was not read.")
    _leftovers(reading)
    for cell in grid.cells.values():
        if cell.note and (cell.row, cell.column) in reading.read:
            reading.warn(cell.place, "shown-otherwise", f"{cell.place}: {cell.note}.")
    return FormRead(document, year, reading.places, reading.warnings, reading.faults)


def _not_one(shown: Sequence[Grid], tables: Sequence[tuple[Grid, int]]) -> Remark:
    remedy = "Send one table with the headings 一级指标, 二级指标, 三级指标, 年度指标值, 实际完成值, 分值 and 得分."
    if not tables:
        names = ", ".join(grid.name for grid in shown[:5]) or "the document"
        return Remark("", "no-indicator-table", f"There is no table of indicators in {names}.", remedy)
    places = ", ".join(next(cell.place for cell in grid.row(row) if cell.row == row) for grid, row in tables[:5])
    return Remark(places, "two-tables", f"There are {len(tables)} tables of indicators, at {places}.", remedy)


def _document(reading: Reading, header: int) -> dict[str, Any]:
    """Read the blocks of the form from its top to its total row."""
    document: dict[str, Any] = {}
    for name, words in _HEAD:
        found = _beside(reading, words, header)
        if found is not None:
            document[name] = line(reading, found)
            reading.places[f"/{name}"] = found.place
    if not document.get("project"):
        said = f"{reading.grid.name} has no 项目名称."
        reading.fault(reading.grid.name, "no-project", said, "Write the project's name beside 项目名称.")
    document |= _funds(reading, header)
    goals = _goals(reading, header)
    if goals:
        document["goals"] = goals
    table = read_indicators(reading, header)
    document["indicators"] = table.indicators
    if not table.indicators:
        said = f"{reading.grid.name}: there is no indicator below the headings."
        reading.fault(reading.grid.name, "no-indicators", said, "Write at least one indicator below the headings.")
    if table.total:
        document["total"] = table.total
    return document


def _beside(reading: Reading, words: Sequence[str], before: int) -> Cell | None:
    """Give the cell to the right of a label."""
    for row in range(before):
        for cell in reading.grid.row(row):
            if cell.row == row and labels.label(cell.text) in words:
                reading.take(cell)
                beside = reading.grid.at(row, cell.column + cell.columns)
                return beside if beside is not None and beside.text else None
    return None


# ---------------------------------------------------------------- the funds


def _funds(reading: Reading, before: int) -> dict[str, Any]:
    """Read 项目资金: a row of headings, and a row for each source."""
    found = _fund_columns(reading.grid, before)
    if found is None:
        reading.warn(reading.grid.name, "no-funds", f"{reading.grid.name} has no block 项目资金.")
        return {}
    header, columns = found
    for cell in reading.grid.row(header):
        if cell.row == header and labels.fund_heading(cell.text):
            reading.take(cell)
    rows: list[dict[str, Any]] = []
    first = min(columns.values())
    for row in range(header + 1, before):
        cells = [cell for cell in reading.grid.row(row) if cell.text and cell.row == row and cell.column < first]
        called = next((cell for cell in cells if labels.fund_source(cell.text)), None)
        if called is None:
            break
        rows.append(_fund_row(reading, columns, called, len(rows)))
    return {"funds": rows, "funds_unit": _funds_unit(reading, header)} if rows else {}


def _fund_columns(grid: Grid, before: int) -> tuple[int, dict[Column, int]] | None:
    for row in range(before):
        named = {
            found: cell.column
            for cell in grid.row(row)
            if cell.row == row and (found := labels.fund_heading(cell.text)) is not None
        }
        if len(named.keys() & {Column.INITIAL, Column.FULL_YEAR, Column.EXECUTED}) >= _FUND_COLUMNS_LEAST:
            return row, named
    return None


def _fund_row(reading: Reading, columns: dict[Column, int], called: Cell, number: int) -> dict[str, Any]:
    name = reading.take(called)
    source = labels.fund_source(name)
    if "专户" in name or source is None:
        reading.warn(called.place, "fund-source", f"{called.place}: '{labels.plain(name)}' was read as 其他资金.")
    reading.places[f"/funds/{number}"] = called.place
    made: dict[str, Any] = {"source": source.value if source else "other"}
    for column, at in columns.items():
        cell = reading.grid.at(called.row, at)
        if cell is None or cell.row != called.row or cell.column != at:
            continue
        text = figure(reading, cell, must=True)
        if text is not None:
            made[column.value] = text
            reading.places[f"/funds/{number}/{column.value}"] = cell.place
    return made


def _funds_unit(reading: Reading, header: int) -> str:
    """Find the unit in the label of the block, or in a heading."""
    place = next(cell.place for cell in reading.grid.row(header) if cell.row == header)
    said = _said_units(reading, range(max(0, header - 1), header + 2)) or _said_units(reading, range(header))
    if len(said) > 1:
        text = f"{place}: the funds are in 万元 by one heading and in 元 by another."
        reading.fault(place, "units-differ", text, "Write all the funds in one unit, and say it once.")
    if said:
        return said[0]
    above = [unit for text in reading.grid.before if "单位" in text and (unit := labels.funds_unit(text))]
    if above:
        return above[-1]
    reading.warn(place, "no-unit", f"{place}: the unit of the funds is not said; it was read as 万元.")
    return "万元"


def _said_units(reading: Reading, rows: range) -> list[str]:
    """Give the units of money that labels in these rows name, each once."""
    found: dict[str, None] = {}
    for cell in (cell for row in rows for cell in reading.grid.row(row)):
        unit = labels.funds_unit(cell.text)
        if unit is not None and not any(sign.isdigit() for sign in cell.text):
            reading.take(cell)
            found[unit] = None
    return list(found)


# ---------------------------------------------------------------- the goals, the year, and what is left


def _goals(reading: Reading, before: int) -> dict[str, str]:
    """Read 年度总体目标: two headings, and the texts below them."""
    found: dict[str, str] = {}
    for name, words in (("expected", labels.EXPECTED), ("reached", labels.REACHED)):
        for cell in (cell for row in range(before) for cell in reading.grid.row(row) if cell.row == row):
            if labels.label(cell.text) in words and name not in found:
                reading.take(cell)
                below = reading.grid.at(cell.row + cell.rows, cell.column)
                text = prose(reading, below) if below is not None and below.row < before else None
                if text is not None and below is not None:
                    found[name] = text
                    reading.places[f"/goals/{name}"] = below.place
    return found


def _year(reading: Reading) -> int | None:
    """Read the year from the title, in the table's first rows or right above it."""
    for row in range(min(_TITLE_ROWS, reading.grid.rows)):
        for cell in reading.grid.row(row):
            found = labels.year_in(cell.text)
            if found is not None:
                return found
    years = [labels.year_in(text) for text in reversed(reading.grid.before)]
    return next((year for year in years if year is not None), None)


def _leftovers(reading: Reading) -> None:
    """Name every cell with a text that was not read; what stands there is not repeated, it may be about a person."""
    for at, cell in sorted(reading.grid.cells.items()):
        if cell.text.strip() and at not in reading.read and not labels.orders_only(cell.text):
            reading.warn(cell.place, "not-read", f"{cell.place} was not read: a form has no such place.")
