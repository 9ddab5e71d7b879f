"""Every select over the keys."""

import uuid

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from app.models import IdempotencyKey


def kept(session: Session, principal_id: uuid.UUID, key: str) -> RowMapping | None:
    """Read the request that a principal's key stands for, and its answer."""
    statement = select(
        col(IdempotencyKey.fingerprint),
        col(IdempotencyKey.status),
        col(IdempotencyKey.headers),
        col(IdempotencyKey.body),
    ).where(col(IdempotencyKey.principal_id) == principal_id, col(IdempotencyKey.key) == key)
    return session.execute(statement).mappings().one_or_none()
