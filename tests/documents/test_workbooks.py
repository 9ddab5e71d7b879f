"""Workbooks of others: what a cell shows is taken digit by digit, and what would do harm is named and refused."""

import io
import zipfile
from datetime import date
from time import perf_counter
from typing import Any

import openpyxl
import pytest

from app.documents import workbooks
from app.documents.unfit import UnfitDocument
from app.documents.workbooks import Workbook
from app.rules.grids import Grid, Trouble

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET = "xl/worksheets/sheet1.xml"
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SECONDS = 20
"""What reading may take at the very most, on a machine that does other things as well."""


def made(*rows: list[Any], formats: dict[str, str] | None = None, merged: tuple[str, ...] = ()) -> bytes:
    """Make a workbook of one sheet as another program does."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "自评表"
    for row in rows:
        sheet.append(row)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    for area in merged:
        sheet.merge_cells(area)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, text: str | bytes) -> bytes:
    """Put another text in the place of a part, or add it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, text)
    return buffer.getvalue()


def sheet_of(rows: str, more: str = "") -> str:
    """Write a sheet's XML."""
    return f'{more}<worksheet xmlns="{_NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'


def read(content: bytes, most_rows: int = 1_000) -> Workbook:
    return workbooks.read(content, most_rows=most_rows, most_columns=50)


def only(content: bytes) -> Grid:
    (sheet,) = read(content).sheets
    return sheet


def refused(content: bytes, most_rows: int = 1_000) -> UnfitDocument:
    before = perf_counter()
    with pytest.raises(UnfitDocument) as caught:
        read(content, most_rows)
    assert perf_counter() - before < _SECONDS
    assert caught.value.remedy.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (94.56, "General", "94.56"),
        (1523.36, "General", "1523.36"),
        (332344, "General", "332344"),
        (1, "0%", "100%"),
        (0.9995, "0.00%", "99.95%"),
        (2430.8, "#,##0.00", "2430.80"),
        (332344, '0"件"', "332344件"),
        (0.1 + 0.2, "General", "0.3"),
        (-12.5, "0.0", "-12.5"),
        (date(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),
        ("≥95 %", "General", "≥95 %"),
        ("0012", "@", "0012"),
        (True, "General", "TRUE"),
        ("年度\n指标值", "General", "年度\n指标值"),
    ],
)
def test_a_cell_gives_what_it_shows_with_the_digits_that_it_holds(value: object, code: str, text: str) -> None:
    assert only(made(["见", value], formats={"B1": code})).text(0, 1) == text


def test_digits_that_a_cell_hides_are_taken_and_said() -> None:
    cell = only(made([0.99954], formats={"A1": "0%"})).at(0, 0)
    assert cell is not None
    assert (cell.text, cell.note) == ("99.954%", "it shows 0 places and holds 3; all are taken")


def test_a_merged_range_is_one_cell_wherever_one_looks() -> None:
    sheet = only(made(["产出指标", "数量指标"], [None, "质量指标"], merged=("A1:A2",)))
    assert [sheet.text(row, 0) for row in (0, 1)] == ["产出指标", "产出指标"]
    assert [cell.place for cell in sheet.row(1)] == ["自评表!A1", "自评表!B2"]


@pytest.mark.parametrize(
    ("formula", "trouble"),
    [
        ("=SUM(A1:A9)", Trouble.FORMULA),
        ("=[1]预算!B2", Trouble.LINK),
        ('=HYPERLINK("https://kaohe.example")', Trouble.LINK),
    ],
)
def test_a_computed_cell_has_no_text_and_is_named(formula: str, trouble: Trouble) -> None:
    (cell,) = only(made([1, formula])).troubled()
    assert (cell.place, cell.text, cell.trouble) == ("自评表!B1", "", trouble)


def test_what_an_array_formula_fills_is_computed_too() -> None:
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:B1">C1*2</f><v>2</v></c><c r="B1"><v>4</v></c></row>'
    sheet = only(with_part(made([1]), _SHEET, sheet_of(rows)))
    assert [cell.place for cell in sheet.troubled()] == ["自评表!A1", "自评表!B1"]


def test_an_error_is_no_figure() -> None:
    rows = '<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'
    assert [cell.trouble for cell in only(with_part(made([1]), _SHEET, sheet_of(rows))).troubled()] == [Trouble.ERROR]


