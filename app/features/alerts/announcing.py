"""Tells that alerts were opened: to the service center always, to the vendor where the duty is its own."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.features.alerts import queries
from app.features.events.service import BATCH, Happening, record
from app.features.events.types import EventType
from app.models.words import AlertKind, Stream

OF_VENDORS = frozenset({AlertKind.OVERDUE_RECTIFICATION, AlertKind.MISSING_MONTHLY_REPORT, AlertKind.KEY_POST_VACANT})
"""What a vendor owes itself; what its service center owes, or has yet to notify, is not told to it."""


def announce(session: Session, kind: AlertKind, opened: Sequence[Mapping[str, Any]]) -> None:
    """Write the events of alerts that a night has opened; what concerns the service alone is told to nobody."""
    told = [row for row in opened if row["service_center_id"] is not None]
    if not told:
        return
    vendors = _vendors(session, told) if kind in OF_VENDORS else {}
    streams = frozenset(Stream) if kind in OF_VENDORS else frozenset({Stream.CENTER})
    record(
        session,
        *(
            Happening(
                type=EventType.ALERT_OPENED,
                service_center_id=row["service_center_id"],
                vendor_id=vendors.get(row["contract_id"]),
                subject_id=row["id"],
                contract_id=row["contract_id"],
                version=row["version"],
                streams=streams,
                more={"kind": kind.value, "subject": row["subject"]},
            )
            for row in told
        ),
    )


def _vendors(session: Session, told: Sequence[Mapping[str, Any]]) -> dict[uuid.UUID, uuid.UUID]:
    contracts = sorted({row["contract_id"] for row in told})
    found: dict[uuid.UUID, uuid.UUID] = {}
    for start in range(0, len(contracts), BATCH):
        found |= queries.vendors_of(session, contracts[start : start + BATCH])
    return found
