"""佐证材料: files that a vendor hands in by name, size and hash, and what refers to them; the bytes lie outside."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field, integer_field


class Evidence(Table, table=True):
    """One file of a vendor: declared first, stored once its bytes came and were as declared."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("(stored_at IS NULL) = (media_type IS NULL)", name="stored_with_its_type"),
        CheckConstraint("size >= 0", name="size"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    name: str = Field(max_length=255)
    size: int = integer_field()
    """Bytes."""
    sha256: str = Field(max_length=64, index=True)
    """The bytes' hash in lower-case hexadecimal, which is also where they lie in the folder of evidence."""
    note: str | None = Field(default=None, max_length=1000)
    media_type: str | None = Field(default=None, max_length=100)
    """What the bytes are, as found in them; NULL until they came."""
    declared_by: str = Field(max_length=64)
    declared_at: datetime = instant_field()
    stored_at: datetime | None = instant_field(default=None)


class EvidenceUse(Table, table=True):
    """Something that refers to a file, so that the file is kept; only added."""

    __tablename__ = "evidence_uses"
    __table_args__ = (UniqueConstraint("subject_id", "evidence_id"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    evidence_id: uuid.UUID = Field(foreign_key="evidence.id", ondelete="RESTRICT", index=True)
    subject_kind: str = Field(max_length=32)
    """What refers to it, such as `appeal` or `rectification`."""
    subject_id: uuid.UUID
    position: int
    """Numbers a subject's files from 0 in the order in which they were named."""
    attached_at: datetime = instant_field()
