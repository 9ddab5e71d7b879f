"""Reads a workbook (.xlsx) that somebody else made, as plain cells; nothing in it is computed, followed or run.

What the bytes are is told by `file_types`, and the archive is checked before anything of it is unpacked. Its parts
are read as a stream that takes no document type and no entity and stops at the first bound. A cell that is computed
has no text at all: what it came to when it was saved last is not what somebody wrote.
"""

from dataclasses import dataclass

from openpyxl.utils.escape import unescape

from app.documents.number_formats import format_code
from app.documents.office_parts import Parts, local, parts, relation_id
from app.documents.sheets import Bounds, Looks, read_sheet, said, whole
from app.documents.unfit import UnfitDocument
from app.rules.file_types import XLSX
from app.rules.grids import Grid

CALLED = "an Excel workbook (.xlsx)"
MOST_SHEETS = 50
MOST_COVERED = 200_000
"""Places that merged cells of all sheets cover: each is kept."""
MOST_TEXTS = 200_000
"""Different texts of a workbook."""
_BOOK = "xl/workbook.xml"
_TEXTS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_TRUE = ("1", "true")


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook's sheets in their order; those that it hides are marked, and are the reader's to leave out."""

    sheets: tuple[Grid, ...]


def read(content: bytes, *, most_rows: int, most_columns: int) -> Workbook:
    """Read every sheet; raises UnfitDocument, with the place, for what is no plain workbook within the bounds.

    A cell within them that cannot be taken (a formula, a link to another workbook, an error) is no such thing: it is
    given without text and with its `trouble`, for the reader to name.
    """
    book = parts(content, XLSX, CALLED)
    sheets, from_1904 = _sheets(book)
    looks = Looks(_texts(book), _styles(book), from_1904)
    relations, bounds = book.relations(_BOOK), Bounds(most_rows, most_columns)
    found, covered = list[Grid](), 0
    for name, reference, hidden in sheets:
        part = relations.get(reference, "")
        if part.casefold().startswith("xl/worksheets/"):
            found.append(read_sheet(book.events(part), name, looks, bounds, hidden=hidden))
            covered += sum(
                cell.rows * cell.columns for cell in found[-1].cells.values() if cell.rows * cell.columns > 1
            )
            if covered > MOST_COVERED:
                detail = f"Its merged cells reach over more than {MOST_COVERED} cells."
                raise UnfitDocument("document-too-large", detail, "Send the sheets that are meant alone.", name)
    return Workbook(tuple(found))


def _sheets(book: Parts) -> tuple[list[tuple[str, str, bool]], bool]:
    """Give each sheet's name, reference and whether it is hidden, and whether days are counted from 1904 on."""
    found: list[tuple[str, str, bool]] = []
    from_1904 = False
    for begins, element in book.events(_BOOK):
        if begins:
            continue
        if local(element.tag) == "workbookPr":
            from_1904 = element.get("date1904") in _TRUE
        elif local(element.tag) == "sheet":
            name = (element.get("name") or "")[:31]
            found.append((name, relation_id(element), element.get("state", "visible") != "visible"))
            if len(found) > MOST_SHEETS:
                detail = f"It has more than {MOST_SHEETS} sheets."
                raise UnfitDocument("document-too-large", detail, "Send the sheets that are meant alone.")
    return found, from_1904


def _texts(book: Parts) -> tuple[str, ...]:
    """Read the texts that cells refer to by number; how they are pronounced is no part of them."""
    if not book.holds(_TEXTS):
        return ()
    found: list[str] = []
    whole_list = None
    for begins, element in book.events(_TEXTS):
        if whole_list is None:
            whole_list = element
        if begins or local(element.tag) != "si":
            continue
        found.append(unescape(said(element)))
        whole_list.clear()
        if len(found) > MOST_TEXTS:
            detail = f"It has more than {MOST_TEXTS} different texts."
            raise UnfitDocument("document-too-large", detail, "Copy the table alone into a new workbook and send that.")
    return tuple(found)


def _styles(book: Parts) -> tuple[str, ...]:
    """Give the code of the number format of every style, in the order in which cells name them."""
    if not book.holds(_STYLES):
        return ()
    own: dict[int, str] = {}
    numbers: list[int] = []
    within = False
    for begins, element in book.events(_STYLES):
        name = local(element.tag)
        if name == "cellXfs":
            within = begins
        elif name == "numFmt" and not begins:
            own[whole(element.get("numFmtId"))] = element.get("formatCode") or "General"
        elif name == "xf" and not begins and within:
            numbers.append(whole(element.get("numFmtId")))
    return tuple(format_code(number, own) for number in numbers)
