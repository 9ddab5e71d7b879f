"""The indicators of a form: three levels in merged cells, or in cells that are left blank below a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.rules.evaluations.forms.figures import ends_of, figure, line, nature_of, prose
from app.rules.evaluations.forms.labels import Column, dimension, heading, is_subtotal, is_total, plain, weight_in
from app.rules.evaluations.forms.remarks import Reading
from app.rules.evaluations.values import Dimension, Nature
from app.rules.grids import Cell, Grid

LEVELS = (Column.FIRST, Column.SECOND, Column.THIRD)
_SHARED = (Column.NATURE, Column.UNIT, Column.DEVIATION)
"""What one merged cell may say of several indicators."""
_OWN_DIMENSIONS = (Dimension.COST, Dimension.SATISFACTION)
"""What the older form has on the second level, below 产出 and 效益."""


@dataclass(slots=True)
class _Node:
    """A row of the tree while it is read: its values, and where each was found."""

    cell: Cell
    values: dict[str, Any]
    about: Dimension | None
    places: dict[str, str] = field(default_factory=dict)
    children: list["_Node"] = field(default_factory=list)

    def document(self, pointer: str, into: dict[str, str]) -> dict[str, Any]:
        into[pointer] = self.cell.place
        into.update({f"{pointer}/{name}": place for name, place in self.places.items()})
        made = dict(self.values)
        if self.children:
            made["children"] = [
                child.document(f"{pointer}/children/{number}", into) for number, child in enumerate(self.children)
            ]
        return made


@dataclass(frozen=True, slots=True)
class Table:
    """What the table of indicators holds."""

    indicators: list[dict[str, Any]]
    total: dict[str, Any] | None


def header_rows(grid: Grid) -> list[int]:
    """Give the rows that head a table of indicators."""
    found = []
    for row in range(grid.rows):
        cells = grid.row(row)
        named = {heading(cell.text) for cell in cells}
        if any(cell.row == row and heading(cell.text) is Column.FIRST for cell in cells) and len(
            named & set(Column)
        ) > len(LEVELS):
            found.append(row)
    return found


def read_indicators(reading: Reading, header: int) -> Table:
    """Read the rows below the header, up to the total row; what is wrong or doubtful is noted in the reading."""
    columns = _columns(reading, header)
    roots: list[_Node] = []
    totals: list[int] = []
    for row in range(header + 1, reading.grid.rows):
        cells = [cell for cell in reading.grid.row(row) if cell.row == row and cell.text]
        if any(is_total(cell.text) and cell.column <= _last_level(columns) for cell in cells):
            totals.append(row)
        elif not totals and (part := next((cell for cell in cells if is_subtotal(cell.text)), None)):
            said = f"{part.place} begins a row of subtotals; it is no indicator."
            reading.fault(part.place, "subtotal-row", said, "Leave the row out; subtotals belong to no form.")
        elif not totals and any(cell.column >= columns[Column.FIRST] for cell in cells):
            _row(reading, columns, row, roots)
    into = reading.places
    indicators = [node.document(f"/indicators/{number}", into) for number, node in enumerate(roots)]
    return Table(indicators, _total(reading, columns, totals, header))


def _columns(reading: Reading, header: int) -> dict[Column, int]:
    """Find the columns by their headings; each may be named once."""
    found: dict[Column, int] = {}
    for cell in reading.grid.row(header):
        named = heading(cell.text)
        if named is None:
            continue
        reading.take(cell)
        if named in found:
            said = f"{cell.place}: '{plain(cell.text)}' names a column that another heading names too."
            reading.fault(cell.place, "column-twice", said, "Leave one of the two columns out.")
        found.setdefault(named, cell.column)
    place = _row_place(reading.grid, header)
    if Column.WEIGHT not in found:
        said = f"{place}: the table of indicators has no column 分值."
        reading.fault(place, "column-missing", said, "Add the column with the points that each indicator may earn.")
    for column, called in ((Column.TARGET, "年度指标值"), (Column.ACTUAL, "实际完成值"), (Column.SCORE, "得分")):
        if column not in found:
            reading.warn(place, "column-missing", f"{place}: the table of indicators has no column {called}.")
    return found


def _last_level(columns: Mapping[Column, int]) -> int:
    return max(columns[level] for level in LEVELS if level in columns)


def _row_place(grid: Grid, row: int) -> str:
    return next((cell.place for cell in grid.row(row) if cell.row == row), grid.name)


def _row(reading: Reading, columns: Mapping[Column, int], row: int, roots: list[_Node]) -> None:
    """Read one indicator, and hang it below the names that reach over its row."""
    path = _path(reading, columns, row)
    if not path:
        return
    leaf_cell, leaf_name = path[-1]
    values, places = _values(reading, columns, row, leaf_cell)
    if not values or not _own_figures(reading.grid, columns, row):
        said = f"{leaf_cell.place}: the row '{leaf_name[:40]}' has no figures, and was not read as an indicator."
        reading.warn(leaf_cell.place, "unused-row", said)
        return
    siblings = roots
    above = None
    for cell, name in path[:-1]:
        group = _group(siblings, cell, name, above, top=siblings is roots)
        siblings, above = group.children, group.about
    siblings.append(_node(leaf_cell, leaf_name, above, top=siblings is roots))
    siblings[-1].values.update(values)
    siblings[-1].places.update(places)


def _own_figures(grid: Grid, columns: Mapping[Column, int], row: int) -> bool:
    """Tell whether something is filled in beside a name, in this row and no other."""
    beside = [column for column in columns if column not in LEVELS]
    return any(cell.row == row and cell.text for column in beside if (cell := grid.at(row, columns[column])))


def _group(siblings: list[_Node], cell: Cell, name: str, above: Dimension | None, *, top: bool) -> _Node:
    """Give the last of the siblings where it has this name, else a new one."""
    if not siblings or siblings[-1].values["name"] != weight_in(name)[0] or not siblings[-1].children:
        siblings.append(_node(cell, name, above, top=top))
    return siblings[-1]


def _node(cell: Cell, name: str, above: Dimension | None, *, top: bool) -> _Node:
    called, weight = weight_in(name)
    about = dimension(called)
    values: dict[str, Any] = {"name": called}
    if about is not None and about is not above and (top or about in _OWN_DIMENSIONS):
        values["dimension"] = about.value
    else:
        about = above
    if weight is not None:
        values["weight"] = weight
    return _Node(cell, values, about)


def _path(reading: Reading, columns: Mapping[Column, int], row: int) -> list[tuple[Cell, str]]:
    """Give the names that stand over a row, the last of them its own: one to three."""
    grid, found = reading.grid, list[tuple[Cell, str]]()
    levels = [level for level in LEVELS if level in columns]
    for level in levels:
        cell = grid.at(row, columns[level])
        if cell is not None and cell.column < columns[level]:
            continue
        name = line(reading, cell)
        if name is None and level is not levels[-1]:
            cell, name = _above(reading, columns, level, row)
        if cell is not None and name is not None:
            found.append((cell, name))
    return _checked(reading, row, found)


def _above(reading: Reading, columns: Mapping[Column, int], level: Column, row: int) -> tuple[Cell | None, str | None]:
    """Give the name that a blank cell belongs to: the nearest above, as long as the level before it is blank too."""
    grid, column = reading.grid, columns[level]
    for above in range(row - 1, -1, -1):
        if level is Column.SECOND and _begins(grid, columns, above + 1):
            break
        cell = grid.at(above, column)
        if cell is None or not cell.text:
            continue
        if cell.column != column or heading(cell.text) is not None:
            break
        place = _row_place(grid, row)
        said = f"{place}: the cell of its level is blank; it was read as belonging to {cell.place}."
        reading.warn(place, "blank-level", said)
        return cell, line(reading, cell)
    return None, None


def _begins(grid: Grid, columns: Mapping[Column, int], row: int) -> bool:
    """Tell whether a first-level name begins in a row."""
    cell = grid.at(row, columns[Column.FIRST])
    return cell is not None and cell.row == row and bool(cell.text)


def _checked(reading: Reading, row: int, found: list[tuple[Cell, str]]) -> list[tuple[Cell, str]]:
    if not found:
        return []
    cell, name = found[-1]
    if cell.row != row:
        place = _row_place(reading.grid, row)
        said = f"{place}: an indicator has figures and no name of its own; '{name[:40]}' reaches over it."
        reading.fault(place, "no-name", said, "Write the indicator's name into its row.")
        return []
    return found


def _values(
    reading: Reading, columns: Mapping[Column, int], row: int, name: Cell
) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the figures of one indicator, and say where each was found."""
    cells = {column: _cell(reading, columns, column, row) for column in columns if column not in LEVELS}
    places = {column.value: cell.place for column, cell in cells.items() if cell is not None}
    measure = _measure(reading, cells, name)
    values: dict[str, Any] = {
        "weight": figure(reading, cells.get(Column.WEIGHT), must=True),
        "score": figure(reading, cells.get(Column.SCORE), must=True),
        "rate": figure(reading, cells.get(Column.RATE)),
        "measure": measure,
    }
    inside = {key.value for key in (Column.NATURE, Column.TARGET, Column.UNIT, Column.ACTUAL, Column.DEVIATION)}
    placed = {f"measure/{key}" if key in inside else key: place for key, place in places.items()}
    kept = {key: value for key, value in values.items() if value is not None}
    if kept and "weight" not in kept:
        reading.warn(name.place, "no-weight", f"{name.place}: the indicator has no 分值.")
    return kept, placed


