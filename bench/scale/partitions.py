"""`python -m bench.scale.partitions [CLONES]`: the same record whole and divided by years, and what each way costs.

One contract's years are recorded through the API, copied so many times inside of the database, and the database is
copied. In the copy four tables are divided: months and findings by their period, the audit and the access log by
their ids, which are ordered by time. The statements are those that the program sends; it is not changed for it.
"""

import random
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event

from app import nightly
from app.database import Database
from app.models.words import AskedBy
from bench.postgres import AS_SHIPPED, PostgresServer, running_postgres
from bench.scale.copies import CLONED, FIRST, LAST, UNRECORDED, prepare
from bench.scale.office import Center, Client, assess, months, settle
from bench.scale.servers import execute, row, serve

CLONES = 300
ROUNDS = 3
READS = 60
MONTHS = 6
NIGHT = date(2026, 1, 31)

PERIOD, ID = "period", "id"
DIVIDED = {"assessments": PERIOD, "findings": PERIOD, "audit_events": ID, "access_log": ID}
"""By which column each is divided."""


def divide(connection: psycopg.Connection) -> dict[str, float]:
    """Divide the four tables by years, and give the seconds for each."""
    seconds = {}
    for table, key in DIVIDED.items():
        began = time.perf_counter()
        _divide(connection, table, key)
        seconds[table] = time.perf_counter() - began
    return seconds


def _divide(connection: psycopg.Connection, table: str, key: str) -> None:
    whole = f"{table}_whole"
    indexes = connection.execute(
        "SELECT pg_get_indexdef(indexrelid), indisprimary, indisunique FROM pg_index WHERE indrelid = %s::regclass",
        [table],
    ).fetchall()
    foreign = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    ).fetchall()
    triggers = connection.execute(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
    ).fetchall()
    _let_go(connection, table)
    execute(connection, f"ALTER TABLE {table} RENAME TO {whole}")
    execute(
        connection,
        f"CREATE TABLE {table} (LIKE {whole} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({key})",
    )
    for year in range(FIRST, LAST + 2):
        bounds = f"FROM ('{_bound(key, year)}') TO ('{_bound(key, year + 1)}')"
        execute(connection, f"CREATE TABLE {table}_{year} PARTITION OF {table} FOR VALUES {bounds}")
    execute(connection, f"INSERT INTO {table} SELECT * FROM {whole}")
    execute(connection, f"DROP TABLE {whole} CASCADE")
    for text, primary, unique in indexes:
        _index(connection, table, key, text, primary=primary, unique=unique)
    for name, text in foreign:
        execute(connection, f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}")
    for (text,) in triggers:
        execute(connection, text)


def _let_go(connection: psycopg.Connection, table: str) -> None:
    """Drop the foreign keys of others: a divided table has no key that is its id alone, unless that divides it."""
    referring = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE confrelid = %s::regclass AND contype = 'f'",
        [table],
    ).fetchall()
    for other, name in referring:
        execute(connection, f"ALTER TABLE {other} DROP CONSTRAINT {name}")
        print(f"  {other}.{name} refers to {table} and cannot any more")


def _index(connection: psycopg.Connection, table: str, key: str, text: str, *, primary: bool, unique: bool) -> None:
    columns = text.rpartition("(")[2].rstrip(")")
    if primary:
        execute(connection, f"ALTER TABLE {table} ADD PRIMARY KEY ({columns if key == ID else f'id, {key}'})")
    elif unique and key not in columns.split(", "):
        print(f"  unique ({columns}) of {table} holds within each year alone")
        for year in range(FIRST, LAST + 2):
            execute(connection, f"CREATE UNIQUE INDEX ON {table}_{year} ({columns})")
    else:
        execute(connection, text.replace(f"{table}_whole", table))


def _bound(key: str, year: int) -> str:
    if key == PERIOD:
        return f"{year}-01"
    milliseconds = int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
    return str(uuid.UUID(int=milliseconds << 80))


def compare(server: PostgresServer, center: Center) -> None:
    """Read, write and run a night on both by turns, and print the times and their ratios."""
    urls = {name: server.url(name) for name in ("plain", "divided")}
    contracts = _contracts(server)
    with (
        tempfile.TemporaryDirectory() as var,
        serve(urls["plain"], Path(var) / "a") as one,
        serve(urls["divided"], Path(var) / "b") as two,
    ):
        services = {"plain": one, "divided": two}
        for what, work in _requests(contracts).items():
            took: dict[str, list[float]] = {name: [] for name in services}
            for number in range(ROUNDS):
                for name, service in services.items():
                    client, second = Client(service.address, center.supervisor), Client(service.address, center.finance)
                    began = time.perf_counter()
                    work(client, second, number)
                    took[name].append(time.perf_counter() - began)
            _print(what, took)
    took = {name: [] for name in urls}
    for _ in range(ROUNDS):
        for name, url in urls.items():
            database = Database(url)
            began = time.perf_counter()
            for job in nightly.FLAGS:
                nightly.dry_run(database, job, NIGHT)
            took[name].append(time.perf_counter() - began)
            database.dispose()
    _print("a night's looking, every contract", took)


def _print_sizes(connection: psycopg.Connection, name: str) -> None:
    for table in (*CLONED[4:], "access_log"):
        parts = f"SELECT relid FROM pg_partition_tree('{table}') WHERE isleaf UNION SELECT '{table}'::regclass"
        rows, heap, indexes = row(
            connection,
            f"SELECT (SELECT count(*) FROM {table}), sum(pg_table_size(relid))::bigint, "
            f"sum(pg_indexes_size(relid))::bigint FROM ({parts}) parts",
        )
        print(
            f"  {name}: {table:<22}{rows:>9} rows, {(heap + indexes) / max(rows, 1):>6.0f} bytes each, "
            f"{indexes / max(rows, 1):>5.0f} of it index"
        )


