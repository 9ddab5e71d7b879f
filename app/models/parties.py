"""The parties: service centers with their sites and counters, vendors, and the catalogue of issue types."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field


class ServiceCenter(Table, table=True):
    """政务服务中心: the tenant."""

    __tablename__ = "service_centers"
    __table_args__ = (UniqueConstraint("code"),)

    id: uuid.UUID = id_field()
    code: str = Field(max_length=32)
    name: str = Field(max_length=200)
    created_at: datetime = instant_field()


class Site(Table, table=True):
    """大厅: a hall of a service center."""

    __tablename__ = "sites"
    __table_args__ = (UniqueConstraint("service_center_id", "code"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    code: str = Field(max_length=32)
    name: str = Field(max_length=200)
    created_at: datetime = instant_field()


class Counter(Table, table=True):
    """窗口: a place in a hall where staff serve; its code is unique in the service center."""

    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("service_center_id", "code"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    site_id: uuid.UUID = Field(foreign_key="sites.id", ondelete="RESTRICT")
    code: str = Field(max_length=32)
    name: str = Field(max_length=200)
    created_at: datetime = instant_field()


class Vendor(Table, table=True):
    """服务供应商, as one service center knows it; the same company at another center is that center's own entry."""

    __tablename__ = "vendors"
    __table_args__ = (UniqueConstraint("service_center_id", "name"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    name: str = Field(max_length=200)
    credit_code: str | None = Field(default=None, max_length=18)
    """统一社会信用代码, by which the same company is known at several centers."""
    external_ref: str | None = Field(default=None, max_length=100)
    created_at: datetime = instant_field()


class IssueType(Table, table=True):
    """问题类别: what findings point to."""

    __tablename__ = "issue_types"
    __table_args__ = (UniqueConstraint("service_center_id", "code"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    code: str = Field(max_length=64)
    name_zh: str = Field(max_length=200)
    name_en: str | None = Field(default=None, max_length=200)
    created_at: datetime = instant_field()