def _cell(reading: Reading, columns: Mapping[Column, int], column: Column, row: int) -> Cell | None:
    """Give the cell of a column in a row, where it is that row's own."""
    cell = reading.grid.at(row, columns[column])
    if cell is None or cell.column != columns[column] or not cell.text:
        return None
    if cell.row != row:
        if column in (Column.WEIGHT, Column.SCORE, Column.ACTUAL, Column.TARGET):
            said = f"{cell.place}: one cell gives '{plain(cell.text)[:40]}' for several indicators."
            reading.fault(cell.place, "merged-figure", said, "Give each indicator its own cell.")
        elif column in _SHARED and reading.grid.text(row, _last_level(columns)):
            place = _row_place(reading.grid, row)
            said = f"{cell.place} reaches over several indicators; it was read as said of {place} too."
            reading.warn(place, "shared-cell", said)
            return cell
        return None
    return cell


def _measure(reading: Reading, cells: Mapping[Column, Cell | None], name: Cell) -> dict[str, Any] | None:
    """Read what an indicator measures; None for one that is scored by people, without target and actual."""
    unit = line(reading, cells.get(Column.UNIT))
    target = line(reading, cells.get(Column.TARGET))
    deviation = prose(reading, cells.get(Column.DEVIATION))
    stated = [cells.get(column) for column in (Column.NATURE, Column.TARGET, Column.ACTUAL)]
    if not any(stated):
        if deviation is not None:
            said = f"{name.place}: a note stands in a row without target and actual, and was not taken over."
            reading.warn(name.place, "note-without-measure", said)
        return None
    at = cells.get(Column.TARGET) or name
    nature = nature_of(reading, cells.get(Column.NATURE), target, at.place)
    ends = ends_of(target) if target is not None and nature is Nature.RANGE else None
    if nature is Nature.RANGE and ends is None:
        said = f"{at.place}: a range has two ends, and '{(target or '')[:40]}' has not."
        reading.fault(at.place, "no-range", said, "Write the range like 75%～80%.")
    if nature is Nature.QUALITATIVE:
        actual = line(reading, cells.get(Column.ACTUAL))
    else:
        actual = figure(reading, cells.get(Column.ACTUAL), unit=unit)
        if ends is None:
            figure(reading, cells.get(Column.TARGET), unit=unit)
    low, high = ends or (target, None)
    made = {"nature": nature.value, "target": low, "target_to": high, "unit": unit, "actual": actual}
    return {key: value for key, value in (made | {"deviation": deviation}).items() if value is not None}


def _total(reading: Reading, columns: Mapping[Column, int], rows: list[int], header: int) -> dict[str, Any] | None:
    """Read the total row; there must be one, and not another."""
    grid = reading.grid
    if not rows:
        place = _row_place(grid, header)
        said = f"{place}: the table of indicators has no total row."
        reading.fault(place, "no-total-row", said, "Add the row 总分 with the sums of 分值 and 得分.")
        return None
    for row in rows[1:]:
        place, first = _row_place(grid, row), _row_place(grid, rows[0])
        said = f"{place} is a total row, and {first} is one already."
        reading.fault(place, "two-total-rows", said, "Leave one total row; subtotals belong to no form.")
    for cell in grid.row(rows[0]):
        if is_total(cell.text):
            reading.take(cell)
    found: dict[str, Any] = {}
    for column in (Column.WEIGHT, Column.SCORE, Column.RATE):
        if column not in columns:
            continue
        at = grid.at(rows[0], columns[column])
        if at is None or is_total(at.text) or at.column != columns[column]:
            continue
        text = figure(reading, at, must=True)
        if text is not None:
            found[column.value] = text
            reading.places[f"/total/{column.value}"] = at.place
    reading.places["/total"] = _row_place(grid, rows[0])
    return found
