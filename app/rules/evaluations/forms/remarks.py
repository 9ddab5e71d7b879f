"""What reading a form gives: the document that it holds, and by cell what was overlooked and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.rules.grids import Cell, Grid, Trouble

_TROUBLES = {
    Trouble.FORMULA: ("formula", "is a formula", "Copy the cell and paste its value in its place."),
    Trouble.LINK: (
        "external-link",
        "is computed from another workbook or address",
        "Copy the cell and paste its value in its place.",
    ),
    Trouble.STRUCK: ("struck-out", "holds a text that is struck out", "Delete what is struck out."),
    Trouble.EQUATION: ("equation", "holds an equation", "Write what it says as a text."),
    Trouble.ERROR: ("error-value", "shows an error", "Write the figure that it should show."),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one cell, row or table: a code to rely on, where, what it is, what to do."""

    place: str
    code: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FormRead:
    """A form as it was read; `document` is None where there is no table to read, and of no use where there are faults.

    `places` tells by JSON pointer into the document in which cell a thing stood.
    """

    document: dict[str, Any] | None
    year: int | None
    places: Mapping[str, str]
    warnings: Sequence[Remark]
    faults: Sequence[Remark]


@dataclass(slots=True)
class Reading:
    """The reading of one table: what was found so far, and which cells were read."""

    grid: Grid
    places: dict[str, str] = field(default_factory=dict)
    warnings: list[Remark] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)
    read: set[tuple[int, int]] = field(default_factory=set)

    def take(self, cell: Cell | None) -> str:
        """Give what a cell shows, and remember that it was read."""
        if cell is None:
            return ""
        self.read.add((cell.row, cell.column))
        return cell.text.strip()

    def warn(self, place: str, code: str, text: str, remedy: str = "Look whether it was read as it is meant.") -> None:
        """Say what was overlooked, or read in one of several ways."""
        self.warnings.append(Remark(place, code, text, remedy))

    def fault(self, place: str, code: str, text: str, remedy: str) -> None:
        """Say what is wrong."""
        self.faults.append(Remark(place, code, text, remedy))

    def trouble(self, cell: Cell) -> None:
        """Name a cell that cannot be taken."""
        if cell.trouble:
            code, said, remedy = _TROUBLES[cell.trouble]
            self.fault(cell.place, code, f"{cell.place} {said}.", remedy)
