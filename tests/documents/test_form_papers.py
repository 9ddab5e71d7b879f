"""The official form as files: what is written is read back, nothing is missing on a page, and nothing is a formula."""

import io
import zipfile
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import form_files, workbooks
from app.documents.forms import form_docx, form_pdf, form_xlsx
from app.documents.forms.text_lines import broken
from app.features.evaluations import templates
from app.features.evaluations.document import EvaluationDocument
from app.rules.evaluations.forms.paper import Form, FormPaper, lay_out, percent_text, points_text
from app.rules.evaluations.forms.place_words import place_words
from app.rules.evaluations.forms.reading import read_form
from app.rules.evaluations.scoring import score
from app.rules.evaluations.values import Check
from tests.evaluation_forms import chaoyang, docx_of
from tests.workbooks import parts

DATED = datetime(2025, 1, 20, tzinfo=UTC)
HYPHENS = dict.fromkeys((0x02, 0xFFFE), "-")
"""What the reader of a PDF makes of a hyphen that ends a line."""
FOUND = Check(
    code="operator-against-sense",
    place="/indicators/0/children/2/children/0/measure/target",
    zh="时效指标越快越好，却以不超过为目标。",
    en="",
    remedy_zh="改为不低于。",
    remedy_en="",
    published="≤80",
)


def form_of(document: dict[str, Any], checks: tuple[Check, ...] = (), year: int = 2024) -> Form:
    """Make a form of a document."""
    said = EvaluationDocument.model_validate(document)
    template = templates.find("national")
    assert template is not None
    evaluation = said.evaluation(year, template, {})
    goals = said.goals
    return Form(
        project=said.project,
        authority=said.authority,
        unit=said.unit,
        expected=goals.expected if goals else None,
        reached=goals.reached if goals else None,
        evaluation=evaluation,
        outcome=score(evaluation),
        checks=checks,
    )


def chaoyangs() -> dict[str, Any]:
    document = read_form(form_files.tables(docx_of(chaoyang()))).document
    assert document is not None
    return document


def page_texts(content: bytes) -> list[str]:
    """Give each page's letters, without the blanks and breaks of its lines."""
    pages = pypdfium2.PdfDocument(content)
    texts = (page.get_textpage().get_text_range() for page in pages)
    return [squeezed(text.translate(HYPHENS)) for text in texts]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_text_of_chaoyangs_form_is_on_the_page_and_the_check_behind_it() -> None:
    paper = lay_out(form_of(chaoyangs(), (FOUND,)))
    content = form_pdf.write(paper, DATED)
    assert form_pdf.write(paper, DATED) == content
    form, annex = page_texts(content)
    assert [cell.text for cell in paper.cells if squeezed(cell.text) not in form] == []
    assert [text for row in paper.annex for text in row if squeezed(text) not in annex] == []
    assert paper.annex[0][1] == "产出指标 › 时效指标 › 项目开展进度，年度指标值"
    assert "带底色的单元格由系统计算" in form


def test_the_same_form_gives_the_same_bytes() -> None:
    paper = lay_out(form_of(chaoyangs(), (FOUND,)))
    for writer in (form_xlsx, form_docx):
        assert writer.write(paper, DATED) == writer.write(paper, DATED)


def test_a_word_document_numbers_its_pages() -> None:
    with zipfile.ZipFile(io.BytesIO(form_docx.write(lay_out(form_of(chaoyangs())), DATED))) as made:
        (foot,) = (made.read(name).decode() for name in made.namelist() if "footer" in name)
    assert foot.index('"PAGE"') < foot.index('"NUMPAGES"')


def test_what_is_left_out_is_computed_and_marked() -> None:
    document = chaoyangs()
    document["funds"][0] |= {"score": None, "rate": None}
    document.pop("total")
    document["indicators"][0]["children"][0]["children"][0]["score"] = None
    marked = {(cell.row, cell.column): cell.text for cell in lay_out(form_of(document)).cells if cell.computed}
    assert marked[5, 9] == "100%"
    assert marked[5, 10] == "10"
    assert marked[18, 8] == "100"
    assert lay_out(form_of(chaoyangs())).by_row()[18][0].text == "总分"
    assert (points_text(Fraction(26, 3)), percent_text(Fraction(2, 3)), points_text(None)) == ("8.67", "66.67%", None)


def test_long_texts_go_on_over_pages_below_the_heading() -> None:
    """No letter is lost on the way; one that the fonts lack is named."""
    document = chaoyangs() | {"project": "项目\U0001f600"}
    document["goals"]["expected"] = "第一条：窗口不间断受理。" * 400
    document["indicators"] = [
        {"name": f"指标{number}", "weight": "1", "measure": {"nature": "qualitative", "deviation": "说明" * 60}}
        for number in range(40)
    ]
    paper = lay_out(form_of(document))
    *pages, _ = page_texts(form_pdf.write(paper, DATED))
    whole = "".join(pages)
    assert len(pages) > 4
    assert "项目[U+1F600]" in whole
    assert [whole.count(letter) for letter in "窗口断"] == [400, 400, 400]
    assert all(f"指标{number}" in whole for number in range(40))
    assert [("一级指标" in page) for page in pages[-3:]] == [True] * 3


