"""The vendor's door: its own contracts, and only what was notified."""

from fastapi import APIRouter

from app.api.portal import contracts, key_posts, me, monthly_reports, objections
from app.api.problems import RESPONSES
from app.api.requests import KaoheRoute

router = APIRouter(prefix="/v1/portal", route_class=KaoheRoute, responses=RESPONSES)
for room in (me, contracts, monthly_reports, key_posts, objections):
    router.include_router(room.router)
