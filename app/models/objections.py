"""Objections (异议) of vendors to what they are paid, each answered once."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field, version_field, word_field
from app.models.words import ObjectionRemedy, ObjectionState


class Objection(Table, table=True):
    """异议 to a line of a settlement, or to a payout; what is paid does not change by it."""

    __tablename__ = "objections"
    __table_args__ = (
        UniqueConstraint("settlement_id", "line"),
        UniqueConstraint("payout_id"),
        CheckConstraint("(settlement_id IS NULL) != (payout_id IS NULL)", name="against_one_thing"),
        CheckConstraint("(settlement_id IS NULL) = (line IS NULL)", name="line_of_a_settlement"),
        CheckConstraint("(state = 'filed') = (answered_on IS NULL)", name="answered_on_its_day"),
        CheckConstraint("(state = 'accepted') = (remedy IS NOT NULL)", name="accepted_with_its_remedy"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    settlement_id: uuid.UUID | None = Field(default=None, foreign_key="settlements.id", ondelete="RESTRICT")
    line: int | None = None
    """The number of the settlement's line."""
    payout_id: uuid.UUID | None = Field(default=None, foreign_key="payouts.id", ondelete="RESTRICT")
    grounds: str = Field(max_length=2000)
    filed_on: date
    filed_by: str = Field(max_length=64)
    state: ObjectionState = word_field(ObjectionState, "state", default=ObjectionState.FILED)
    answered_on: date | None = None
    answered_by: str | None = Field(default=None, max_length=64)
    answered_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    reason: str | None = Field(default=None, max_length=1000)
    """Of the answer."""
    remedy: ObjectionRemedy | None = word_field(ObjectionRemedy, "remedy", default=None)
    """By what act it is put right where it was accepted."""
    remedy_period: str | None = Field(default=None, max_length=7)
    """The month whose record that act puts right."""
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
