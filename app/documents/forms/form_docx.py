"""The form as a Word document: one table in the official layout, and a second one with what the checks found."""

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from app.documents.forms.sizes import POINTS, SHADE
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

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIX = ".docx"
_WIDTH, _HEIGHT = 210, 297
_MARGIN = 15
_LONGEST_TITLE = 255
_FONT = "宋体"
_TWIPS = 1440 / 25.4
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Archives date their parts; no part of a form has a date of its own."""
_PAD, _LOWEST = 1, 7
_NO_BORDERS = {Look.TITLE: ("top", "left", "bottom", "right"), Look.YEAR: ("top", "left", "right")}


def write(paper: FormPaper, dated: datetime) -> bytes:
    """Write the form; text is text, and nothing of it is ever a field."""
    document = Document()
    _page(document, paper, dated)
    end = document.element.body[-1]
    for element in (_form(paper), _paragraph(LEGEND, Look.TEXT), *_annex(paper.annex)):
        end.addprevious(element)
    buffer = BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue())


def _page(document: Any, paper: FormPaper, dated: datetime) -> None:  # noqa: ANN401 the library's factory hides its class
    section = document.sections[0]
    section.page_width, section.page_height = Mm(_WIDTH), Mm(_HEIGHT)
    section.left_margin = section.right_margin = Mm((_WIDTH - sum(WIDTHS)) / 2)
    section.top_margin = section.bottom_margin = Mm(_MARGIN)
    section.footer.part.element[0].addprevious(_page_number())
    properties = document.core_properties
    properties.title, properties.author = paper.title[:_LONGEST_TITLE], "Kaohe 考核"
    properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = dated.astimezone(UTC).replace(tzinfo=None)


def _page_number() -> Any:  # noqa: ANN401 the library's elements have no types
    """Make the foot of every page, which the reader's program numbers."""
    made = _paragraph("第", Look.FIGURE)
    for instruction, behind in (("PAGE", "页 共"), ("NUMPAGES", "页")):
        made.append(_xml("fldSimple", _letters("1", Look.FIGURE), instr=instruction))
        made.append(_letters(behind, Look.FIGURE))
    return made


def _xml(name: str, *children: Any, **attributes: str) -> Any:  # noqa: ANN401 the library's elements have no types
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    for child in children:
        element.append(child)
    return element


def _table(widths: Sequence[int], rows: Sequence[Any]) -> Any:  # noqa: ANN401 as above
    """Make a table whose columns stay as wide as they are."""
    properties = _xml(
        "tblPr",
        _xml("tblStyle", val="TableGrid"),
        _xml("tblW", w="0", type="auto"),
        _xml("tblLayout", type="fixed"),
        _xml("tblCellMar", *(_xml(side, w=_twips(_PAD), type="dxa") for side in ("left", "right"))),
    )
    columns = [_xml("gridCol", w=_twips(width)) for width in widths]
    return _xml("tbl", properties, _xml("tblGrid", *columns), *rows)


def _twips(millimetres: int) -> str:
    return str(round(millimetres * _TWIPS))


def _form(paper: FormPaper) -> Any:  # noqa: ANN401 as above
    open_cells: dict[int, PaperCell] = {}
    return _table(WIDTHS, [_row(row, open_cells) for row in paper.by_row()])


def _row(cells: Sequence[PaperCell], open_cells: dict[int, PaperCell]) -> Any:  # noqa: ANN401 as above
    """Make a row: the cells that begin in it, and the rest of those that reach down to it."""
    made, by_column = [], {cell.column: cell for cell in cells}
    column = 0
    while column < COLUMNS:
        begins = by_column.get(column)
        cell = begins or open_cells[column]
        merge = [_xml("vMerge", val="restart" if begins else "continue")] if cell.rows > 1 else []
        open_cells[column] = cell
        made.append(_cell(cell, merge, cell.text if begins else ""))
        column += cell.columns
    return _xml("tr", _xml("trPr", _xml("trHeight", val=_twips(_LOWEST), hRule="atLeast")), *made)


def _cell(cell: PaperCell, merge: list[Any], text: str) -> Any:  # noqa: ANN401 as above
    """Make a cell with its borders, shade and the place of its text, in the order that the format asks for."""
    width = sum(WIDTHS[cell.column : cell.column + cell.columns])
    properties = _xml("tcPr", _xml("tcW", w=_twips(width), type="dxa"))
    if cell.columns > 1:
        properties.append(_xml("gridSpan", val=str(cell.columns)))
    for element in merge:
        properties.append(element)
    if cell.look in _NO_BORDERS:
        properties.append(_xml("tcBorders", *(_xml(side, val="nil") for side in _NO_BORDERS[cell.look])))
    if cell.computed:
        properties.append(_xml("shd", val="clear", color="auto", fill=SHADE))
    properties.append(_xml("vAlign", val="center"))
    return _xml("tc", properties, *_paragraphs(text, cell.look))


def _paragraphs(text: str, look: Look, *, bold: bool = False) -> list[Any]:
    """Make a paragraph of each line."""
    return [_paragraph(line, look, bold=bold) for line in text.split("\n")]


def _paragraph(text: str, look: Look, *, bold: bool = False, new_page: bool = False) -> Any:  # noqa: ANN401 as above
    format_ = _xml("pPr")
    if new_page:
        format_.append(_xml("pageBreakBefore"))
    format_.append(_xml("spacing", before="0", after="0"))
    if look is not Look.TEXT:
        format_.append(_xml("jc", val="center"))
    return _xml("p", format_, _letters(text, look, bold=bold))


def _letters(text: str, look: Look, *, bold: bool = False) -> Any:  # noqa: ANN401 as above
    letters = _xml("rPr", _xml("rFonts", ascii=_FONT, hAnsi=_FONT, eastAsia=_FONT))
    if bold or look is Look.TITLE:
        letters.append(_xml("b"))
    letters.append(_xml("sz", val=str(POINTS[look] * 2)))
    said = _xml("t")
    said.text = text
    said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return _xml("r", letters, said)


def _annex(rows: Sequence[Sequence[str]]) -> list[Any]:
    """Make the table of the checks, on a page of its own; its heading stands on every page."""
    heading = _paragraph(ANNEX_TITLE, Look.TITLE, new_page=True)
    if not rows:
        return [heading, _paragraph(NOTHING_FOUND, Look.TEXT)]
    lines = [_xml("tr", _xml("trPr", _xml("tblHeader")), *_line(ANNEX_HEADINGS, Look.LABEL))]
    lines += [_xml("tr", *_line(row, Look.TEXT)) for row in rows]
    return [heading, _table(ANNEX_WIDTHS, lines), _paragraph("", Look.TEXT)]


def _line(texts: Sequence[str], look: Look) -> list[Any]:
    return [
        _xml(
            "tc",
            _xml("tcPr", _xml("tcW", w=_twips(width), type="dxa")),
            *_paragraphs(text, look, bold=look is Look.LABEL),
        )
        for width, text in zip(ANNEX_WIDTHS, texts, strict=True)
    ]


def _same_bytes(content: bytes) -> bytes:
    """Pack the parts anew without the hour at which they were packed."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as packed, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as again:
        for name in packed.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(entry, packed.read(name))
    return buffer.getvalue()
