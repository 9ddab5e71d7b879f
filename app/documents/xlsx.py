"""Workbooks (xlsx): the same rows, marks and instant give the same bytes; no cell is ever a formula."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIX = ".xlsx"

_FONT: Mapping[str, Any] = {"font_name": "宋体", "font_size": 11, "font_scheme": "none"}
_CELL: Mapping[str, Any] = {"valign": "top", "border": 1, "border_color": "#BFBFBF"}
_A4 = 9
_INCHES = {"left": 0.5, "right": 0.5, "top": 0.7, "bottom": 0.7}
_LONGEST_TEXT = 32_767
_LONGEST_MARK = 100
_FORMULA = re.compile(r"(?:\A|[\r\n])[ \u3000\xa0]*[=+\-@\t\r\n＝＋－＠]")


@dataclass(frozen=True, slots=True)
class TwoPlaces:
    """A number with two decimals: an amount in fen, a score in hundredths of a point."""

    hundredths: int


Cell = str | int | date | TwoPlaces | None
"""A text, a count, a day, an amount; None leaves the cell empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading; `width` counts digits, of which a Chinese character takes two."""

    heading: str
    width: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its heading stays in sight, and stands on every printed page."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: its title, the mark at the top of every printed page, and the instant that it is dated by."""

    title: str
    mark: str
    dated: datetime
    sheets: Sequence[Sheet]


def write(book: Book) -> bytes:
    """Write a workbook; raises ValueError for a row that is not as wide as its heading, or a text too long."""
    import xlsxwriter  # noqa: PLC0415 loaded late

    buffer = BytesIO()
    options = {"in_memory": True, "default_format_properties": dict(_FONT)}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        created = book.dated.astimezone(UTC).replace(tzinfo=None)
        workbook.set_properties({"title": book.title, "author": "Kaohe 考核", "created": created})
        styles = _styles(workbook)
        for sheet in book.sheets:
            _write_sheet(workbook.add_worksheet(sheet.name), sheet, styles, book.mark)
    return buffer.getvalue()


def _styles(workbook: Any) -> dict[str, Any]:  # noqa: ANN401 the library ships no types
    made: dict[str, dict[str, Any]] = {
        "heading": {"bold": True, "text_wrap": True, "bg_color": "#E7ECF3", "align": "center"},
        "text": {"text_wrap": True},
        "quoted": {"text_wrap": True, "quote_prefix": True},
        "count": {"num_format": "0"},
        "amount": {"num_format": "#,##0.00"},
        "day": {"num_format": "yyyy-mm-dd", "align": "center"},
    }
    return {name: workbook.add_format({**_CELL, **style}) for name, style in made.items()}


def _write_sheet(worksheet: Any, sheet: Sheet, styles: Mapping[str, Any], mark: str) -> None:  # noqa: ANN401 as above
    for place, column in enumerate(sheet.columns):
        worksheet.set_column(place, place, column.width)
        worksheet.write_string(0, place, column.heading, styles["heading"])
    for number, row in enumerate(sheet.rows, 1):
        if len(row) != len(sheet.columns):
            raise ValueError(f"row {number} of {sheet.name} has {len(row)} cells, not {len(sheet.columns)}")
        for place, cell in enumerate(row):
            _write_cell(worksheet, (number, place), cell, styles)
    worksheet.freeze_panes(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_paper(_A4)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(**_INCHES)
    worksheet.set_header(f"&L{mark[:_LONGEST_MARK].replace('&', '&&')}&R&A")
    worksheet.set_footer("&R第&P页 共&N页")


def _write_cell(worksheet: Any, at: tuple[int, int], cell: Cell, styles: Mapping[str, Any]) -> None:  # noqa: ANN401 as above
    match cell:
        case None:
            worksheet.write_blank(*at, None, styles["text"])
        case str():
            if len(cell) > _LONGEST_TEXT // 2:
                raise ValueError(f"a text of {len(cell)} characters does not fit into a cell")
            # Never `write`: it would make a formula, a number or a link of a text that looks like one.
            worksheet.write_string(*at, cell, styles["quoted" if looks_like_a_formula(cell) else "text"])
        case TwoPlaces(hundredths):
            worksheet.write_number(*at, Decimal(hundredths).scaleb(-2), styles["amount"])
        case int():
            worksheet.write_number(*at, cell, styles["count"])
        case date():
            worksheet.write_datetime(*at, cell, styles["day"])


def looks_like_a_formula(text: str) -> bool:
    """Tell whether a text, or a line of it, begins as a formula does: a spreadsheet makes one of it that is edited."""
    return _FORMULA.search(text) is not None
