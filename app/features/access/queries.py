"""Selects that tell whose a thing is, for refusing it without showing that it is there."""

import uuid

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.features.access.caller import Caller
from app.models import Alert, Contract, Finding, ServiceCenter
from app.models.words import Role

_CONTRACT = select(Contract.service_center_id, Contract.vendor_id)
_ALERT = select(Alert.service_center_id, Contract.vendor_id).join(
    Contract, col(Contract.id) == col(Alert.contract_id), isouter=True
)

OWNED: dict[str, tuple[Select[tuple[uuid.UUID, uuid.UUID]], object]] = {
    "contract_id": (_CONTRACT, col(Contract.id)),
    "finding_id": (select(Finding.service_center_id, Finding.vendor_id), col(Finding.id)),
    "alert_id": (_ALERT, col(Alert.id)),
    "service_center_id": (select(ServiceCenter.id, ServiceCenter.id), col(ServiceCenter.id)),
}
"""How to find the owners, service center and vendor, of what a path parameter names."""


def is_own(session: Session, caller: Caller, parameter: str, value: str) -> bool:
    """Tell whether what a path names is of the caller's service centers, and for a vendor of its company."""
    try:
        id_ = uuid.UUID(value)
    except ValueError:
        return False
    statement, key = OWNED[parameter]
    row = session.execute(statement.where(key == id_)).first()  # type: ignore[arg-type] a comparison of columns
    if row is None:
        return False
    center, vendor = row
    if caller.role is Role.VENDOR and parameter != "service_center_id":
        return vendor == caller.vendor_id
    return center in caller.centers


def centers(session: Session, caller: Caller) -> list[tuple[uuid.UUID, str, str]]:
    """Give id, code and name of the caller's service centers."""
    statement = select(ServiceCenter.id, ServiceCenter.code, ServiceCenter.name).where(
        col(ServiceCenter.id).in_(caller.centers)
    )
    return [(id_, code, name) for id_, code, name in session.execute(statement.order_by(col(ServiceCenter.code)))]
