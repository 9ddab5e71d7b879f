"""A backup is whole or refused, and never half restored; it is written whole or not at all."""

import gzip
import random
import stat
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import inspect

from app.backup import dump
from app.backup.archive import Backup, check
from app.backup.dump import backup
from app.backup.errors import BackupDamaged, BackupOfOtherSchema
from app.backup.restore import restore
from app.database import Database
from app.errors import KaoheError
from app.health import head
from tests.proof import sized
from tests.recorded import RECORDED, fill, rows_at

pytestmark = [
    # The file is judged before any database is asked, so one of each is enough.
    pytest.mark.parametrize("dialect", ["sqlite"]),
]
Lines = list[bytes]


@pytest.fixture
def written(database: Database, tmp_path: Path) -> Path:
    """Write a backup with rows in every table."""
    with database.write() as session:
        fill(session.connection(), rows_at(list(RECORDED)[-1]))
    path = tmp_path / "kaohe.backup"
    backup(database, path)
    return path


def _remove(lines: Lines) -> Lines:
    return lines[:5] + lines[6:]


def _swap(lines: Lines) -> Lines:
    return [*lines[:5], lines[6], lines[5], *lines[7:]]


def _double(lines: Lines) -> Lines:
    return lines[:6] + lines[5:]


def _change(lines: Lines) -> Lines:
    return [line.replace(b"XA", b"XB") for line in lines]


def _without_end(lines: Lines) -> Lines:
    return lines[:-1]


def _without_manifest(lines: Lines) -> Lines:
    return lines[1:]


def _other_instant(lines: Lines) -> Lines:
    return [lines[0].replace(b'"taken_at":"20', b'"taken_at":"19'), *lines[1:]]


def _unread_instant(lines: Lines) -> Lines:
    return [lines[0].replace(b'"taken_at":"20', b'"taken_at":"xx'), *lines[1:]]


def _more(lines: Lines) -> Lines:
    return [*lines, lines[-1]]


def _no_json(lines: Lines) -> Lines:
    return [*lines[:5], b"\xff\n", *lines[6:]]


def _unknown_table(lines: Lines) -> Lines:
    return [*lines[:5], b'["invoices",{}]\n', *lines[5:]]


def _other_format(lines: Lines) -> Lines:
    return [lines[0].replace(b"kaohe-backup/1", b"kaohe-backup/2"), *lines[1:]]


def _nothing(_: Lines) -> Lines:
    return []


DAMAGES = [
    _remove, _swap, _double, _change, _without_end, _without_manifest, _other_instant, _unread_instant, _more, _no_json,
    _unknown_table, _other_format, _nothing,
]  # fmt: skip


@pytest.mark.parametrize(
    ("bare_place", "damage"),
    # The file is judged before the place is touched, so what the place is matters little.
    [("sqlite", damage) for damage in DAMAGES] + [("postgresql", _remove), ("postgresql", _without_end)],
    indirect=["bare_place"],
)
def test_damaged_lines_are_refused_and_the_place_stays_empty(
    written: Path, bare_place: Database, damage: Callable[[Lines], Lines]
) -> None:
    """Each in a gzip that is itself without fault, so that only our own sums can find it."""
    lines = gzip.decompress(written.read_bytes()).splitlines(keepends=True)
    damaged = damage(lines)
    assert damaged != lines
    written.write_bytes(gzip.compress(b"".join(damaged)))
    with pytest.raises(BackupDamaged) as refused:
        restore(bare_place, written)
    assert refused.value.remedy
    with bare_place.read() as session:
        assert inspect(session.connection()).get_table_names() == []


def test_cut_off_anywhere_is_refused(written: Path) -> None:
    """After each of the last hundred bytes, and after every seventh, in `make test` every 97th, of all."""
    whole = written.read_bytes()
    for length in (*range(0, len(whole), sized(7, 97)), *range(len(whole) - 100, len(whole))):
        with pytest.raises(BackupDamaged):
            check(BytesIO(whole[:length]))


