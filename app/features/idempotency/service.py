"""Keeps the first answer to a key, in the transaction that it answers for."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.idempotency import queries
from app.features.upserts import upsert_on
from app.models import IdempotencyKey
from app.models.columns import UtcDateTime

KEPT = timedelta(days=35)
"""How long a key is remembered: a month's cycle and some days."""


class KeyReused(Invalid):
    """A second request under the key of another one."""

    code = "idempotency-key-reused"
    title = "The key stands for another request"
    remedy = "Send the very same request to get its answer again, or use a new key."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given: status, headers of its own, JSON text."""

    status: int
    headers: dict[str, str]
    body: str


def claim(session: Session, principal_id: uuid.UUID, key: str, fingerprint: str) -> Answer | None:
    """Take a key for this transaction, or give the answer that it already has.

    A concurrent twin waits here until the first has committed, and is given its answer; where the first was undone,
    the twin acts in its place. A key past its time is free again.
    """
    now = clock.now()
    fresh: dict[str, Any] = {"fingerprint": fingerprint, "status": None, "headers": {}, "body": None, "created_at": now}
    connection = session.connection()
    row = {"principal_id": principal_id, "key": key, "older_than": now - KEPT, **fresh}
    if connection.execute(_taking(connection.dialect.name), row).first() is not None:
        return None
    kept = answered(session, principal_id, key, fingerprint)
    if kept is None:
        message = "a key that conflicts has an answer"
        raise RuntimeError(message)
    return kept


_WRITTEN = ("fingerprint", "status", "headers", "body", "created_at")


@cache
def _taking(dialect: str) -> ReturningInsert[Any]:
    """Insert a key, or write over one past its time; gives nothing where the key stands."""
    fresh = upsert_on(dialect, IdempotencyKey)
    taken = fresh.on_conflict_do_update(
        index_elements=["principal_id", "key"],
        set_={name: fresh.excluded[name] for name in _WRITTEN},
        where=col(IdempotencyKey.created_at) < bindparam("older_than", type_=UtcDateTime),
    )
    return taken.returning(col(IdempotencyKey.key))


def answered(session: Session, principal_id: uuid.UUID, key: str, fingerprint: str) -> Answer | None:
    """Give the answer that a key has, without taking it; raises KeyReused where it stands for another request."""
    row = queries.kept(session, principal_id, key)
    if row is None or row["status"] is None:
        return None
    if row["fingerprint"] != fingerprint:
        raise KeyReused(f"'{key}' was used for another request.", pointer="/header/Idempotency-Key")
    return Answer(row["status"], row["headers"], row["body"] or "")


def keep(session: Session, principal_id: uuid.UUID, key: str, given: Answer) -> None:
    """Keep the answer of a key that this transaction has taken."""
    row = {"of": principal_id, "under": key, "status": given.status, "headers": given.headers, "body": given.body}
    session.connection().execute(_KEEP, row)


_KEEP = (
    update(IdempotencyKey)
    .where(col(IdempotencyKey.principal_id) == bindparam("of"), col(IdempotencyKey.key) == bindparam("under"))
    .values(status=bindparam("status"), headers=bindparam("headers"), body=bindparam("body"))
)


def forget(session: Session, as_of: date) -> int:
    """Delete the keys past their time on a business date, and give how many that were."""
    before = clock.midnight(as_of) - KEPT
    old = delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < before)
    return len(session.execute(old.returning(col(IdempotencyKey.key))).all())
