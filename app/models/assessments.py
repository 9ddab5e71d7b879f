"""Monthly assessments with their points by criterion, and the findings that they rest on."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field, integer_field, version_field, word_field
from app.models.words import Stage
from app.rules.consecutive import MonthState
from app.rules.scores import ScoreKind, Verdict


class Assessment(Table, table=True):
    """月度考核: the result of one contract for one period, expected from the day the contract is activated."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index("ix_assessments_center", "service_center_id", "id"),
        Index("ix_assessments_center_period", "service_center_id", "period", "id"),
        Index("ix_assessments_vendor_period", "vendor_id", "period", "id"),
        UniqueConstraint("contract_id", "period"),
        Index("ix_assessments_verdict", "verdict", "final_on"),
        Index("ix_assessments_served_to", "served_to"),
        CheckConstraint("score_hundredths >= 0", name="score_not_negative"),
        CheckConstraint("(stage IN ('final', 'notified')) = (final_on IS NOT NULL)", name="final_has_its_day"),
        CheckConstraint("(stage = 'notified') = (notified_on IS NOT NULL)", name="notified_has_its_day"),
        CheckConstraint("(stage = 'not_assessed') = (state IS NULL)", name="drafted_has_a_state"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str = Field(max_length=7)
    """考核月份, `YYYY-MM`."""
    served_from: date
    served_to: date
    """First and last day of service within the period; a partial month carries its days."""
    expected: bool = True
    """False once the contract was closed before this month."""
    stage: Stage = word_field(Stage, "stage", default=Stage.NOT_ASSESSED)
    state: MonthState | None = word_field(MonthState, "state", default=None)
    score_kind: ScoreKind | None = word_field(ScoreKind, "score_kind", default=None)
    score_hundredths: int | None = integer_field(default=None)
    """The score, or its bound, rounded once to hundredths of a point."""
    score_exact: str | None = Field(default=None, max_length=80)
    """The unrounded score or bound as a fraction `p/q`; marks and grades are decided by it."""
    reason: str | None = Field(default=None, max_length=1000)
    """Why the month is excused or was not assessed."""
    note: str | None = Field(default=None, max_length=2000)
    assessed_on: date | None = None
    assessed_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    """Who recorded the result last before it became final; NULL where that was before this was kept."""
    finalized_by_id: uuid.UUID | None = Field(default=None, foreign_key="principals.id", ondelete="RESTRICT")
    final_on: date | None = None
    terms_version_id: uuid.UUID | None = Field(default=None, foreign_key="terms_versions.id", ondelete="RESTRICT")
    """The terms that judged the result when it became final."""
    pass_mark_hundredths: int | None = integer_field(default=None)
    verdict: Verdict | None = word_field(Verdict, "verdict", default=None)
    grade: str | None = Field(default=None, max_length=50)
    notified_on: date | None = None
    """What the paper says."""
    document_no: str | None = Field(default=None, max_length=100)
    notice_recorded_at: datetime | None = instant_field(default=None)
    """What the clock said when the notice was recorded."""
    backdated: bool | None = None
    """Whether the notice was recorded long after its date, or without a document number; NULL before the notice."""
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often the month was revised after its notice; its versions are in `assessment_revisions`."""
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class AssessmentCriterion(Table, table=True):
    """The points of one 评分项 in one month; NULL points mean that the criterion does not apply."""

    __tablename__ = "assessment_criteria"

    assessment_id: uuid.UUID = Field(foreign_key="assessments.id", ondelete="RESTRICT", primary_key=True)
    criterion: str = Field(max_length=64, primary_key=True)
    points_hundredths: int | None = integer_field(default=None)


class Finding(Table, table=True):
    """考核问题: one occurrence of an issue, on a date, at a counter, with its deduction."""

    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_center", "service_center_id", "id"),
        Index("ix_findings_issue_type", "issue_type_id", "id"),
        Index("ix_findings_vendor", "vendor_id", "id"),
        Index("ix_findings_recurrence", "contract_id", "issue_type_id", "occurred_on"),
        Index("ix_findings_month", "contract_id", "period"),
        CheckConstraint("deduction_hundredths >= 0", name="deduction_not_negative"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_with_reason"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str = Field(max_length=7)
    issue_type_id: uuid.UUID = Field(foreign_key="issue_types.id", ondelete="RESTRICT")
    occurred_on: date
    counter: str | None = Field(default=None, max_length=32)
    description: str | None = Field(default=None, max_length=2000)
    deduction_hundredths: int | None = integer_field(default=None)
    """Points taken off, in hundredths."""
    until: date | None = None
    """The last day that it lasted, in the same month; NULL where it was of one day."""
    level: str | None = Field(default=None, max_length=64)
    """The contract's own code of severity."""
    unrectified: bool | None = None
    """True where it repeats a finding that was not rectified; NULL everywhere else."""
    post: str | None = Field(default=None, max_length=64)
    """The post that it concerns, such as `window_chief`."""
    at_least: bool = False
    """The source says "at least": there may be more occurrences than are recorded."""
    note: str | None = Field(default=None, max_length=2000)
    withdrawn_on: date | None = None
    withdrawn_reason: str | None = Field(default=None, max_length=1000)
    external_ref: str | None = Field(default=None, max_length=100)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
