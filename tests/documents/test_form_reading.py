"""Self-evaluation tables as offices fill them in: read in their variants, doubts named by cell, never guessed."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest

from app.documents import form_files, word_tables
from app.documents.unfit import UnfitDocument
from app.features.evaluations.document import EvaluationDocument
from app.rules.evaluations.forms.reading import read_form
from app.rules.evaluations.forms.remarks import FormRead
from app.rules.grids import Cell, Trouble, grid
from tests.evaluation_forms import CHAOYANG_ROWS, chaoyang, docx_of, xlsx_of

NATIONAL = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
TOTAL = ("总分", "", "", "", "", "100", "96", "")


def read(rows: Sequence[Sequence[str]]) -> FormRead:
    """Read a sheet without merged cells below a project's name, as programs export it."""
    whole = [("项目名称", "窗口服务"), *rows]
    cells = [
        Cell(f"表!{'ABCDEFGHIJ'[column]}{row + 1}", text, row, column)
        for row, texts in enumerate(whole)
        for column, text in enumerate(texts)
        if text
    ]
    return read_form([grid("表", cells)])


def leaf_of(found: FormRead, *at: int) -> dict[str, Any]:
    """Give a row of what was read."""
    assert found.document is not None
    row: dict[str, Any] = {"children": found.document["indicators"]}
    for number in at:
        row = row["children"][number]
    return row


def codes(found: FormRead) -> dict[str, str]:
    """Give what was noted, by cell."""
    return {remark.place: remark.code for remark in (*found.warnings, *found.faults) if remark.code != "no-funds"}


def test_chaoyangs_table_reads_alike_from_docx_and_xlsx() -> None:
    word, book = (read_form(form_files.tables(content)) for content in (docx_of(chaoyang()), xlsx_of(chaoyang())))
    assert word.document == book.document
    assert (word.year, word.faults, word.warnings, book.warnings) == (2024, [], [], [])
    document = EvaluationDocument.model_validate(word.document)
    assert [row.source for row in document.funds] == ["total", "fiscal", "carried_over", "other"]
    assert (document.funds[0].full_year, document.funds[1].weight, document.funds_unit) == ("1523.36", "—", "万元")
    assert [row.name for row in document.indicators] == ["产出指标", "成本指标", "效益指标", "满意度指标"]
    cost = document.indicators[1].children[0].children[0].measure
    assert cost is not None
    assert (cost.nature, cost.target, cost.unit, cost.actual) == ("at_most", "1599.56", "万", "1523.36万元")
    assert word.places["/total/score"] == "table 1, row 19, column 10"
    assert book.places["/total/score"] == "Sheet1!J19"


def test_the_national_layout_has_the_operator_in_the_target_and_weights_in_the_names() -> None:
    found = read(
        [
            NATIONAL,
            ("产出指标\n（50分）", "数量指标", "受理件数", "≥50000件", "52,344件", "30", "30", ""),
            ("", "", "周期", "不超过5个工作日", "4个工作日", "20", "20", ""),
            ("满意度指标(10分)", "服务对象满意度", "满意度", "≥95 %", "94.5%", "50", "46", "样本偏少"),
            TOTAL,
        ]
    )
    assert found.faults == []
    first = leaf_of(found, 0)
    assert (first["name"], first["weight"], first["dimension"]) == ("产出指标", "50", "output")
    assert leaf_of(found, 0, 0, 1)["measure"] == {
        "nature": "at_most",
        "target": "不超过5个工作日",
        "actual": "4个工作日",
    }
    assert leaf_of(found, 1, 0, 0)["measure"]["deviation"] == "样本偏少"
    assert codes(found)["表!C4"] == "blank-level"


def test_sichuans_layout_has_its_own_headings() -> None:
    headings = ("", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "完成值", "权重", "得分")
    found = read(
        [
            (
                "预算执行情况",
                "年度预算数（万元）",
                "年初预算",
                "调整后预算数",
                "预算执行数",
                "预算执行率",
                "权重",
                "得分",
            ),
            ("", "总额", "0.00", "3.36", "3.36", "100.00%", "10", "10"),
            ("", "其中：财政资金", "0.00", "3.36", "3.36", "100.00%", "/", "/"),
            headings,
            ("绩效指标", "产出指标", "质量指标", "合格率", "＝", "100", "%", "100", "90", "90"),
            ("合计", "", "", "", "", "", "", "", "100", ""),
        ]
    )
    assert found.faults == []
    assert found.document is not None
    assert found.document["funds"][0] | {"source": ""} == {
        "source": "",
        "initial": "0.00",
        "full_year": "3.36",
        "executed": "3.36",
        "rate": "100.00%",
        "weight": "10",
        "score": "10",
    }
    assert (found.document["total"], found.document["funds_unit"]) == ({"weight": "100"}, "万元")


