"""What happens to a month after its notice: numbered revisions and decided appeals, added to and never changed."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
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
    terms_version_id: uuid.UUID | None = Field(
        default=None, foreign_key="terms_versions.id", ondelete="RESTRICT", index=True
    )
    verdict: Verdict | None = word_field(Verdict, "verdict", default=None)
    grade: str | None = Field(default=None, max_length=50)
    notified_on: date
    document_no: str | None = Field(default=None, max_length=100)
    added_findings: list[str] = Field(sa_type=CanonicalJson)
    withdrawn_findings: list[str] = Field(sa_type=CanonicalJson)
    """Ids of the findings that this revision recorded late, or withdrew."""
    recorded_at: datetime = instant_field()


class Appeal(Table, table=True):
    """申诉 against a notified month, with the centre's decision; each version of a month is decided upon once."""

    __tablename__ = "appeals"
    __table_args__ = (UniqueConstraint("assessment_id", "against_revision"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT", index=True)
    assessment_id: uuid.UUID = Field(foreign_key="assessments.id", ondelete="RESTRICT")
    against_revision: int
    appealed_on: date
    due_on: date | None = None
    """By when the terms let the vendor appeal; NULL where they state no appeal clause."""
    grounds: str | None = Field(default=None, max_length=2000)
    outcome: AppealOutcome = word_field(AppealOutcome, "outcome")
    decided_on: date
    decided_by: str = Field(max_length=64)
    document_no: str | None = Field(default=None, max_length=100)
    reason: str = Field(max_length=1000)
    revision: int | None = None
    """The revision that carried the decision out; NULL where the appeal was rejected."""
    recorded_at: datetime = instant_field()
