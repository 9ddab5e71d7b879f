"""Allows a vendor's endpoints to lie in a private network, as government networks are, and takes that back."""

import uuid

from sqlalchemy import update
from sqlmodel import Session, col

from app import clock
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.features.webhooks import queries
from app.features.webhooks.destinations import allowed
from app.features.webhooks.errors import NetworkAllowed, NetworkRemoved
from app.models import WebhookNetwork


def allow(session: Session, caller: Caller, vendor_id: uuid.UUID, cidr: str, reason: str) -> uuid.UUID:
    """Allow a private network for a vendor's endpoints, for a stated reason."""
    network = str(allowed(cidr))
    center = queries.vendor_of_centers_for_update(session, caller.centers, vendor_id)
    if center is None:
        raise NotFound("There is no such vendor.", pointer="/path/vendor_id")
    if network in queries.allowed_networks(session, vendor_id):
        raise NetworkAllowed(f"{network} is allowed for this vendor.", pointer="/cidr")
    row = WebhookNetwork(
        service_center_id=center,
        vendor_id=vendor_id,
        cidr=network,
        reason=reason,
        added_by=caller.name,
        added_at=clock.now(),
    )
    own = col(WebhookNetwork.id) == row.id
    details = {"vendor_id": str(vendor_id), "cidr": network, "reason": reason}
    with recording(
        session, caller.actor, center, "webhook_network.allowed", row.id, (WebhookNetwork, own), details=details
    ):
        session.add(row)
    return row.id


def remove(session: Session, caller: Caller, network_id: uuid.UUID) -> None:
    """Allow a network no longer: what lies in it is blocked from the next attempt on."""
    found = queries.network_for_update(session, caller.centers, network_id)
    if found is None:
        raise NotFound("There is no such network.", pointer="/path/network_id")
    own = col(WebhookNetwork.id) == network_id
    center, details = found["service_center_id"], {"cidr": found["cidr"]}
    with recording(
        session, caller.actor, center, "webhook_network.removed", network_id, (WebhookNetwork, own), details=details
    ):
        removed = (
            update(WebhookNetwork)
            .where(own, col(WebhookNetwork.removed_at).is_(None))
            .values(removed_at=clock.now(), removed_by=caller.name)
            .returning(col(WebhookNetwork.id))
        )
        if session.execute(removed).first() is None:
            raise NetworkRemoved
