"""Tables that look like a form and would be read otherwise than meant: each is refused or warned of by cell."""

import pytest

from app.documents import workbooks
from app.documents.unfit import UnfitDocument
from app.rules.evaluations.forms.reading import read_form
from app.rules.evaluations.forms.remarks import FormRead
from app.rules.grids import Cell, Grid, Trouble, grid
from tests.documents.test_form_reading import NATIONAL, TOTAL, codes, leaf_of, read, word_cell
from tests.documents.test_workbooks import made, only, sheet_of, with_part

_HANDLED = ("产出指标", "数量指标", "受理件数", "≥50件", "52件", "60", "60", "")
_PLEASED = ("满意度指标", "服务对象", "满意度", "≥95%", "96%", "40", "36", "")
_SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("subtotal", [("小计", "", "", "", "", "60", "60"), ("", "小 计：", "", "", "", "60", "60")])
def test_a_subtotal_is_no_indicator(subtotal: tuple[str, ...]) -> None:
    found = read([NATIONAL, _HANDLED, subtotal, _PLEASED, TOTAL])
    assert [fault.code for fault in found.faults] == ["subtotal-row"]


def test_a_note_above_the_total_row_is_no_indicator() -> None:
    found = read([NATIONAL, _HANDLED, ("注：数据截至年末。",), _PLEASED, TOTAL])
    assert found.document is not None
    assert [row["name"] for row in found.document["indicators"]] == ["产出指标", "满意度指标"]
    assert (found.faults, codes(found)["表!A4"]) == ([], "unused-row")


def test_a_group_on_a_row_of_its_own_is_counted_once() -> None:
    found = read([NATIONAL, ("产出指标（60分）",), ("", *_HANDLED[1:]), _PLEASED, TOTAL])
    assert found.document is not None
    assert [row.get("weight") for row in found.document["indicators"]] == ["60", None]


def _merged(*cells: tuple[str, int, int, int, int]) -> FormRead:
    """Read a sheet of merged cells: text, row, column, rows, columns."""
    made_ = [
        Cell(f"表!{'ABCDEFGHIJ'[at]}{row + 1}", text, row, at, rows, columns) for text, row, at, rows, columns in cells
    ]
    return read_form([grid("表", [Cell("表!A1", "项目名称", 0, 0), Cell("表!B1", "窗口服务", 0, 1), *made_])])


def test_headings_may_stand_in_two_rows() -> None:
    tall = [(text, 1, column, 2, 1) for column, text in enumerate(NATIONAL[3:], 3)]
    low = [(text, 2, column, 1, 1) for column, text in enumerate(NATIONAL[:3])]
    rows = [
        (text, row, column, 1, 1)
        for row, texts in enumerate((_HANDLED, _PLEASED, TOTAL), 3)
        for column, text in enumerate(texts)
        if text
    ]
    found = _merged(("绩效指标", 1, 0, 1, 3), *tall, *low, *rows)
    assert found.faults == []
    assert leaf_of(found, 1, 0, 0)["weight"] == "40"


def test_a_unit_that_reaches_over_two_indicators_is_of_both() -> None:
    headings = ("一级指标", "二级指标", "三级指标", "指标性质", "年度指标值", "计量单位", "实际完成值", "分值", "得分")
    first = ("产出指标", "数量指标", "受理件数", "≥", "50", "件", "52", "60", "60")
    second = ("", "", "咨询件数", "", "30", "", "40", "40", "40")
    rows = [
        (text, row, column, 2 if row == 2 and column in (0, 1, 3, 5) else 1, 1)
        for row, texts in enumerate((headings, first, second, ("总分", "", "", "", "", "", "", "100", "100")), 1)
        for column, text in enumerate(texts)
        if text
    ]
    found = _merged(*rows)
    measure = leaf_of(found, 0, 0, 1)["measure"]
    assert (measure["nature"], measure["unit"]) == ("at_least", "件")
    assert codes(found)["表!C4"] == "shared-cell"


@pytest.mark.parametrize(
    ("above", "columns", "unit", "fault"),
    [
        ((), ("全年预算数（万元）", "全年执行数（元）"), None, "units-differ"),
        (("单位：元",), ("全年预算数", "全年执行数"), "元", None),
    ],
)
def test_the_unit_of_the_funds_is_one(
    above: tuple[str, ...], columns: tuple[str, ...], unit: str | None, fault: str | None
) -> None:
    found = read([above, ("项目资金", "", *columns), ("", "年度资金总额", "9", "8"), NATIONAL, _HANDLED, TOTAL])
    assert [one.code for one in found.faults] == ([fault] if fault else [])
    assert found.document is not None
    assert unit is None or found.document["funds_unit"] == unit


# ---------------------------------------------------------------- what a paper shows otherwise than its file holds


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_of('<row r="1" hidden="1"><c r="A1"><v>5</v></c></row>'),
        sheet_of('<row r="1" ht="0" customHeight="1"><c r="A1"><v>5</v></c></row>'),
        sheet_of('<row r="1"><c r="A1"><v>5</v></c></row>').replace(
            "<sheetData>", '<cols><col min="1" max="2" hidden="1"/></cols><sheetData>'
        ),
    ],
)
def test_a_cell_that_nobody_sees_is_told(sheet: str) -> None:
    cell = _first(only(with_part(made([1]), _SHEET, sheet)))
    assert (cell.text, cell.note) == ("5", "it stands in a hidden row or column, and was read all the same")


def _first(table: Grid) -> Cell:
    cell = table.at(0, 0)
    assert cell is not None
    return cell


@pytest.mark.parametrize(("kind", "value"), [("n", "1e9999999999999999999"), ("s", "-1")])
def test_a_number_beyond_reckoning_and_a_text_that_is_not_there_are_refused(kind: str, value: str) -> None:
    content = with_part(made([1]), _SHEET, sheet_of(f'<row r="1"><c r="A1" t="{kind}"><v>{value}</v></c></row>'))
    with pytest.raises(UnfitDocument) as refused:
        workbooks.read(content, most_rows=9, most_columns=9)
    assert refused.value.code == "broken-document"


def _run(text: str, look: str = "") -> str:
    """Write letters of one look."""
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


_PROMPT = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{_run('点击输入')}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("inner", "text", "trouble", "noted"),
    [
        (_run("12") + _run("9", "<w:vanish/>"), "12", None, True),
        (_run("9", '<w:vanish w:val="0"/>'), "9", None, False),
        (_run("10", "<w:strike/>") + _run("12"), "", Trouble.STRUCK, False),
        (_run("12") + _run("1", '<w:vertAlign w:val="superscript"/>'), "121", None, True),
        (_PROMPT, "", None, False),
        (f'<m:oMath xmlns:m="m"><m:f><m:num>{_run("1")}</m:num></m:f></m:oMath>', "", Trouble.EQUATION, False),
    ],
)
def test_hidden_struck_and_raised_letters_are_not_read_as_digits(
    inner: str, text: str, trouble: Trouble | None, *, noted: bool
) -> None:
    cell = word_cell(f"<w:p>{inner}</w:p>")
    assert (cell.text, cell.trouble, cell.note is not None) == (text, trouble, noted)
