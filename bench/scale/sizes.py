"""`python -m bench.scale.sizes`: rows and bytes that a month of a contract leaves in PostgreSQL, and what follows.

Months are recorded through the API of the application, so that the audit, the events and the keys are its own.
"""

import random
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from app import nightly
from app.database import Database, migrate
from app.models.words import AskedBy
from bench.postgres import AS_SHIPPED, PostgresServer, running_postgres
from bench.scale.office import INSIDE, Client, assess, inside, months, open_center, reads, settle
from bench.scale.servers import row

SEED = 20261122
CONTRACTS = 4
FIRST, LAST = 2024, 2025
READS = 600
WIDTHS = (12, 12, 12, 10, 16, 8)
FEWEST = 0.5
"""Rows a month under which a table does not grow by the month."""

CENTERS, CONTRACTS_EACH, MONTHS = 3_200, 10, 120
MONTHS_A_YEAR = CENTERS * CONTRACTS_EACH * 12
GIB = 1 << 30


@dataclass(frozen=True)
class Size:
    """What one table has."""

    rows: int
    heap: int
    indexes: int


def sizes(connection: psycopg.Connection) -> dict[str, Size]:
    """Measure every table: rows, bytes of the table with its TOAST, bytes of its indexes."""
    names = [
        name
        for (name,) in connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    ]
    return {
        name: Size(
            *row(
                connection, f"SELECT (SELECT count(*) FROM {name}), pg_table_size('{name}'), pg_indexes_size('{name}')"
            )
        )
        for name in names
    }


def record(server: PostgresServer, name: str, contracts: int = CONTRACTS, last: int = LAST) -> tuple[int, float, float]:
    """Record months, settlements and reads in a new database; give the months, and the log of months and of a night."""
    url = server.create(name)
    migrate(url)
    database = Database(url)
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as var, inside(database, Path(var)) as behind:
        center = open_center(database, INSIDE, "A", contracts, FIRST, last, behind)
        by_supervisor, by_finance = (Client(INSIDE, token, behind) for token in (center.supervisor, center.finance))
        began = _written(server)
        for month in months(FIRST, last):
            for contract in center.contracts:
                assess(by_supervisor, contract, month, dice)
                settle(by_supervisor, by_finance, contract, month)
        recorded = _written(server) - began
        for _ in range(READS // 3):
            for read in reads(by_supervisor, center, dice, FIRST, last):
                read()
    began = _written(server)
    for _ in nightly.run_range(database, "all", date(last + 1, 1, 31), date(last + 1, 1, 31), AskedBy.COMMAND):
        pass
    database.dispose()
    return len(months(FIRST, last)) * contracts, recorded, _written(server) - began


def _written(server: PostgresServer) -> float:
    with server.connect() as connection:
        (written,) = row(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")
    return float(written)


def main() -> None:
    """Measure and print."""
    with running_postgres(AS_SHIPPED) as server:
        done, log, night = record(server, "office")
        empty = _empty(server)
        with server.connect("office") as connection:
            _print_dead(connection, done)
            connection.execute("VACUUM (FULL, ANALYZE)")
            found = sizes(connection)
    print(f"{done} months by {CONTRACTS} contracts, each with ten findings, a notice and a settlement")
    titles = ("rows/month", "bytes/row", "of it index", "KB/month", "rows, all", "GiB")
    print(f"{'table':<22}" + "".join(f"{title:>{width}}" for title, width in zip(titles, WIDTHS, strict=True)))
    total = 0.0
    for name, size in sorted(found.items(), key=lambda pair: -(pair[1].heap + pair[1].indexes)):
        rows = (size.rows - empty[name]) / done
        if rows < FEWEST:
            continue
        each = (size.heap + size.indexes) / size.rows
        whole = rows * CENTERS * CONTRACTS_EACH * MONTHS
        total += rows * each
        print(
            f"{name:<22}{rows:>12.2f}{each:>12.0f}{size.indexes / size.rows:>12.0f}{rows * each / 1000:>10.1f}"
            f"{whole:>16,.0f}{whole * each / GIB:>8.0f}"
        )
    print(f"{total / 1000:.1f} KB a month of a contract; {total * MONTHS_A_YEAR / GIB:.0f} GiB a year, if all is kept")
    print(f"log: {log / done / 1000:.1f} KB a month of a contract, {log / done * MONTHS_A_YEAR / GIB:.0f} GiB a year")
    print(f"log of the first night over all of it: {night / done / 1000:.1f} KB a month of a contract")


def _print_dead(connection: psycopg.Connection, done: int) -> None:
    """Say what autovacuum has to follow: rows that are changed or deleted, and how many without touching an index."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    asked = (
        "SELECT relname, n_tup_upd, n_tup_hot_upd, n_tup_del FROM pg_stat_user_tables "
        "WHERE n_tup_upd + n_tup_del >= %s ORDER BY n_tup_upd + n_tup_del DESC"
    )
    for name, updated, hot, deleted in connection.execute(asked, [done]):
        share = hot / updated if updated else 0
        print(f"{name:<22}{updated / done:>8.1f} updates/month, {share:.0%} of them within the page; {deleted} deleted")


def _empty(server: PostgresServer) -> dict[str, int]:
    url = server.create("nothing")
    migrate(url)
    with server.connect("nothing") as connection:
        return {name: size.rows for name, size in sizes(connection).items()}


if __name__ == "__main__":
    main()
