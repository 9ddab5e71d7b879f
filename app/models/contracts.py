"""Contracts, their money by year, the dated versions of their terms, and the register of due dates."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, integer_field, version_field, word_field
from app.models.words import ClosingReason, DueKind


class Contract(Table, table=True):
    """外包服务合同: vendor x service center x service months x money."""

    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("service_center_id", "number"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("closed_on IS NULL OR (closed_on >= starts_on AND closed_on <= ends_on)", name="closed_within"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    number: str = Field(max_length=64)
    title: str = Field(max_length=200)
    supervising_authority: str | None = Field(default=None, max_length=200)
    bidder: str | None = Field(default=None, max_length=200)
    """Legal name that won the tender, where it differs from the vendor's."""
    performing_branch: str | None = Field(default=None, max_length=200)
    """Legal name of the branch that performs, where it differs."""
    starts_on: date
    ends_on: date
    recorded_from: str = Field(max_length=7)
    """First period that Kaohe answers for, `YYYY-MM`."""
    closed_on: date | None = None
    """Last day of service; no later month is expected or counted."""
    closing_reason: ClosingReason | None = word_field(ClosingReason, "closing_reason", default=None)
    closing_note: str | None = Field(default=None, max_length=1000)
    note: str | None = Field(default=None, max_length=2000)
    external_ref: str | None = Field(default=None, max_length=100)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class ContractYear(Table, table=True):
    """The contract's money in one of its years."""

    __tablename__ = "contract_years"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount_not_negative"),)

    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT", primary_key=True)
    year: int = Field(primary_key=True)
    amount_fen: int = integer_field()


class TermsVersion(Table, table=True):
    """合同条款 in one dated version; an amendment (补充协议) adds a version and never changes one."""

    __tablename__ = "terms_versions"
    __table_args__ = (UniqueConstraint("contract_id", "number"),)

    id: uuid.UUID = id_field()
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    number: int
    """1 for the contract itself, 2 for its first amendment, and so on."""
    effective_from: date
    agreed_on: date
    """The day of the paper; what is known on a day is what was agreed by it."""
    reference: dict[str, Any] = Field(sa_type=CanonicalJson)
    document: str
    """The terms as canonical JSON text, read by the rules one contract at a time, so that one broken document stops
    nobody else's night."""
    repeat_threshold: int | None = None
    """The `repeat` clause's threshold, by which the nightly statement narrows."""
    consecutive_mark_hundredths: int | None = integer_field(default=None)
    """The highest mark of the `consecutive` clauses, in hundredths, by which the nightly statement narrows."""
    recorded_at: datetime = instant_field()


class DueDate(Table, table=True):
    """办理期限: one entry of the register of everything that somebody owes by a date.

    Exactly one entry of a contract, kind and subject is in force; a superseded one stays, with the day on which it
    was superseded.
    """

    __tablename__ = "due_dates"
    __table_args__ = (
        Index("ix_due_dates_center", "service_center_id", "id"),
        Index(
            "uq_due_dates_in_force",
            "contract_id",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("superseded_on IS NULL"),
            postgresql_where=text("superseded_on IS NULL"),
        ),
        Index("ix_due_dates_contract_kind", "contract_id", "kind"),
        Index(
            "ix_due_dates_unmet",
            "kind",
            "due_on",
            sqlite_where=text("met_on IS NULL"),
            postgresql_where=text("met_on IS NULL"),
        ),
        Index(
            "ix_due_dates_met_late",
            "kind",
            "due_on",
            sqlite_where=text("met_on > due_on"),
            postgresql_where=text("met_on > due_on"),
        ),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    kind: DueKind = word_field(DueKind, "kind")
    subject: str = Field(max_length=64)
    """What it is about: the period, for a notice; the year, for an annual assessment; the finding's id, for a
    rectification; the post and the day on which it fell vacant, for a key post."""
    terms_version_id: uuid.UUID = Field(foreign_key="terms_versions.id", ondelete="RESTRICT")
    event_on: date
    due_on: date
    provisional: bool
    """Counted over a year whose holiday notice is not out."""
    steps: list[str] = Field(sa_type=CanonicalJson)
    stated: bool | None = None
    """True where the center stated the day itself, so that no clause computes it; NULL everywhere else."""
    in_force_from: date
    superseded_on: date | None = None
    superseded_because: str | None = Field(default=None, max_length=200)
    met_on: date | None = None
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