def test_an_encrypted_and_an_old_workbook_say_what_to_do() -> None:
    encrypted = refused(_OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600)
    older = refused(_OLE + b"\x00" * 600 + "Workbook".encode("utf-16-le") + b"\x00" * 600)
    assert (encrypted.code, older.code) == ("encrypted", "older-format")
    assert "without a password" in encrypted.remedy


def test_macros_are_refused() -> None:
    assert refused(with_part(made([1]), "xl/vbaProject.bin", b"\x00")).code == "macros"


@pytest.mark.parametrize("part", [_SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_entities_are_refused_in_every_part(part: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    found = refused(with_part(made([1]), part, sheet_of('<row><c t="str"><v>&b;</v></c></row>', bomb)))
    assert (found.code, found.place) == ("xml-entities", part)


def test_an_external_entity_is_refused() -> None:
    leak = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    assert refused(with_part(made([1]), _SHEET, sheet_of("&x;", leak))).code == "xml-entities"


def test_a_million_empty_rows_are_refused_early() -> None:
    rows = "".join(f'<row r="{number}"/>' for number in range(1, 700_001))
    found = refused(with_part(made([1]), _SHEET, sheet_of(rows)))
    assert (found.code, found.place) == ("document-too-large", "自评表!A10001")


def test_a_million_cells_with_a_look_and_no_text_are_refused() -> None:
    row = "".join(f'<c s="{number * 7919 % 9973}"/>' for number in range(16_000))
    rows = "".join(f'<row r="{number}">{row}</row>' for number in range(1, 22))
    assert refused(with_part(made([1]), _SHEET, sheet_of(rows))).code == "document-too-large"


def test_a_row_of_millions_of_cells_is_not_read_to_its_end() -> None:
    row = "".join(f'<c s="{number * 7919 % 9973}"/>' for number in range(500_000))
    assert refused(with_part(made([1]), _SHEET, sheet_of(f'<row r="1">{row}</row>'))).code == "document-too-large"


def test_many_sheets_of_merged_cells_are_refused() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="999"><c r="AX999"><v>1</v></c></row>'
    book = openpyxl.Workbook()
    for number in range(5):
        book.create_sheet(f"S{number}")["A1"] = 1
    buffer = io.BytesIO()
    book.save(buffer)
    content = buffer.getvalue()
    for number in range(1, 7):
        merged = '<mergeCells><mergeCell ref="A1:AX998"/></mergeCells>'
        sheet = f'<worksheet xmlns="{_NAMESPACE}"><sheetData>{rows}</sheetData>{merged}</worksheet>'
        content = with_part(content, f"xl/worksheets/sheet{number}.xml", sheet)
    assert refused(content).code == "document-too-large"


def test_a_text_beyond_the_rows_that_are_read_is_named_and_not_left_out() -> None:
    rows = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert refused(with_part(made([1]), _SHEET, sheet_of(rows))).place == "自评表!A1048576"


def test_a_zip_bomb_is_refused() -> None:
    assert refused(with_part(made([1]), "xl/media/a.xml", b"\x00" * 30_000_000)).code == "wrong-file-type"


@pytest.mark.parametrize(
    "rows",
    [
        "<row><c",
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>x</v></c></row>',
        '<row r="1"><c r="A1"><v>1e999</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        "<a>" * 200 + "</a>" * 200,
    ],
)
def test_a_broken_sheet_is_refused_by_its_place(rows: str) -> None:
    found = refused(with_part(made([1]), _SHEET, sheet_of(rows)))
    assert found.code == "broken-document"
    assert found.place.startswith(("自评表", _SHEET))


def test_a_merged_cell_over_a_text_is_refused() -> None:
    content = with_part(
        made([1, 2]),
        _SHEET,
        f'<worksheet xmlns="{_NAMESPACE}"><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>',
    )
    assert refused(content).code == "broken-document"


def test_a_merged_range_over_the_whole_sheet_costs_nothing() -> None:
    content = with_part(
        made([1]),
        _SHEET,
        f'<worksheet xmlns="{_NAMESPACE}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>',
    )
    assert only(content).rows == 1


def test_a_pdf_a_text_and_a_word_document_are_no_workbooks() -> None:
    for content in (b"%PDF-1.7\n%%EOF\n", "项目,得分\n".encode(), made([1])[:200]):
        assert refused(content).code == "wrong-file-type"


def test_a_hidden_sheet_is_marked() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made([1])))
    hidden = book.create_sheet("旧表")
    hidden["A1"] = "2023"
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert [(sheet.name, sheet.hidden) for sheet in read(buffer.getvalue()).sheets] == [
        ("自评表", False),
        ("旧表", True),
    ]
