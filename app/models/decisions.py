"""What persons decided where a clause about money leaves a share open."""

import uuid
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field


class ClauseDecision(Table, table=True):
    """One decision about a clause in a month; of several about the same the last one stands, all of them stay."""

    __tablename__ = "clause_decisions"
    __table_args__ = (UniqueConstraint("contract_id", "number"),)

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    vendor_id: uuid.UUID = Field(foreign_key="vendors.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    number: int
    """1 for the contract's first one: the order in which they were recorded."""
    period: str = Field(max_length=7)
    clause: str = Field(max_length=100)
    """The clause's pointer into the terms, such as `/money/0`."""
    terms_version_id: uuid.UUID = Field(foreign_key="terms_versions.id", ondelete="RESTRICT")
    """The terms that it was decided by: under terms whose clause there is another one, it decides nothing."""
    share: str = Field(max_length=32)
    """0 to 1, as exact decimal text."""
    reason: str = Field(max_length=1000)
    reference: dict[str, str] = Field(sa_type=CanonicalJson)
    """The paper that holds the decision, and its clause."""
    decided_on: date
    recorded_by: str = Field(max_length=64)
    recorded_by_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT")
    recorded_at: datetime = instant_field()
