"""The ledger: double entry, one entry for each cause, only ever added to."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import id_field, instant_field, integer_field, word_field
from app.models.words import LedgerCause
from app.rules.clauses import Fund
from app.rules.ledger import Account


class LedgerEntry(Table, table=True):
    """What one cause posted; its lines sum to zero, and no cause posts twice."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("cause", "cause_id"),
        UniqueConstraint("contract_id", "number"),
        Index("ix_ledger_entries_cause_id", "cause_id"),
    )

    id: uuid.UUID = id_field()
    service_center_id: uuid.UUID = Field(foreign_key="service_centers.id", ondelete="RESTRICT")
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    number: int
    """1, 2, 3, … within the contract."""
    cause: LedgerCause = word_field(LedgerCause, "cause")
    cause_id: uuid.UUID
    """The settlement, payout or payment that posted it."""
    posted_on: date
    """The day it counts from: of the approval, of the payment, of the voiding."""
    posted_by: str = Field(max_length=64)
    recorded_at: datetime = instant_field()


class LedgerLine(Table, table=True):
    """A debit (positive) or a credit (negative) of one account, in fen."""

    __tablename__ = "ledger_lines"
    __table_args__ = (
        Index("ix_ledger_lines_contract_account", "contract_id", "account"),
        CheckConstraint("amount_fen != 0", name="amount_not_nothing"),
    )

    entry_id: uuid.UUID = Field(foreign_key="ledger_entries.id", ondelete="RESTRICT", primary_key=True)
    number: int = Field(primary_key=True)
    contract_id: uuid.UUID = Field(foreign_key="contracts.id", ondelete="RESTRICT")
    account: Account = word_field(Account, "account")
    fund: Fund | None = word_field(Fund, "fund", default=None)
    """Of what is held back: where it is kept."""
    period: str | None = Field(default=None, max_length=7)
    """The month that it belongs to, where there is one."""
    amount_fen: int = integer_field()
