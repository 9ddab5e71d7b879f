"""Figures by the file: templates that import as they are, both layouts and encodings, faults by their cells."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import time_machine
import xlsxwriter
from sqlalchemy import event

from app.database import Database
from app.features.audit.verify import verify_database
from tests.api.asking import expect_problem
from tests.features.test_missing_metrics import ASKED
from tests.nights import every_row
from tests.office import Office
from tests.workbooks import Text, sheets

WIDE = '月份,窗口编码,办件量（件）,现场满意度\n2023-01,,,97.40%\n2023年2月,A-01,"1,200",0.974\n'


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel("2023-03-02T04:00:00Z", tick=False):
        yield


def _import(office: Office, contract: str, content: bytes, key: str, *, dry: bool = False) -> Any:  # noqa: ANN401 the client's answer
    address = f"{contract}/metric-imports?dry_run={str(dry).lower()}"
    return office.supervisor.call("POST", address, content=content, headers={"Idempotency-Key": key})


def _placed(office: Office) -> str:
    hall = office.admin.post(f"/v1/service-centers/{office.center}/sites", {"code": "H-1", "name": "一号大厅"})
    body = {"code": "A-01", "name": '=HYPERLINK("x")', "site_id": hall.json()["id"]}
    office.admin.post(f"/v1/service-centers/{office.center}/counters", body).raise_for_status()
    return office.contract(terms=ASKED)


def _book(rows: list[list[Any]], formulas: Mapping[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("数据")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for place, formula in (formulas or {}).items():
            sheet.write_formula(place, formula, None, 12)
    return buffer.getvalue()


def _values(office: Office, contract: str, period: str) -> dict[tuple[str, str | None], str]:
    found = office.supervisor.get(f"{contract}/metrics/{period}").json()["values"]
    return {(entry["code"], entry["site"]): entry["value"] for entry in found}


def _faults(answer: Any) -> list[tuple[str, str]]:  # noqa: ANN401 the client's answer
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_a_file_is_tried_first_and_then_put_beside_what_is_on_record(office: Office, database: Database) -> None:
    """A dry run tells old and new by cell and writes nothing; what is not named stays; a retry is harmless."""
    contract = _placed(office)
    kept = [{"code": "head_count", "value": "45"}, {"code": "satisfaction_on_site", "value": "0.95"}]
    office.supervisor.put(f"{contract}/metrics/2023-01", {"values": kept, "note": "评价器"}).raise_for_status()
    before = every_row(database, "idempotency_keys")
    tried = _import(office, contract, WIDE.encode(), "try", dry=True).json()
    assert every_row(database, "idempotency_keys") == before
    assert (tried["dry_run"], tried["read_as"], tried["layout"], tried["own_codes"]) == (True, "utf-8", "wide", [])
    january, february = tried["months"]
    change = {"code": "satisfaction_on_site", "site": None, "old": "0.95", "new": "0.9740", "cell": "D2"}
    assert january == {"period": "2023-01", "version": 2, "changes": [change], "unchanged": 0}
    assert [(entry["old"], entry["cell"]) for entry in february["changes"]] == [(None, "C3"), (None, "D3")]
    # The key belongs to the dry run: the import itself is another request.
    assert _import(office, contract, WIDE.encode(), "try").status_code == 422
    done = _import(office, contract, WIDE.encode("gb18030"), "do").json()
    assert (done["dry_run"], done["read_as"], done["months"]) == (False, "gb18030", tried["months"])
    again = _import(office, contract, WIDE.encode("gb18030"), "do")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert _values(office, contract, "2023-01") == {
        ("head_count", None): "45",
        ("satisfaction_on_site", None): "0.9740",
    }
    assert office.supervisor.get(f"{contract}/metrics/2023-01").json()["note"] == "评价器"
    owed = {due["subject"]: due["met_on"] for due in office.supervisor.items(f"{contract}/due-dates", kind="metrics")}
    assert (owed["2023-01"], owed["2023-02"]) == (None, "2023-03-02")
    unchanged = _import(office, contract, WIDE.encode(), "again").json()["months"]
    assert [(month["changes"], month["version"]) for month in unchanged] == [([], 2), ([], 1)]
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_the_template_imports_as_it_is_and_filled_in(office: Office) -> None:
    """With the contract's months, places and figures; no cell of it is a formula."""
    contract = _placed(office)
    office.supervisor.put(
        f"{contract}/metrics/2023-01",
        {"values": [{"code": "own.code", "site": "A-01", "value": "3"}, {"code": "open_counters", "value": "2.5"}]},
    ).raise_for_status()
    number = contract.rsplit("/", 1)[1]
    csv = office.supervisor.get(f"/v1/metric-template.csv?contract_id={number}").content
    book = office.supervisor.get(f"/v1/metric-template.xlsx?contract_id={number}").content
    text = csv.decode("utf-8-sig")
    assert '2023-01,A-01,"\'=HYPERLINK(""x"")"' in text
    assert "2023-04" not in text
    heading, *rows = sheets(book)["月度数据"]
    assert [row[:3] for row in rows][:3] == [
        [Text("2023-01"), Text(""), Text("全合同")],
        [Text("2023-01"), Text("A-01"), Text('=HYPERLINK("x")')],
        [Text("2023-01"), Text("H-1"), Text("一号大厅")],
    ]
    assert heading[-1] == Text("own.code")
    assert b"<f>" not in b"".join(_parts(book))
    for key, content in (("csv", csv), ("xlsx", book)):
        found = _import(office, contract, content, key).json()
        assert [(month["changes"], month["unchanged"]) for month in found["months"]] == [([], 2)], found
        assert found["ignored_columns"] == ["窗口名称"]
    filled = text.replace("2023-02,,全合同,,", "2023-02,,全合同,1500,", 1)
    assert filled != text
    found = _import(office, contract, filled.encode(), "filled").json()
    assert [len(month["changes"]) for month in found["months"]] == [0, 1]
    assert _values(office, contract, "2023-02") == {("cases_handled", None): "1500"}
    other = office.supervisor.get("/v1/metric-template.csv?contract_id=01980000-0000-7000-8000-000000000001")
    expect_problem(other, 400, "bad-request", "/query/contract_id", "unknown-contract")
    empty = office.auditor.get("/v1/metric-template.csv").content
    refused = _import(office, contract, empty, "empty")
    assert (refused.status_code, refused.json()["months"]) == (200, [])


