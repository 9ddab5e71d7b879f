"""A file of monthly figures as one table, told by its bytes: a workbook, or values with commas in either encoding."""

import csv
import io
from dataclasses import dataclass

from app.documents.unfit import UnfitDocument
from app.errors import Invalid
from app.rules.faults import Fault
from app.rules.file_types import GB18030, UTF_8, XLSX, UnfitFile, file_type
from app.rules.grids import Cell, Grid, grid
from app.rules.metric_tables import pointer_of

MOST_ROWS = 20_000
MOST_COLUMNS = 200
_BOM = "\ufeff"
_REMEDY = "Send an Excel workbook (.xlsx), or a CSV file."
_ENCODINGS = {UTF_8: "utf-8", GB18030: "gb18030"}


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A table and what it came in: `xlsx`, `utf-8` or `gb18030`."""

    table: Grid
    read_as: str


def open_table(content: bytes) -> FigureFile:
    """Read the first sheet that is shown, or the values with commas; refuses by place what is neither."""
    try:
        kind = file_type(content)
        if kind == XLSX:
            return FigureFile(_workbook(content), "xlsx")
    except UnfitFile as error:
        raise _refused("unfit-file", str(error), _REMEDY) from None
    except UnfitDocument as error:
        pointer = pointer_of(error.place) if "!" in error.place else ""
        raise _refused(error.code, error.detail, error.remedy, pointer) from None
    if kind not in _ENCODINGS:
        raise _refused("unfit-file", f"It is {kind.called}.", _REMEDY)
    encoding = _ENCODINGS[kind]
    return FigureFile(_values(content.decode(encoding).removeprefix(_BOM)), encoding)


def _workbook(content: bytes) -> Grid:
    from app.documents import workbooks  # noqa: PLC0415 loaded late

    book = workbooks.read(content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
    shown = [sheet for sheet in book.sheets if not sheet.hidden and sheet.cells]
    if not shown:
        raise _refused("no-table", "The workbook shows no cell with anything in it.", "Fill in the template's sheet.")
    return shown[0]


def _values(text: str) -> Grid:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    cells: list[Cell] = []
    try:
        for row, record in enumerate(reader):
            if row > MOST_ROWS or len(record) > MOST_COLUMNS:
                detail = f"Line {reader.line_num}: a table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns."
                raise _refused("document-too-large", detail, "Send it in parts.", f"/rows/{row}")
            for column, value in enumerate(record):
                if value.strip():
                    cells.append(Cell(f"R{row + 1}C{column + 1}", value.strip(), row, column))
    except csv.Error as error:
        detail = f"Line {reader.line_num} of the file cannot be read: {error}."
        raise _refused("csv-unreadable", detail, "Send comma-separated values as RFC 4180 says.") from None
    return grid("", cells)


def _refused(code: str, detail: str, remedy: str, pointer: str = "") -> Invalid:
    return Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
