"""Every select over tokens as an administrator sees them: those of whoever shares a service center with the caller."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, exists, func, or_, select
from sqlmodel import Session, col

from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Grant, Principal, Token, User
from app.models.words import Role


@dataclass(frozen=True, slots=True)
class TokenFilter:
    """Which tokens to list; None asks for all, `live_at` for those that are good at that instant."""

    principal: str | None = None
    role: Role | None = None
    service_center_id: uuid.UUID | None = None
    live_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A principal as it stands."""

    id: uuid.UUID
    role: Role
    vendor_id: uuid.UUID | None
    is_person: bool


def tokens(session: Session, centers: Collection[uuid.UUID], wanted: TokenFilter, page: PageRequest) -> Page:
    """List the tokens of the principals of these service centers, people's and vendors' among them."""
    # A foreign center is as if it were not: what somebody has there is none of the reader's business.
    asked = centers if wanted.service_center_id is None else set(centers) & {wanted.service_center_id}
    statement = _tokens(asked)
    if wanted.principal is not None:
        statement = statement.where(col(Principal.name) == wanted.principal)
    if wanted.role is not None:
        statement = statement.where(col(Principal.role) == wanted.role)
    if wanted.live_at is not None:
        statement = statement.where(col(Token.revoked_at).is_(None), _unexpired(wanted.live_at))
    return fetch(session, statement, col(Token.id), page)


def token(session: Session, centers: Collection[uuid.UUID], token_id: uuid.UUID) -> RowMapping | None:
    """Read one token of the principals of these service centers."""
    return session.execute(_tokens(centers).where(col(Token.id) == token_id)).mappings().one_or_none()


def hold_principal(session: Session, name: str) -> Known | None:
    """Hold the principal of a name, so that two who issue tokens for it do so one after the other."""
    statement = select(
        col(Principal.id),
        col(Principal.role),
        col(Principal.vendor_id),
        exists().where(col(User.principal_id) == col(Principal.id)),
    ).where(col(Principal.name) == name)
    row = session.execute(statement.with_for_update(key_share=True, of=Principal)).first()
    return None if row is None else Known(*row)


def live_tokens(session: Session, principal_id: uuid.UUID, at: datetime) -> int:
    """Count the tokens of a principal that are good at an instant."""
    statement = (
        select(func.count())
        .select_from(Token)
        .where(col(Token.principal_id) == principal_id, col(Token.revoked_at).is_(None), _unexpired(at))
    )
    return int(session.execute(statement).scalar_one())


def unrevoked(session: Session, principal_id: uuid.UUID) -> list[uuid.UUID]:
    """List the tokens of a principal that nobody has revoked, held until the transaction ends, the oldest first."""
    own = select(col(Token.id)).where(col(Token.principal_id) == principal_id, col(Token.revoked_at).is_(None))
    return list(session.execute(own.order_by(col(Token.id)).with_for_update()).scalars())


def _tokens(centers: Collection[uuid.UUID]) -> Listing:
    return (
        select(
            col(Token.id),
            col(Token.name),
            col(Token.principal_id),
            col(Principal.name).label("principal"),
            col(Principal.role),
            col(Principal.vendor_id),
            exists().where(col(User.principal_id) == col(Principal.id)).label("is_person"),
            col(Token.scopes),
            col(Token.created_at),
            col(Token.expires_at),
            col(Token.last_used_at),
            col(Token.revoked_at),
        )
        .join(Principal, col(Principal.id) == col(Token.principal_id))
        .where(_of(centers))
    )


def _of(centers: Collection[uuid.UUID]) -> ColumnElement[bool]:
    return exists().where(col(Grant.principal_id) == col(Principal.id), col(Grant.service_center_id).in_(centers))


def _unexpired(at: datetime) -> ColumnElement[bool]:
    return or_(col(Token.expires_at).is_(None), col(Token.expires_at) > at)
