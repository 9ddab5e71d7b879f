"""Every select that says who administers which service center."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Grant, Principal, ServiceCenter, User, Vendor
from app.models.words import Role


def hold_centers(session: Session, centers: Collection[uuid.UUID]) -> None:
    """Hold service centers in the order of their ids; what only refers to them need not wait."""
    statement = select(col(ServiceCenter.id)).where(col(ServiceCenter.id).in_(centers)).order_by(col(ServiceCenter.id))
    session.execute(statement.with_for_update(key_share=True)).all()


def administered(session: Session, principal_id: uuid.UUID) -> set[uuid.UUID]:
    """Give the service centers that a principal administers as things stand."""
    statement = (
        select(col(Grant.service_center_id))
        .join(Principal, col(Principal.id) == col(Grant.principal_id))
        .where(
            col(Principal.id) == principal_id, col(Principal.role) == Role.ADMIN, col(Principal.disabled_at).is_(None)
        )
    )
    return set(session.execute(statement).scalars())


def administered_by_others(session: Session, principal_id: uuid.UUID, centers: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Give those of the service centers that a person other than this one administers who can sign in.

    Who has not chosen a password of their own yet is not counted: what was given to them may never have reached them,
    and lapses.
    """
    statement = (
        select(col(Grant.service_center_id))
        .join(Principal, col(Principal.id) == col(Grant.principal_id))
        .join(User, col(User.principal_id) == col(Principal.id))
        .where(
            col(Grant.service_center_id).in_(centers),
            col(Principal.id) != principal_id,
            col(Principal.role) == Role.ADMIN,
            col(Principal.disabled_at).is_(None),
            col(User.password_hash).is_not(None),
            col(User.must_change).is_(False),
        )
    )
    return set(session.execute(statement).scalars())


def codes(session: Session, centers: Collection[uuid.UUID]) -> list[str]:
    """Give the codes of service centers, in their order."""
    statement = select(col(ServiceCenter.code)).where(col(ServiceCenter.id).in_(centers))
    return list(session.execute(statement.order_by(col(ServiceCenter.code))).scalars())


def center_of_vendor(session: Session, vendor_id: uuid.UUID) -> uuid.UUID | None:
    """Read of which service center a vendor is."""
    return session.execute(select(col(Vendor.service_center_id)).where(col(Vendor.id) == vendor_id)).scalar()


def grants(session: Session, principals: Collection[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Read the service centers of each of these principals; one without any is left out."""
    statement = select(col(Grant.principal_id), col(Grant.service_center_id)).where(
        col(Grant.principal_id).in_(principals)
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for principal_id, center in session.execute(statement):
        found.setdefault(principal_id, set()).add(center)
    return found
