"""What a vendor does of its own duty: reports of months and holders of key posts, added to and never changed."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field


class MonthlyReport(Table, table=True):
    """项目月报: one submission of a vendor's report of a month; the last one stands, all of them stay."""

    __tablename__ = "monthly_reports"
    __table_args__ = (UniqueConstraint("contract_id", "period", "number"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str = Field(max_length=7)
    number: int
    """Counts the submissions of a month from 1."""
    summary: str = Field(max_length=10000)
    figures: list[dict[str, str]] = Field(sa_type=CanonicalJson)
    """Each `code` with its `value` as exact decimal text, in the order in which they were sent."""
    submitted_on: date
    submitted_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()


class MonthlyReportReturn(Table, table=True):
    """退回: the service center returned a report, and with it every submission up to that one."""

    __tablename__ = "monthly_report_returns"
    __table_args__ = (UniqueConstraint("contract_id", "period", "number"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    period: str = Field(max_length=7)
    number: int
    """The submission that stood."""
    reason: str = Field(max_length=1000)
    returned_on: date
    returned_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()


class KeyPostFact(Table, table=True):
    """关键岗位: who holds a post from a day on, or that from that day on nobody does."""

    __tablename__ = "key_post_facts"
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        CheckConstraint("number > 0", name="numbered_from_one"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    number: int
    """Counts the contract's facts from 1."""
    post: str = Field(max_length=32)
    happened_on: date
    holder: str | None = Field(default=None, max_length=64)
    """A reference that the vendor chooses, such as a staff number, and no name; NULL: the post is vacant from then."""
    note: str | None = Field(default=None, max_length=2000)
    recorded_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()
