"""Every select over people, as those see them who share a service center with them."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, exists, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Grant, Principal, SignInFailures, User, UserSession
from app.models.words import Role


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which people to list; None asks for all."""

    role: Role | None = None
    disabled: bool | None = None
    service_center_id: uuid.UUID | None = None


def users(session: Session, centers: Collection[uuid.UUID], wanted: UserFilter, page: PageRequest) -> Page:
    """List the people of these service centers."""
    # A foreign center is as if it were not: what somebody has there is none of the reader's business.
    asked = centers if wanted.service_center_id is None else set(centers) & {wanted.service_center_id}
    statement = _users(asked)
    if wanted.role is not None:
        statement = statement.where(col(Principal.role) == wanted.role)
    if wanted.disabled is not None:
        since = col(Principal.disabled_at)
        statement = statement.where(since.is_not(None) if wanted.disabled else since.is_(None))
    return fetch(session, statement, col(Principal.id), page)


def user(session: Session, centers: Collection[uuid.UUID], user_id: uuid.UUID) -> RowMapping | None:
    """Read one of the people of these service centers."""
    return session.execute(_users(centers).where(col(Principal.id) == user_id)).mappings().one_or_none()


def hold(session: Session, user_id: uuid.UUID) -> tuple[Principal, User] | None:
    """Hold a person's principal and account, so that two who change them do so one after the other."""
    principals = select_rows(Principal).where(col(Principal.id) == user_id).with_for_update(key_share=True)
    principal = session.exec(principals.execution_options(populate_existing=True)).first()
    accounts = select_rows(User).where(col(User.principal_id) == user_id).with_for_update()
    account = session.exec(accounts.execution_options(populate_existing=True)).first()
    return None if principal is None or account is None else (principal, account)


def by_name(session: Session, name: str) -> uuid.UUID | None:
    """Find a person by the name that they sign in with, for the operator's commands."""
    statement = select(col(Principal.id)).join(User, col(User.principal_id) == col(Principal.id))
    return session.execute(statement.where(col(Principal.name) == name)).scalar()


def locks(session: Session, name_hashes: Collection[str], at: datetime) -> dict[str, datetime]:
    """Tell which of these names, given as hashes, are locked at an instant, and until when."""
    until = col(SignInFailures.locked_until)
    statement = select(col(SignInFailures.name_hash), until).where(
        col(SignInFailures.name_hash).in_(name_hashes), until > at
    )
    return {row.name_hash: row.locked_until for row in session.execute(statement)}


def _users(centers: Collection[uuid.UUID]) -> Listing:
    seen = select(func.max(col(UserSession.last_seen_at))).where(col(UserSession.principal_id) == col(Principal.id))
    return (
        select(
            col(Principal.id),
            col(Principal.name),
            col(Principal.role),
            col(Principal.vendor_id),
            col(Principal.disabled_at),
            col(User.display_name),
            col(User.language),
            col(User.password_set_at),
            col(User.must_change),
            col(User.version),
            col(User.created_at),
            col(User.updated_at),
            seen.scalar_subquery().label("last_seen_at"),
        )
        .join(User, col(User.principal_id) == col(Principal.id))
        .where(_of(centers))
    )


def _of(centers: Collection[uuid.UUID]) -> ColumnElement[bool]:
    return exists().where(col(Grant.principal_id) == col(Principal.id), col(Grant.service_center_id).in_(centers))
