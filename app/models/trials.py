"""Trials of a whole service centre: a working table, which holds nothing of the record."""

import uuid
from datetime import datetime
from typing import Any

from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, word_field
from app.models.words import TrialStatus


class Trial(Table, table=True):
    """试算 of all contracts of a centre: what was asked, how far it has come, and what it found; kept 30 days."""

    __tablename__ = "trials"

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT", index=True)
    asked_by: str = Field(max_length=64)
    status: TrialStatus = word_field(TrialStatus, "status", default=TrialStatus.QUEUED)
    request: dict[str, Any] = Field(sa_type=CanonicalJson)
    """What was asked, as it came in."""
    contracts_done: int
    contracts_all: int
    """How many of the centre's contracts were tried so far, and how many it has."""
    result: dict[str, Any] | None = Field(default=None, sa_type=CanonicalJson)
    """What was found, amounts in fen; NULL until it is done."""
    error: str | None = Field(default=None, max_length=1000)
    """Why the whole trial failed."""
    heartbeat_at: datetime = instant_field()
    """When whoever runs it was last seen alive."""
    created_at: datetime = instant_field(index=True)
    finished_at: datetime | None = instant_field(default=None)
