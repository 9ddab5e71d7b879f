"""Monthly figures by the file: the catalogue of standard codes, tables to fill in, and their import."""

import uuid
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from app.api.answers import Db, answer
from app.api.auth import MetricsRead, MetricsWrite
from app.api.changing import Change, changes
from app.api.files import CSV_FILE, WORKBOOK, CsvFile, Workbook, saved, workbook
from app.api.ids import ContractId, OfContract
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.api.steps import Text
from app.api.uploads import FileBytes, takes_file
from app.database import Database
from app.features.access.caller import Caller
from app.features.metrics import importing, templates
from app.features.metrics.catalogue import standard_codes
from app.features.metrics.importing import Imported
from app.features.metrics.templates import Filled
from app.rules.metric_codes import Adding, StandardCode
from app.rules.metric_tables import Layout
from app.values import Out

router = centers_room("metrics")
EXAMPLE = "月份,窗口编码,办件量（件）,咨询量（次）,开放窗口数（个）\n2023-01,,1200,400,\n2023-01,A-07,900,300,4\n"
"""A small table, as the documentation imports it."""


class MetricCodeOut(Out):
    """A standard code (指标) of monthly figures."""

    code: str
    name: Text
    unit: Text
    over_months: Annotated[Adding, Field(description="What becomes of the figures of several months.")]
    over_counters: Annotated[Adding, Field(description="What becomes of the figures of several counters.")]
    whole: Annotated[bool, Field(description="It counts things: no decimals.")]
    most: Annotated[str | None, Field(description="The largest it may be; the least is 0.", examples=["1"])]
    share: Annotated[bool, Field(description='A share: "0.974" for 97.40%.')]
    also: Annotated[list[str], Field(description="What else a heading may call it.")]


class MetricCodesOut(Out):
    """The catalogue of standard codes; a centre's own codes are taken beside them."""

    items: list[MetricCodeOut]


class ChangedFigure(Out):
    """A figure that the file adds or changes."""

    code: str
    site: str | None
    old: Annotated[str | None, Field(description="What is on record; null: nothing.")]
    new: str
    cell: Annotated[str, Field(description="Where the file says it.", examples=["C2"])]


class ImportedMonth(Out):
    """What the file does to a month."""

    period: str
    version: Annotated[int, Field(description="The version of the month's figures after the import.")]
    changes: list[ChangedFigure]
    unchanged: Annotated[int, Field(description="Figures of the file that are on record as they are.")]


class MetricImportOut(Out):
    """What an import did, or in a dry run would do; figures that the file does not name stay."""

    contract_id: uuid.UUID
    dry_run: bool
    read_as: Annotated[str, Field(description="`xlsx`, or the encoding of a CSV file: `utf-8`, `gb18030`.")]
    layout: Layout
    sheet: Annotated[str | None, Field(description="Of a workbook, the sheet that was read: the first one shown.")]
    ignored_columns: list[str]
    own_codes: Annotated[list[str], Field(description="Codes that are none of the catalogue: check their spelling.")]
    months: list[ImportedMonth]


DryRun = Annotated[bool, Query(description="Say what would change, and change nothing.", examples=[True])]


@router.get("/metric-codes", response_model=MetricCodesOut)
def list_metric_codes(_who: MetricsRead) -> Response:
    """List the standard codes of monthly figures."""
    return answer(MetricCodesOut(items=[_code(entry) for entry in standard_codes().values()]))


@router.get("/metric-template.xlsx", response_class=Workbook, responses=WORKBOOK)
@heavy
def read_metric_template(who: MetricsRead, db: Db, contract_id: OfContract = None) -> Response:
    """Give a workbook of monthly figures to fill in; with a contract its months, places and figures on record."""
    return workbook(templates.as_workbook(_filled(db, who, contract_id)))


@router.get("/metric-template.csv", response_class=CsvFile, responses=CSV_FILE)
@heavy
def read_metric_template_csv(who: MetricsRead, db: Db, contract_id: OfContract = None) -> Response:
    """Give the same table as comma-separated values."""
    paper = templates.as_csv(_filled(db, who, contract_id))
    return saved(CsvFile, paper.content, paper.ascii_name)


@router.post("/contracts/{contract_id}/metric-imports", response_model=MetricImportOut)
@changes(key_required=True)
@takes_file("An Excel workbook (.xlsx), or values with commas in UTF-8 or GB18030.", EXAMPLE)
def import_metrics(
    who: MetricsWrite, change: Change, contract_id: ContractId, content: FileBytes, dry_run: DryRun = True
) -> Response:
    """Put the figures of a file on record, all of them or none; by default only say what that would change."""
    found = importing.take_in(change.session, who, contract_id, content, dry_run=dry_run)
    return answer(_imported(contract_id, found, dry_run=dry_run))


def _filled(db: Database, who: Caller, contract_id: uuid.UUID | None) -> Filled:
    if contract_id is None:
        return templates.blank()
    with db.read() as session:
        return templates.of_contract(session, who, contract_id)


def _code(entry: StandardCode) -> MetricCodeOut:
    return MetricCodeOut(
        code=entry.code,
        name=Text(zh=entry.zh, en=entry.en),
        unit=Text(zh=entry.unit_zh, en=entry.unit_en),
        over_months=entry.over_months,
        over_counters=entry.over_counters,
        whole=entry.whole,
        most=None if entry.most is None else str(entry.most),
        share=entry.share,
        also=list(entry.also),
    )


def _imported(contract_id: uuid.UUID, found: Imported, *, dry_run: bool) -> MetricImportOut:
    return MetricImportOut(
        contract_id=contract_id,
        dry_run=dry_run,
        read_as=found.read_as,
        layout=found.layout,
        sheet=found.sheet,
        ignored_columns=list(found.ignored),
        own_codes=list(found.own_codes),
        months=[
            ImportedMonth(
                period=month.period,
                version=month.version,
                changes=[ChangedFigure.model_validate(one, from_attributes=True) for one in month.changes],
                unchanged=month.unchanged,
            )
            for month in found.months
        ],
    )
