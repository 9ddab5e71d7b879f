"""The form as a workbook: one sheet in the official layout, a second one with what the checks found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from app.documents.forms.sizes import LINE, MILLIMETRES, POINTS, SHADE, lines
from app.documents.xlsx import looks_like_a_formula
from app.rules.evaluations.forms.labels import ANNEX_TITLE, LEGEND
from app.rules.evaluations.forms.paper import (
    ANNEX_HEADINGS,
    ANNEX_WIDTHS,
    COLUMNS,
    NOTHING_FOUND,
    WIDTHS,
    FormPaper,
    Look,
    PaperCell,
)

_PER_CHARACTER = 1.9
"""Millimetres of a column's unit, the digit 0 in 11 points."""
_PADDING = 3.0
_HIGHEST = 409
"""Points of a row, as spreadsheets have it; a longer text is there and must be read in its cell."""
_SHEET_NAME = 3
"""Last characters of the title, which a sheet goes by: 自评表, 评分表."""
_A4 = 9
_INCHES = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.6}
_BASE: Mapping[str, Any] = {"font_name": "宋体", "font_scheme": "none", "text_wrap": True, "valign": "vcenter"}
_LOOKS: Mapping[Look, Mapping[str, Any]] = {
    Look.TITLE: {"align": "center", "bold": True},
    Look.YEAR: {"align": "center"},
    Look.LABEL: {"align": "center", "border": 1},
    Look.TEXT: {"align": "left", "border": 1},
    Look.FIGURE: {"align": "center", "border": 1},
}


def write(paper: FormPaper, dated: datetime) -> bytes:
    """Write the form; every cell is a text, as a form prints it, and none is ever a formula."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        created = dated.astimezone(UTC).replace(tzinfo=None)
        workbook.set_properties({"title": paper.title, "author": "Kaohe 考核", "created": created})
        looks = _Looks(workbook)
        _write_form(workbook.add_worksheet(paper.cells[0].text[-_SHEET_NAME:]), paper, looks)
        _write_annex(workbook.add_worksheet("系统检查"), paper.annex, looks)
    return buffer.getvalue()


class _Looks:
    """A workbook's cell formats, each made once."""

    def __init__(self, workbook: Any) -> None:  # noqa: ANN401 the library ships no types
        self._workbook = workbook
        self._made: dict[tuple[Look, bool, bool, bool], Any] = {}

    def of(self, look: Look, text: str, *, computed: bool = False, heading: bool = False) -> Any:  # noqa: ANN401 as above
        key = (look, computed, looks_like_a_formula(text), heading)
        if key not in self._made:
            more: dict[str, Any] = {"font_size": POINTS[look], "quote_prefix": key[2], "bold": heading}
            more |= {"bg_color": f"#{SHADE}"} if computed else {}
            self._made[key] = self._workbook.add_format({**_BASE, **more, **_LOOKS[look]})
        return self._made[key]

    def legend(self) -> Any:  # noqa: ANN401 as above
        return self._workbook.add_format({**_BASE, "font_size": POINTS[Look.TEXT]})


def _write_form(sheet: Any, paper: FormPaper, looks: _Looks) -> None:  # noqa: ANN401 as above
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width / _PER_CHARACTER)
    for number, row in enumerate(paper.by_row()):
        for cell in row:
            _put(sheet, cell, looks.of(cell.look, cell.text, computed=cell.computed))
        sheet.set_row(number, _height(row))
    last = paper.rows
    legend = looks.legend()
    sheet.merge_range(last, 0, last, COLUMNS - 1, "", legend)
    sheet.write_string(last, 0, LEGEND, legend)
    sheet.ignore_errors({"number_stored_as_text": f"A1:K{last + 1}"})
    _page(sheet)


def _put(sheet: Any, cell: PaperCell, look: Any) -> None:  # noqa: ANN401 as above
    row, column = cell.row, cell.column
    if cell.rows * cell.columns > 1:
        sheet.merge_range(row, column, row + cell.rows - 1, column + cell.columns - 1, "", look)
    if cell.text:
        # Never `write`: it would make a formula, a number or a link of a text that looks like one.
        sheet.write_string(row, column, cell.text, look)
    else:
        sheet.write_blank(row, column, None, look)


def _height(row: Sequence[PaperCell]) -> float:
    """Give a row's height in points, by the cells that stand in it alone; a spreadsheet fits no merged cell itself."""
    looks = {cell.look for cell in row} or {Look.TEXT}
    alone = [cell for cell in row if cell.rows == 1]
    return max(
        _room(((c.text, sum(WIDTHS[c.column : c.column + c.columns])) for c in alone if c.look is look), look)
        for look in looks
    )


def _room(texts: Iterable[tuple[str, int]], look: Look) -> float:
    """Give the points that a row takes for texts in columns of so many millimetres."""
    points = POINTS[look]
    most = max((lines(text, width - _PADDING, points) for text, width in texts), default=1)
    return float(min(_HIGHEST, most * points * LINE + _PADDING / MILLIMETRES))


def _write_annex(sheet: Any, rows: Sequence[Sequence[str]], looks: _Looks) -> None:  # noqa: ANN401 as above
    last = len(ANNEX_HEADINGS) - 1
    sheet.merge_range(0, 0, 0, last, "", looks.of(Look.TITLE, ""))
    sheet.set_row(0, _room([(ANNEX_TITLE, sum(ANNEX_WIDTHS))], Look.TITLE))
    sheet.write_string(0, 0, ANNEX_TITLE, looks.of(Look.TITLE, ""))
    for column, (heading, width) in enumerate(zip(ANNEX_HEADINGS, ANNEX_WIDTHS, strict=True)):
        sheet.set_column(column, column, width / _PER_CHARACTER)
        sheet.write_string(1, column, heading, looks.of(Look.LABEL, heading, heading=True))
    for number, row in enumerate(rows or [(NOTHING_FOUND, *[""] * last)], 2):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text, looks.of(Look.TEXT, text))
        sheet.set_row(number, _room(zip(row, ANNEX_WIDTHS, strict=True), Look.TEXT))
    sheet.repeat_rows(1)
    _page(sheet)


def _page(sheet: Any) -> None:  # noqa: ANN401 as above
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(**_INCHES)
    sheet.center_horizontally()
    sheet.set_footer("&R第&P页 共&N页")
