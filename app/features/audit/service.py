"""Records acts: each in its service center's chain, in the transaction of the change itself."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col

from app import clock
from app.features.audit import queries
from app.features.audit.actor import Actor
from app.features.audit.changes import Change, Touched, differences, hashes
from app.features.audit.hashing import HASH_NAME, event_hash
from app.features.upserts import insert_new
from app.models import AuditEvent, AuditHead
from app.models.audit import SERVICE_CHAIN
from app.models.columns import new_id


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
            "changes": [change.written() for change in self.changes],
            "details": self.details,
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

    The rows are read before as well as after: a row that somebody changed behind the service's back would otherwise
    be taken over unseen.
    """
    before = hashes(session, touched)
    yield
    session.flush()
    changed = differences(before, hashes(session, touched))
    append(session, [Act(actor, service_center_id, action, str(subject_id), changed, details or {})])


def append(session: Session, acts: Sequence[Act]) -> None:
    """Add acts to their chains: four statements for any number, and nobody else adds to those chains meanwhile."""
    if not acts:
        return
    chains = sorted({act.chain for act in acts})
    insert_new(session, AuditHead, [{"chain": chain, "number": 0, "hash": None} for chain in chains], ["chain"])
    heads = queries.heads_for_update(session, chains)
    events = []
    for act in acts:
        number, previous = heads[act.chain]
        event = act.event(number + 1, previous)
        heads[act.chain] = (event["number"], event["hash"])
        events.append(event)
    session.connection().execute(insert(AuditEvent), events)
    statement = (
        update(AuditHead)
        .where(col(AuditHead.chain) == bindparam("of"))
        .values(number=bindparam("new_number"), hash=bindparam("new_hash"))
    )
    moved = [{"of": chain, "new_number": heads[chain][0], "new_hash": heads[chain][1]} for chain in chains]
    session.connection().execute(statement, moved)
