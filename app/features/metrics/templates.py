"""Tables of monthly figures to fill in, made of the catalogue; with a contract they hold its months and what it has."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.documents import csv_sheet, xlsx
from app.documents.paper import Paper, ascii_file_name, file_name
from app.documents.xlsx import Book, Column, Sheet
from app.errors import BadRequest
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.contracts import terms_document
from app.features.metrics import queries
from app.features.metrics.catalogue import standard_codes
from app.rules.faults import Fault
from app.rules.metric_codes import Adding, StandardCode

TITLE = "月度数据"
_FIXED = ("月份", "窗口编码", "窗口名称")
_WHOLE = "全合同"
_WIDTH = 12
_ADDING = {Adding.SUM: "合计", Adding.MEAN: "平均", Adding.APART: "不合并"}
_NOTES = (
    "每行一个月份和一个窗口（或大厅）；窗口编码留空，表示整个合同的数据。",
    "空白单元格不改动已录入的数据；写明的数据替换原有的同一项数据。",
    "满意度等比例写0至1的小数，或写百分数：0.974或97.4%。各渠道满意度分别填写，不合并。",
    "单元格中请勿使用公式。先以dry_run=true上传检查，再以dry_run=false录入。",
)
SHORT_NOTE = f"# {_NOTES[0]}{_NOTES[1]}{_NOTES[2]}"

_Row = list[str | int | None]


@dataclass(frozen=True, slots=True)
class Filled:
    """A table to fill in: its headings, and its rows with what is on record."""

    number: str | None
    headings: tuple[str, ...]
    rows: tuple[_Row, ...]


def blank() -> Filled:
    """Give a table without a row."""
    return Filled(None, _headings(()), ())


def of_contract(session: Session, caller: Caller, contract_id: uuid.UUID) -> Filled:
    """Give a table with a contract's months that have begun, a row for each place of its center.

    What is on record is filled in. Raises BadRequest where the caller has no such contract: a filter names it, so that
    there is a table in any case, and an empty one would be taken for its own.
    """
    contract = contract_queries.contract(session, caller.centers, contract_id)
    if contract is None:
        detail = "There is no such contract."
        fault = Fault("/query/contract_id", "unknown-contract", detail, "Take an `id` of GET /v1/contracts.")
        raise BadRequest(detail, faults=[fault])
    this_month = str(clock.today())[: len("2024-01")]
    months = [row["period"] for row in contract_queries.months(session, contract_id)]
    places = queries.places(session, contract["service_center_id"])
    recorded: dict[str, dict[tuple[str, str | None], str]] = {
        row["period"]: {(entry["code"], entry["site"]): entry["value"] for entry in row["figures"]}
        for row in queries.of_contracts(session, [contract_id])
    }
    asked = _asked(contract_queries.versions(session, contract_id))
    own = sorted({*asked, *(code for found in recorded.values() for code, _ in found)} - standard_codes().keys())
    rows = [
        row for month in months if month <= this_month for row in _rows(month, places, recorded.get(month, {}), own)
    ]
    return Filled(contract["number"], _headings(own), tuple(rows))


def as_workbook(filled: Filled) -> Paper:
    """Write a table as a workbook, with the catalogue and notes in a second sheet."""
    widths = (10, 14, 24)
    columns = [
        Column(name, widths[place] if place < len(widths) else _WIDTH) for place, name in enumerate(filled.headings)
    ]
    sheets = (Sheet(TITLE, columns, filled.rows), _notes())
    content = xlsx.write(Book(TITLE, TITLE, clock.now(), sheets))
    return Paper(
        content, file_name(xlsx.SUFFIX, *_name(TITLE, filled)), ascii_file_name(xlsx.SUFFIX, *_name("metrics", filled))
    )


def as_csv(filled: Filled) -> Paper:
    """Write a table as comma-separated values; its notes stand in a last line that is not read."""
    content = csv_sheet.write(filled.headings, [*filled.rows, [SHORT_NOTE]])
    return Paper(content, file_name(".csv", *_name(TITLE, filled)), ascii_file_name(".csv", *_name("metrics", filled)))


def _name(title: str, filled: Filled) -> tuple[str, ...]:
    return (title, filled.number) if filled.number else (title,)


def _headings(own: Iterable[str]) -> tuple[str, ...]:
    return (*_FIXED, *(f"{entry.zh}（{entry.unit_zh}）" for entry in standard_codes().values()), *own)


def _asked(versions: Iterable[RowMapping]) -> set[str]:
    """Give the codes that any version of the terms asks for."""
    clauses = (terms_document.read(row["document"]).metrics for row in versions)
    return {code for clause in clauses if clause for code in clause.required}


def _rows(
    month: str, places: Sequence[RowMapping], recorded: Mapping[tuple[str, str | None], str], own: Sequence[str]
) -> list[_Row]:
    named: list[tuple[str | None, str]] = [(None, _WHOLE), *((row["code"], row["name"]) for row in places)]
    unnamed = sorted({site for _, site in recorded if site} - {code for code, _ in named})
    codes = (*standard_codes(), *own)
    return [
        [month, site or "", name, *(recorded.get((code, site)) for code in codes)]
        for site, name in (*named, *((site, "") for site in unnamed))
    ]


def _notes() -> Sheet:
    columns = [
        Column("名称", 20),
        Column("代码", 28),
        Column("单位", 8),
        Column("按月", 8),
        Column("按窗口", 8),
        Column("说明", 60),
    ]
    entries: list[_Row] = [_entry(entry) for entry in standard_codes().values()]
    notes: list[_Row] = [["", "", "", "", "", note] for note in _NOTES]
    return Sheet("说明", columns, [*entries, *notes])


def _entry(entry: StandardCode) -> _Row:
    bounds = [f"0至{entry.most}" if entry.most is not None else "不小于0", *(["整数"] if entry.whole else [])]
    adding = (_ADDING[entry.over_months], _ADDING[entry.over_counters])
    return [entry.zh, entry.code, entry.unit_zh, *adding, "，".join(bounds)]
