"""The form as a PDF: A4 upright, the heading of the indicators on every page, and the checks behind it.

The letters come with the program (Noto Serif SC and Noto Sans SC): only those that are used are embedded. A letter
that neither has is named in its place.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.fonts import TTFFont

from app.documents.forms.page_rows import PAD, Laid, LaidCell, PageRows, laid_out
from app.documents.forms.sizes import LINE, MILLIMETRES, POINTS, SHADE
from app.documents.forms.text_lines import broken
from app.rules.evaluations.forms.labels import ANNEX_TITLE, LEGEND
from app.rules.evaluations.forms.paper import (
    ANNEX_HEADINGS,
    ANNEX_WIDTHS,
    NOTHING_FOUND,
    WIDTHS,
    FormPaper,
    Look,
    PaperCell,
)

MEDIA_TYPE = "application/pdf"
SUFFIX = ".pdf"
_PAGE_WIDTH, _PAGE_HEIGHT = 210.0, 297.0
_TOP, _BOTTOM = 14.0, 16.0
_FOOT, _FOOT_POINTS = 12.0, 8
_LOWEST = 6.5
_THIN = 0.2
_MEASURED = 100
"""Points in which letters are measured, so that nothing is lost in rounding."""
_SERIF, _SANS = "serif", "sans"
_FONTS = {_SERIF: "NotoSerifSC-Regular.otf", _SANS: "NotoSansSC-Regular.otf"}
_NO_BORDERS = (Look.TITLE, Look.YEAR)
_IN_SANS = (Look.TITLE, Look.LABEL)


class _Paper(FPDF):
    """Pages that are numbered."""

    def footer(self) -> None:
        """Write the number of the page."""
        self.set_font(_SERIF, size=_FOOT_POINTS)
        self.set_xy(0, _PAGE_HEIGHT - _FOOT)
        self.cell(_PAGE_WIDTH, _LOWEST, f"第{self.page_no()}页", align="C")


def write(paper: FormPaper, dated: datetime) -> bytes:
    """Write the form and the checks; the same form and instant give the same bytes."""
    pages = _Pages(paper.title, dated)
    pages.table(paper.cells, WIDTHS, paper.header)
    pages.line(LEGEND)
    pages.begin()
    annex = [PaperCell(0, 0, 1, len(ANNEX_WIDTHS), ANNEX_TITLE, Look.TITLE)]
    for number, row in enumerate((ANNEX_HEADINGS, *paper.annex), 1):
        look = Look.TEXT if number > 1 else Look.LABEL
        annex += [PaperCell(number, column, 1, 1, text, look) for column, text in enumerate(row)]
    pages.table(annex, ANNEX_WIDTHS, 1)
    if not paper.annex:
        pages.line(NOTHING_FOUND)
    return pages.finished()


class _Pages:
    """The pages of one form, and how far down the last of them is filled."""

    def __init__(self, title: str, dated: datetime) -> None:
        self._pdf = _Paper(orientation="portrait", unit="mm", format="A4")
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_creation_date(dated)
        self._pdf.set_title(title)
        self._pdf.set_creator("Kaohe 考核")
        self._pdf.set_lang("zh-CN")
        self._pdf.c_margin = 0
        for name, file in _FONTS.items():
            self._pdf.add_font(name, fname=str(files(pylopdf_fonts_zh_cn) / file))
        letters = [frozenset(font.cmap) for font in self._pdf.fonts.values() if isinstance(font, TTFFont)]
        self._known = frozenset.intersection(*letters)
        self._widths: dict[tuple[str, str], float] = {}
        self._y = self._end = _TOP
        self.begin()

    def begin(self) -> None:
        """Begin a page."""
        self._pdf.add_page()
        self._y = _TOP

    def finished(self) -> bytes:
        """Give the file."""
        return bytes(self._pdf.output())

    def line(self, text: str) -> None:
        """Write a line of its own below what stands."""
        left = (_PAGE_WIDTH - sum(WIDTHS)) / 2
        for part in self._broken(text, _SERIF, POINTS[Look.TEXT], float(sum(WIDTHS))):
            if self._y + _LOWEST > _PAGE_HEIGHT - _BOTTOM:
                self.begin()
            self._pdf.set_font(_SERIF, size=POINTS[Look.TEXT])
            self._pdf.set_xy(left, self._y)
            self._pdf.cell(sum(WIDTHS), _LOWEST, part)
            self._y += _LOWEST

    def table(self, cells: Sequence[PaperCell], widths: Sequence[int], header: int) -> None:
        """Draw a table, over as many pages as it takes."""
        laid = laid_out([self._lines(cell, widths) for cell in cells], header)
        pages = laid.pages(self._y, _TOP, _PAGE_HEIGHT - _BOTTOM)
        left = (_PAGE_WIDTH - sum(widths)) / 2
        for number, page in enumerate(pages):
            if number:
                self.begin()
                self._repeat(laid, page, left)
            tops = [self._y]
            for row in range(page.first, page.end):
                tops.append(tops[-1] + laid.heights[row])
            self._end = tops[-1]
            for cell in laid.on(page):
                top, bottom = tops[max(cell.row, page.first) - page.first], tops[min(cell.end, page.end) - page.first]
                self._draw(cell, left, (top, bottom), scale=laid.scale(cell, page, pages))
            self._y = tops[-1]

    def _repeat(self, laid: Laid, page: PageRows, left: float) -> None:
        """Draw the heading again, above rows that it heads."""
        if page.first <= laid.header:
            return
        height = laid.heights[laid.header]
        for cell in laid.heading():
            self._draw(cell, left, (self._y, self._y + height), scale=1 if cell.end == cell.row + 1 else 0)
        self._y += height

    def _draw(self, cell: LaidCell, left: float, span: tuple[float, float], *, scale: float) -> None:
        """Draw a cell between two heights: its shade, its borders, and its lines; a scale of 0 draws no lines."""
        top, bottom = span
        x, pdf = left + cell.left, self._pdf
        if cell.cell.computed:
            pdf.set_fill_color(f"#{SHADE}")
            pdf.rect(x, top, cell.width, bottom - top, style="F")
        pdf.set_line_width(_THIN)
        if cell.cell.look not in _NO_BORDERS:
            pdf.line(x, top, x, bottom)
            pdf.line(x + cell.width, top, x + cell.width, bottom)
            if not cell.goes_on or bottom == self._end:
                pdf.line(x, bottom, x + cell.width, bottom)
            if not cell.came_on or top == self._y:
                pdf.line(x, top, x + cell.width, top)
        if not scale:
            return
        points = POINTS[cell.cell.look] * scale
        pdf.set_font(_font(cell.cell.look), size=points)
        high = points * MILLIMETRES * LINE
        y = top + (bottom - top - high * len(cell.lines)) / 2
        if cell.came_on or cell.goes_on:
            y = top + (0 if cell.came_on else PAD)
        for text in cell.lines:
            pdf.set_xy(x + PAD, y)
            pdf.cell(cell.width - 2 * PAD, high, text, align="L" if cell.cell.look is Look.TEXT else "C")
            y += high

    def _lines(self, cell: PaperCell, widths: Sequence[int]) -> LaidCell:
        left, width = float(sum(widths[: cell.column])), float(sum(widths[cell.column : cell.column + cell.columns]))
        lines = self._broken(cell.text, _font(cell.look), POINTS[cell.look], width - 2 * PAD) if cell.text else []
        return LaidCell(cell, lines, left, width, cell.row, cell.row + cell.rows)

    def _broken(self, text: str, font: str, points: float, room: float) -> list[str]:
        return broken(self._named(text), room, lambda part: sum(self._width(sign, font) for sign in part) * points)

    def _width(self, sign: str, font: str) -> float:
        """Measure a letter, in millimetres of one point."""
        if (font, sign) not in self._widths:
            self._pdf.set_font(font, size=_MEASURED)
            self._widths[font, sign] = self._pdf.get_string_width(sign) / _MEASURED
        return self._widths[font, sign]

    def _named(self, text: str) -> str:
        """Name each letter that the fonts lack by its number, so that none is missing without a word."""
        plain = text.replace("\r\n", "\n").replace("\t", " ")
        return "".join(sign if sign == "\n" or ord(sign) in self._known else f"[U+{ord(sign):04X}]" for sign in plain)


def _font(look: Look) -> str:
    return _SANS if look in _IN_SANS else _SERIF