def _parts(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_long_table_of_a_workbook_is_read_below_its_title(office: Office) -> None:
    contract = _placed(office)
    rows: list[list[Any]] = [["一季度月度数据"], ["月份", "窗口", "指标", "数值", "备注"]]
    rows += [["2023-01", "A-01", "办件量", 1200, ""], ["2023-01", "一号大厅", "own.share", 0.974, "自定"], []]
    found = _import(office, contract, _book(rows), "long").json()
    assert (found["read_as"], found["layout"], found["sheet"], found["own_codes"]) == (
        *("xlsx", "long", "数据"),
        ["own.share"],
    )
    assert _values(office, contract, "2023-01") == {("cases_handled", "A-01"): "1200", ("own.share", "H-1"): "0.974"}


HEADS = ["月份", "窗口编码", "办件量", "现场满意度"]
WRONG: dict[str, tuple[list[list[Any]], list[tuple[str, str]]]] = {
    "each cell by its place": (
        [
            HEADS,
            ["2023-01", "", "很多", "120%"],
            ["2023-13", "A-01", 1, ""],
            ["2022-12", "", -5, "0.5"],
            ["2023-05", "B-99", 1.5, "1.2345678"],
        ],
        [
            ("/cells/C2", "not-a-number"),
            ("/cells/D2", "figure-out-of-bounds"),
            ("/cells/A3", "not-a-month"),
            ("/cells/C4", "figure-out-of-bounds"),
            ("/cells/B5", "unknown-site"),
            ("/cells/D5", "too-many-decimals"),
            ("/cells/A4", "period-outside-service"),
        ],
    ),
    "a figure twice": ([HEADS, ["2023-01", "", 1, ""], ["2023年1月", "", 1, ""]], [("/cells/C3", "figure-twice")]),
    "months": (
        [HEADS, ["2022-12", "", 5, ""], ["2023-05", "", 1, ""]],
        [("/cells/A2", "period-outside-service"), ("/cells/A3", "month-not-begun")],
    ),
    "headings": (
        [["月份", "办件量", "cases_handled", "不知何物"], ["2023-01", 1, 1, 1]],
        [("/cells/C1", "column-twice"), ("/cells/D1", "unknown-column")],
    ),
    "no headings": ([["办件量"], [1]], [("/header", "header-missing")]),
    "no figures": ([["月份", "备注"], ["2023-01", "无"]], [("/header", "column-missing")]),
    "an unknown figure": ([["月份", "指标", "数值"], ["2023-01", "好评量", 3]], [("/cells/B2", "unknown-figure")]),
    "no share": ([HEADS, ["2023-01", "", "50%", ""]], [("/cells/C2", "not-a-share")]),
}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_wrong_cells_are_refused_by_place_and_nothing_is_stored(office: Office, database: Database) -> None:
    contract = _placed(office)
    before = every_row(database)
    for name, (rows, expected) in WRONG.items():
        assert _faults(_import(office, contract, _book(rows), name.replace(" ", "-"))) == expected, name
    formula = _import(office, contract, _book([HEADS, ["2023-01", ""]], {"C2": "=6*2"}), "formula")
    assert _faults(formula) == [("/cells/C2", "cell-computed")]
    injected = f"{','.join(HEADS)}\n2023-01,,=6*2,\n"
    assert _faults(_import(office, contract, injected.encode(), "injected")) == [("/cells/C2", "cell-computed")]
    assert every_row(database) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_hostile_files_are_refused_by_what_they_are(office: Office, database: Database) -> None:
    """An older or encrypted workbook, a picture, a broken one, a bomb, a million empty rows, too many bytes."""
    contract = _placed(office)
    before = every_row(database)
    book = _book([HEADS, ["2023-01", "", 1, ""]])
    empty_rows = "".join(f'<row r="{number}"/>' for number in range(3, 1_000_000))
    for name, content in {
        "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "nothing": b"",
        "cut": book[: len(book) // 2],
        "rows": _swapped(book, "</sheetData>", f"{empty_rows}</sheetData>"),
        "bomb": _swapped(book, "</sheetData>", " " * (300 << 20) + "</sheetData>"),
        "entity": _swapped(book, "<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
        "quotes": '月份,办件量\n"2023-01,1\n'.encode(),
    }.items():
        refused = _import(office, contract, content, name)
        assert refused.status_code == 422, (name, refused.text)
        assert refused.json()["errors"][0]["remedy"], name
    too_much = _import(office, contract, bytes((10 << 20) + 1), "too-much")
    expect_problem(too_much, 413, "body-too-large")
    assert "at most 10 MiB" in too_much.json()["remedy"]
    assert every_row(database) == before


def _swapped(book: bytes, old: str, new: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as was, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in was.namelist():
            part = was.read(name).decode()
            made.writestr(name, part.replace(old, new, 1) if name.endswith("sheet1.xml") else part)
    return buffer.getvalue()


def test_however_many_months_the_statements_are_as_many(office: Office, database: Database) -> None:
    warm, few, many = (office.contract(number, terms=ASKED) for number in ("XA-WARM", "XA-FEW", "XA-MANY"))

    def sent(contract: str, months: int) -> int:
        rows = "".join(f"2023-{month:02},{month},0.9\n" for month in range(1, months + 1))
        counted: list[str] = []

        def count(*arguments: Any) -> None:
            counted.append(arguments[2])

        event.listen(database.engine, "before_cursor_execute", count)
        with time_machine.travel("2023-12-31T04:00:00Z", tick=False):
            answer = _import(office, contract, f"月份,办件量,现场满意度\n{rows}".encode(), f"{contract}{months}")
        event.remove(database.engine, "before_cursor_execute", count)
        assert answer.status_code == 200, answer.text
        return len(counted)

    sent(warm, 2)
    assert sent(few, 2) == sent(many, 12)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_catalogue_is_read_and_its_bounds_are_kept(office: Office) -> None:
    items = {entry["code"]: entry for entry in office.auditor.get("/v1/metric-codes").json()["items"]}
    assert {"satisfaction_on_site", "satisfaction_online", "praise_banners", "exam_pass_share"} <= items.keys()
    assert (items["satisfaction_on_site"]["most"], items["cases_handled"]["whole"]) == ("1", True)
    names = [name for entry in items.values() for name in (entry["code"], entry["name"]["zh"], *entry["also"])]
    assert len(names) == len(set(names))
    contract = office.contract()
    for code, value, fault in (
        ("satisfaction_online", "1.2", "figure-out-of-bounds"),
        ("exam_mean", "100.5", "figure-out-of-bounds"),
        ("cases_handled", "1.5", "figure-not-whole"),
    ):
        body = {"values": [{"code": "own", "value": "999"}, {"code": code, "value": value}]}
        refused = office.supervisor.put(f"{contract}/metrics/2023-01", body)
        expect_problem(refused, 422, "validation-error", "/values/1/value", fault)
    both = [("satisfaction_on_site", "0.9740"), ("satisfaction_online", "0.9993")]
    body = {"values": [{"code": code, "value": value} for code, value in both]}
    office.supervisor.put(f"{contract}/metrics/2023-01", body).raise_for_status()
    assert _values(office, contract, "2023-01") == {(code, None): value for code, value in both}


def test_loads_are_compared_by_level(office: Office) -> None:
    """Counters beside counters; January 2023 has 18 working days; a stranger's month and marks are refused."""
    contract = _placed(office)
    rows = "月份,窗口,办件量,开放窗口数\n2023-01,A-01,1800,2\n2023-01,H-1,2000,4\n"
    _import(office, contract, rows.encode(), "loads").raise_for_status()
    found = office.auditor.get(f"{contract}/metrics/2023-01/loads").json()
    assert (found["working_days"], found["provisional"], found["over"]) == (18, False, "1.5")
    counters, halls = found["comparisons"]
    assert (counters["level"], counters["median"], counters["loads"][0]["per_counter_and_day"]) == (
        *("counter", None),
        "50",
    )
    assert (halls["level"], halls["loads"][0]["work"]) == ("hall", "2000")
    expect_problem(office.auditor.get(f"{contract}/metrics/2024-01/loads"), 404, "not-found", "/path/period")
    refused = office.auditor.get(f"{contract}/metrics/2023-01/loads?over=0.9")
    expect_problem(refused, 422, "validation-error", "/query/over", "mark-outside-scale")