def test_a_table_scored_by_people_has_leaves_on_every_level() -> None:
    headings = ("一级指标", "二级指标", "三级指标", "分值", "得分", "得分率")
    decision, process = ("决策", "", "", "20", "19", "95%"), ("过程", "预算管理", "", "80", "67.5", "")
    found = read([headings, decision, process, ("总分", "", "", "100", "86.5", "86.5%")])
    assert found.faults == []
    assert leaf_of(found, 0) == {
        "name": "决策", "dimension": "decision", "weight": "20", "score": "19", "rate": "95%",
    }  # fmt: skip
    assert leaf_of(found, 1, 0)["score"] == "67.5"
    assert found.document is not None
    assert found.document["total"] == {"weight": "100", "score": "86.5", "rate": "86.5%"}


@pytest.mark.parametrize(
    ("target", "actual", "code"),
    [
        ("≥486.58.万元", "486.58万元", "figure-stray-point"),
        ("33个", "33个", "no-operator"),
        ("大于33个", "34个", "strict-operator"),
        ("分3期完成", "完成", "target-in-words"),
        ("≥33\n2个", "340个", "broken-number"),
        ("≥95%", "约96%", "figure-approximate"),
        ("≥95%", "96%元", "figure-percent-with-currency"),
    ],
)
def test_what_is_overlooked_is_said_with_its_cell(target: str, actual: str, code: str) -> None:
    found = read([NATIONAL, ("产出指标", "数量指标", "件数", target, actual, "100", "100", ""), TOTAL])
    assert found.faults == []
    assert code in {remark.code for remark in found.warnings if remark.place in ("表!D3", "表!E3")}


def test_a_range_has_two_ends() -> None:
    found = read([NATIONAL, ("产出指标", "数量指标", "占比", "75%～80%", "78%", "100", "100", ""), TOTAL])
    assert leaf_of(found, 0, 0, 0)["measure"] == {
        "nature": "range", "target": "75%", "target_to": "80%", "actual": "78%",
    }  # fmt: skip


ROW = ("产出指标", "数量指标", "件数", "≥33件", "34件", "100", "100", "")


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([("一级指标", "备注"), ROW, TOTAL], "no-indicator-table", ""),
        ([NATIONAL, ROW, TOTAL, NATIONAL, ROW, TOTAL], "two-tables", "表!A2, 表!A5"),
        ([NATIONAL, ROW], "no-total-row", "表!A2"),
        ([NATIONAL, ROW, TOTAL, TOTAL], "two-total-rows", "表!A5"),
        ([NATIONAL, TOTAL], "no-indicators", "表"),
        ([NATIONAL, (*ROW[:5], "二十", *ROW[6:]), TOTAL], "no-figure", "表!F3"),
        ([NATIONAL, ROW, (*TOTAL[:5], "100", "九十", "")], "no-figure", "表!G4"),
        ([(*NATIONAL[:7], "分值"), ROW, TOTAL], "column-twice", "表!H2"),
        ([(*NATIONAL[:5], "备注", *NATIONAL[6:]), ROW, TOTAL], "column-missing", "表!A2"),
    ],
)
def test_what_cannot_be_read_is_a_fault_by_its_cell(rows: list[tuple[str, ...]], code: str, place: str) -> None:
    assert (code, place) in {(fault.code, fault.place) for fault in read(rows).faults}


def test_a_computed_cell_is_a_fault_and_its_value_is_not_taken() -> None:
    cells = [Cell("表!A1", "项目名称", 0, 0), Cell("表!B1", "窗口服务", 0, 1)]
    cells += [Cell(f"表!{column}2", text, 1, column) for column, text in enumerate(NATIONAL)]
    cells += [Cell(f"表!{column}3", text, 2, column) for column, text in enumerate(ROW[:6])]
    cells += [Cell("表!G3", "", 2, 6, trouble=Trouble.FORMULA), Cell("表!A4", "总分", 3, 0)]
    (fault,) = read_form([grid("表", cells)]).faults
    assert (fault.place, fault.code, fault.text) == ("表!G3", "formula", "表!G3 is a formula.")


def test_what_has_no_place_in_a_form_is_named_and_not_repeated() -> None:
    found = read([("联系人", "甲某", "电话", "示例号码"), NATIONAL, ROW, TOTAL, ("评价结论", "很好")])
    assert [remark.place for remark in found.warnings if remark.code == "not-read"] == [
        "表!A2", "表!B2", "表!C2", "表!D2", "表!A6", "表!B6",
    ]  # fmt: skip
    assert not any("示例号码" in remark.text for remark in found.warnings)


