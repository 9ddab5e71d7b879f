"""What the vendor answers to a notice: its acknowledgement, the lines of its appeals, its rectifications."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field, word_field
from app.models.words import AppealAbout, AppealOutcome, Verification


class Acknowledgement(Table, table=True):
    """签收: the vendor says that a notice has reached it, once; rows are only added."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("assessment_id"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    assessment_id: uuid.UUID = Field(foreign_key="assessments.id", ondelete="RESTRICT")
    revision: int
    """The version of the month that was readable then; 0 is what was notified."""
    acknowledged_at: datetime = instant_field()
    acknowledged_by: str = Field(max_length=64)
    acknowledged_by_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT")
    deemed_on: date | None = None
    """The day on which it had been deemed given before; NULL where it came in time, or no limit is stated."""


class AppealLine(Table, table=True):
    """One line of an appeal: what it is about, why, and what is asked; decided with the appeal and then unchanged."""

    __tablename__ = "appeal_lines"
    __table_args__ = (
        UniqueConstraint("assessment_id", "against_revision", "subject"),
        UniqueConstraint("appeal_id", "number"),
        CheckConstraint("(outcome IS NULL) = (reason IS NULL)", name="decided_with_reason"),
    )

    id: uuid.UUID = id_field()
    appeal_id: uuid.UUID = Field(foreign_key="appeals.id", ondelete="RESTRICT")
    assessment_id: uuid.UUID = Field(foreign_key="assessments.id", ondelete="RESTRICT")
    against_revision: int
    number: int
    """1 for the appeal's first line."""
    about: AppealAbout = word_field(AppealAbout, "about")
    subject: str = Field(max_length=80)
    """What it is about, once for all appeals against one version: `score`, `criterion/CODE` or `finding/ID`."""
    grounds: str = Field(max_length=2000)
    asked: str = Field(max_length=1000)
    outcome: AppealOutcome | None = word_field(AppealOutcome, "outcome", default=None)
    reason: str | None = Field(default=None, max_length=1000)


class Rectification(Table, table=True):
    """整改: one submission of the vendor about a finding; judged once by the center, and then unchanged."""

    __tablename__ = "rectifications"
    __table_args__ = (
        UniqueConstraint("finding_id", "number"),
        CheckConstraint("(outcome IS NULL) = (judged_on IS NULL)", name="judged_has_its_day"),
        CheckConstraint("outcome <> 'returned' OR reason IS NOT NULL", name="returned_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    finding_id: uuid.UUID = Field(foreign_key="findings.id", ondelete="RESTRICT")
    number: int
    """1 for the finding's first one."""
    description: str = Field(max_length=2000)
    submitted_on: date
    submitted_at: datetime = instant_field()
    submitted_by: str = Field(max_length=64)
    submitted_by_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT")
    due_on: date | None = None
    """By when it was owed; NULL where the terms state no limit."""
    outcome: Verification | None = word_field(Verification, "outcome", default=None)
    """NULL while the center has not judged it."""
    reason: str | None = Field(default=None, max_length=1000)
    next_due_on: date | None = None
    """By when a returned one is owed again, where the center stated a new day."""
    judged_on: date | None = None
    judged_at: datetime | None = instant_field(default=None)
    judged_by: str | None = Field(default=None, max_length=64)
    judged_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
