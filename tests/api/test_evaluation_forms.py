"""A form handed in as a file and handed out as three: by cell, after a dry run, and never kept where it has a fault."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from httpx2 import Response

from app.database import Database
from app.documents import word_tables, workbooks
from app.rules.evaluations.forms.reading import read_form
from tests.api.asking import expect_problem
from tests.evaluation_forms import CHAOYANG_ROWS, chaoyang, docx_of, xlsx_of
from tests.nights import every_row
from tests.office import Office

IMPORTS = "/v1/evaluation-imports"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    """Keep the clock in the month after the year that the form is of."""
    with time_machine.travel("2025-01-20T04:00:00Z", tick=False):
        yield


def sent(office: Office, content: bytes, **query: Any) -> Response:
    """Send a file."""
    asked = {"service_center_id": str(office.center), "year": "2024", "template": "chaoyang", **query}
    return office.supervisor.call("POST", IMPORTS, content=content, params=asked)


def test_chaoyangs_table_is_read_checked_stored_and_written_again(office: Office, database: Database) -> None:
    """A dry run stores nothing; then it is an evaluation like any other, and each of its papers holds the same."""
    content = docx_of(chaoyang())
    before = every_row(database, "idempotency_keys")
    dry = sent(office, content).json()
    assert (dry["stored"], dry["evaluation_id"], dry["faults"], dry["year"]) == (False, None, [], 2024)
    assert dry["cells"]["/indicators/0/children/2/children/0/measure/target"] == "table 1, row 15, column 6"
    assert "/indicators/0/children/2/children/0" in {one["place"].partition("/measure")[0] for one in dry["checks"]}
    assert every_row(database, "idempotency_keys") == before
    made = sent(office, content, dry_run="false")
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    found = office.auditor.get(path).json()
    assert (found["title"], found["document"]) == ("政务服务大厅综合窗口服务", dry["document"])
    papers = {kind: office.finance.get(f"{path}/form.{kind}") for kind in ("xlsx", "docx", "pdf")}
    grids = (
        workbooks.read(papers["xlsx"].content, most_rows=500, most_columns=20).sheets,
        word_tables.read(papers["docx"].content),
    )
    for read in map(read_form, grids):
        assert (read.document, read.year, read.faults) == (read_form(word_tables.read(content)).document, 2024, [])
    assert papers["pdf"].content.startswith(b"%PDF-")
    assert papers["pdf"].headers["content-type"] == "application/pdf"
    assert quote("项目支出绩效自评表_2024") in papers["pdf"].headers["content-disposition"]
    again = sent(office, content)
    expect_problem(again, 409, "evaluation-exists", "/title")


def test_what_an_evaluator_scored_is_not_headed_as_a_self_evaluation(office: Office) -> None:
    path = sent(office, docx_of(chaoyang()), dry_run="false", kind="scored_report").headers["Location"]
    paper = office.auditor.get(f"{path}/form.xlsx")
    (form, *_) = workbooks.read(paper.content, most_rows=500, most_columns=20).sheets
    assert (form.name, form.text(0, 0)) == ("评分表", "绩效评价指标评分表")
    assert quote("绩效评价指标评分表_2024") in paper.headers["content-disposition"]
    assert read_form([form]).faults == []


def test_a_form_with_a_fault_is_named_by_its_cell_and_not_stored(office: Office, database: Database) -> None:
    rows = [list(row) for row in CHAOYANG_ROWS]
    rows[0][7] = "二十"
    content = xlsx_of(chaoyang(rows))
    (fault,) = sent(office, content).json()["faults"]
    assert (fault["place"], fault["code"]) == ("Sheet1!I13", "no-figure")
    before = every_row(database)
    expect_problem(sent(office, content, dry_run="false"), 422, "form-faulty", "/body/Sheet1!I13")
    assert every_row(database) == before


def test_a_form_of_another_year_and_one_too_long_are_faults(office: Office) -> None:
    content = xlsx_of(chaoyang())
    assert [one["code"] for one in sent(office, content, year="2023").json()["faults"]] == ["year-differs"]
    rows = [list(row) for row in CHAOYANG_ROWS]
    rows[0][2] = "长" * 300
    (fault,) = sent(office, xlsx_of(chaoyang(rows))).json()["faults"]
    assert (fault["place"], fault["code"]) == ("Sheet1!D13", "not-taken")


def test_what_is_no_form_is_refused_and_says_why(office: Office, database: Database) -> None:
    before = every_row(database)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    problem = expect_problem(sent(office, old, dry_run="false"), 422, "form-unreadable", "/body")
    assert problem["errors"][0]["code"] == "encrypted"
    expect_problem(sent(office, b"%PDF-1.7\n%%EOF\n"), 422, "form-unreadable", "/body")
    expect_problem(sent(office, "项目,得分\n".encode()), 422, "form-unreadable", "/body")
    assert every_row(database) == before
