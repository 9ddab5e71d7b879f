"""The vendor's door: its own contracts, and only what was notified."""

from fastapi import APIRouter

from app.api.portal import acknowledgements, appeals, contracts, me, rectifications
from app.api.problems import RESPONSES
from app.api.requests import KaoheRoute

router = APIRouter(prefix="/v1/portal", route_class=KaoheRoute, responses=RESPONSES)
for room in (me, contracts, acknowledgements, appeals, rectifications):
    router.include_router(room.router)
