"""The commands `kaohe backup` and `kaohe restore`: wiring only."""

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlmodel import Session

from app import clock
from app.backup.archive import Backup
from app.backup.dump import backup
from app.backup.restore import restore
from app.database import Database
from app.features.audit import heads
from app.features.audit.actor import OPERATOR
from app.features.audit.heads import Head
from app.features.audit.service import Act, append
from app.features.audit.verify import verify_database
from app.settings import settings

err = Console(stderr=True)


def backup_command(file: Annotated[Path, typer.Argument(help="The new file; nothing is replaced.")]) -> None:
    """Write everything that the database holds to one new file, which is read back; the service may go on."""
    began = time.perf_counter()
    with closing(_database()) as database, _bar() as bar:
        task = bar.add_task("backup", total=None)
        written = backup(database, file, lambda text, done, _: bar.update(task, description=text, completed=done))
    _print_backup("Backed up", written, file, time.perf_counter() - began)


def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that 'kaohe backup' wrote.", exists=True, dir_okay=False)],
) -> None:
    """Restore a backup into an empty database, of either kind; everything or nothing, compared by count and hash.

    The restore is an act of the audit itself, and begins the file of its heads anew.
    """
    began = time.perf_counter()
    known = heads.read(settings().resolved_audit_heads())
    with closing(_database()) as database:
        with _bar() as bar:
            task = bar.add_task("restore", total=None)
            restored = restore(
                database,
                file,
                record=lambda session, _: _record(session, file, known),
                progress=lambda text, done, total: bar.update(task, description=text, completed=done, total=total),
            )
        with database.read() as session:
            kept = heads.renew(session, settings().resolved_audit_heads(), clock.now())
    _print_backup("Restored", restored.backup, file, time.perf_counter() - began)
    _print_losses(restored.backup, known)
    if kept:
        print(f"The heads of before are kept in {kept}")


def _database() -> Database:
    return Database(settings().resolved_database_url())


def _record(session: Session, file: Path, known: Sequence[Head]) -> None:
    """Verify what was restored by its chains, and make the restore an act of its own."""
    found = verify_database(session, {})
    for bad in found.bad:
        err.print(f"BAD  {bad.place}  {bad.what}", style="red", highlight=False, markup=False)
    details = {
        "file": file.name,
        "bad": len(found.bad),
        "heads_before": {head.chain: head.number for head in known},
    }
    append(session, [Act(OPERATOR, None, "database.restored", "database", (), details)])


def _print_losses(found: Backup, known: Sequence[Head]) -> None:
    """Say what was on record after the backup was taken, and is not there any more."""
    last = {head.chain: head.number for head in known}
    for chain, number in sorted(last.items()):
        restored = found.manifest.audit_heads.get(chain, (0, None))[0]
        if number > restored:
            print(f"Lost since the backup: {number - restored} or more acts of {chain}, from {restored + 1} on")


def _print_backup(what: str, found: Backup, file: Path, seconds: float) -> None:
    manifest = found.manifest
    for name, table in found.tables.items():
        print(f"  {name:<24}{table.lines:>10}")
    print(
        f"{what}: {found.rows} rows in {len(found.tables)} tables, {file.stat().st_size} bytes, {seconds:.1f} s\n"
        f"Schema {manifest.schema_revision}; taken at {manifest.taken_at.isoformat()} from {manifest.dialect}\n"
        f"SHA-256 of its lines: {found.whole.sha256}"
    )
    for chain, (number, hashed) in sorted(manifest.audit_heads.items()):
        print(f"Audit head of {chain}: {number} {hashed or '-'}")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
