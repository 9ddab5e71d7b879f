"""Drafts by night what is due to be settled: every payment period that has ended and that the record decides."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.alerts.state import Broken, Tally
from app.features.audit import service as audit
from app.features.audit.actor import NIGHTLY, Actor
from app.features.audit.changes import Change
from app.features.audit.hashing import row_hash
from app.features.audit.service import Act
from app.features.contracts.errors import TermsUnreadable
from app.features.contracts.queries import versions_of
from app.features.contracts.versions import read_versions
from app.features.contracts.within import ALL, Within
from app.features.settlements import facts, queries
from app.features.settlements.errors import NothingToSettle, PeriodNotEnded, SettlementIncomplete
from app.features.settlements.facts import ContractBooks
from app.features.settlements.rows import Rows
from app.features.settlements.service import reckon, write

ONE_DAY = timedelta(days=1)
BATCH = 1000
"""Contracts that are read at once, and rows that an act of the audit names."""


def draft_due_settlements(session: Session, actor: Actor, as_of: date, within: Within = ALL) -> Tally:
    """Draft what ended before a day and is in no settlement; statements grow with batches of contracts alone.

    A second run finds nothing left to draft. What is not decided yet is skipped, and a contract whose terms cannot be
    read stops nobody else.
    """
    tally = Tally(0, 0, 0, [])
    waiting = sorted({*queries.undrafted(session, as_of, within), *queries.changed_since_settled(session, within)})
    contracts: list[uuid.UUID] = []
    turns: dict[uuid.UUID, date] = {}
    for start in range(0, len(waiting), BATCH):
        part = _draft(session, actor, waiting[start : start + BATCH], as_of)
        contracts += part.contracts
        turns |= part.turns
        tally = tally.plus(part)
    return replace(tally, contracts=contracts, turns=turns)


def _draft(session: Session, actor: Actor, waiting: Sequence[uuid.UUID], as_of: date) -> Tally:
    contract_ids = _paying(session, waiting)
    queries.hold(session, contract_ids)
    rows: list[Rows] = []
    turns: dict[uuid.UUID, date] = {}
    skipped = 0
    books, broken = facts.read_each(session, contract_ids, as_of)
    for of_contract in books:
        try:
            made, undecided, turns_on = _of_contract(of_contract, as_of)
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            broken.append(Broken(of_contract.id, f"{type(error).__name__}: {error}"[:500]))
            continue
        rows += made
        skipped += undecided
        if turns_on is not None:
            turns[of_contract.id] = turns_on
    if rows:
        write(session, rows)
        audit.append(session, list(_acts(actor, as_of, rows)))
    drafted = [entry.settlement["contract_id"] for entry in rows]
    return Tally(len(waiting), len(rows), skipped, broken, drafted, turns)


def _paying(session: Session, contract_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Keep the contracts whose terms say how they are paid, or cannot be read: of the others nothing is settled."""
    versions: dict[uuid.UUID, list[RowMapping]] = {}
    for row in versions_of(session, contract_ids):
        versions.setdefault(row["contract_id"], []).append(row)
    return [id_ for id_ in contract_ids if _pays(versions.get(id_, ()))]


def _pays(rows: Sequence[RowMapping]) -> bool:
    try:
        return any(version.terms.money.payment is not None for version in read_versions(rows))
    except TermsUnreadable:
        return True


def _of_contract(books: ContractBooks, as_of: date) -> tuple[list[Rows], int, date | None]:
    """Draft a contract's periods in their order, up to the first that holds adjustments or sets something off.

    A second draft beside such a one would hold the same again, and be stale once the first is approved. Gives, beside
    what was drafted and how many periods are not decided yet, the next day on which there may be more to draft.
    """
    rows: list[Rows] = []
    undecided = 0
    ends: list[date] = []
    for period in (*books.periods, *([books.supplement] if books.supplement else [])):
        if period.key in books.live:
            continue
        try:
            rows.append(reckon(books, period, NIGHTLY, as_of))
        except PeriodNotEnded:
            # The end of a month is asked for by itself; an instalment without months falls due on a day of the terms.
            ends += [] if period.months else [books.ends_on(period)]
            continue
        except NothingToSettle:
            continue
        except SettlementIncomplete:
            undecided += 1
            continue
        if rows[-1].settlement["carried_fen"] or any(line["adjustment"] for line in rows[-1].lines):
            # The periods behind it are asked about by the next night, as by every one.
            return rows, undecided, as_of + ONE_DAY
    return rows, undecided, min(ends) + ONE_DAY if ends else None


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