def _contracts(server: PostgresServer) -> list[str]:
    with server.connect("plain") as connection:
        return [str(id_) for (id_,) in connection.execute("SELECT id FROM contracts ORDER BY id")]


Work = Callable[[Client, Client, int], None]


def _requests(contracts: list[str]) -> dict[str, Work]:
    def years(client: Client, dice: random.Random) -> None:
        client.get("/v1/assessments", year=dice.randint(FIRST, LAST - 1), limit=50).raise_for_status()

    def month(client: Client, dice: random.Random) -> None:
        period = f"{dice.randint(FIRST, LAST - 1)}-{dice.randint(1, 12):02}"
        client.get(f"/v1/contracts/{dice.choice(contracts)}/assessments/{period}").raise_for_status()

    def findings(client: Client, dice: random.Random) -> None:
        client.get("/v1/findings", contract_id=dice.choice(contracts), limit=50).raise_for_status()

    def repeated(read: Callable[[Client, random.Random], None]) -> Work:
        def work(client: Client, _second: Client, number: int) -> None:
            dice = random.Random(number)
            for _ in range(READS):
                read(client, dice)

        return work

    return {
        "a month": repeated(month),
        "fifty findings of a contract": repeated(findings),
        "one finding by its id": _by_id(contracts[0]),
        "fifty months of a year": repeated(years),
        "a month written, notified, settled (W1 + W2)": _writing(contracts),
    }


def _by_id(contract: str) -> Work:
    def work(client: Client, _: Client, __: int) -> None:
        listed = client.get("/v1/findings", contract_id=contract, limit=READS).json()["items"]
        for item in listed:
            client.get(f"/v1/contracts/{contract}/findings/{item['id']}").raise_for_status()

    return work


def _writing(contracts: list[str]) -> Work:
    def work(client: Client, second: Client, number: int) -> None:
        contract = contracts[number + 1]
        for day in months(FIRST, LAST)[-UNRECORDED:][:MONTHS]:
            assess(client, contract, day, random.Random(number))
            settle(client, second, contract, day)

    return work


def _print(what: str, took: dict[str, list[float]]) -> None:
    plain, divided = (statistics.median(took[name]) for name in ("plain", "divided"))
    print(f"{what:<46}{plain:>9.2f} s{divided:>9.2f} s{divided / plain:>8.2f}", flush=True)


def plans(server: PostgresServer) -> None:
    """Say of every statement of a night over months or findings how many of their partitions it opens."""
    heard: dict[str, Any] = {}

    def keep(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        heard.setdefault(statement, parameters)

    database = Database(server.url("divided"))
    event.listen(database.engine, "before_cursor_execute", keep)
    for job in nightly.FLAGS:
        nightly.dry_run(database, job, NIGHT)
    database.dispose()
    print("\nstatements of a night over divided tables: partitions opened")
    with server.connect("divided") as connection:
        for statement, parameters in heard.items():
            if not re.search(r"(FROM|JOIN) (findings|assessments)\b", statement):
                continue
            plan = connection.execute(f"EXPLAIN {statement}".encode(), parameters or None).fetchall()
            opened = set(re.findall(r"\bon ((?:findings|assessments)_\d{4})", "\n".join(line for (line,) in plan)))
            print(f"  {len(opened):>3}  {' '.join(statement.split())[:400]}")
        page = "EXPLAIN (ANALYZE) SELECT * FROM access_log ORDER BY id DESC LIMIT 50"
        parts = [line for (line,) in connection.execute(page.encode()) if "Scan" in line]
        idle = sum("never executed" in line for line in parts)
        print(f"the newest fifty entries of the access log: {len(parts)} parts in the plan, {idle} of them never read")


def detach(server: PostgresServer) -> None:
    """Take the first year out of every divided table."""
    with server.connect("divided") as connection:
        for table in DIVIDED:
            began = time.perf_counter()
            execute(connection, f"ALTER TABLE {table} DETACH PARTITION {table}_{FIRST}")
            print(f"{table}: {FIRST} detached in {(time.perf_counter() - began) * 1000:.0f} ms")
    with server.connect("plain") as connection:
        began = time.perf_counter()
        execute(connection, f"DELETE FROM access_log WHERE occurred_at < '{FIRST + 1}-01-01'")
        print(f"the same of access_log by DELETE: {(time.perf_counter() - began) * 1000:.0f} ms, and a vacuum after it")
    database = Database(server.url("divided"))
    for result in nightly.run_range(database, "all", NIGHT, NIGHT, AskedBy.COMMAND):
        if result.failed:
            print(f"without {FIRST}: {result.job} failed for {result.failed}")
    database.dispose()


def main() -> None:
    """Measure and print."""
    clones = int(sys.argv[1]) if len(sys.argv) > 1 else CLONES
    with running_postgres(AS_SHIPPED) as server:
        began = time.perf_counter()
        _, center = prepare(server, clones)
        server.create("divided", "plain")
        print(f"prepared in {time.perf_counter() - began:.0f} s")
        with server.connect("divided") as connection:
            for table, seconds in divide(connection).items():
                print(f"  {table} divided in {seconds:.0f} s")
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        for name in ("plain", "divided"):
            with server.connect(name) as connection:
                _print_sizes(connection, name)
        print(f"{'':<46}{'whole':>11}{'divided':>11}{'ratio':>8}")
        compare(server, center)
        plans(server)
        detach(server)


if __name__ == "__main__":
    main()
