"""Selects of people who sign in: their user, their passwords, their sessions."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing
from app.models import Grant, PasswordHistory, Principal, SignInFailures, Token, User, UserSession
from app.models.words import Role


def user_name(session: Session, principal_id: uuid.UUID) -> str | None:
    """Give the name by which a user signs in; None where the principal is no user."""
    statement = select(col(Principal.name)).join(User, col(User.principal_id) == col(Principal.id))
    return session.execute(statement.where(col(User.principal_id) == principal_id)).scalar_one_or_none()


def password_history(session: Session, principal_id: uuid.UUID) -> list[PasswordHistory]:
    """Give the passwords that a user had before the present one, the last first."""
    statement = (
        select(PasswordHistory)
        .where(col(PasswordHistory.principal_id) == principal_id)
        .order_by(col(PasswordHistory.set_at).desc(), col(PasswordHistory.id).desc())
    )
    return list(session.execute(statement).scalars())


def person(session: Session, name: str, *, hold: bool = False) -> tuple[Principal, User] | None:
    """Find the user of this name; with `hold`, nobody disables them or changes their password meanwhile."""
    statement = (
        select(Principal, User)
        .join(User, col(User.principal_id) == col(Principal.id))
        .where(col(Principal.name) == name)
        .execution_options(populate_existing=True)
    )
    row = session.execute(statement.with_for_update() if hold else statement).first()
    return None if row is None else (row[0], row[1])


def user(session: Session, principal_id: uuid.UUID) -> User:
    """Give the user that a principal is."""
    return session.get_one(User, principal_id)


_WHO: Columns = (
    col(Principal.id),
    col(Principal.name),
    col(Principal.role),
    col(Principal.vendor_id),
    col(Principal.disabled_at),
)
_TOKEN: Listing = (
    select(
        *_WHO,
        col(Token.id).label("token_id"),
        col(Token.expires_at),
        col(Token.revoked_at),
        col(Token.last_used_at),
        col(Token.scopes),
        col(Grant.service_center_id),
    )
    .select_from(Token)
    .join(Principal, col(Principal.id) == col(Token.principal_id))
    .join(Grant, col(Grant.principal_id) == col(Principal.id), isouter=True)
    .where(col(Token.token_hash) == bindparam("hash"))
)
_SESSION: Listing = (
    select(
        *_WHO,
        col(User.must_change),
        col(User.password_set_at),
        col(UserSession.id).label("session_id"),
        col(UserSession.last_seen_at),
        col(UserSession.expires_at),
        col(UserSession.ended_at),
        col(Grant.service_center_id),
    )
    .select_from(UserSession)
    .join(Principal, col(Principal.id) == col(UserSession.principal_id))
    .join(User, col(User.principal_id) == col(Principal.id))
    .join(Grant, col(Grant.principal_id) == col(Principal.id), isouter=True)
    .where(col(UserSession.token_hash) == bindparam("hash"))
)


def token_with_grants(session: Session, token_hash: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Give a token with its principal, once for each service center that it may see, or once with None."""
    # Every request asks this: put together once, and run past the session, which would make objects of the rows.
    return session.connection().execute(_TOKEN, {"hash": token_hash}).all()


def session_with_grants(session: Session, token_hash: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Give a session with its user, once for each service center that they may see, or once with None."""
    return session.connection().execute(_SESSION, {"hash": token_hash}).all()


def locked_until(session: Session, name_hash: str) -> datetime | None:
    """Tell until when a name is locked, or was."""
    statement = select(col(SignInFailures.locked_until)).where(col(SignInFailures.name_hash) == name_hash)
    return session.execute(statement).scalar_one_or_none()


def administrators(session: Session) -> int:
    """Count the users who are administrators, the disabled ones too."""
    statement = select(func.count()).select_from(User).join(Principal, col(Principal.id) == col(User.principal_id))
    found: int = session.execute(statement.where(col(Principal.role) == Role.ADMIN)).scalar_one()
    return found