@pytest.mark.parametrize("text", ["=1+1", "＝HYPERLINK(1)", "@SUM(A1)", "-2+3", "+1"])
def test_nothing_is_ever_a_formula(text: str) -> None:
    paper = lay_out(form_of(chaoyangs() | {"project": text}, (FOUND,)))
    content = form_xlsx.write(paper, DATED)
    assert "<f>" not in parts(content)["xl/worksheets/sheet1.xml"]
    assert 'quotePrefix="1"' in parts(content)["xl/styles.xml"]
    (sheet, _) = workbooks.read(content, most_rows=100, most_columns=20).sheets
    assert sheet.text(2, 2) == text


def test_places_are_said_in_words() -> None:
    evaluation = form_of(chaoyangs()).evaluation
    words = {pointer: place_words(evaluation, pointer) for pointer in ("/funds/0/rate", "/total/score", "", "/x/9")}
    assert list(words.values()) == ["项目资金 › 年度资金总额，执行率", "总分行，得分", "全表", "x"]


def test_lines_break_between_letters_and_never_within_a_figure_or_before_a_mark() -> None:
    assert broken("受理332344件，完成。", 4, lambda text: float(len(text))) == ["受理", "3323", "44件，", "完成。"]
    assert broken("甲乙丙，丁", 3, lambda text: float(len(text))) == ["甲乙", "丙，丁"]


# ---------------------------------------------------------------- what is written is read back

_WORDS = st.text("甲乙丙丁受理满意率指标数量质", min_size=1, max_size=8)
_FIGURES = st.sampled_from(["5", "12.5", "1,234", "95%", "332344件", "1523.36万元", "—"])
_POINTS = st.sampled_from(["5", "10", "12.5", "—"])
_NOTES = st.none() | st.sampled_from(["样本偏少", "第一行\n第二行"])


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@st.composite
def _measures(draw: st.DrawFn) -> dict[str, Any]:
    nature = draw(st.sampled_from(["at_least", "at_most", "equal", "range", "qualitative"]))
    ends = {"target": "75%", "target_to": "80%"} if nature == "range" else {"target": draw(st.none() | _FIGURES)}
    more = {"unit": draw(st.none() | st.sampled_from(["件", "%"])), "actual": draw(st.none() | _FIGURES)}
    return _present({"nature": nature, **ends, **more, "deviation": draw(_NOTES)})


@st.composite
def _leaves(draw: st.DrawFn, name: str) -> dict[str, Any]:
    return {"name": name, "weight": draw(_POINTS), "score": draw(_POINTS), "measure": draw(_measures())}


@st.composite
def _groups(draw: st.DrawFn, name: str, depth: int) -> dict[str, Any]:
    if not depth or draw(st.booleans()):
        return draw(_leaves(name))
    names = draw(st.lists(_WORDS, min_size=1, max_size=3, unique=True))
    weight = draw(st.none() | st.just("50"))
    children = [draw(_groups(child, depth - 1)) for child in names]
    return _present({"name": name, "weight": weight, "children": children})


@st.composite
def _documents(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(_WORDS, min_size=1, max_size=3, unique=True))
    fund = _present(
        {"source": "total", "initial": draw(st.none() | _FIGURES), "weight": "10", "rate": "1%", "score": "—"}
    )
    goals = {"expected": "一窗受理", "reached": "第一段\n第二段"}
    return {
        "project": draw(_WORDS),
        **draw(st.sampled_from([{}, {"authority": "示例局", "unit": "示例中心"}])),
        **draw(st.sampled_from([{}, {"funds": [fund], "funds_unit": "元"}, {"funds": [fund], "funds_unit": "万元"}])),
        **draw(st.sampled_from([{}, {"goals": goals}])),
        "indicators": [draw(_groups(name, 2)) for name in names],
        "total": {"weight": "100", "score": "96.5"},
    }


def _without_dimensions(value: Any) -> Any:  # noqa: ANN401 JSON is any value
    """Leave out what the reader tells from a name, and the document need not say."""
    if isinstance(value, dict):
        return {name: _without_dimensions(member) for name, member in value.items() if name != "dimension"}
    return [_without_dimensions(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=15, deadline=None)
@given(_documents())
def test_what_is_written_is_read_back(document: dict[str, Any]) -> None:
    paper: FormPaper = lay_out(form_of(document))
    for writer in (form_xlsx, form_docx):
        found = read_form(form_files.tables(writer.write(paper, DATED)))
        assert (found.faults, found.year) == ([], 2024)
        assert _without_dimensions(found.document) == document
