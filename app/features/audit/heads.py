"""The heads of the chains outside of the database: who changes the database alone cannot change them with it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from app.errors import KaoheError
from app.features.audit import queries
from app.features.audit.hashing import row_hash


class HeadsUnreadable(KaoheError):
    """A file of heads that is damaged."""

    code = "heads-unreadable"
    title = "The file of audit heads cannot be read"
    status = 500
    remedy = "Compare it with the heads in the clock's log; put the damaged line right, or move the file away."


@dataclass(frozen=True, slots=True)
class Head:
    """A chain's last event at some time."""

    chain: str
    number: int
    hash: str


def read(path: Path) -> list[Head]:
    """Read every head that was ever written to a file; a missing file has none."""
    if not path.exists():
        return []
    found = []
    for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            said = json.loads(line)
            found.append(Head(said["chain"], int(said["number"]), said["hash"]))
        except (ValueError, KeyError, TypeError) as error:
            raise HeadsUnreadable(f"Line {place} of {path.name} is damaged.") from error
    return found


def publish(session: Session, path: Path, at: datetime) -> list[Head]:
    """Add to the file the heads that have moved since it was last written, and give all of them."""
    known = {head.chain: head.number for head in read(path)}
    now = [Head(chain, number, hash_) for chain, (number, hash_) in queries.heads(session).items() if hash_]
    moved = [head for head in now if known.get(head.chain) != head.number]
    if moved:
        _append(path, moved, at)
    return now


def renew(session: Session, path: Path, at: datetime) -> Path | None:
    """Begin the file anew after a restore; the old one is kept beside it, and its place is given."""
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.before-{at:%Y%m%dT%H%M%S%f}")
        path.rename(kept)
    publish(session, path, at)
    return kept


def digest(session: Session) -> str:
    """Give one hash over the heads of all chains, which names no chain."""
    return row_hash({chain: list(head) for chain, head in queries.heads(session).items()})


def anchors(heads: list[Head]) -> Mapping[tuple[str, int], str]:
    """Give the hash that each named event must have."""
    return {(head.chain, head.number): head.hash for head in heads}


def _append(path: Path, moved: list[Head], at: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({"at": at.isoformat(), "chain": head.chain, "number": head.number, "hash": head.hash})
        for head in moved
    ]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
