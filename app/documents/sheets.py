"""One sheet of a workbook as a grid of cells, read as a stream and within bounds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.escape import unescape

from app.documents.number_formats import shown
from app.documents.office_parts import local
from app.documents.unfit import UnfitDocument
from app.rules.grids import Cell, Grid, Trouble, grid

MOST_EMPTY_ROWS = 10_000
"""Rows that are written down in the file with nothing in them."""
MOST_CELLS = 300_000
"""Cells of one sheet, with those that have a look and no text."""
MOST_MERGED = 10_000
LONGEST_TEXT = 32_767
"""Characters of a cell, as spreadsheets have it."""
_HIGHEST = 1_048_576
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)
_ELSEWHERE = re.compile(r"\[[^\]]+\][^!]*!|https?:|\\\\|\|", re.IGNORECASE)
_BASE = 26
_TRUE = ("1", "true")
_NO_SIZE = ("0", "0.0")
_HIDDEN = "it stands in a hidden row or column, and was read all the same"
_COPY = "Copy the table alone into a new workbook and send that."


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a sheet may reach, counted in rows and columns from its upper left corner."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Looks:
    """What cells of all sheets refer to: texts by number, format codes by style; and from when days are counted."""

    texts: tuple[str, ...]
    codes: tuple[str, ...]
    from_1904: bool


@dataclass(frozen=True, slots=True)
class _Area:
    top: int
    left: int
    bottom: int
    right: int

    def holds(self, at: tuple[int, int]) -> bool:
        return self.top <= at[0] <= self.bottom and self.left <= at[1] <= self.right


@dataclass(slots=True)
class _Read:
    """What has been read of a sheet so far."""

    name: str
    looks: Looks
    bounds: Bounds
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[_Area] = field(default_factory=list)
    computed: list[_Area] = field(default_factory=list)
    hidden: int = 0
    """A bit for each column that is not shown: a file may name them as often as it likes."""
    row: int = -1
    count: int = 0
    empty: int = 0

    def place(self, at: tuple[int, int]) -> str:
        return f"{self.name}!{get_column_letter(at[1] + 1)}{at[0] + 1}"


def read_sheet(
    events: Iterator[tuple[bool, Element]], name: str, looks: Looks, bounds: Bounds, *, hidden: bool
) -> Grid:
    """Read a sheet; raises UnfitDocument where it reaches beyond its bounds or cannot be read."""
    found = _Read(name, looks, bounds)
    rows: Element | None = None
    for begins, element in events:
        tag = local(element.tag)
        if begins:
            rows = element if tag == "sheetData" else rows
            if tag == "c":
                _count(found)
            elif tag == "col" and _unseen(element, "width"):
                first, last = (min(whole(element.get(end)), bounds.columns) for end in ("min", "max"))
                found.hidden |= (1 << last) - (1 << max(0, first - 1)) if 0 < first <= last else 0
        elif tag == "row":
            _row(found, element)
            if rows is not None:
                rows.clear()
        elif tag == "mergeCell":
            found.merged.append(_area(found, element.get("ref") or ""))
            if len(found.merged) > MOST_MERGED:
                raise UnfitDocument("document-too-large", f"It has more than {MOST_MERGED} merged cells.", _COPY, name)
    return _grid(found, hidden=hidden)


def _row(found: _Read, row: Element) -> None:
    number = whole(row.get("r"))
    found.row = number - 1 if number else found.row + 1
    if found.row >= _HIGHEST:
        raise _broken(found.name, "a row beyond the last")
    column, before, unseen = -1, len(found.cells), _unseen(row, "ht")
    for element in row:
        if local(element.tag) != "c":
            continue
        at = _position(found, element.get("r"), (found.row, column + 1))
        column = at[1]
        _take(found, element, at, unseen=unseen)
    if len(found.cells) == before:
        found.empty += 1
    if found.empty > MOST_EMPTY_ROWS:
        detail = f"The sheet has more than {MOST_EMPTY_ROWS} rows without text."
        raise UnfitDocument("document-too-large", detail, _COPY, found.place((found.row, 0)))


def _count(found: _Read) -> None:
    """Count a cell as it begins: a row of millions must not be read to its end first."""
    found.count += 1
    if found.count > MOST_CELLS:
        detail = f"The sheet has more than {MOST_CELLS} cells, most of them without text."
        raise UnfitDocument("document-too-large", detail, _COPY, found.name)


def _unseen(element: Element, size: str) -> bool:
    """Tell whether a row or columns are hidden, or so small that nobody sees them."""
    return element.get("hidden") in _TRUE or element.get(size) in _NO_SIZE


def _take(found: _Read, element: Element, at: tuple[int, int], *, unseen: bool) -> None:
    """Keep a cell that shows something."""
    cell = _cell(found, element, at)
    if cell is None:
        return
    if at in found.cells:
        raise _broken(cell.place, "two cells in one place")
    if at[0] >= found.bounds.rows or at[1] >= found.bounds.columns:
        detail = (
            f"{cell.place} lies beyond the {found.bounds.rows} rows and {found.bounds.columns} columns that are read."
        )
        raise UnfitDocument("document-too-large", detail, _COPY, cell.place)
    if unseen or found.hidden >> at[1] & 1:
        cell = replace(cell, note="; ".join(filter(None, (cell.note, _HIDDEN))))
    found.cells[at] = cell


def _cell(found: _Read, element: Element, at: tuple[int, int]) -> Cell | None:
    place, kind = found.place(at), element.get("t", "n")
    formula = next((one for one in element if local(one.tag) == "f"), None)
    if formula is not None:
        if formula.get("ref") and formula.get("t") in ("array", "dataTable"):
            found.computed.append(_area(found, formula.get("ref") or ""))
        elsewhere = _ELSEWHERE.search(formula.text or "")
        return Cell(place, "", *at, trouble=Trouble.LINK if elsewhere else Trouble.FORMULA)
    if kind == "inlineStr":
        return _text(place, at, unescape("".join(said(one) for one in element if local(one.tag) == "is")))
    value = next((one.text or "" for one in element if local(one.tag) == "v"), "")
    if kind == "e":
        return Cell(place, "", *at, trouble=Trouble.ERROR)
    if kind in ("n", ""):
        return _number(found, element, at, value.strip()) if value.strip() else None
    return _text(place, at, _words(found, place, kind, value))


def _words(found: _Read, place: str, kind: str, value: str) -> str:
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind != "s":
        return unescape(value)
    number = whole(value) if value.strip().isdecimal() else len(found.looks.texts)
    if number >= len(found.looks.texts):
        raise _broken(place, "a text that is not in the workbook")
    return found.looks.texts[number]


def _text(place: str, at: tuple[int, int], text: str) -> Cell | None:
    if len(text) > LONGEST_TEXT:
        raise _broken(place, "a text that is longer than a cell")
    return Cell(place, text, *at) if text.strip() else None


def _number(found: _Read, element: Element, at: tuple[int, int], value: str) -> Cell:
    style, codes = whole(element.get("s")), found.looks.codes
    code = codes[style] if style < len(codes) else "General"
    try:
        told = shown(value, code, from_1904=found.looks.from_1904)
    except ValueError:
        raise _broken(found.place(at), "a number that is none") from None
    return Cell(found.place(at), told.text, *at, note=told.note)


def _grid(found: _Read, *, hidden: bool) -> Grid:
    """Let merged ranges reach over what they cover, as far as the sheet has texts; none may cover another text."""
    cells = dict(found.cells)
    for at, cell in found.cells.items():
        if not cell.trouble and any(area.holds(at) for area in found.computed):
            cells[at] = Cell(cell.place, "", *at, trouble=Trouble.FORMULA)
    last_row = max((row for row, _ in cells), default=-1)
    last_column = max((column for _, column in cells), default=-1)
    for area in found.merged:
        at = (area.top, area.left)
        if area.top > last_row or area.left > last_column:
            continue
        reach = (min(area.bottom, last_row) - area.top + 1, min(area.right, last_column) - area.left + 1)
        held = cells.get(at) or Cell(found.place(at), "", *at)
        cells[at] = Cell(held.place, held.text, *at, *reach, held.trouble, held.note)
    try:
        return grid(found.name, list(cells.values()), hidden=hidden)
    except ValueError:
        raise _broken(found.name, "a merged cell over another cell that has a text") from None


def _area(found: _Read, reference: str) -> _Area:
    first, _, last = reference.partition(":")
    top, left = _position(found, first, (0, 0))
    bottom, right = _position(found, last or first, (0, 0))
    if bottom < top or right < left:
        raise _broken(found.name, f"the range '{reference[:20]}'")
    return _Area(top, left, bottom, right)


def _position(found: _Read, reference: str | None, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Read `D12` as row and column from 0; a cell without a reference stands beside the one before it."""
    if reference is None:
        return otherwise
    match = _REFERENCE.fullmatch(reference)
    if match is None or not 0 < int(match[2]) <= _HIGHEST:
        raise _broken(found.name, f"the place '{reference[:20]}'")
    column = 0
    for letter in match[1]:
        column = column * _BASE + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def said(element: Element) -> str:
    """Join the pieces of a text; how it is pronounced (`rPh`) is no part of it."""
    if local(element.tag) == "t":
        return element.text or ""
    return "".join(said(one) for one in element if local(one.tag) in ("t", "r"))


def whole(text: str | None) -> int:
    """Read a number of an attribute; 0 where it is none."""
    return int(text) if text and len(text) < len(str(_HIGHEST)) + 3 and text.strip().isdecimal() else 0


def _broken(place: str, what: str) -> UnfitDocument:
    return UnfitDocument(
        "broken-document", f"It has {what}.", "Open it in an office program, save it anew, and send that.", place
    )
