"""The vendor's door: its own contracts, and only what was notified."""

from fastapi import APIRouter

from app.api.portal import (
    assessments,
    contracts,
    due_dates,
    findings,
    me,
    payouts,
    settlements,
    statement,
    tokens,
)
from app.api.problems import RESPONSES
from app.api.requests import KaoheRoute

router = APIRouter(prefix="/v1/portal", route_class=KaoheRoute, responses=RESPONSES)
for room in (me, tokens, contracts, statement, assessments, findings, due_dates, settlements, payouts):
    router.include_router(room.router)
