"""Monthly metrics: record what a month was measured by, read it, list a year's."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, PathPeriod, answer, etag
from app.api.auth import MetricsRead, MetricsWrite
from app.api.changing import Change, changes
from app.api.filters import Year
from app.api.ids import ContractId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.metrics import queries, service
from app.features.metrics.service import Metric
from app.rules.periods import Period
from app.values import Code, Note, Out, Quantity, Shape, ShortCode, shown

router = centers_room("metrics", "/contracts/{contract_id}/metrics")
Site = Annotated[
    ShortCode | None,
    Field(description="`code` of a hall or a counter; null: of the whole contract.", examples=["H-1"]),
]


class MetricIn(Shape):
    """One figure, by a code of the centre's own."""

    code: Annotated[Code, Field(examples=["satisfaction_rate"])]
    site: Site = None
    value: Quantity


class MetricsIn(Shape):
    """月度数据: all that the month was measured by; what is not named is no longer on record."""

    model_config = shown(
        {
            "values": [
                {"code": "satisfaction_rate", "value": "0.2450"},
                {"code": "head_count", "site": "H-1", "value": "45"},
            ],
            "note": "大厅评价器导出",
        }
    )

    values: Annotated[list[MetricIn], Field(max_length=1000, description="Each code once, and once for each site.")]
    note: Note | None = None


class MetricOut(Out):
    """One figure of a month."""

    code: str
    site: str | None
    value: Annotated[str, Field(description="Exact, as it was recorded.", examples=["0.2450"])]


class MetricsOut(Out):
    """What a month was measured by."""

    contract_id: uuid.UUID
    period: str
    values: list[MetricOut]
    note: str | None
    version: Annotated[int, Field(description="0 while nothing is on record.")]
    created_at: datetime | None
    updated_at: datetime | None


@router.get("", response_model=PageOf[MetricsOut])
def list_metrics(who: MetricsRead, db: Db, contract_id: ContractId, paging: Paged, year: Year = None) -> Response:
    """List the months of a contract that have metrics on record."""
    with db.read() as session:
        page = queries.months(session, who.centers, contract_id, year, paging.page)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.get("/{period}", response_model=MetricsOut)
def read_metrics(who: MetricsRead, db: Db, contract_id: ContractId, period: PathPeriod) -> Response:
    """Read what a month was measured by."""
    with db.read() as session:
        return _answer(session, who, contract_id, period)


@router.put("/{period}", response_model=MetricsOut)
@changes(match=True, shown=0)
def record_metrics(
    who: MetricsWrite, change: Change, contract_id: ContractId, period: PathPeriod, body: MetricsIn
) -> Response:
    """Record what a month was measured by, in the place of what was on record; a settled month is adjusted for it."""
    found = [Metric(item.code, item.site, item.value) for item in body.values]
    service.record(change.session, who, contract_id, period, found, body.note, change.seen)
    return _answer(change.session, who, contract_id, period)


def _answer(session: Session, who: Caller, contract_id: uuid.UUID, period: Period) -> Response:
    row = queries.month(session, who.centers, contract_id, str(period))
    if row is not None:
        return answer(_out(row), headers=etag(row["version"]))
    if str(period) not in {month["period"] for month in contract_queries.months(session, contract_id)}:
        raise NotFound(f"{period} is not a recorded service month of the contract.", pointer="/path/period")
    nothing = MetricsOut(
        contract_id=contract_id, period=str(period), values=[], note=None, version=0, created_at=None, updated_at=None
    )
    return answer(nothing, headers=etag(0))


def _out(row: RowMapping) -> MetricsOut:
    return MetricsOut.model_construct(**row, values=[MetricOut.model_construct(**entry) for entry in row["figures"]])
