"""Every select over tokens for a vendor's portal; each takes the vendor whose they are."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, or_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import Principal, Token, Vendor

_COLUMNS: Columns = (
    col(Token.id),
    col(Principal.name).label("principal"),
    col(Token.name),
    col(Token.created_at),
    col(Token.expires_at),
    col(Token.last_used_at),
    col(Token.revoked_at),
)


def tokens(session: Session, vendor_id: uuid.UUID, live_at: datetime | None, page: PageRequest) -> Page:
    """List the tokens of a vendor's principals; with `live_at` only those that are good at that instant."""
    statement = _tokens(vendor_id)
    if live_at is not None:
        statement = statement.where(col(Token.revoked_at).is_(None), _unexpired(live_at))
    return fetch(session, statement, col(Token.id), page)


def token(session: Session, vendor_id: uuid.UUID, token_id: uuid.UUID) -> RowMapping | None:
    """Read one token of a vendor's principals."""
    return session.execute(_tokens(vendor_id).where(col(Token.id) == token_id)).mappings().one_or_none()


def company(session: Session, vendor_id: uuid.UUID) -> RowMapping | None:
    """Read a vendor's name and its service center."""
    statement = select(col(Vendor.name), col(Vendor.service_center_id)).where(col(Vendor.id) == vendor_id)
    return session.execute(statement).mappings().one_or_none()


def hold_principal(session: Session, vendor_id: uuid.UUID, principal_id: uuid.UUID) -> bool:
    """Hold the row of one of a vendor's principals, so that two who issue tokens for it do so one after the other."""
    statement = select(col(Principal.id)).where(
        col(Principal.id) == principal_id, col(Principal.vendor_id) == vendor_id
    )
    return session.execute(statement.with_for_update()).first() is not None


def live_tokens(session: Session, vendor_id: uuid.UUID, principal_id: uuid.UUID, at: datetime) -> int:
    """Count the tokens of one of a vendor's principals that are good at an instant."""
    statement = (
        select(func.count())
        .select_from(Token)
        .join(Principal, col(Principal.id) == col(Token.principal_id))
        .where(
            col(Principal.vendor_id) == vendor_id,
            col(Token.principal_id) == principal_id,
            col(Token.revoked_at).is_(None),
            _unexpired(at),
        )
    )
    return int(session.execute(statement).scalar_one())


def _tokens(vendor_id: uuid.UUID) -> Listing:
    return (
        select(*_COLUMNS)
        .join(Principal, col(Principal.id) == col(Token.principal_id))
        .where(col(Principal.vendor_id) == vendor_id)
    )


def _unexpired(at: datetime) -> ColumnElement[bool]:
    return or_(col(Token.expires_at).is_(None), col(Token.expires_at) > at)
