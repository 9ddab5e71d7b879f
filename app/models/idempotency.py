"""Requests that were answered, by their keys, so that a repeated one gets the first answer."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, instant_field


class IdempotencyKey(Table, table=True):
    """A key that a principal used, the request that it stood for, and the answer; written with the business rows."""

    __tablename__ = "idempotency_keys"

    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", primary_key=True)
    key: str = Field(max_length=255, primary_key=True)
    fingerprint: str = Field(max_length=64)
    """SHA-256 of method, path and canonical body."""
    status: int | None = None
    """None only inside the transaction that is answering."""
    headers: dict[str, Any] = Field(sa_type=CanonicalJson)
    body: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = instant_field(index=True)
