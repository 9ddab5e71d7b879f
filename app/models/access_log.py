"""Who saw what: reads of figures and evidence, exports, sign-ins, refusals."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, word_field
from app.models.words import AccessKind, Role


class AccessLogEntry(Table, table=True):
    """One request as it was answered: by names and ids only, never with a query, a body or a secret.

    It refers to no other table: what it tells was so at the time, and nothing may keep it from being written.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_center", "service_center_id", "id"),
        CheckConstraint("times > 0", name="times_positive"),
    )

    id: uuid.UUID = id_field()
    occurred_at: datetime = instant_field()
    kind: AccessKind = word_field(AccessKind, "kind")
    principal_id: uuid.UUID | None = Field(default=None, index=True)
    """None where nobody was recognised."""
    principal: str | None = Field(default=None, max_length=64)
    """The principal's name."""
    role: Role | None = word_field(Role, "role", default=None)
    vendor_id: uuid.UUID | None = Field(default=None)
    """Whose it was that was read; of a vendor's own requests, the vendor."""
    service_center_id: uuid.UUID | None = Field(default=None)
    """Whose it was that was read, or the only one that the principal may see."""
    method: str = Field(max_length=8)
    route: str = Field(max_length=200)
    """As the documentation writes it, such as `/v1/contracts/{contract_id}`."""
    subjects: dict[str, str] = Field(sa_type=CanonicalJson)
    """What the address named, by the names in `route`."""
    status: int
    times: int
    """How many refusals in a row this entry stands for, or how many entries were lost; else 1."""
    request_id: str | None = Field(default=None, max_length=36)
    address: str | None = Field(default=None, max_length=45)
    """The client's, as the server sees it."""
    code: str | None = Field(default=None, max_length=64)
    """Why it was refused."""
    digested_on: date | None = Field(default=None, index=True)
    """The last day of the digest that vouches for it; None until the night has digested it."""