def test_a_turned_bit_is_refused_or_changes_nothing(written: Path) -> None:
    """A gzip has bits that mean nothing, such as its time; every other one, turned, is found.

    `make proof` turns 1,500 of them, one at a time, `make test` 200.
    """
    whole = written.read_bytes()
    expected = check(BytesIO(whole))
    refused = 0
    bits = random.Random(20231231).sample(range(len(whole) * 8), sized(1500, 200))  # noqa: S311 a sample, not a secret
    for bit in bits:
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        found = _checked(bytes(turned))
        assert found in (None, expected)
        refused += found is None
    assert refused > 0.95 * len(bits)


def _checked(content: bytes) -> Backup | None:
    try:
        return check(BytesIO(content))
    except BackupDamaged:
        return None


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_file_that_changes_after_the_check_is_refused(
    written: Path, place: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are checked again as they are inserted: everything is undone."""
    lines = gzip.decompress(written.read_bytes()).splitlines(keepends=True)

    def check_then_change(file: BytesIO) -> Backup:
        found = check(file)
        written.write_bytes(gzip.compress(b"".join(_change(lines))))
        return found

    monkeypatch.setattr("app.backup.restore.check", check_then_change)
    with pytest.raises(BackupDamaged):
        restore(place, written)
    with place.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM service_centers").scalar() == 0


@pytest.mark.parametrize("bare_place", ["sqlite"], indirect=True)
def test_another_schema_is_refused_and_named(
    database: Database, bare_place: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says with which program it can be restored."""
    with monkeypatch.context() as older:
        older.setattr(dump, "schema_revision", lambda _: "20250101_older")
        backup(database, tmp_path / "kaohe.backup")
    with pytest.raises(BackupOfOtherSchema) as refused:
        restore(bare_place, tmp_path / "kaohe.backup")
    assert head() in refused.value.detail
    assert "20250101_older" in refused.value.remedy
    with bare_place.read() as session:
        assert inspect(session.connection()).get_table_names() == []


class TestWriting:
    """The file appears whole, under its own name, for its owner alone."""

    def test_is_for_its_owner_alone(self, written: Path) -> None:
        assert stat.S_IMODE(written.stat().st_mode) == 0o600

    def test_replaces_nothing(self, written: Path, database: Database) -> None:
        before = written.read_bytes()
        with pytest.raises(KaoheError) as refused:
            backup(database, written)
        assert (refused.value.code, written.read_bytes()) == ("backup-exists", before)

    def test_into_a_missing_folder_is_refused(self, database: Database, tmp_path: Path) -> None:
        with pytest.raises(KaoheError) as refused:
            backup(database, tmp_path / "missing" / "kaohe.backup")
        assert refused.value.code == "backup-not-written"

    def test_that_fails_leaves_no_file(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        before = set(tmp_path.iterdir())
        monkeypatch.setattr("app.backup.dump.os.fsync", full)
        with pytest.raises(KaoheError, match="No space left") as refused:
            backup(database, tmp_path / "kaohe.backup")
        assert refused.value.code == "backup-not-written"
        assert {path.name for path in set(tmp_path.iterdir()) - before} <= {"kaohe.db-wal", "kaohe.db-shm"}

    def test_that_cannot_be_read_back_is_no_backup(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        empty = check(BytesIO(_another(database, tmp_path)))
        with database.write() as session:
            fill(session.connection(), {"service_centers": rows_at("20261121_house")["service_centers"]})
        monkeypatch.setattr("app.backup.dump.check", lambda _: empty)
        with pytest.raises(KaoheError, match="read back"):
            backup(database, tmp_path / "kaohe.backup")
        assert not (tmp_path / "kaohe.backup").exists()


def _another(database: Database, folder: Path) -> bytes:
    backup(database, folder / "another")
    return (folder / "another").read_bytes()
