"""`python -m bench.scale.centers`: what divides by service centre, from the tables and from the statements themselves.

Nothing is divided here: the tables are read from the metadata, the statements are those of a month, a settlement, four
reads and a night, as the program sends them. The rules held against them are Citus's: a unique key and a foreign key
between distributed tables hold the distribution column, and a statement goes to one node only if it names it.
"""

import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, UniqueConstraint, event
from sqlmodel import SQLModel

from app import nightly
from app.database import Database, migrate
from bench.scale.office import INSIDE, Client, assess, inside, months, open_center, reads, settle

CENTER = "service_center_id"
SEED = 20261122
FIRST, LAST = 2024, 2024

EVERYWHERE = frozenset(
    {
        "service_centers", "principals", "grants", "users", "tokens", "user_sessions", "password_history",
        "sign_in_failures", "message_channels", "message_settings", "messages", "message_nights", "work_calendar",
        "work_calendar_years", "job_runs", "idempotency_keys", "audit_heads", "event_heads",
    }
)  # fmt: skip
"""What belongs to no one centre, or is asked for before the centre is known."""


def main() -> None:
    """Print both."""
    tables()
    with tempfile.TemporaryDirectory() as folder:
        statements(Path(folder))


def tables() -> None:
    """Say of each table which of its keys would have to change."""
    found = SQLModel.metadata.sorted_tables
    distributed = {table.name: table for table in found if table.name not in EVERYWHERE}
    groups: dict[str, list[str]] = defaultdict(list)
    keys = foreign = 0
    for name, table in distributed.items():
        column = table.columns.get(CENTER)
        kind = "without the column" if column is None else "may be NULL" if column.nullable else "has the column"
        groups[kind].append(name)
        lacking = [columns for columns in _unique(table) if CENTER not in columns]
        keys += len(lacking)
        referred = [
            key.elements[0].column.table.name
            for key in table.foreign_key_constraints
            if key.elements[0].column.table.name in distributed
        ]
        foreign += len(referred)
        print(
            f"{name:<24}{kind:<20}unique without it: {lacking or '-'}; refers to: {', '.join(sorted(referred)) or '-'}"
        )
    backwards = [
        (table.name, key.elements[0].column.table.name)
        for table in found
        if table.name in EVERYWHERE
        for key in table.foreign_key_constraints
        if key.elements[0].column.table.name in distributed
    ]
    for kind, names in groups.items():
        print(f"{len(names)} tables, {kind}: {', '.join(sorted(names))}")
    print(f"{len(found) - len(distributed)} tables everywhere; of them refer to a distributed one: {backwards}")
    print(f"unique keys that lack it: {keys}; foreign keys between distributed tables, each by id alone: {foreign}")


def _unique(table: Table) -> Iterator[tuple[str, ...]]:
    yield tuple(column.name for column in table.primary_key)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)
    for index in table.indexes:
        if index.unique:
            yield tuple(column.name for column in index.columns)


def statements(folder: Path) -> None:
    """Say of each kind of work how many of its statements name a centre, or what belongs to one."""
    url = f"sqlite:///{folder / 'office.db'}"
    migrate(url)
    database = Database(url)
    with inside(database, folder) as behind:
        center = open_center(database, INSIDE, "A", 1, FIRST, LAST, behind)
        supervisor, finance = (Client(INSIDE, token, behind) for token in (center.supervisor, center.finance))
        contract, dice = center.contracts[0], random.Random(SEED)
        month, after = months(FIRST, LAST)[:2]
        assess(supervisor, contract, month, dice)
        settle(supervisor, finance, contract, month)
        with _heard(database) as heard:
            assess(supervisor, contract, after, dice)
        _print("a month (W1)", heard)
        with _heard(database) as heard:
            settle(supervisor, finance, contract, after)
        _print("a settlement (W2)", heard)
        with _heard(database) as heard:
            for read in reads(supervisor, center, dice, FIRST, LAST):
                read()
        _print("reads", heard)
    with _heard(database) as heard:
        for job in nightly.FLAGS:
            nightly.dry_run(database, job, after.replace(year=LAST + 1))
    _print("a night", heard)
    database.dispose()


@contextmanager
def _heard(database: Database) -> Iterator[set[str]]:
    heard: set[str] = set()

    def keep(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        heard.add(" ".join(statement.split()))

    event.listen(database.engine, "before_cursor_execute", keep)
    yield heard
    event.remove(database.engine, "before_cursor_execute", keep)


def _print(what: str, heard: set[str]) -> None:
    counted: dict[str, int] = defaultdict(int)
    for statement in heard:
        counted[_named(statement)] += 1
    print(f"{what}: {len(heard)} different statements; {dict(sorted(counted.items()))}")


def _named(statement: str) -> str:
    names = set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", statement))
    if not names - EVERYWHERE or statement.startswith(("PRAGMA", "SELECT 1")):
        return "of tables that are everywhere"
    if statement.startswith("INSERT"):
        return "names the centre" if CENTER in statement else "an insert without the centre"
    where = statement.partition(" WHERE ")[2]
    if CENTER in where:
        return "names the centre"
    return "names a contract" if "contract_id" in where else "names an id or less"


if __name__ == "__main__":
    main()
