"""A table of somebody else's paper as cells: what each shows, how far it reaches, and where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Trouble(StrEnum):
    """Why what a cell shows cannot be taken for what somebody wrote."""

    FORMULA = "formula"
    """It is computed; the figure that was computed last may be of another day, or of another workbook."""
    LINK = "link"
    """It is computed from another workbook."""
    ERROR = "error"
    """It shows an error, such as #REF!."""
    STRUCK = "struck"
    """A part of it is struck out, and nobody has said which part holds."""
    EQUATION = "equation"
    """It holds an equation, whose letters in a row say something else."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, or one merged range, which is a single cell that reaches over `rows` and `columns`.

    `text` is what it shows, with the digits that it holds: nothing is rounded, nothing added; it is empty where there
    is `trouble`. `note` is a sentence on what it shows otherwise than it holds it.
    """

    place: str
    """As its reader finds it: `Sheet1!D12`, or `table 1, row 9, column 7`."""
    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    trouble: Trouble | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """One table, or one sheet; rows and columns are counted from 0."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    """By the upper left corner; cells without text are left out unless they are merged."""
    rows: int
    columns: int
    hidden: bool = False
    """A sheet that its program does not show."""
    before: tuple[str, ...] = ()
    """The paragraphs that stand above a table of a text."""
    _covered: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)

    def at(self, row: int, column: int) -> Cell | None:
        """Give the cell that covers a place, or None where there is nothing."""
        return self.cells.get(self._covered.get((row, column), (row, column)))

    def text(self, row: int, column: int) -> str:
        """Give what a place shows; empty where there is nothing."""
        cell = self.at(row, column)
        return cell.text if cell else ""

    def row(self, row: int) -> tuple[Cell, ...]:
        """Give the cells that cover a row, from left to right, each once."""
        found = (self.at(row, column) for column in range(self.columns))
        return tuple(dict.fromkeys(cell for cell in found if cell is not None))

    def troubled(self) -> Iterator[Cell]:
        """Give the cells that cannot be taken, in reading order."""
        return (cell for _, cell in sorted(self.cells.items()) if cell.trouble)


def grid(name: str, cells: Sequence[Cell], *, hidden: bool = False, before: tuple[str, ...] = ()) -> Grid:
    """Make a table of its cells; raises ValueError where two of them cover one place."""
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for cell in (cell for cell in cells if cell.rows * cell.columns > 1):
        corner = (cell.row, cell.column)
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                if (row, column) in covered:
                    raise ValueError(f"{cell.place} covers what another cell covers")
                covered[row, column] = corner
    corners = [(cell.row, cell.column) for cell in cells]
    if len(set(corners)) != len(corners) or any(covered.get(corner, corner) != corner for corner in corners):
        raise ValueError(f"in {name} a cell covers another")
    return Grid(
        name=name,
        cells={(cell.row, cell.column): cell for cell in cells},
        rows=max((cell.row + cell.rows for cell in cells), default=0),
        columns=max((cell.column + cell.columns for cell in cells), default=0),
        hidden=hidden,
        before=before,
        _covered=covered,
    )
