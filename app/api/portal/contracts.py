"""A vendor's own contracts, and the months that it has been notified of."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel
from sqlalchemy import RowMapping

from app.api.answers import Db
from app.api.auth import Vendor
from app.api.filters import Month
from app.api.ids import OfContract
from app.api.paging import PageOf, Paging
from app.api.portal.company import company
from app.api.requests import KaoheRoute
from app.api.scores import ScoreOut, score_of
from app.features.assessments import queries
from app.features.contracts.queries import contracts_of_vendor
from app.rules.consecutive import MonthState
from app.rules.scores import Verdict
from app.values import Day, Hundredths

router = APIRouter(route_class=KaoheRoute, tags=["portal"])
Page = Annotated[Paging, Depends()]


class PortalContract(BaseModel):
    """A contract as its vendor sees it."""

    id: uuid.UUID
    number: str
    title: str
    starts_on: Day
    ends_on: Day
    recorded_from: str
    closed_on: Day | None


class PortalAssessment(BaseModel):
    """A notified month as its vendor sees it."""

    id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    period: str
    state: MonthState
    score: ScoreOut | None
    verdict: Verdict | None
    pass_mark: Hundredths | None
    grade: str | None
    reason: str | None
    final_on: Day
    notified_on: Day
    document_no: str | None


@router.get("/contracts", response_model=PageOf[PortalContract])
def list_portal_contracts(who: Vendor, db: Db, paging: Page) -> Response:
    """List the vendor's own contracts."""
    with db.read() as session:
        page = contracts_of_vendor(session, company(who), paging.page)
    items = [PortalContract.model_construct(**_only(PortalContract, row)) for row in page.rows]
    return paging.answer(items, page.next_after)


@router.get("/assessments", response_model=PageOf[PortalAssessment])
def list_portal_assessments(
    who: Vendor,
    db: Db,
    paging: Page,
    contract_id: OfContract = None,
    period: Month = None,
) -> Response:
    """List the vendor's own months that were notified; drafts do not exist here."""
    with db.read() as session:
        page = queries.notified_assessments(session, company(who), paging.page, contract_id, period)
    return paging.answer([_month(row) for row in page.rows], page.next_after)


def _only(shape: type[BaseModel], row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in shape.model_fields if name in row}


def _month(row: RowMapping) -> PortalAssessment:
    known = _only(PortalAssessment, row) | {"score": score_of(row), "pass_mark": row["pass_mark_hundredths"]}
    return PortalAssessment.model_construct(**known)
