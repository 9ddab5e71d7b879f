"""Reads the tables of a Word document (.docx) that somebody else made, as plain cells; nothing in it is followed.

The archive is checked as a workbook's is, and only the main part is read, as a stream without document types or
entities. A change that is tracked counts as accepted. A computed field of a table (`=SUM(ABOVE)`) has no text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from app.documents.office_parts import local, parts
from app.documents.unfit import UnfitDocument
from app.rules.file_types import DOCX
from app.rules.grids import Cell, Grid, Trouble, grid

CALLED = "a Word document (.docx)"
MOST_TABLES = 200
MOST_ROWS = 1_000
MOST_COLUMNS = 63
"""As many as Word itself allows."""
MOST_CELLS = 50_000
LONGEST_TEXT = 32_767
_PARAGRAPHS_BEFORE = 10
_MAIN = "word/document.xml"
_WRAPPERS = ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice")
_GONE = ("del", "moveFrom", "Fallback", "tbl", "instrText", "pPr", "rPr", "tcPr")
_OFF = ("0", "false", "off")
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_SYMBOLS = {"F0B3": "≥", "F0A3": "≤", "F03D": "=", "F0B4": "×", "F0B1": "±"}
"""Letters of the font Symbol."""
_COPY = "Copy the table alone into a new document and send that."


@dataclass(slots=True)
class _Counted:
    """How much of the document has been read."""

    tables: list[Grid] = field(default_factory=list)
    cells: int = 0


def read(content: bytes) -> tuple[Grid, ...]:
    """Read every table in its order; raises UnfitDocument, with the place, for what is no plain document."""
    document = parts(content, DOCX, CALLED)
    found, before = _Counted(), list[str]()
    body: Element | None = None
    within = 0
    for begins, element in document.events(_MAIN):
        tag = local(element.tag)
        if begins:
            body = element if tag == "body" and body is None else body
            within += tag == "tbl"
        elif tag == "tbl":
            within -= 1
            if not within:
                _tables(found, element, tuple(before))
                before = []
                _forget(body)
        elif tag == "p" and not within:
            before = [*before, _text(element)][-_PARAGRAPHS_BEFORE:]
            _forget(body)
    return tuple(found.tables)


def _forget(body: Element | None) -> None:
    """Drop what has been read."""
    if body is not None:
        body.clear()


def _tables(found: _Counted, table: Element, before: tuple[str, ...]) -> None:
    """Read a table, and those within its cells after it."""
    number = len(found.tables) + 1
    if number > MOST_TABLES:
        raise UnfitDocument("document-too-large", f"It has more than {MOST_TABLES} tables.", _COPY)
    name = f"table {number}"
    cells = _cells(found, table, name)
    try:
        found.tables.append(grid(name, cells, before=before))
    except ValueError:
        raise _broken(name, "cells over one another") from None
    for inner in _nested(table):
        _tables(found, inner, ())


def _nested(element: Element) -> Iterator[Element]:
    """Give the tables that stand in a table's cells, not those that stand in these again."""
    for one in element:
        if local(one.tag) == "tbl":
            yield one
        else:
            yield from _nested(one)


def _cells(found: _Counted, table: Element, name: str) -> list[Cell]:
    cells: dict[tuple[int, int], Cell] = {}
    merging: dict[int, tuple[int, int]] = {}
    for row, line in enumerate(_below(table, "tr")):
        column = _number(line, "trPr", "gridBefore")
        merged_here: dict[int, tuple[int, int]] = {}
        for element in _below(line, "tc"):
            width = max(1, _number(element, "tcPr", "gridSpan"))
            found.cells += 1
            if row >= MOST_ROWS or column + width > MOST_COLUMNS or found.cells > MOST_CELLS:
                detail = f"{name} has more than {MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_CELLS} cells."
                raise UnfitDocument("document-too-large", detail, _COPY, name)
            merge = _merge(element)
            unseen = _properties(line, "trPr", "hidden") is not None
            if merge == "continue" and column in merging:
                corner = merging[column]
                cells[corner] = replace(cells[corner], rows=row - corner[0] + 1)
                merged_here[column] = corner
            else:
                cells[row, column] = _cell(element, (row, column), width, name, unseen=unseen)
                if merge:
                    merged_here[column] = (row, column)
            column += width
        merging = merged_here
    return list(cells.values())


