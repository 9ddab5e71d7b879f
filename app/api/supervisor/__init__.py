"""The centre's door: supervisors, finance staff, auditors and administrators."""

from fastapi import APIRouter

from app.api.problems import RESPONSES
from app.api.requests import KaoheRoute
from app.api.supervisor import (
    alerts,
    annual_assessments,
    assessments,
    audit_events,
    contracts,
    decisions,
    due_dates,
    evidence,
    fees,
    findings,
    job_runs,
    key_posts,
    ledger,
    me,
    metrics,
    monthly_reports,
    objections,
    opening,
    papers,
    parties,
    payment_matching,
    payments,
    payouts,
    revisions,
    settlements,
    signals,
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
    annual_assessments,
    findings,
    signals,
    metrics,
    monthly_reports,
    key_posts,
    alerts,
    fees,
    decisions,
    opening,
    settlements,
    payments,
    payment_matching,
    payouts,
    objections,
    ledger,
    papers,
    trials,
    evidence,
    job_runs,
    audit_events,
):
    router.include_router(room.router)