def test_one_score_for_several_indicators_is_a_fault() -> None:
    layout = dict(chaoyang())
    layout.pop((13, 9, 1, 1))
    layout.pop((12, 9, 1, 1))
    layout[12, 9, 2, 1] = "30"
    found = read_form(form_files.tables(xlsx_of(layout)))
    assert [(fault.code, fault.place) for fault in found.faults] == [("merged-figure", "Sheet1!J13")]


def test_two_forms_in_one_file_are_refused_and_other_tables_are_named() -> None:
    both = read_form(form_files.tables(docx_of(chaoyang(), chaoyang())))
    assert [fault.code for fault in both.faults] == ["two-tables"]
    beside = read_form(form_files.tables(docx_of({(0, 0, 1, 1): "附表"}, chaoyang(), before=["（2021年度）"])))
    assert (beside.faults, [remark.place for remark in beside.warnings]) == ([], ["table 1"])


def test_a_table_below_its_title_takes_the_year_from_there() -> None:
    layout = {
        (row - 2, column, rows, columns): text
        for (row, column, rows, columns), text in chaoyang(CHAOYANG_ROWS).items()
        if row > 1
    }
    found = read_form(form_files.tables(docx_of(layout, before=["项目支出绩效自评表", "（ 2024 年度）"])))
    assert (found.year, found.faults) == (2024, [])


# ---------------------------------------------------------------- hostile documents


def _with_main(text: str, part: str = "word/document.xml") -> bytes:
    buffer = io.BytesIO()
    content = docx_of({(0, 0, 1, 1): "表"})
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return buffer.getvalue()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _body(inner: str, before: str = "") -> str:
    return f'{before}<w:document xmlns:w="{_W}"><w:body>{inner}</w:body></w:document>'


def _row_of(inner: str) -> str:
    return f"<w:tbl><w:tr><w:tc><w:p>{inner}</w:p></w:tc></w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("main", "code"),
    [
        (_body(_row_of("<w:r><w:t>&a;</w:t></w:r>"), '<!DOCTYPE d [<!ENTITY a "x">]>'), "xml-entities"),
        (_body("<w:tbl>" + "<w:tr/>" * 3 + "<w:tc>"), "broken-document"),
        (_body("<w:p>" * 150 + "</w:p>" * 150), "broken-document"),
        (_body(_row_of("") * 300), "document-too-large"),
        (_body("<w:tbl>" + "<w:tr><w:tc><w:p/></w:tc></w:tr>" * 2_000 + "</w:tbl>"), "document-too-large"),
    ],
)
def test_a_hostile_word_document_is_refused(main: str, code: str) -> None:
    with pytest.raises(UnfitDocument) as caught:
        form_files.tables(_with_main(main))
    assert caught.value.code == code


def test_fields_tracked_changes_and_symbols_of_word() -> None:
    field = "<w:r><w:instrText> =SUM(ABOVE) </w:instrText></w:r><w:r><w:t>100</w:t></w:r>"
    changed = "<w:del><w:r><w:delText>90</w:delText></w:r></w:del><w:ins><w:r><w:t>95</w:t></w:r></w:ins>"
    symbol = '<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t>95%</w:t></w:r>'
    tables = word_tables.read(_with_main(_body("".join(map(_row_of, (field, changed, symbol))))))
    cells = [table.at(0, 0) for table in tables]
    assert [(cell.text, cell.trouble) for cell in cells if cell] == [
        ("", Trouble.FORMULA), ("95", None), ("≥95%", None),
    ]  # fmt: skip
    assert cells[1] is not None
    assert cells[1].note == "it has tracked changes, which were read as accepted"


def word_cell(paragraph: str) -> Cell:
    """Read the one cell of a Word document."""
    (table,) = word_tables.read(_with_main(_body(f"<w:tbl><w:tr><w:tc>{paragraph}</w:tc></w:tr></w:tbl>")))
    cell = table.at(0, 0)
    assert cell is not None
    return cell


def test_a_table_within_a_cell_is_a_table_of_its_own() -> None:
    inner = _row_of("<w:r><w:t>内</w:t></w:r>")
    outer = f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>外</w:t></w:r></w:p>{inner}</w:tc></w:tr></w:tbl>"
    tables = word_tables.read(_with_main(_body(outer)))
    assert [(table.name, table.text(0, 0)) for table in tables] == [("table 1", "外"), ("table 2", "内")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 900, "older-format"),
        (b"%PDF-1.7\n%%EOF\n", "wrong-file-type"),
        ("一级指标,得分\n".encode("gb18030"), "wrong-file-type"),
        (b"", "wrong-file-type"),
        (docx_of({(0, 0, 1, 1): "表"})[:-40], "wrong-file-type"),
    ],
)
def test_what_is_neither_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnfitDocument) as caught:
        form_files.tables(content)
    assert caught.value.code == code
