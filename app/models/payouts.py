"""Payouts from what was kept back, and the recorded choices of how an ambiguous clause is read."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, instant_field, integer_field, version_field, word_field
from app.models.words import MoneyStatus, PayoutKind, Rest
from app.rules.clauses import Fund


def payout_id(contract_id: uuid.UUID, subject: str) -> uuid.UUID:
    """Give the id of a payout, which it has before anything of it is on record."""
    return uuid.uuid5(contract_id, subject)


class Payout(Table, table=True):
    """绩效考核金, or a release of the holdback: what leaves a fund, and what of it is forfeited."""

    __tablename__ = "payouts"
    __table_args__ = (
        UniqueConstraint("contract_id", "subject"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= amount_fen", name="paid_within_amount"),
        CheckConstraint("(status = 'approved') = (approved_on IS NOT NULL)", name="approved_has_its_day"),
    )

    id: uuid.UUID = Field(primary_key=True)
    """Made from the contract and the subject, so that a payout has its id before it is on record."""
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    subject: str = Field(max_length=100)
    """What it is for: `2023/prorated_payout`, `release/acceptance`; each is paid out once."""
    kind: PayoutKind = word_field(PayoutKind, "kind")
    year: int | None = None
    source: Fund = word_field(Fund, "source")
    status: MoneyStatus = word_field(MoneyStatus, "status", default=MoneyStatus.DRAFT)
    amount_fen: int | None = integer_field(default=None)
    """What is paid out; NULL while the clause is incomplete, or ambiguous and not yet read."""
    forfeited_fen: int = integer_field(default=0)
    paid_fen: int = integer_field(default=0)
    clause: str = Field(max_length=100)
    terms_version_id: uuid.UUID = Field(foreign_key="terms_versions.id", ondelete="RESTRICT")
    steps: list[dict[str, Any]] = Field(sa_type=CanonicalJson)
    event_on: date | None = None
    """Of a release: the day of the event that it follows."""
    document: str | None = Field(default=None, max_length=200)
    """Of a release: the paper that shows the event."""
    drafted_by: str = Field(max_length=64)
    drafted_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    """Who drafted it, or recorded its reading; NULL for a nightly job."""
    drafted_on: date
    approved_by: str | None = Field(default=None, max_length=64)
    approved_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    approved_on: date | None = None
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class PayoutReading(Table, table=True):
    """One recorded choice of a reading; the last one stands, all of them stay."""

    __tablename__ = "payout_readings"

    payout_id: uuid.UUID = Field(foreign_key="payouts.id", ondelete="RESTRICT", primary_key=True)
    number: int = Field(primary_key=True)
    reading: str = Field(max_length=64)
    inputs: dict[str, str] = Field(sa_type=CanonicalJson)
    rest: Rest = word_field(Rest, "rest")
    agreed_on: date
    document: str = Field(max_length=200)
    note: str | None = Field(default=None, max_length=2000)
    recorded_by: str = Field(max_length=64)
    recorded_by_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT")
    recorded_at: datetime = instant_field()
