"""年度考核: a vendor's year, held from the months where the terms ask for it."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, integer_field, version_field, word_field
from app.rules.scores import ScoreKind, Verdict


class AnnualAssessment(Table, table=True):
    """The result of one contract for one year; it is there once it has been held."""

    __tablename__ = "annual_assessments"
    __table_args__ = (
        UniqueConstraint("contract_id", "year"),
        CheckConstraint("score_hundredths >= 0", name="score_not_negative"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    year: int
    """The calendar year, or the one in which the contract year begins."""
    first_period: str = Field(max_length=7)
    last_period: str = Field(max_length=7)
    held_on: date
    score_kind: ScoreKind | None = word_field(ScoreKind, "score_kind", default=None)
    score_hundredths: int | None = integer_field(default=None)
    """The score, or its bound, rounded once to hundredths of a point."""
    score_exact: str | None = Field(default=None, max_length=250)
    """The unrounded score or bound as a fraction `p/q`; thirteen months on scales of their own have a long one."""
    review_exact: str | None = Field(default=None, max_length=80)
    """What the centre's year-end review gave, where the clause weighs one in."""
    steps: list[str] = Field(sa_type=CanonicalJson)
    """How the score follows from the months."""
    terms_version_id: uuid.UUID = Field(foreign_key="terms_versions.id", ondelete="RESTRICT")
    pass_mark_hundredths: int | None = integer_field(default=None)
    verdict: Verdict | None = word_field(Verdict, "verdict", default=None)
    grade: str | None = Field(default=None, max_length=50)
    note: str | None = Field(default=None, max_length=2000)
    notified_on: date | None = None
    document_no: str | None = Field(default=None, max_length=100)
    notice_recorded_at: datetime | None = instant_field(default=None)
    backdated: bool | None = None
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()
