"""Drafts by night what is due to be settled: every payment period that has ended and that the record decides."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date

from sqlmodel import Session

from app.features.alerts.state import Broken, Tally
from app.features.audit import service as audit
from app.features.audit.actor import NIGHTLY, Actor
from app.features.audit.changes import Change
from app.features.audit.hashing import row_hash
from app.features.audit.service import Act
from app.features.settlements import facts, queries
from app.features.settlements.errors import NothingToSettle, PeriodNotEnded, SettlementIncomplete
from app.features.settlements.facts import ContractBooks
from app.features.settlements.rows import Rows
from app.features.settlements.service import reckon, write

BATCH = 1000
"""Contracts that are read at once, and rows that an act of the audit names."""


def draft_due_settlements(session: Session, actor: Actor, as_of: date) -> Tally:
    """Draft what ended before a day and is in no settlement; statements grow with batches of contracts alone.

    A second run finds nothing left to draft. What is not decided yet is skipped, and a contract whose terms cannot be
    read stops nobody else.
    """
    tally = Tally(0, 0, 0, [])
    waiting = sorted({*queries.undrafted(session, as_of), *queries.changed_since_settled(session)})
    for start in range(0, len(waiting), BATCH):
        tally = tally.plus(_draft(session, actor, waiting[start : start + BATCH], as_of))
    return tally


def _draft(session: Session, actor: Actor, contract_ids: Sequence[uuid.UUID], as_of: date) -> Tally:
    queries.hold(session, contract_ids)
    rows: list[Rows] = []
    skipped = 0
    books, broken = facts.read_each(session, contract_ids, as_of)
    for of_contract in books:
        try:
            made, undecided = _of_contract(of_contract, as_of)
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            broken.append(Broken(of_contract.id, f"{type(error).__name__}: {error}"[:500]))
            continue
        rows += made
        skipped += undecided
    if rows:
        write(session, rows)
        audit.append(session, list(_acts(actor, as_of, rows)))
    return Tally(len(contract_ids), len(rows), skipped, broken)


def _of_contract(books: ContractBooks, as_of: date) -> tuple[list[Rows], int]:
    """Draft a contract's periods in their order, up to the first that holds adjustments or sets something off.

    A second draft beside such a one would hold the same again, and be stale once the first is approved.
    """
    rows: list[Rows] = []
    undecided = 0
    for period in (*books.periods, *([books.supplement] if books.supplement else [])):
        if period.key in books.live:
            continue
        try:
            rows.append(reckon(books, period, NIGHTLY, as_of))
        except (PeriodNotEnded, NothingToSettle):
            continue
        except SettlementIncomplete:
            undecided += 1
            continue
        if rows[-1].settlement["carried_fen"] or any(line["adjustment"] for line in rows[-1].lines):
            break
    return rows, undecided


def _acts(actor: Actor, as_of: date, rows: Sequence[Rows]) -> Iterator[Act]:
    """Say what was drafted as acts, each center's in its own chain, so many rows to an event."""
    by_center: dict[uuid.UUID, list[Change]] = {}
    for entry in rows:
        changes = by_center.setdefault(entry.settlement["service_center_id"], [])
        changes.append(Change("settlements", str(entry.id), None, row_hash(entry.settlement)))
        changes += [
            Change("settlement_lines", f"{entry.id}/{line['number']}", None, row_hash(line)) for line in entry.lines
        ]
    for center, changes in sorted(by_center.items(), key=lambda item: str(item[0])):
        for start in range(0, len(changes), BATCH):
            part = changes[start : start + BATCH]
            yield Act(actor, center, "settlements.drafted", f"{as_of}", part, {"as_of": str(as_of)})
