"""What a contract is paid: settlements with their lines, and the payments made on them."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, integer_field, version_field, word_field
from app.models.words import MoneyStatus

_LIVE = text("status != 'superseded'")


class Settlement(Table, table=True):
    """费用结算 of one payment period: drafted, approved by another person, paid; a newer draft supersedes a draft."""

    __tablename__ = "settlements"
    __table_args__ = (
        Index("ix_settlements_center_status", "service_center_id", "status", "id"),
        Index(
            "uq_settlements_live",
            "contract_id",
            "payment_period",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        CheckConstraint("payable_fen >= 0", name="payable_not_negative"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= payable_fen", name="paid_within_payable"),
        CheckConstraint("(status = 'approved') = (approved_on IS NOT NULL)", name="approved_has_its_day"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    payment_period: str = Field(max_length=16)
    """A month `2024-03`, a quarter `2024-Q1`, an instalment `I1`, or `opening` for the balance taken over."""
    ends_on: date
    """The last day of service that it settles."""
    months: list[str] = Field(sa_type=CanonicalJson)
    """The months that it settles, `YYYY-MM`; an opening balance, those that it covers."""
    first_period: str | None = Field(default=None, max_length=7)
    last_period: str | None = Field(default=None, max_length=7)
    """The first and last of its months, by which the nightly statement narrows; NULL where it has none."""
    status: MoneyStatus = word_field(MoneyStatus, "status", default=MoneyStatus.DRAFT)
    fee_fen: int = integer_field()
    deducted_fen: int = integer_field()
    held_fen: int = integer_field()
    adjusted_fen: int = integer_field()
    """What its adjustments do to the amount payable; they are contained in the three above."""
    carried_fen: int = integer_field()
    """Set off against what the vendor owes; negative where it is carried over to the next settlement."""
    payable_fen: int = integer_field()
    paid_fen: int = integer_field(default=0)
    digest: str = Field(max_length=64)
    """A hash of its lines with their steps; a draft is stale once they would come out otherwise."""
    drafted_by: str = Field(max_length=64)
    drafted_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    """Who drafted it; NULL for a nightly job."""
    drafted_on: date
    approved_by: str | None = Field(default=None, max_length=64)
    approved_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    approved_on: date | None = None
    note: str | None = Field(default=None, max_length=2000)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class SettlementLine(Table, table=True):
    """One amount of a settlement with the steps to it; only ever added."""

    __tablename__ = "settlement_lines"
    __table_args__ = (Index("ix_settlement_lines_posted", "contract_id", "period", "component"),)

    settlement_id: uuid.UUID = Field(foreign_key="settlements.id", ondelete="RESTRICT", primary_key=True)
    number: int = Field(primary_key=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str | None = Field(default=None, max_length=7)
    component: str = Field(max_length=32)
    """A `rules.lines.Component`, or the account of an opening balance."""
    adjustment: int | None = None
    """The contract's running number of adjustments; NULL for what the period itself comes to."""
    amount_fen: int = integer_field()
    """Positive as the component says; an adjustment may be negative."""
    clause: str | None = Field(default=None, max_length=100)
    """A JSON pointer into the terms, such as `/money/0`."""
    terms_version_id: uuid.UUID | None = Field(default=None, foreign_key="terms_versions.id", ondelete="RESTRICT")
    steps: list[dict[str, Any]] = Field(sa_type=CanonicalJson)


class Payment(Table, table=True):
    """What was paid on a settlement or a payout; a voided one stays, with the day of its counter-entry."""

    __tablename__ = "payments"
    __table_args__ = (
        Index(
            "uq_payments_voucher",
            "contract_id",
            "voucher_no",
            "subject_id",
            unique=True,
            sqlite_where=text("voided_on IS NULL"),
            postgresql_where=text("voided_on IS NULL"),
        ),
        Index("ix_payments_contract_subject", "contract_id", "subject_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(settlement_id IS NULL) != (payout_id IS NULL)", name="pays_one_thing"),
        CheckConstraint("(voided_on IS NULL) = (voided_reason IS NULL)", name="voided_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    settlement_id: uuid.UUID | None = Field(default=None, foreign_key="settlements.id", ondelete="RESTRICT", index=True)
    payout_id: uuid.UUID | None = Field(default=None, foreign_key="payouts.id", ondelete="RESTRICT", index=True)
    subject_id: uuid.UUID
    """The settlement's or the payout's id, so that one voucher pays each of them once."""
    amount_fen: int = integer_field()
    paid_on: date
    voucher_no: str = Field(max_length=100)
    invoice_no: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=2000)
    recorded_by: str = Field(max_length=64)
    voided_on: date | None = None
    voided_by: str | None = Field(default=None, max_length=64)
    voided_reason: str | None = Field(default=None, max_length=1000)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
