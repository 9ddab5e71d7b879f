"""Selects of people who sign in: their user, their passwords, their sessions."""

import uuid

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import PasswordHistory, Principal, User


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
