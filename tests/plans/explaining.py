"""What a database says of how it would answer a statement."""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from tests.plans.hearing import Sent

WHOLE = "the whole table"
MADE = "an index made for this statement"
_ALIAS = re.compile(r"\b(\w+) AS (\w+)\b")
_STEP = re.compile(
    r"(SCAN|SEARCH) (\w+)"
    r"(?: USING (?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?(INDEX|INTEGER PRIMARY KEY)(?: (\w+))?)?(?: \((.*)\))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Access:
    """How a plan comes to a table: by which index, and on what; `narrow` is False where it reads all of it."""

    table: str
    index: str
    on: str
    narrow: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """How one statement is answered; the cost is in PostgreSQL's own measure, and nothing where SQLite is asked."""

    accesses: tuple[Access, ...]
    sorts: bool
    cost: float = 0


def planned(sent: Sent) -> bool:
    """Tell whether a statement reads anything that has to be found: a plain INSERT does not."""
    words = sent.text.split()
    return words[0] == "UPDATE" or (words[0] in {"SELECT", "DELETE", "WITH"} and "FROM" in words)


def _names() -> dict[tuple[str, tuple[str, ...]], str]:
    """Name the keys and unique constraints of each table by their columns: SQLite has no names for them."""
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        found[table.name, tuple(column.name for column in table.primary_key)] = f"pk_{table.name}"
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                columns = tuple(column.name for column in constraint.columns)
                found[table.name, columns] = "_".join(("uq", table.name, *columns))
    return found


class OfSqlite:
    """Asks SQLite; it plans by the schema alone."""

    def __init__(self, path: str) -> None:
        """Open a migrated, empty file."""
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._names: dict[str, str] = {}
        known = {table.name for table in SQLModel.metadata.sorted_tables}
        names = _names()
        for table in known:
            for _seq, index, *_rest in self.connection.execute(f"PRAGMA index_list({table})").fetchall():
                columns = tuple(row[2] for row in self.connection.execute(f"PRAGMA index_info({index})").fetchall())
                self._names[index] = names.get((table, columns), index) if index.startswith("sqlite_") else index
        self._tables = known

    def execute(self, statement: str) -> None:
        """Change what there is to plan with."""
        self.connection.execute(statement)

    def plan(self, sent: Sent) -> Plan:
        """Ask for one statement."""
        steps = self.connection.execute(f"EXPLAIN QUERY PLAN {sent.text}", sent.parameters).fetchall()
        said = [str(step[3]) for step in steps]
        aliases = {alias: table for table, alias in _ALIAS.findall(sent.text)}
        return Plan(tuple(self._accesses(said, aliases)), any("TEMP B-TREE FOR" in line for line in said))

    def _accesses(self, said: list[str], aliases: dict[str, str]) -> Iterator[Access]:
        for line in said:
            found = _STEP.match(line)
            if found is None:
                continue
            how, name, by, index, on = found.groups()
            table = aliases.get(name, name)
            if table not in self._tables:
                continue
            shown = MADE if "AUTOMATIC" in line else WHOLE if by is None else self._names.get(index or "", index or by)
            yield Access(table, shown, on or "", how == "SEARCH" and shown != MADE)


class OfPostgres:
    """Asks PostgreSQL, whose tables are as long as they are said to be."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Ask over this connection."""
        self.connection = connection
        self.connection.execute("SET enable_incremental_sort = off")
        self.connection.execute("SET jit = off")
        self.connection.execute("SET max_parallel_workers_per_gather = 0")
        self.connection.execute("SET plan_cache_mode = force_custom_plan")
        self.connection.prepare_threshold = None

    def execute(self, statement: str) -> None:
        """Change what there is to plan with."""
        self.connection.execute(statement.encode())

    def plan(self, sent: Sent) -> Plan:
        """Ask for one statement."""
        row = self.connection.execute(f"EXPLAIN (FORMAT JSON) {sent.text}".encode(), sent.parameters).fetchone()
        assert row is not None
        root = (json.loads(row[0]) if isinstance(row[0], str) else row[0])[0]["Plan"]
        nodes = list(_nodes(root))
        sorts = any(node["Node Type"] == "Sort" for node in nodes)
        return Plan(tuple(_postgres_accesses(nodes)), sorts, float(root["Total Cost"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _postgres_accesses(nodes: list[dict[str, Any]]) -> Iterator[Access]:
    for node in nodes:
        kind = node["Node Type"]
        if kind == "Seq Scan":
            yield Access(node["Relation Name"], WHOLE, "", narrow=False)
        elif kind in {"Index Scan", "Index Only Scan"}:
            on = node.get("Index Cond", "")
            yield Access(node["Relation Name"], node["Index Name"], on, narrow=bool(on))
        elif kind == "Bitmap Heap Scan":
            for part in _nodes(node):
                if part["Node Type"] == "Bitmap Index Scan":
                    on = part.get("Index Cond", "")
                    yield Access(node["Relation Name"], part["Index Name"], on, narrow=bool(on))
