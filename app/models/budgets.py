"""预算: lines of a project and year, what was added and taken, what was spent for which purpose, progress reports."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, integer_field, version_field, word_field
from app.models.words import ExpenditureDecisionKind, ProgressStatus


class BudgetLine(Table, table=True):
    """预算项目: a project's money of one year, and for which purposes it may be spent."""

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("service_center_id", "year", "project"),
        CheckConstraint("initial_fen >= 0", name="initial_not_negative"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    """The contract that is paid from it, where it is one."""
    project: str = Field(max_length=64)
    """The project's code."""
    year: int
    name: str = Field(max_length=200)
    initial_fen: int = integer_field()
    """年初预算, in fen."""
    purposes: list[dict[str, str]] = Field(sa_type=CanonicalJson)
    """Each `code` and `name` of what it may be spent for."""
    source: str | None = Field(default=None, max_length=200)
    """The paper that says so."""
    note: str | None = Field(default=None, max_length=2000)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class BudgetAdjustment(Table, table=True):
    """调整: an amount that was added to a line or taken from it on a day; only ever added."""

    __tablename__ = "budget_adjustments"
    __table_args__ = (
        CheckConstraint("amount_fen != 0", name="amount_not_zero"),
        CheckConstraint("(counterpart_line_id IS NULL) = (transfer_id IS NULL)", name="transfer_has_two_sides"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    budget_line_id: uuid.UUID = Field(foreign_key="budget_lines.id", ondelete="RESTRICT", index=True)
    amount_fen: int = integer_field()
    """Negative where it was taken."""
    adjusted_on: date
    reason: str | None = Field(default=None, max_length=1000)
    """NULL where nobody explains it, which the summary names."""
    document_no: str | None = Field(default=None, max_length=100)
    counterpart_line_id: uuid.UUID | None = Field(default=None, foreign_key="budget_lines.id", ondelete="RESTRICT")
    """The other line of an adjustment between projects."""
    transfer_id: uuid.UUID | None = None
    """What both sides of an adjustment between projects share."""
    recorded_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()


class Expenditure(Table, table=True):
    """支出 of a line for a purpose on a day; a wrong one is reversed by a counter-entry and stays."""

    __tablename__ = "expenditures"
    __table_args__ = (
        UniqueConstraint("service_center_id", "external_ref"),
        UniqueConstraint("reverses_id"),
        Index("ix_expenditures_center_spent_on", "service_center_id", "spent_on"),
        Index(
            "ix_expenditures_mismatched",
            "spent_on",
            sqlite_where=text("mismatched = 1"),
            postgresql_where=text("mismatched"),
        ),
        CheckConstraint("amount_fen != 0", name="amount_not_zero"),
        CheckConstraint("(amount_fen < 0) = (reverses_id IS NOT NULL)", name="only_counter_entries_negative"),
        CheckConstraint("(reverses_id IS NULL) = (external_ref IS NOT NULL)", name="recorded_by_reference"),
        CheckConstraint("(reverses_id IS NULL) = (reversal_reason IS NULL)", name="reversed_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    budget_line_id: uuid.UUID = Field(foreign_key="budget_lines.id", ondelete="RESTRICT", index=True)
    """The line that it was recorded under."""
    charged_line_id: uuid.UUID = Field(foreign_key="budget_lines.id", ondelete="RESTRICT", index=True)
    """The line that bears it now: another one once it was reclassified."""
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    """The contract of its line when it was recorded."""
    amount_fen: int = integer_field()
    """Negative in a counter-entry alone."""
    spent_on: date
    purpose: str = Field(max_length=64)
    purpose_name: str | None = Field(default=None, max_length=200)
    mismatched: bool
    """Whether the line that it was recorded under may not be spent for this purpose."""
    description: str | None = Field(default=None, max_length=2000)
    external_ref: str | None = Field(default=None, max_length=100)
    """Its number in the accounts; NULL in a counter-entry."""
    document_no: str | None = Field(default=None, max_length=100)
    payment_id: uuid.UUID | None = Field(default=None, foreign_key="payments.id", ondelete="RESTRICT", index=True)
    reverses_id: uuid.UUID | None = Field(default=None, foreign_key="expenditures.id", ondelete="RESTRICT")
    reversal_reason: str | None = Field(default=None, max_length=1000)
    recorded_by: str = Field(max_length=64)
    version: int = version_field()
    recorded_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class ExpenditureDecision(Table, table=True):
    """What was decided about an expenditure: charged to another line, or accepted as it is; only ever added."""

    __tablename__ = "expenditure_decisions"
    __table_args__ = (CheckConstraint("(kind = 'reclassified') = (to_line_id IS NOT NULL)", name="charged_to_a_line"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    expenditure_id: uuid.UUID = Field(foreign_key="expenditures.id", ondelete="RESTRICT", index=True)
    kind: ExpenditureDecisionKind = word_field(ExpenditureDecisionKind, "kind")
    decided_on: date
    amount_fen: int = integer_field()
    """The expenditure's own, which moves from line to line."""
    from_line_id: uuid.UUID = Field(foreign_key="budget_lines.id", ondelete="RESTRICT", index=True)
    to_line_id: uuid.UUID | None = Field(default=None, foreign_key="budget_lines.id", ondelete="RESTRICT", index=True)
    reason: str = Field(max_length=1000)
    document_no: str | None = Field(default=None, max_length=100)
    decided_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()


class ProgressReport(Table, table=True):
    """季度进展报告 to the finance bureau, of a contract or of what a center budgets beside its contracts."""

    __tablename__ = "progress_reports"
    __table_args__ = (
        UniqueConstraint("service_center_id", "quarter", "subject"),
        CheckConstraint("(status = 'handed_over') = (handed_over_on IS NOT NULL)", name="handed_over_has_its_day"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    contract_id: uuid.UUID | None = Field(default=None, foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    subject: str = Field(max_length=36)
    """The contract's id, or `center`."""
    quarter: str = Field(max_length=7)
    """Such as `2023-Q1`."""
    document: dict[str, Any] = Field(sa_type=CanonicalJson)
    status: ProgressStatus = word_field(ProgressStatus, "status", default=ProgressStatus.DRAFT)
    drafted_by: str = Field(max_length=64)
    drafted_on: date
    handed_over_on: date | None = None
    handed_over_by: str | None = Field(default=None, max_length=64)
    document_no: str | None = Field(default=None, max_length=100)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
