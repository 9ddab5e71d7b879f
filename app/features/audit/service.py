"""Records acts: each in its service center's chain, in the transaction of the change itself."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col

from app import clock
from app.features.audit.actor import Actor
from app.features.audit.changes import Change, Touched, watching
from app.features.audit.hashing import HASH_NAME, event_hash
from app.features.nights.marks import NAMED_BY_ALERTS, affected, mark
from app.features.upserts import one_or_all, upsert_on
from app.models import AuditEvent, AuditHead
from app.models.audit import SERVICE_CHAIN
from app.models.columns import CanonicalText, canonical, new_id


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody did: `noun.verb`, to which subject, and every row that it changed."""

    actor: Actor
    service_center_id: uuid.UUID | None
    action: str
    subject_id: str
    changes: Sequence[Change] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def chain(self) -> str:
        """Name the chain that the act belongs to."""
        return SERVICE_CHAIN if self.service_center_id is None else str(self.service_center_id)

    def event(self, number: int, previous: str | None) -> dict[str, Any]:
        """Write the act as the event of that number, with its hash."""
        own = next((change for change in self.changes if change.key == self.subject_id), None)
        event: dict[str, Any] = {
            "id": new_id(),
            "chain": self.chain,
            "number": number,
            "service_center_id": self.service_center_id,
            "recorded_at": clock.now(),
            "actor": self.actor.name,
            "principal_id": self.actor.principal_id,
            "action": self.action,
            "subject_kind": self.action.split(".")[0],
            "subject_id": self.subject_id,
            "before_hash": own.before if own else None,
            "after_hash": own.after if own else None,
            "changes": CanonicalText(canonical([change.written() for change in self.changes])),
            "details": CanonicalText(canonical(self.details)),
            "request_id": self.actor.request_id,
            "hash_name": HASH_NAME,
            "previous_hash": previous,
        }
        return event | {"hash": event_hash(event)}


@contextmanager
def recording(
    session: Session,
    actor: Actor,
    service_center_id: uuid.UUID | None,
    action: str,
    subject_id: uuid.UUID,
    *touched: Touched,
    details: dict[str, Any] | None = None,
) -> Iterator[None]:
    """Record what is done inside as one act, by the rows of `touched` that differ afterwards.

    The rows are read before they are written to as well as after: a row that somebody changed behind the service's
    back would otherwise be taken over unseen.
    """
    with watching(session, touched) as watch:
        yield
        session.flush()
        changed = watch.changes()
        if changed:
            _mark(session, watch.contracts(), changed)
    append(session, [Act(actor, service_center_id, action, str(subject_id), changed, details or {})])


def _mark(session: Session, contracts: set[uuid.UUID], changed: Sequence[Change]) -> None:
    """Have the next night look at the contracts of the act: here, so that no service can forget it."""
    changed_before: dict[str, list[uuid.UUID]] = {}
    for change in changed:
        if change.before is not None and change.table in NAMED_BY_ALERTS:
            changed_before.setdefault(change.table, []).append(uuid.UUID(change.key))
    mark(session, contracts | affected(session, changed_before))


def append(session: Session, acts: Sequence[Act]) -> None:
    """Add acts to their chains: three statements for any number, and nobody else adds to those chains meanwhile."""
    if not acts:
        return
    connection = session.connection()
    heads = _reserve(connection, Counter(act.chain for act in acts))
    events = []
    for act in acts:
        number, previous = heads[act.chain]
        event = act.event(number + 1, previous)
        heads[act.chain] = (event["number"], event["hash"])
        events.append(event)
    connection.execute(_WRITE, one_or_all(events))
    connection.execute(_MOVE, one_or_all([{"of": chain, "new_hash": hash_} for chain, (_, hash_) in heads.items()]))


_WRITE = insert(AuditEvent)
_MOVE = update(AuditHead).where(col(AuditHead.chain) == bindparam("of")).values(hash=bindparam("new_hash"))


def _reserve(connection: Connection, wanted: Counter[str]) -> dict[str, tuple[int, str | None]]:
    """Take the next numbers of some chains, held in the order of their names; give their last number and hash before.

    A chain that is new begins at 0.
    """
    rows = [{"chain": chain, "number": count} for chain, count in sorted(wanted.items())]
    raised = connection.execute(_raising(connection.dialect.name), one_or_all(rows))
    return {chain: (number - wanted[chain], hash_) for chain, number, hash_ in raised}


@cache
def _raising(dialect: str) -> ReturningInsert[str, int, str | None]:
    fresh = upsert_on(dialect, AuditHead)
    raised = fresh.on_conflict_do_update(
        index_elements=["chain"], set_={"number": col(AuditHead.number) + fresh.excluded.number}
    )
    return raised.returning(col(AuditHead.chain), col(AuditHead.number), col(AuditHead.hash))
