"""What tells a night which contracts to look at: marks of what changed, and days on which time alone moves one."""

import uuid
from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field


class ChangedContract(Table, table=True):
    """A mark: something that a night reads of a contract was changed, in the transaction that wrote this row."""

    __tablename__ = "changed_contracts"

    id: uuid.UUID = id_field()
    contract_id: uuid.UUID
    """The nil id stands for every contract; so this is no foreign key, which would cost each write a look-up."""
    recorded_on: date
    """The day of the writing; what was written is dated on it or before."""


class Gathering(Table, table=True):
    """The one row that counts how often marks were gathered; who gathers holds it, so that one goes after another."""

    __tablename__ = "gatherings"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int


class NightContract(Table, table=True):
    """A contract whose marks were gathered, until every job has looked at it."""

    __tablename__ = "night_contracts"

    gathering: int = Field(primary_key=True)
    contract_id: uuid.UUID = Field(primary_key=True)
    recorded_on: date
    """The last day on which it was marked."""


class NightTurn(Table, table=True):
    """The next day on which a job must look at a contract again though nothing is recorded of it."""

    __tablename__ = "night_turns"
    __table_args__ = (Index("ix_night_turns_job_turns_on", "job", "turns_on"),)

    job: str = Field(primary_key=True, max_length=64)
    contract_id: uuid.UUID = Field(primary_key=True)
    turns_on: date
