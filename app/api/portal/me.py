"""Who am I, for a vendor's system."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field

from app import clock
from app.api.answers import Db, answer
from app.api.auth import Vendor
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.access import portal_queries
from app.values import Day, Out

router = vendors_room("portal")

SCOPES = ("portal",)
"""What a vendor's token opens: its own portal, whole."""


class PortalMe(Out):
    """The vendor whose token this is, what the token opens until when, and the service's own time."""

    principal: str
    vendor_id: uuid.UUID
    vendor_name: str
    token_id: Annotated[uuid.UUID, Field(description="`id` of `GET /v1/portal/tokens`.")]
    token_name: Annotated[str | None, Field(description="Null of one that the service's operator issued.")]
    scopes: Annotated[list[str], Field(description="`portal`: everything below `/v1/portal`, of this vendor alone.")]
    expires_at: Annotated[datetime | None, Field(description="Null where it does not expire.")]
    server_time: Annotated[datetime, Field(description="The service's clock: due dates are decided by it.")]
    today: Annotated[Day, Field(description="The business date in Asia/Shanghai.")]


@router.get("/me", response_model=PortalMe, summary="Whose token is this?")
def read_portal_me(who: Vendor, db: Db) -> Response:
    """Tell a vendor's system whose token it carries, until when it is good, and what time it is here."""
    with db.read() as session:
        vendor = portal_queries.company(session, company(who))
        token = portal_queries.token(session, company(who), who.token_id) if who.token_id else None
    if vendor is None or token is None:
        raise NotFound
    me = PortalMe(
        principal=who.name,
        vendor_id=company(who),
        vendor_name=vendor["name"],
        token_id=token["id"],
        token_name=token["name"],
        scopes=list(SCOPES),
        expires_at=token["expires_at"],
        server_time=clock.now(),
        today=clock.today(),
    )
    return answer(me)
