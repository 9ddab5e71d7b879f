"""The centre's door: supervisors, finance staff, auditors and administrators."""

from fastapi import APIRouter

from app.api.problems import RESPONSES
from app.api.requests import KaoheRoute
from app.api.supervisor import (
    alerts,
    annual_assessments,
    appeals,
    assessments,
    audit_events,
    contracts,
    decisions,
    due_dates,
    fees,
    findings,
    job_runs,
    ledger,
    me,
    metrics,
    opening,
    papers,
    parties,
    payment_matching,
    payments,
    payouts,
    rectifications,
    revisions,
    settlements,
    terms,
    trials,
)

router = APIRouter(prefix="/v1", route_class=KaoheRoute, responses=RESPONSES)
for room in (
    me,
    parties,
    contracts,
    terms,
    due_dates,
    assessments,
    revisions,
    appeals,
    annual_assessments,
    findings,
    rectifications,
    metrics,
    alerts,
    fees,
    decisions,
    opening,
    settlements,
    payments,
    payment_matching,
    payouts,
    ledger,
    papers,
    trials,
    job_runs,
    audit_events,
):
    router.include_router(room.router)
