"""Drafts the payouts of the years that have closed: `draft_payouts`."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.features.alerts.state import Broken, Tally
from app.features.audit import service as audit
from app.features.audit.actor import NIGHTLY, Actor
from app.features.audit.changes import Change
from app.features.audit.hashing import row_hash
from app.features.audit.service import Act
from app.features.contracts.within import ALL, Within
from app.features.settlements.payouts import queries as payout_queries
from app.features.settlements.payouts.dues import KINDS, Due
from app.features.settlements.payouts.facts import Gathered, PayoutFacts, gather
from app.features.settlements.payouts.rows import new_row, reckoned
from app.features.settlements.payouts.standings import Standing, stand
from app.models import Payout
from app.models.words import MoneyStatus, PayoutKind

BATCH = 1000
"""Contracts that are taken together, so that a night's statements grow with batches of them only."""
_DECEMBER, _LAST = 12, 31


@dataclass(slots=True)
class _Found:
    """What a batch comes to: rows to add, rows to change with what they are to say, what was looked at."""

    read: int = 0
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[RowMapping, dict[str, Any]]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def draft_payouts(session: Session, actor: Actor, as_of: date, within: Within = ALL) -> Tally:
    """Put on record, once, what the terms in force pay out for every year that has closed before `as_of`.

    What is not decided yet is drafted without an amount. A draft that nobody has touched follows the record; a second
    run on the same facts writes nothing. A contract whose data is broken stops nobody else.
    """
    tally = Tally(0, 0, 0, [])
    contracts: list[uuid.UUID] = []
    after: uuid.UUID | None = None
    words = {kind.value for kind in KINDS.values()}
    while ids := payout_queries.paying_out_for_update(session, words, as_of, after, BATCH, within):
        found = _batch(gather(session, ids), as_of)
        _write(session, actor, as_of, found)
        written = len(found.new) + len(found.changed)
        contracts += [row["contract_id"] for row in found.new] + [row["contract_id"] for row, _ in found.changed]
        tally = tally.plus(Tally(found.read, written, found.read - written, found.broken))
        after = ids[-1]
    return replace(tally, contracts=contracts)


def _batch(gathered: dict[uuid.UUID, Gathered], as_of: date) -> _Found:
    found, today = _Found(), clock.today()
    for id_ in sorted(gathered):
        try:
            facts = PayoutFacts(gathered[id_])
            closed = [s for s in stand(facts, today).values() if _closed(facts, s.due, as_of)]
            drafts = [draft for standing in closed for draft in _drafts(facts, standing, today)]
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            found.broken.append(Broken(id_, f"{type(error).__name__}: {error}"[:500]))
            continue
        found.read += len(closed)
        found.new += [values for row, values in drafts if row is None]
        found.changed += [(row, values) for row, values in drafts if row is not None]
    return found


def _closed(facts: PayoutFacts, due: Due, as_of: date) -> bool:
    """Tell whether it is a payout by the terms in force of a year whose last day of service lies before a day."""
    if due.kind is PayoutKind.RELEASE or due.year is None or not due.in_force:
        return False
    last = max((facts.served[period][1] for period in due.months), default=date(due.year, _DECEMBER, _LAST))
    return last < as_of


def _drafts(facts: PayoutFacts, standing: Standing, today: date) -> Iterator[tuple[RowMapping | None, dict[str, Any]]]:
    """Give the row that is not there yet, or what a draft that nobody has touched should say by now."""
    row, values = standing.row, reckoned(standing.due, standing.decided)
    if row is None:
        drafted = {"drafted_by": NIGHTLY.name, "drafted_on": today}
        yield None, new_row(facts, standing.due, values | drafted)
        return
    touched = row["drafted_by_id"] is not None or row["status"] is not MoneyStatus.DRAFT
    if not touched and any(row[name] != value for name, value in values.items()):
        yield row, values | {"drafted_on": today, "updated_at": clock.now(), "version": row["version"] + 1}


def _write(session: Session, actor: Actor, as_of: date, found: _Found) -> None:
    """Write a batch: one statement for what is new, one for what has changed, and the acts that say so."""
    if found.new:
        session.connection().execute(insert(Payout), found.new)
    if found.changed:
        names = list(found.changed[0][1])
        statement = (
            update(Payout)
            .where(col(Payout.id) == bindparam("payout"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        rows = [
            {"payout": row["id"], **{f"new_{name}": values[name] for name in names}} for row, values in found.changed
        ]
        session.connection().execute(statement, rows)
    done = [(values["service_center_id"], _change(None, values)) for values in found.new]
    done += [(row["service_center_id"], _change(row, {**row, **values})) for row, values in found.changed]
    audit.append(session, _acts(actor, as_of, done))


def _change(before: RowMapping | None, after: dict[str, Any]) -> Change:
    return Change("payouts", str(after["id"]), row_hash(dict(before)) if before else None, row_hash(after))


def _acts(actor: Actor, as_of: date, done: Sequence[tuple[uuid.UUID, Change]]) -> list[Act]:
    """Say a batch's changes as acts, each center's in its own chain."""
    by_center: dict[uuid.UUID, list[Change]] = {}
    for center, change in done:
        by_center.setdefault(center, []).append(change)
    return [
        Act(actor, center, "payouts.drafted", f"draft_payouts/{as_of}", changes, {"as_of": str(as_of)})
        for center, changes in sorted(by_center.items())
    ]
