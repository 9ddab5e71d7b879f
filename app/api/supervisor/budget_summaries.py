"""A year's budget in one table: each line and the total, with a rate of one named base."""

import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import Field
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer
from app.api.auth import BudgetsRead
from app.api.files import CSV_FILE, CsvFile, saved
from app.api.ids import OfCenter, OfContract
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.api.supervisor.budget_bodies import (
    AdjustmentOut,
    AmountsOut,
    RateOut,
    adjustment_out,
    amounts_out,
    rate_out,
)
from app.api.supervisor.budgets import BudgetYear
from app.features.access.caller import Caller
from app.features.budgets import summary
from app.features.budgets.reading_queries import LineFilter
from app.features.budgets.summary import LineSummary, Summary
from app.rules.budgets import Base
from app.values import Day, Out

router = centers_room("budgets")
WithBase = Annotated[Base, Query(description="What the rates divide by.")]
AsOf = Annotated[
    Day | None, Query(description="By what is dated up to this day; left out: today.", examples=["2023-12-31"])
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which table is asked for: of what, on which day, with rates of which base."""

    lines: LineFilter
    base: Base
    as_of: Day | None


async def _wanted(
    year: BudgetYear = None,
    base: WithBase = Base.FULL_YEAR_BUDGET,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    as_of: AsOf = None,
) -> Wanted:
    """Read what the table is asked for by, and its file alike."""
    return Wanted(LineFilter(year, None, contract_id, service_center_id), base, as_of)


Asked = Annotated[Wanted, Depends(_wanted)]


class LineSummaryOut(Out):
    """A line in the table."""

    budget_line_id: uuid.UUID
    service_center_id: uuid.UUID
    contract_id: uuid.UUID | None
    project: str
    name: str
    amounts: AmountsOut
    rate: RateOut
    moved: Annotated[list[AdjustmentOut], Field(description="Adjustments between projects, each on both lines.")]
    unexplained: Annotated[list[AdjustmentOut], Field(description="Adjustments without a reason.")]


class SummaryOut(Out):
    """The lines of a year on a day, and all of them together."""

    year: int
    as_of: Day
    base: Base
    items: list[LineSummaryOut]
    total: AmountsOut
    rate: RateOut


@router.get("/budget-summary", response_model=SummaryOut)
def read_budget_summary(who: BudgetsRead, db: Db, wanted: Asked) -> Response:
    """Sum up a year, the latest with lines if none is named: amounts, what was spent, and a rate of a named base."""
    with db.snapshot() as session:
        found = _found(session, who, wanted)
    return answer(
        SummaryOut(
            year=found.year,
            as_of=found.as_of,
            base=wanted.base,
            items=[_line(line) for line in found.lines],
            total=amounts_out(found.total),
            rate=rate_out(found.rate),
        )
    )


@router.get("/budget-summary.csv", response_class=CsvFile, responses=CSV_FILE)
@heavy
def export_budget_summary(who: BudgetsRead, db: Db, wanted: Asked) -> Response:
    """Give the same table to be saved, its last row the total."""
    with db.snapshot() as session:
        found = _found(session, who, wanted)
    return saved(CsvFile, summary.sheet(found), f"budget-{found.year}.csv")


def _found(session: Session, who: Caller, wanted: Wanted) -> Summary:
    return summary.summarize(session, who.centers, wanted.lines, wanted.base, wanted.as_of or clock.today())


def _line(line: LineSummary) -> LineSummaryOut:
    return LineSummaryOut(
        budget_line_id=line.row["id"],
        service_center_id=line.row["service_center_id"],
        contract_id=line.row["contract_id"],
        project=line.row["project"],
        name=line.row["name"],
        amounts=amounts_out(line.position),
        rate=rate_out(line.rate),
        moved=[adjustment_out(row) for row in line.adjustments if row["counterpart_line_id"] is not None],
        unexplained=[adjustment_out(row) for row in line.adjustments if row["reason"] is None],
    )
