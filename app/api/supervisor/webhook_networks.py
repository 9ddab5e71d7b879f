"""The private networks that a vendor's endpoints may lie in, as a service center's administrator allows them."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, answer
from app.api.auth import WebhooksRead, WebhooksWrite
from app.api.changing import Change, changes
from app.api.ids import NetworkId, VendorId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.webhooks import networks, queries
from app.values import Out, Reason, Shape, shown

router = centers_room("webhook networks")
Removed = Annotated[
    bool | None, Query(description="Only those that were removed, or only those that are allowed.", examples=[True])
]
Cidr = Annotated[
    str,
    Field(
        max_length=64,
        examples=["10.20.0.0/16"],
        description="A part of a private network: a /16 or narrower, for version 6 a /48 or narrower.",
    ),
]


class NetworkIn(Shape):
    """A private network that a vendor's system lies in, and why it is allowed."""

    model_config = shown({"cidr": "10.20.30.0/24", "reason": "供应商系统部署在政务外网"})

    cidr: Cidr
    reason: Reason


class NetworkOut(Out):
    """A network as it was allowed, and when that was taken back."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    cidr: str
    reason: str
    added_by: str
    added_at: datetime
    removed_at: datetime | None
    removed_by: str | None


@router.get("/vendors/{vendor_id}/webhook-networks", response_model=PageOf[NetworkOut])
def list_webhook_networks(
    who: WebhooksRead,  # noqa: ARG001 that the vendor is the caller's was asked with the address
    db: Db,
    paging: Paged,
    vendor_id: VendorId,
    removed: Removed = None,
) -> Response:
    """List the private networks that a vendor's endpoints may lie in, removed ones too unless `removed` is false."""
    with db.read() as session:
        page = queries.networks(session, vendor_id, paging.page, removed=removed)
    return paging.answer([_out(row) for row in page.rows], page.next_after)


@router.post("/vendors/{vendor_id}/webhook-networks", response_model=NetworkOut, status_code=201)
@changes(key_required=True)
def allow_webhook_network(who: WebhooksWrite, change: Change, vendor_id: VendorId, body: NetworkIn) -> Response:
    """Allow a vendor's endpoints to lie in a private network; loopback, link-local and the like are never allowed."""
    made = networks.allow(change.session, who, vendor_id, body.cidr, body.reason)
    return _read(change.session, who, made, 201)


@router.post("/webhook-networks/{network_id}/removal", response_model=NetworkOut)
@changes(key_required=True)
def remove_webhook_network(who: WebhooksWrite, change: Change, network_id: NetworkId) -> Response:
    """Allow a network no longer; deliveries to it are blocked from the next attempt on."""
    networks.remove(change.session, who, network_id)
    return _read(change.session, who, network_id)


def _read(session: Session, who: Caller, network_id: uuid.UUID, status: int = 200) -> Response:
    row = queries.network(session, who.centers, network_id)
    if row is None:
        raise NotFound("There is no such network.", pointer="/path/network_id")
    return answer(_out(row), status)


def _out(row: RowMapping) -> NetworkOut:
    known: dict[str, Any] = dict(row)
    return NetworkOut.model_construct(**known)
