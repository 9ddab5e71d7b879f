"""One row for every nightly job and business date."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, word_field
from app.models.words import AskedBy, RunStatus


class JobRun(Table, table=True):
    """A job's run for a business date: its attempts, and what the last one read, wrote, skipped and failed."""

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("job", "business_date"),)

    id: uuid.UUID = id_field()
    job: str = Field(max_length=64)
    business_date: date
    asked_by: AskedBy = word_field(AskedBy, "asked_by")
    """Who asked first; the clock's first run is where the dates that must not be missed begin."""
    status: RunStatus = word_field(RunStatus, "status")
    attempts: int
    rows_read: int
    rows_written: int
    rows_skipped: int
    rows_failed: int
    statements: int
    failures: list[dict[str, Any]] = Field(sa_type=CanonicalJson)
    """What failed, one entry a contract: its id and what is broken."""
    error: str | None = Field(default=None, max_length=1000)
    """Why the whole attempt failed."""
    gathered: int | None = None
    """The last gathering of marks before the last success: what was gathered since is still to be looked at."""
    program: str | None = Field(default=None, max_length=100)
    """Which program had that success; another one may judge the same facts otherwise."""
    overlooked: int | None = None
    """Of a run over all contracts: how many it corrected that no mark had named, which should be none."""
    first_succeeded_at: datetime | None = instant_field(default=None)
    started_at: datetime = instant_field()
    finished_at: datetime = instant_field()
