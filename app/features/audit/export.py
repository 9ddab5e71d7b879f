"""The audit as a file that anybody can check without the database: one event a line, the heads in the last."""

import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app.errors import Invalid
from app.features.audit import queries
from app.features.audit.hashing import plain
from app.features.audit.rows import Unreadable
from app.models.columns import canonical


class ExportUnreadable(Invalid):
    """A file that is no export, or a damaged one."""

    code = "export-unreadable"
    title = "The export cannot be read"
    remedy = "Give a file that 'kaohe audit export' wrote, whole."


def lines(session: Session) -> Iterator[str]:
    """Write every event, chain by chain, and then the heads; each line is the canonical JSON that was hashed."""
    for event in queries.all_events(session):
        if isinstance(event, Unreadable):
            raise ExportUnreadable(f"audit_events {event.key}: {event.error}", remedy="Run 'kaohe verify' first.")
        yield _line(event)
    yield canonical({"heads": _said(queries.heads(session))})


def lines_of(session: Session, centers: Collection[uuid.UUID]) -> Iterator[str]:
    """Write the chains of some service centers alone; the last line says whose heads it gives."""
    chains = sorted(map(str, centers))
    for event in queries.chained_events(session, chains):
        yield _line(event)
    yield canonical({"heads": _said(queries.heads(session, chains)), "chains": chains})


def _line(event: Mapping[Any, Any]) -> str:
    return canonical({name: plain(value) for name, value in event.items() if value is not None})


Heads = dict[str, tuple[int, str | None]]


def _said(heads: Heads) -> dict[str, dict[str, Any]]:
    return {chain: {"number": number, "hash": hash_} for chain, (number, hash_) in heads.items()}


def read(path: Path) -> tuple[list[dict[str, Any]], Heads]:
    """Read an export: its events and the heads at its end."""
    events, heads, _ = read_part(path)
    return events, heads


def read_part(path: Path) -> tuple[list[dict[str, Any]], Heads, frozenset[str] | None]:
    """Read an export, and which chains it is about; None: it is about all of them."""
    try:
        said = [_parsed(line) for line in path.read_text(encoding="utf-8").splitlines()]
        *events, last = said
        heads: Heads = {chain: (head["number"], head["hash"]) for chain, head in last["heads"].items()}
        chains = frozenset(last["chains"]) if "chains" in last else None
        return [_event(event) for event in events], heads, chains
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportUnreadable(f"{path.name}: {type(error).__name__}: {error}"[:300]) from error


def _parsed(line: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(line)
    return value


_MEMBERS = ("chain", "number", "hash", "hash_name", "changes")


def _event(said: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in _MEMBERS if name not in said]
    if missing:
        message = f"an event without {', '.join(missing)}"
        raise ValueError(message)
    return {"previous_hash": None, **said}
