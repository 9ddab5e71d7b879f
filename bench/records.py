"""The record that the bench measures: a seed made by the services, cloned inside the database to any size.

At scale 1: 100 vendors with 10 contracts of 100 filled months each, 100,000 assessments and 1,000,000 findings, in the
order in which they would have been recorded. What the services leave beside it is left out: the audit's chains, the
events and the alerts begin with the bench's own acts, so `kaohe verify` has nothing to say of such a database.
"""

import argparse
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlmodel import SQLModel, col

from app.database import Database, migrate
from app.features.access import service as access
from app.features.audit.actor import OPERATOR
from app.features.audit.record import NOT_AUDITED
from app.models import Alert, Grant, IssueType, Principal, ServiceCenter, Vendor
from app.models.columns import CanonicalJson
from app.models.words import Role
from bench.agreed import TERMS
from bench.seeds import FINANCE, MONTHS, SUPERVISOR, seeded

VENDORS, CONTRACTS = 100, 10
"""Vendors at scale 1, and the contracts of each."""
SEEDED = len(TERMS)
CLONES_A_VENDOR = CONTRACTS // SEEDED
TALKING_VENDORS = 10
"""So many vendors, or all where there are fewer, have a token of their own."""

_ONCE: tuple[type[SQLModel], ...] = (ServiceCenter, IssueType, Principal, Grant)
"""What is the center's own: taken over as it is."""
_LEFT_OUT = tuple(NOT_AUDITED)
"""The program's own notes, and what ships with it."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_MARK = "@@@@@@@@"
"""Stands in texts for the last eight digits of an id, which number the clone."""
_NUMBERED = {"contracts": "number", "vendors": "name"}
"""What a person tells clones apart by."""


@dataclass(frozen=True, slots=True)
class Record:
    """A loaded record: who may read it with which token, and how large it is."""

    url: str
    center: uuid.UUID
    principal: uuid.UUID
    """The supervisor."""
    supervisor: str
    finance: str
    """Tokens of the staff."""
    vendors: dict[uuid.UUID, str]
    """Tokens by vendor."""
    rows: dict[str, int]


def load(
    database: Database | str,
    scale: float = 1.0,
    months: int = MONTHS,
    *,
    seed: str | None = None,
    alerts: bool = False,
) -> Record:
    """Fill an empty migrated database, and give the tokens that read it.

    `seed` is the URL of a seed that was made before. With `alerts` there are those that the night of `NIGHT` found;
    without, the first night has yet to open them. On PostgreSQL the user must be a superuser: foreign keys hold by
    how the rows are made, and are not asked again for each of them.
    """
    if seed is None:
        with seeded(months) as made:
            return load(database, scale, months, seed=made, alerts=alerts)
    target = Database(database) if isinstance(database, str) else database
    vendors = max(1, round(scale * VENDORS))
    engine = create_engine(target.url)
    stages = _stage(seed, engine, _LEFT_OUT if alerts else (*_LEFT_OUT, Alert))
    with _quickly(engine) as connection:
        indexes = [index for stage in stages for index in stage.table.indexes]
        for index in indexes:
            index.drop(connection)
        rows = _clone(connection, stages, vendors * CLONES_A_VENDOR)
        for index in indexes:
            index.create(connection)
    _settle(engine)
    engine.dispose()
    record = _let_in(target, rows)
    if target is not database:
        target.dispose()
    return record


@dataclass(frozen=True, slots=True)
class _Stage:
    """A table whose seed is staged beside it, and which of its texts hold ids."""

    table: Table
    marked: frozenset[str]

    @property
    def name(self) -> str:
        """Name the table that holds the seed."""
        return f"seed_{self.table.name}"


def _stage(seed: str, engine: Engine, leaving_out: Sequence[type[SQLModel]]) -> list[_Stage]:
    """Carry the seed over: the center's own rows to their tables, the rest to stages."""
    source = create_engine(seed)
    once, left_out = ({_table(model).name for model in models} for models in (_ONCE, leaving_out))
    stages: list[_Stage] = []
    with source.connect() as read, engine.begin() as connection:
        if connection.execute(select(func.count()).select_from(_table(ServiceCenter))).scalar_one():
            message = "The database holds records already; load into one that was only migrated."
            raise SystemExit(message)
        for table in SQLModel.metadata.sorted_tables:
            if table.name in left_out:
                continue
            # Texts that hold JSON are carried as they are.
            plain = _copy(table, table.name)
            rows = [dict(row) for row in read.execute(select(plain).order_by(*plain.primary_key)).mappings()]
            if not rows:
                continue
            if table.name in once:
                connection.execute(insert(plain), rows)
                continue
            rows = [_marked(row) for row in rows]
            marked = {name for row in rows for name, value in row.items() if isinstance(value, str) and _MARK in value}
            stage = _Stage(table, frozenset(marked))
            staged = _copy(table, stage.name)
            staged.create(connection)
            connection.execute(insert(staged), rows)
            stages.append(stage)
    source.dispose()
    return stages


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _copy(table: Table, name: str) -> Table:
    columns = [
        Column(
            column.name,
            Text() if isinstance(column.type, CanonicalJson) else column.type,
            primary_key=column.primary_key,
        )
        for column in table.columns
    ]
    return Table(name, MetaData(), *columns)


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    """Put the mark into every id that a text holds."""
    return {
        name: _ID.sub(lambda found: found[0][:28] + _MARK, value) if isinstance(value, str) else value
        for name, value in row.items()
    }


