"""Who am I, for a vendor's system."""

import uuid
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app import clock
from app.api.answers import Db, answer
from app.api.auth import Vendor
from app.api.requests import KaoheRoute
from app.errors import NotFound
from app.features.parties.queries import vendor_name
from app.values import Day

router = APIRouter(route_class=KaoheRoute, tags=["portal"])


class PortalMe(BaseModel):
    """The vendor whose token this is, and the service's own time."""

    principal: str
    vendor_id: uuid.UUID
    vendor_name: str
    server_time: datetime
    today: Day
    """The business date in Asia/Shanghai."""


@router.get("/me", response_model=PortalMe)
def read_portal_me(who: Vendor, db: Db) -> Response:
    """Tell a vendor's system whose token it carries."""
    with db.read() as session:
        name = vendor_name(session, who.vendor_id) if who.vendor_id else None
    if who.vendor_id is None or name is None:
        raise NotFound
    me = PortalMe(
        principal=who.name, vendor_id=who.vendor_id, vendor_name=name, server_time=clock.now(), today=clock.today()
    )
    return answer(me)