def _cell(element: Element, at: tuple[int, int], width: int, name: str, *, unseen: bool) -> Cell:
    place = f"{name}, row {at[0] + 1}, column {at[1] + 1}"
    trouble = _trouble(element)
    text = "\n".join(_text(one) for one in _below(element, "p")).strip()
    if len(text) > LONGEST_TEXT:
        raise _broken(place, "a text that is longer than a cell")
    note = "; ".join(_notes(element, unseen=unseen)) or None
    return Cell(place, "" if trouble else text, *at, columns=width, trouble=trouble, note=note)


def _notes(element: Element, *, unseen: bool) -> Iterator[str]:
    """Say what a reader of the paper would see otherwise than it was read."""
    if any(local(one.tag) in ("ins", "del", "moveFrom", "moveTo") for one in element.iter()):
        yield "it has tracked changes, which were read as accepted"
    runs = [one for one in element.iter() if local(one.tag) == "r"]
    if any(_is_set(run, "vanish") and _has_text(run) for run in runs):
        yield "a part of its text is hidden, and was left out"
    if any(_properties(run, "rPr", "vertAlign") is not None and _has_text(run) for run in runs):
        yield "some of its letters are raised or lowered, and were read as the others"
    if unseen:
        yield "it stands in a hidden row, and was read all the same"


def _trouble(element: Element) -> Trouble | None:
    """Tell whether a field of the cell is computed, or taken from another document."""
    for one in element.iter():
        if local(one.tag) == "oMath":
            return Trouble.EQUATION
        if local(one.tag) == "r" and (_is_set(one, "strike") or _is_set(one, "dstrike")) and _has_text(one):
            return Trouble.STRUCK
        told = one.text or "" if local(one.tag) == "instrText" else _attribute(one, "instr")
        said = told.strip().upper()
        if said.startswith("="):
            return Trouble.FORMULA
        if said.startswith(("LINK ", "DDE", "INCLUDETEXT ", "INCLUDEPICTURE ", "DATABASE ")):
            return Trouble.LINK
    return None


def _text(element: Element) -> str:
    """Give the text that an element shows."""
    tag = local(element.tag)
    if tag == "t":
        return element.text or ""
    if tag in _BREAKS:
        return _BREAKS[tag]
    if tag == "sym":
        return _SYMBOLS.get(_attribute(element, "char").upper(), "\ufffd")
    if (tag == "r" and _is_set(element, "vanish")) or (tag == "sdt" and _is_prompt(element)):
        return ""
    return "".join(_text(one) for one in element if local(one.tag) not in _GONE)


def _below(element: Element, name: str) -> Iterator[Element]:
    """Give the nearest elements of a name, through what only wraps them, and never through a table."""
    for one in element:
        tag = local(one.tag)
        if tag == name:
            yield one
        elif tag in _WRAPPERS:
            yield from _below(one, name)


def _properties(element: Element, holder: str, name: str) -> Element | None:
    held = next((one for one in element if local(one.tag) == holder), ())
    return next((one for one in held if local(one.tag) == name), None)


def _number(element: Element, holder: str, name: str) -> int:
    found = _properties(element, holder, name)
    text = _attribute(found, "val") if found is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(MOST_CELLS)) else 0


def _is_set(run: Element, name: str) -> bool:
    """Tell whether a run of letters has a look that is on or off."""
    found = _properties(run, "rPr", name)
    return found is not None and _attribute(found, "val") not in _OFF


def _has_text(run: Element) -> bool:
    return any(local(one.tag) == "t" and (one.text or "").strip() for one in run)


def _is_prompt(control: Element) -> bool:
    """Tell whether a field to fill in only shows what to do there."""
    found = _properties(control, "sdtPr", "showingPlcHdr")
    return found is not None and _attribute(found, "val") not in _OFF


def _merge(element: Element) -> str:
    """Tell whether a cell begins (`restart`) or goes on (`continue`) one that reaches down; empty for neither."""
    found = _properties(element, "tcPr", "vMerge")
    return (_attribute(found, "val") or "continue") if found is not None else ""


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def _broken(place: str, what: str) -> UnfitDocument:
    remedy = "Open it in an office program, save it anew, and send that."
    return UnfitDocument("broken-document", f"It has {what}.", remedy, place)
