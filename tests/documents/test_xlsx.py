"""Workbooks: real numbers, texts that stay texts, and the same bytes for the same rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.documents import xlsx
from app.documents.paper import ascii_file_name, file_name
from app.documents.xlsx import Book, Cell, Column, Sheet, TwoPlaces
from tests.workbooks import Text, parts, sheets

DATED = datetime(2024, 4, 20, 1, 2, 3, tzinfo=UTC)
DANGEROUS = (
    *("=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"),
    *("＝1", "＋1", "－1", "＠x", "  =1", "\u3000＝1", "说明\n=2"),
)


def book(*rows: list[Cell], dated: datetime = DATED, **more: Any) -> bytes:
    """Write a workbook of one sheet as wide as its first row."""
    columns = [Column(f"列{place}", 12) for place in range(len(rows[0]))]
    return xlsx.write(Book("结算单", "SL-2024 & 2024-Q1", dated, [Sheet("明细", columns, rows)], **more))


def test_the_same_rows_give_the_same_bytes_whenever_they_are_written() -> None:
    """The workbook is dated by its data: the clock on the wall stands nowhere in it."""
    row: list[Cell] = ["金额", TwoPlaces(123_450), date(2024, 3, 26), 7, None]
    with time_machine.travel(DATED + timedelta(days=400)):
        later = book(row)
    assert book(row) == later
    core = parts(later)["docProps/core.xml"]
    assert core.count("2024-04-20T01:02:03Z") == 2
    assert book(row, dated=DATED + timedelta(seconds=1)) != later


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_begins_like_a_formula_is_a_text(text: str) -> None:
    """It is stored as a string and marked as one, so that editing the cell makes no formula of it either."""
    content = book([text, "普通文字"])
    assert sheets(content)["明细"][1] == [Text(text), Text("普通文字")]
    assert 'quotePrefix="1"' in parts(content)["xl/styles.xml"]
    assert xlsx.looks_like_a_formula(text)


@pytest.mark.parametrize("text", ["普通文字", "3 − 2 = 1", "SL-2024", "", "2024-03", "a@b"])
def test_other_texts_are_not_marked(text: str) -> None:
    """A sign within a text begins nothing."""
    assert not xlsx.looks_like_a_formula(text)


@pytest.mark.parametrize(
    ("fen", "written"), [(0, "0.00"), (-1, "-0.01"), (-123_456, "-1234.56"), (10**15 - 1, "9999999999999.99")]
)
def test_amounts_are_numbers_to_the_fen(fen: int, written: str) -> None:
    """Negative ones too; none goes through a float."""
    content = book([TwoPlaces(fen)])
    assert sheets(content)["明细"][1] == [written]
    assert "#,##0.00" in parts(content)["xl/styles.xml"]


def test_a_sheet_is_set_up_for_a4_in_landscape() -> None:
    """It fits the width of the paper, keeps its heading in sight and on every page, and is set in a Chinese font."""
    files = parts(book(["一"], ["二"]))
    sheet = files["xl/worksheets/sheet1.xml"]
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in sheet
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet
    assert "SL-2024 &amp;&amp; 2024-Q1" in sheet
    assert "_xlnm.Print_Titles" in files["xl/workbook.xml"]
    assert files["xl/styles.xml"].count('<name val="宋体"/>') == 2


@pytest.mark.parametrize("row", [["一", "二"], ["字" * 20_000]])
def test_what_does_not_fit_is_refused(row: list[Cell]) -> None:
    """Nothing is cut off without a word."""
    with pytest.raises(ValueError, match=r"cells|characters"):
        book(["一"], row)


def test_file_names_are_safe_everywhere() -> None:
    """What no file system takes becomes an underscore; the ASCII name has nothing else in it."""
    assert file_name(".xlsx", "结算单", "采购/2024:1 号\r\n", "2024-Q1") == "结算单_采购_2024_1_号_2024-Q1.xlsx"
    assert file_name(".xlsx", "..", "结算单") == "结算单.xlsx"
    assert ascii_file_name(".xlsx", "dossier", '合同"SL"-2024', "2024-Q1") == "dossier_SL_-2024_2024-Q1.xlsx"
    assert ascii_file_name(".xlsx", "dossier", "合同") == "dossier.xlsx"
