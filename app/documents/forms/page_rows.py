"""Shares the rows of a table with merged cells out over pages; a row that is too high is broken between its lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.documents.forms.sizes import LINE, MILLIMETRES, POINTS
from app.rules.evaluations.forms.paper import PaperCell

PAD = 1.0
"""Millimetres between a border and its text."""
LOWEST = 6.5
"""Millimetres of a row."""
SLICE = 30.0
"""Millimetres of a row that is never broken; a higher one is, in parts of this height."""


@dataclass(frozen=True, slots=True)
class LaidCell:
    """A cell with its lines broken: where it stands in millimetres, and which rows it reaches over."""

    cell: PaperCell
    lines: Sequence[str]
    left: float
    width: float
    row: int
    end: int
    came_on: bool = False
    """It is a further part of a broken cell."""
    goes_on: bool = False

    @property
    def needs(self) -> float:
        """Give the millimetres that its lines take, and the room around them; parts of a broken cell join."""
        return len(self.lines) * self.line + PAD * (2 - self.came_on - self.goes_on)

    @property
    def line(self) -> float:
        """Give the millimetres of one line."""
        return POINTS[self.cell.look] * MILLIMETRES * LINE


@dataclass(frozen=True, slots=True)
class PageRows:
    """The rows that stand on one page."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Laid:
    """A table with the heights of its rows; `header` is the row that every further page repeats."""

    cells: Sequence[LaidCell]
    heights: Sequence[float]
    header: int
    _single: dict[int, list[LaidCell]] = field(default_factory=dict)
    _tall: list[LaidCell] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sort the cells, so that a page finds its own without looking at all."""
        for cell in self.cells:
            if cell.end == cell.row + 1:
                self._single.setdefault(cell.row, []).append(cell)
            else:
                self._tall.append(cell)

    def pages(self, begun: float, top: float, bottom: float) -> list[PageRows]:
        """Share the rows out: the first page is filled down to `begun` already."""
        found, first, y = [], 0, begun
        for row, height in enumerate(self.heights):
            if y + height > bottom and row > first:
                found.append(PageRows(first, row))
                first, y = row, top + (self.heights[self.header] if row > self.header else 0)
            y += height
        return [*found, PageRows(first, len(self.heights))]

    def on(self, page: PageRows) -> Iterator[LaidCell]:
        """Give the cells that a page shows a part of."""
        for row in range(page.first, page.end):
            yield from self._single.get(row, ())
        yield from (cell for cell in self._tall if cell.row < page.end and cell.end > page.first)

    def heading(self) -> Iterator[LaidCell]:
        """Give the cells that begin in the heading."""
        return (cell for cell in self.cells if cell.row == self.header)

    def scale(self, cell: LaidCell, page: PageRows, pages: Sequence[PageRows]) -> float:
        """Say how large a cell's letters are on a page: whole where they fit, smaller on the page with most room.

        0: they stand on other pages.
        """
        room = self._room(cell, page)
        if room >= cell.needs or not cell.lines:
            return 1
        parts = {number: self._room(cell, one) for number, one in enumerate(pages)}
        most = max(parts, key=lambda number: parts[number])
        return min(1, (room - 2 * PAD) / (cell.needs - 2 * PAD)) if pages[most] == page else 0

    def _room(self, cell: LaidCell, page: PageRows) -> float:
        return sum(self.heights[max(cell.row, page.first) : min(cell.end, page.end)])


def laid_out(cells: Sequence[LaidCell], header: int) -> Laid:
    """Reckon the rows' heights, breaking those that are too high; cells over several rows make the last one higher."""
    rows = max(cell.end for cell in cells)
    parts = [1] * rows
    for cell in cells:
        if cell.end == cell.row + 1:
            parts[cell.row] = max(parts[cell.row], -(-len(cell.lines) // _fitting(cell)))
    starts = [sum(parts[:row]) for row in range(rows + 1)]
    made = [part for cell in cells for part in _parts(cell, starts)]
    heights = [LOWEST] * starts[-1]
    for part in made:
        if part.end == part.row + 1:
            heights[part.row] = max(heights[part.row], part.needs)
    for part in made:
        missing = part.needs - sum(heights[part.row : part.end])
        if missing > 0:
            heights[part.end - 1] += missing
    return Laid(made, heights, starts[header])


def _fitting(cell: LaidCell) -> int:
    return max(1, int((SLICE - 2 * PAD) / cell.line))


def _parts(cell: LaidCell, starts: Sequence[int]) -> Iterator[LaidCell]:
    """Break a cell as its row is broken; one that reaches over several rows only gets their new numbers."""
    first, end = starts[cell.row], starts[cell.end]
    if cell.end > cell.row + 1 or end == first + 1:
        yield replace(cell, row=first, end=end)
        return
    fitting = _fitting(cell)
    for number in range(end - first):
        lines = cell.lines[number * fitting : (number + 1) * fitting]
        row = first + number
        yield replace(cell, lines=lines, row=row, end=row + 1, came_on=number > 0, goes_on=row + 1 < end)
