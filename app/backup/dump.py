"""Writes a backup: one snapshot, streamed, read back, and only then given its name."""

import gzip
import io
import os
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session, select

from app import clock
from app.backup.archive import Backup, Manifest, Tally, check
from app.backup.errors import BackupExists, BackupNotWritten
from app.backup.rows import BATCH, StoredTable, stored_tables
from app.database import Database
from app.health import schema_revision
from app.models import AuditHead

Progress = Callable[[str, int, int | None], None]
"""Told which table is at hand, how many rows are done, and how many there are, where that is known."""

_LEVEL = 6
"""Of gzip: higher ones cost several times the seconds for a few hundredths of the size."""


def backup(database: Database, path: Path, progress: Progress = lambda *_: None) -> Backup:
    """Write everything that the database holds at this instant to a new file, and give what was written.

    Raises BackupExists, BackupNotWritten, and Unavailable where the schema is not this program's. The file may be
    read by its owner alone: it holds the hashes of tokens.
    """
    _refuse_existing(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        partial = Path(name)
        try:
            written = _write(database, descriptor, progress)
            _read_back(partial, written)
            _refuse_existing(path)
            partial.rename(path)
            _sync_folder(path.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise BackupNotWritten(f"{path}: {error.strerror or error}.") from error
    return written


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise BackupExists(f"{path} is there already.")


def _write(database: Database, descriptor: int, progress: Progress) -> Backup:
    """Write all lines; they are on the disk, not only on their way to it, when this returns."""
    with open(descriptor, "wb") as file:
        # Neither name nor time stands in the gzip's own head, so equal databases give equal files but for the manifest.
        with (
            gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=file, mtime=0) as packed,
            io.BufferedWriter(packed) as out,
            database.snapshot() as session,
        ):
            written = _write_lines(session, out, progress)
        file.flush()
        os.fsync(file.fileno())
    return written


def _write_lines(session: Session, out: BinaryIO, progress: Progress) -> Backup:
    tables = stored_tables()
    manifest = _manifest(session, tables)
    out.write(manifest.line())
    tally = Tally(manifest)
    done = 0
    for name, stored in tables.items():
        progress(name, done, None)
        for line in stored.lines(session):
            out.write(line)
            tally.add(name, line)
            done += 1
            if done % BATCH == 0:
                progress(name, done, None)
    written = tally.backup()
    out.write(written.end())
    return written


def _manifest(session: Session, tables: dict[str, StoredTable]) -> Manifest:
    # The first statement opens the snapshot, so the instant is read before it: the backup is never older than it says.
    taken_at = clock.now()
    return Manifest(
        program=version("kaohe"),
        schema_revision=schema_revision(session),
        taken_at=taken_at,
        dialect=session.get_bind().dialect.name,
        tables=tuple(tables),
        audit_heads={head.chain: (head.number, head.hash) for head in session.exec(select(AuditHead))},
    )


def _read_back(partial: Path, written: Backup) -> None:
    """Read the file as a restore would: a backup that cannot be read is none."""
    with partial.open("rb") as file:
        if check(file) != written:
            raise BackupNotWritten("The file was read back, and holds something else than was written.")


def _sync_folder(folder: Path) -> None:
    """Make the name durable too: a file that is on the disk without one is lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
