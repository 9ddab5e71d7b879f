"""Writes the book of plans anew: `python -m tests.plans`; what breaks the rules is printed."""

import os
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from app.database import migrate
from bench.postgres import running_postgres
from tests.fuzz.house import prepare
from tests.fuzz.stages import OfFiles, OfServer
from tests.plans import book, million
from tests.plans.explaining import OfPostgres, OfSqlite
from tests.plans.hearing import Heard
from tests.plans.rules import faults
from tests.plans.walking import walked
from tests.swept import Swept


def main() -> None:
    """Build the documented service center on both databases, hear it, and write down what is planned."""
    for limited in ("READS", "WRITES", "HEAVY", "STRANGERS", "SIGN_INS"):
        os.environ[f"KAOHE_{limited}_PER_MINUTE"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        reads, heard = _made(Path(folder))
    book.write(
        {dialect: book.counts(each) for dialect, each in heard.items()},
        {dialect: book.indexes(each) for dialect, each in reads.items()},
    )
    for dialect, each in reads.items():
        for fault in faults(each):
            sys.stdout.write(f"{dialect} {fault}\n")


def _made(folder: Path) -> tuple[dict[str, list[book.Read]], dict[str, Heard]]:
    files, plans = folder / "life.db", folder / "plans.db"
    for path in (files, plans):
        migrate(f"sqlite:///{path}")
    heard = {"sqlite": walked(prepare(f"sqlite:///{files}", OfFiles(folder), folder))}
    reads = {"sqlite": book.of_sqlite(heard["sqlite"], OfSqlite(str(plans)))}
    with running_postgres() as server, closing(Swept(server)) as swept:
        for name in ("life", "million"):
            server.create(name)
            migrate(server.url(name))
        heard["postgresql"] = walked(prepare(server.url("life"), OfServer(server, swept), folder))
        with server.connect("million") as connection:
            million.fill(connection)
            reads["postgresql"] = book.of_postgres(heard["postgresql"], OfPostgres(connection))
    return reads, heard


if __name__ == "__main__":
    main()
