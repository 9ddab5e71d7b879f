"""Principals, the service centers that they may see, and their tokens, which are stored as hashes."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, word_field
from app.models.words import Role


class Principal(Table, table=True):
    """Somebody, or some system, that calls the API."""

    __tablename__ = "principals"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("(role = 'vendor') = (vendor_id IS NOT NULL)", name="vendor_has_its_company"),
    )

    id: uuid.UUID = id_field()
    name: str = Field(max_length=64)
    role: Role = word_field(Role, "role")
    vendor_id: uuid.UUID | None = Field(default=None, foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    created_at: datetime = instant_field()


class Grant(Table, table=True):
    """A service center that a principal may see."""

    __tablename__ = "grants"

    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", primary_key=True)
    service_center_id: uuid.UUID = Field(
        foreign_key="service_centers.id", ondelete="RESTRICT", primary_key=True, index=True
    )


class Token(Table, table=True):
    """A secret that a principal shows; only its SHA-256 is kept."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: uuid.UUID = id_field()
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", index=True)
    token_hash: str = Field(max_length=64)
    expires_at: datetime | None = instant_field(default=None)
    revoked_at: datetime | None = instant_field(default=None)
    scopes: list[str] | None = Field(default=None, sa_type=CanonicalJson)
    """Of role `integration`: what it may do, such as `signals:write`; NULL for everybody else."""
    name: str | None = Field(default=None, max_length=64)
    """What its owner calls it, such as the system that carries it."""
    last_used_at: datetime | None = instant_field(default=None)
    """Noted at most once an hour."""
    created_at: datetime = instant_field()
