"""What the vendor's portal remembers: every event once, what became of it, and how far it has reconciled."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, came_by TEXT NOT NULL, done INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, text TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Store:
    """One SQLite file; each call is a transaction of its own, so a program that is stopped loses nothing."""

    path: Path

    def keep(self, event_id: str, event: dict[str, Any], came_by: str) -> bool:
        """Keep an event; False where it is known already, however it came."""
        with self._open() as connection:
            kept = connection.execute(
                "INSERT OR IGNORE INTO events VALUES (?, ?, ?, 0)", (event_id, json.dumps(event), came_by)
            )
            return kept.rowcount == 1

    def waiting(self) -> list[tuple[str, dict[str, Any]]]:
        """Give the events that nothing was done about yet, in the order of their stream."""
        with self._open() as connection:
            rows = connection.execute("SELECT id, body FROM events WHERE done = 0").fetchall()
        found = [(event_id, json.loads(body)) for event_id, body in rows]
        return sorted(found, key=lambda one: int(one[1]["data"]["sequence"]))

    def done(self, event_id: str) -> None:
        """Note that an event was dealt with."""
        with self._open() as connection:
            connection.execute("UPDATE events SET done = 1 WHERE id = ?", (event_id,))

    def came_by(self) -> dict[str, str]:
        """Tell of each event whether it came by webhook or was read."""
        with self._open() as connection:
            return dict(connection.execute("SELECT id, came_by FROM events").fetchall())

    def note(self, name: str, text: str) -> None:
        """Remember a text under a name."""
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, text))

    def noted(self, name: str) -> str | None:
        """Give what is remembered under a name."""
        with self._open() as connection:
            row = connection.execute("SELECT text FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executescript(SCHEMA)
            yield connection
