"""`kaohe backup` and `kaohe restore`, as an operator types them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.database import Database
from tests.nights import every_row

AUDIT = ("audit_events", "audit_heads")
"""What a restore adds an act of its own to."""


def _kaohe(url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "KAOHE_VAR_DIR": str(folder), "COLUMNS": "200"}
    command = [sys.executable, "-c", "from app.cli import main; main()", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


# Starting a process takes longer than its work; the directions are tried without one.
@pytest.mark.parametrize(("dialect", "place"), [("sqlite", "postgresql")], indirect=["place"])
def test_backup_and_restore_by_command(database: Database, place: Database, tmp_path: Path) -> None:
    """Both print what they did; a second backup of the same name is refused, and so is one of nothing."""
    file = str(tmp_path / "kaohe.backup")
    nothing = _kaohe(place.url, tmp_path, "backup", file)
    assert (nothing.returncode, "Run 'kaohe migrate'" in nothing.stderr) == (2, True)
    made = _kaohe(database.url, tmp_path, "backup", file)
    assert (made.returncode, made.stderr) == (0, "")
    assert "Backed up: 331 rows" in made.stdout
    restored = _kaohe(place.url, tmp_path, "restore", file)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "Restored: 331 rows" in restored.stdout
    assert made.stdout.splitlines()[-1] == restored.stdout.splitlines()[-1]
    assert every_row(place, *AUDIT) == every_row(database, *AUDIT)
    (act,) = every_row(place)["audit_events"]
    assert (act["action"], act["details"]["file"], act["details"]["bad"]) == ("database.restored", "kaohe.backup", 0)
    assert _kaohe(place.url, tmp_path, "verify").returncode == 0
    again = _kaohe(database.url, tmp_path, "backup", file)
    assert (again.returncode, "Name another file" in again.stderr) == (2, True)
