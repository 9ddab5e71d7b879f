"""Writes the rows of payouts: drafted, drafted anew, approved by compare and set."""

import uuid
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.settlements.errors import AlreadyApproved
from app.features.settlements.payouts.dues import Due
from app.features.settlements.payouts.facts import PayoutFacts
from app.features.settlements.payouts.queries import posted_for
from app.features.settlements.payouts.standings import Decided, Standing
from app.models import LedgerEntry, LedgerLine, Payout, PayoutReading
from app.models.words import MoneyStatus

NOBODY = "nobody"
"""Who drafted what was approved without a draft on record."""


def reckoned(due: Due, decided: Decided) -> dict[str, Any]:
    """Give the columns that say what a payout comes to, and by which clause."""
    return {
        "source": due.source,
        "amount_fen": decided.fen,
        "forfeited_fen": decided.forfeited,
        "clause": due.pointer,
        "terms_version_id": due.version.id,
        "steps": list(decided.steps),
    }


def drafted_by(caller: Caller, on: date) -> dict[str, Any]:
    """Give the columns that say who drafted it."""
    return {"drafted_by": caller.name, "drafted_by_id": caller.principal_id, "drafted_on": on}


def new_row(facts: PayoutFacts, due: Due, values: dict[str, Any]) -> dict[str, Any]:
    """Give a row that is not there yet, every column of it; `values` say who drafted it and what it comes to."""
    now = clock.now()
    return {
        **dict.fromkeys(Payout.model_fields),
        "id": due.id,
        "service_center_id": facts.contract["service_center_id"],
        "vendor_id": facts.contract["vendor_id"],
        "contract_id": facts.id,
        "subject": due.subject,
        "kind": due.kind,
        "year": due.year,
        "status": MoneyStatus.DRAFT,
        "paid_fen": 0,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    } | values


def write(session: Session, facts: PayoutFacts, standing: Standing, values: dict[str, Any]) -> None:
    """Write a draft, or what it says from now on; raises AlreadyApproved where somebody approved it meanwhile."""
    if standing.row is None:
        session.connection().execute(insert(Payout), [new_row(facts, standing.due, values)])
        return
    statement = (
        update(Payout)
        .where(
            col(Payout.id) == standing.due.id,
            col(Payout.status) == MoneyStatus.DRAFT,
            col(Payout.version) == standing.version,
        )
        .values(updated_at=clock.now(), version=standing.version + 1, **values)
        .returning(col(Payout.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise AlreadyApproved(f"{standing.due.subject} was approved meanwhile.", pointer="/path/payout_id")


def recording_payout(
    session: Session, caller: Caller, action: str, facts: PayoutFacts, due: Due
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the payout: its row, its choices of a reading, what it posts."""
    touched: tuple[Touched, ...] = (
        (Payout, col(Payout.id) == due.id),
        (PayoutReading, col(PayoutReading.payout_id) == due.id),
        (LedgerEntry, col(LedgerEntry.cause_id) == due.id),
        (LedgerLine, posted_for(due.id)),
    )
    details = {"contract_id": str(facts.id), "subject": due.subject}
    center: uuid.UUID = facts.contract["service_center_id"]
    return recording(session, caller.actor, center, action, due.id, *touched, details=details)
