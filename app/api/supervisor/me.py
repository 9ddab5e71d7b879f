"""Who am I."""

import uuid
from typing import Annotated

from fastapi import Response
from pydantic import Field

from app import clock
from app.api.answers import Db, answer
from app.api.auth import AnyRole
from app.api.rooms import centers_room
from app.features.access import queries
from app.models.words import Role
from app.values import Day, Out

router = centers_room("me")


class CenterName(Out):
    """A service center that the caller may see."""

    id: uuid.UUID
    code: str
    name: str


class Me(Out):
    """The caller as the service knows it."""

    principal: str
    role: Role
    vendor_id: uuid.UUID | None
    scopes: Annotated[list[str], Field(description="Of role `integration`: what the token may do; else empty.")]
    service_centers: list[CenterName]
    today: Day
    """The business date in Asia/Shanghai."""


@router.get("/me", response_model=Me)
def read_me(who: AnyRole, db: Db) -> Response:
    """Tell the caller its name, its role and its service centers."""
    with db.read() as session:
        centers = [CenterName(id=id_, code=code, name=name) for id_, code, name in queries.centers(session, who)]
    me = Me(
        principal=who.name,
        role=who.role,
        vendor_id=who.vendor_id,
        scopes=sorted(who.scopes),
        service_centers=centers,
        today=clock.today(),
    )
    return answer(me)
