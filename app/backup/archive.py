"""The file of a backup: a gzip of JSON lines that can only be read whole.

    {"format": "kaohe-backup/1", …}         the manifest
    ["service_centers", {…}]                a row: its table, its columns; tables parents first, rows by primary key
    …
    {"sha256": …, "lines": …, "tables": …}  the end: what all lines before it come to, and the rows of each table

The sums find damage of every kind. They are no signature: who can write the file can write its end as well.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO

from app.backup.errors import BackupDamaged
from app.backup.rows import Digest, Sum
from app.models.columns import canonical

FORMAT = "kaohe-backup/1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of: said in its first line."""

    program: str
    """Version of the program that wrote it."""
    schema_revision: str
    taken_at: datetime
    """The instant of its snapshot, in UTC."""
    dialect: str
    """`sqlite` or `postgresql`: where it came from; either takes it."""
    tables: tuple[str, ...]
    """In the order of their insertion."""
    audit_heads: dict[str, tuple[int, str | None]]
    """Number and hash of the last audit event of each chain."""

    def line(self) -> bytes:
        """Write the first line."""
        said = asdict(self) | {"format": FORMAT, "taken_at": self.taken_at.isoformat(timespec="microseconds")}
        return _line(said)

    @classmethod
    def read(cls, line: bytes) -> "Manifest":
        """Read the first line; raises BackupDamaged where it is none."""
        said = _json(line)
        if not isinstance(said, dict) or said.pop("format", None) != FORMAT:
            raise BackupDamaged(f"The file does not begin as a backup of the format {FORMAT}.")
        try:
            heads = {chain: (int(number), hashed) for chain, (number, hashed) in said.pop("audit_heads").items()}
            taken_at = datetime.fromisoformat(said.pop("taken_at"))
            return cls(taken_at=taken_at, tables=tuple(said.pop("tables")), audit_heads=heads, **said)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BackupDamaged("The manifest, the file's first line, is not whole.") from error


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup: what it is of, its rows summed up by table, and the sum of all lines before the last."""

    manifest: Manifest
    tables: dict[str, Sum]
    whole: Sum

    @property
    def rows(self) -> int:
        """Count the rows of all tables."""
        return sum(table.lines for table in self.tables.values())

    def end(self) -> bytes:
        """Write the last line."""
        tables = {name: {"rows": table.lines, "sha256": table.sha256} for name, table in self.tables.items()}
        return _line({"lines": self.whole.lines, "sha256": self.whole.sha256, "tables": tables})


class Tally:
    """Sums up a backup's lines as they are written or read."""

    def __init__(self, manifest: Manifest) -> None:
        """Begin with the manifest's line."""
        self._manifest = manifest
        self._whole = Digest()
        self._whole.add(manifest.line())
        self._tables = {name: Digest() for name in manifest.tables}

    def add(self, table: str, line: bytes) -> None:
        """Take in one row's line."""
        self._whole.add(line)
        self._tables[table].add(line)

    def backup(self) -> Backup:
        """Give what passed."""
        tables = {name: digest.sum() for name, digest in self._tables.items()}
        return Backup(self._manifest, tables, self._whole.sum())


class Reading:
    """One pass over a backup file from its beginning; what it gives may be trusted once `rows` came to its end."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the manifest; raises BackupDamaged."""
        file.seek(0)
        self._lines = _lines(file)
        first = next(self._lines, b"")
        self.manifest = Manifest.read(first)
        self._tally = Tally(self.manifest)
        if self.manifest.line() != first:
            raise BackupDamaged("The manifest, the file's first line, is not as it was written.")

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give each row with its table; raises BackupDamaged at the first thing that is not as it was written."""
        for line in self._lines:
            match _json(line):
                case [str(table), dict(row)] if table in self.manifest.tables:
                    self._tally.add(table, line)
                    yield table, row
                case _:
                    self._finish(line)
                    return
        raise BackupDamaged("The file is cut off: its end is missing.")

    def _finish(self, line: bytes) -> None:
        """Compare the last line with what passed, byte by byte, and see that nothing follows."""
        if line != self.backup().end():
            raise BackupDamaged("The file does not hold what its end says.")
        if next(self._lines, None) is not None:
            raise BackupDamaged("Something follows the end of the backup.")

    def backup(self) -> Backup:
        """Give what passed so far."""
        return self._tally.backup()


def check(file: BinaryIO) -> Backup:
    """Read a backup to its end and give what it holds; raises BackupDamaged where it is not whole."""
    reading = Reading(file)
    for _ in reading.rows():
        pass
    return reading.backup()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    try:
        with gzip.open(file) as unpacked:
            yield from unpacked
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BackupDamaged(f"The file cannot be unpacked: {error}.") from error


def _json(line: bytes) -> Any:  # noqa: ANN401 JSON is any value
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BackupDamaged("A line of the file is not JSON.") from error


def _line(value: Any) -> bytes:  # noqa: ANN401 JSON is any value
    return canonical(value).encode() + b"\n"