@contextmanager
def _quickly(engine: Engine) -> Iterator[Connection]:
    """Give one transaction that nobody reads before it is whole, and that does not ask foreign keys."""
    with engine.connect() as connection:
        driver = connection.connection
        if engine.dialect.name == "sqlite":
            for pragma in ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
                driver.execute(f"PRAGMA {pragma}")
        else:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("SET maintenance_work_mem = '512MB'"))
            connection.execute(text("SET work_mem = '128MB'"))
            connection.execute(text("SET synchronous_commit = off"))
        yield connection
        connection.commit()


def _clone(connection: Connection, stages: Sequence[_Stage], clones: int) -> dict[str, int]:
    """Write every staged row once for each clone, and give the number of rows by table."""
    names = ("number", "suffix", "vendor", "vendor_suffix")
    numbers = Table("seed_clones", MetaData(), *(Column(name, Text()) for name in names), Column("first", Integer))
    numbers.create(connection)
    rows = []
    for number in range(clones):
        vendor, nth = divmod(number, CLONES_A_VENDOR)
        values = (str(number), f"{number:08x}", str(vendor), f"{vendor:08x}")
        rows.append(dict(zip(names, values, strict=True)) | {"first": int(nth == 0)})
    connection.execute(insert(numbers), rows)
    counted = {stage.table.name: _clone_table(connection, stage) for stage in stages}
    for name in (numbers.name, *(stage.name for stage in stages)):
        connection.execute(text(f"DROP TABLE {name}"))
    return counted


def _clone_table(connection: Connection, stage: _Stage) -> int:
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text(f"ANALYZE {stage.name}"))
        connection.execute(text("ANALYZE seed_clones"))
    columns = {column.name: _value(stage, column, postgres=postgres) for column in stage.table.columns}
    # Each row of the seed with all of its clones, then the next one: the order in which they would have come.
    statement = (
        f"INSERT INTO {stage.table.name} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "  # noqa: S608 our own names
        f"FROM {stage.name} s CROSS JOIN seed_clones n {'WHERE n.first = 1' if stage.table.name == 'vendors' else ''} "
        f"ORDER BY {', '.join(f's.{column.name}' for column in stage.table.primary_key)}"
    )
    return connection.execute(text(statement)).rowcount


def _value(stage: _Stage, column: Column[Any], *, postgres: bool) -> str:
    """Say in SQL what a clone has in a column: ids of its own, what names it, and all else as the seed has it."""
    name = f"s.{column.name}"
    if isinstance(column.type, Uuid):
        target = next((key.column.table.name for key in column.foreign_keys), stage.table.name)
        if target in {_table(model).name for model in _ONCE}:
            return name
        suffix = "n.vendor_suffix" if target == "vendors" else "n.suffix"
        return f"(left({name}::text, 28) || {suffix})::uuid" if postgres else f"substr({name}, 1, 24) || {suffix}"
    if _NUMBERED.get(stage.table.name) == column.name:
        return f"{name} || '-' || n.{'vendor' if stage.table.name == 'vendors' else 'number'}"
    return f"replace({name}, '{_MARK}', n.suffix)" if column.name in stage.marked else name


def _settle(engine: Engine) -> None:
    """Leave the database as one that has been in use: with statistics, and tidied up."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA journal_mode = WAL"))
            connection.execute(text("ANALYZE"))
        else:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))


def _let_in(database: Database, rows: dict[str, int]) -> Record:
    """Give the staff and some vendors their tokens."""
    with database.write() as session:
        center = session.execute(select(col(ServiceCenter.id))).scalar_one()
        named = select(col(Vendor.id)).order_by(col(Vendor.id)).limit(TALKING_VENDORS)
        vendors = {}
        for number, vendor in enumerate(session.execute(named).scalars().all()):
            name = f"bench-vendor-{number}"
            access.create_principal(session, OPERATOR, name, Role.VENDOR, [center], vendor)
            vendors[vendor] = access.issue_token(session, OPERATOR, name)
        supervisor, finance = (access.issue_token(session, OPERATOR, name) for name in (SUPERVISOR, FINANCE))
        principal = session.execute(select(col(Principal.id)).where(col(Principal.name) == SUPERVISOR)).scalar_one()
    return Record(database.url, center, principal, supervisor, finance, vendors, rows)


def main() -> None:
    """Load a record into a database, migrating it first, and print its sizes and the tokens."""
    asked = argparse.ArgumentParser(prog="python -m bench.records", description=main.__doc__)
    asked.add_argument("url", help="SQLAlchemy URL of an empty database")
    asked.add_argument("--scale", type=float, default=1.0)
    asked.add_argument("--months", type=int, default=MONTHS)
    given = asked.parse_args()
    migrate(given.url)
    began = time.perf_counter()
    record = load(given.url, given.scale, given.months)
    for table, count in record.rows.items():
        print(f"{table:<24}{count:>12,}")
    print(f"loaded in {time.perf_counter() - began:.0f} s")
    print(f"supervisor  {record.supervisor}\nfinance     {record.finance}")
    for vendor, token in record.vendors.items():
        print(f"{vendor}  {token}")


if __name__ == "__main__":
    main()
