"""Monthly metrics: the figures that a month is measured by beside its score."""

import uuid
from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field


class MonthMetrics(Table, table=True):
    """月度数据 of one contract for one period: satisfaction, cases handled, head count, open counters."""

    __tablename__ = "month_metrics"
    __table_args__ = (
        UniqueConstraint("contract_id", "period"),
        Index("ix_month_metrics_center_period", "service_center_id", "period"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str = Field(max_length=7)
    figures: list[dict[str, str | None]] = Field(sa_type=CanonicalJson)
    """Each `code`, the `site` (hall or counter) that it is of or null, and its `value` as exact decimal text."""
    note: str | None = Field(default=None, max_length=2000)
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class MonthMetricCodes(Table, table=True):
    """Which codes a month had figures of from a day on: written whenever that changes, and only added to.

    By it a night of the past sees what was missing then, whatever was entered since.
    """

    __tablename__ = "month_metric_codes"
    __table_args__ = (UniqueConstraint("contract_id", "period", "number"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str = Field(max_length=7)
    number: int
    """Counts the changes of a month from 1."""
    codes: list[str] = Field(sa_type=CanonicalJson)
    """In alphabetical order; of the whole contract or of any hall or counter."""
    recorded_on: date
    recorded_at: datetime = instant_field()
