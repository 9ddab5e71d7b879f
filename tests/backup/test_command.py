"""`kaohe backup` and `kaohe restore`, as an operator types them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.database import Database
from app.errors import KaoheError
from app.settings import settings
from tests.forked import program
from tests.nights import every_row

AUDIT = ("audit_events", "audit_heads")
"""What a restore adds an act of its own to."""


Kaohe = Callable[..., Result]


@pytest.fixture
def kaohe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Kaohe]:
    """Give the command without a process of its own, which takes longer to start than the work does."""

    def run(url: str, *words: str) -> Result:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("KAOHE_VAR_DIR", str(tmp_path))
        settings.cache_clear()
        return CliRunner().invoke(cli, words)

    yield run
    settings.cache_clear()


@pytest.mark.parametrize(("dialect", "bare_place"), [("sqlite", "postgresql")], indirect=["bare_place"])
def test_backup_and_restore_by_command(database: Database, bare_place: Database, kaohe: Kaohe, tmp_path: Path) -> None:
    """Both print what they did; a second backup of the same name is refused, and so is one of nothing."""
    file = str(tmp_path / "kaohe.backup")
    nothing = kaohe(bare_place.url, "backup", file).exception
    assert isinstance(nothing, KaoheError)
    assert "Run 'kaohe migrate'" in nothing.remedy
    made = kaohe(database.url, "backup", file)
    assert (made.exit_code, "Backed up: 331 rows" in made.stdout) == (0, True)
    restored = kaohe(bare_place.url, "restore", file)
    assert (restored.exit_code, "Restored: 331 rows" in restored.stdout) == (0, True)
    assert made.stdout.splitlines()[-1] == restored.stdout.splitlines()[-1]
    assert every_row(bare_place, *AUDIT) == every_row(database, *AUDIT)
    (act,) = every_row(bare_place)["audit_events"]
    assert (act["action"], act["details"]["file"], act["details"]["bad"]) == ("database.restored", "kaohe.backup", 0)
    assert kaohe(bare_place.url, "verify").exit_code == 0


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_refusal_is_two_lines_and_no_traceback(database: Database, tmp_path: Path) -> None:
    """What an operator sees where a command is refused, from a process of its own."""
    (tmp_path / "kaohe.backup").touch()
    environment = {"DATABASE_URL": database.url, "KAOHE_VAR_DIR": str(tmp_path), "COLUMNS": "200"}
    with program("app.cli", ["backup", str(tmp_path / "kaohe.backup")], environment, tmp_path / "said") as refused:
        code, said = refused.ended()
    assert (code, "Name another file" in said, "Traceback" in said) == (2, True, False)
