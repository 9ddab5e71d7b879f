"""Posts to the ledger, each cause once, and says what stands on a contract's accounts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert
from sqlmodel import Session

from app import clock
from app.features.audit.changes import write, write_new
from app.features.settlements.ledger import queries as ledger_queries
from app.models import LedgerEntry, LedgerLine
from app.models.columns import new_id
from app.models.words import LedgerCause
from app.rules.ledger import Account, Posting, natural


@dataclass(frozen=True, slots=True)
class Cause:
    """What posts: the contract, what happened to which row of it, the day it counts from, and who did it."""

    service_center_id: uuid.UUID
    contract_id: uuid.UUID
    kind: LedgerCause
    id: uuid.UUID
    on: date
    by: str


def post(session: Session, cause: Cause, posting: Posting) -> uuid.UUID:
    """Post an entry, whose lines sum to nothing, and give its id.

    The caller holds the contract's row, so that the entries are numbered without a gap; a second posting of one cause
    fails at the table's own constraint.
    """
    entry: dict[str, Any] = {
        "id": new_id(),
        "service_center_id": cause.service_center_id,
        "contract_id": cause.contract_id,
        "of": cause.contract_id,
        "cause": cause.kind,
        "cause_id": cause.id,
        "posted_on": cause.on,
        "posted_by": cause.by,
        "recorded_at": clock.now(),
    }
    write(session, _ENTER, entry)
    lines = [
        {
            "entry_id": entry["id"],
            "number": place,
            "contract_id": cause.contract_id,
            "account": where.account,
            "fund": where.fund,
            "period": where.period,
            "amount_fen": fen,
        }
        for place, (where, fen) in enumerate(sorted(posting.items(), key=_order), 1)
    ]
    if lines:
        write_new(session, _ENTER_LINES, lines)
    id_: uuid.UUID = entry["id"]
    return id_


_ENTER = (
    insert(LedgerEntry)
    .values(number=ledger_queries.next_number(bindparam("of")))
    .returning(*LedgerEntry.__table__.columns)  # type: ignore[attr-defined]
)
_ENTER_LINES = insert(LedgerLine)


def _order(item: tuple[Any, int]) -> tuple[int, str, str]:
    where, fen = item
    return (0 if fen > 0 else 1, where.account.value, where.period or "")


def balances(rows: Iterable[RowMapping]) -> dict[Account, int]:
    """Turn summed lines into balances as people speak of them, every account named."""
    found = dict.fromkeys(Account, 0)
    for row in rows:
        found[row["account"]] += natural(row["account"], row["fen"])
    return found
