"""What happens to a month after its notice: numbered revisions, and appeals, never changed once decided."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, integer_field, word_field
from app.models.words import AppealOutcome
from app.rules.consecutive import MonthState
from app.rules.scores import ScoreKind, Verdict


class AssessmentRevision(Table, table=True):
    """One version of a notified month: number 0 is what was notified, each later one a revision with its reason."""

    __tablename__ = "assessment_revisions"
    __table_args__ = (
        UniqueConstraint("assessment_id", "number"),
        CheckConstraint("(number = 0) = (reason IS NULL)", name="revised_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    assessment_id: uuid.UUID = Field(foreign_key="assessments.id", ondelete="RESTRICT")
    number: int
    revised_on: date
    """The day from which this version stands; of number 0 the day on which the result became final."""
    reason: str | None = Field(default=None, max_length=1000)
    author: str | None = Field(default=None, max_length=64)
    state: MonthState = word_field(MonthState, "state")
    score_kind: ScoreKind | None = word_field(ScoreKind, "score_kind", default=None)
    score_hundredths: int | None = integer_field(default=None)
    score_exact: str | None = Field(default=None, max_length=80)
    state_reason: str | None = Field(default=None, max_length=1000)
    """Why the month is excused or was not assessed, in this version."""
    note: str | None = Field(default=None, max_length=2000)
    criteria: list[dict[str, Any]] = Field(sa_type=CanonicalJson)
    """The points by criterion in this version, in hundredths."""
    terms_version_id: uuid.UUID | None = Field(default=None, foreign_key="terms_versions.id", ondelete="RESTRICT")
    verdict: Verdict | None = word_field(Verdict, "verdict", default=None)
    grade: str | None = Field(default=None, max_length=50)
    notified_on: date
    document_no: str | None = Field(default=None, max_length=100)
    added_findings: list[str] = Field(sa_type=CanonicalJson)
    withdrawn_findings: list[str] = Field(sa_type=CanonicalJson)
    """Ids of the findings that this revision recorded late, or withdrew."""
    recorded_at: datetime = instant_field()


class Appeal(Table, table=True):
    """申诉 against a notified month: filed by the vendor, or recorded from its paper; decided once, then unchanged."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index(
            "uq_appeals_on_paper",
            "assessment_id",
            "against_revision",
            unique=True,
            sqlite_where=text("filed_by_id IS NULL"),
            postgresql_where=text("filed_by_id IS NULL"),
        ),
        Index("ix_appeals_assessment_id", "assessment_id"),
        CheckConstraint("filed_by_id IS NOT NULL OR outcome IS NOT NULL", name="on_paper_with_decision"),
        CheckConstraint("(outcome IS NULL) = (decided_on IS NULL)", name="decided_has_its_day"),
        CheckConstraint("(outcome IS NULL) = (reason IS NULL)", name="decided_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    assessment_id: uuid.UUID = Field(foreign_key="assessments.id", ondelete="RESTRICT")
    against_revision: int
    appealed_on: date
    due_on: date | None = None
    """By when the terms let the vendor appeal; NULL where they state no appeal clause."""
    grounds: str | None = Field(default=None, max_length=2000)
    """What the paper says; an appeal that was filed has its grounds line by line."""
    filed_by: str | None = Field(default=None, max_length=64)
    filed_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    """Who filed it for the vendor; NULL where it came on paper and was recorded with its decision."""
    outcome: AppealOutcome | None = word_field(AppealOutcome, "outcome", default=None)
    """NULL while it is not decided."""
    decided_on: date | None = None
    decided_by: str | None = Field(default=None, max_length=64)
    decided_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    decided_at: datetime | None = instant_field(default=None)
    document_no: str | None = Field(default=None, max_length=100)
    reason: str | None = Field(default=None, max_length=1000)
    revision: int | None = None
    """The revision that carried the decision out; NULL where the appeal was rejected or is not decided."""
    recorded_at: datetime = instant_field()
    """When it was filed, or recorded from its paper."""
