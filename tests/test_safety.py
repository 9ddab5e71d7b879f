"""A process looks at where it runs before it starts, and what it makes is its own user's."""

import stat
from pathlib import Path

import pytest

from app import nightly
from app.clock import today
from app.database import Database
from app.models.words import AskedBy
from app.rules.deployments import Deployment, reasons_against
from app.safety import PRIVATE, found, require_safe
from app.settings import Settings
from tests.forked import program


def production(var_dir: Path, **changes: object) -> Settings:
    """Give the settings of a production with its keys."""
    keys = {"secret_key": "a" * 32, "cursor_key": "b" * 32}
    return Settings.model_validate({"var_dir": var_dir, "environment": "production", **keys, **changes})


def codes(deployment: Deployment) -> set[str]:
    return {reason.code for reason in reasons_against(deployment)}


def close(var_dir: Path) -> None:
    var_dir.chmod(0o700)
    for path in var_dir.glob("kaohe.db*"):
        path.chmod(0o600)


def test_what_is_found_of_files_and_database(database: Database, tmp_path: Path) -> None:
    """Open files are told one by one, the demo by its nights and its tokens, a superuser by the database itself."""
    config = production(tmp_path)
    close(tmp_path)
    # The tests' own PostgreSQL knows one role, which is its superuser.
    superuser = {"database-superuser"} if database.dialect == "postgresql" else set()
    assert codes(found(config, database, "127.0.0.1")) == superuser
    tmp_path.chmod(0o755)
    (tmp_path / "secret.key").touch(mode=0o640)
    opened = found(config, database).open_to_others
    assert {str(tmp_path), str(tmp_path / "secret.key")} <= {*opened}
    (tmp_path / "demo-tokens.json").touch(mode=0o600)
    nightly.run(database, "flag_late_notices", today(), AskedBy.DEMO)
    assert codes(found(config, database)) == superuser | {"open-to-others", "demo-tokens", "demo-data"}


def test_a_database_without_schema_holds_no_demo(empty_database_url: str, tmp_path: Path) -> None:
    """One that was never migrated is no reason: /readyz says so; one that does not answer is."""
    database = Database(empty_database_url)
    with database.read() as session:
        session.connection()
    close(tmp_path)
    assert codes(found(production(tmp_path), database)) <= {"database-superuser"}
    database.dispose()
    silent = Database("postgresql+psycopg://nobody@/none?host=/nowhere")
    assert not found(production(tmp_path), silent).database_answers


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_reason_is_told_at_once_with_its_remedy(database: Database, tmp_path: Path) -> None:
    """In development the same is nobody's business."""
    close(tmp_path)
    unsafe = {"webhook_http": True, "log_level": "DEBUG"}
    with pytest.raises(SystemExit) as ended:
        require_safe(production(tmp_path, **unsafe), database, "0.0.0.0")  # noqa: S104 what is refused
    said = str(ended.value)
    assert [name for name in ("WEBHOOK_HTTP", "LOG_LEVEL", "TRUSTED_PROXIES") if f"KAOHE_{name}" not in said] == []
    require_safe(production(tmp_path, **unsafe, environment="development"), database, "0.0.0.0")  # noqa: S104 the same


def test_commands_refuse_and_what_they_make_is_private(tmp_path: Path) -> None:
    """Service, clock and deliverer each end with 1 and the reason; the database that was made is 0600."""
    var_dir = tmp_path / "var"
    environment = {"KAOHE_VAR_DIR": str(var_dir), "KAOHE_ENVIRONMENT": "production", "KAOHE_WEBHOOK_HTTP": "true"} | {
        "DATABASE_URL": ""
    }
    with program("app.cli", ["migrate"], environment, tmp_path / "migrate") as migrating:
        assert migrating.ended()[0] == 0
    commands: tuple[tuple[str, list[str]], ...] = (
        ("app.cli", ["serve", "--port", "0"]),
        ("scheduler.__main__", []),
        ("app.cli", ["deliver", "--once"]),
    )
    for module, words in commands:
        with program(module, words, environment, tmp_path / "said") as running:
            code, said = running.ended()
            assert code == 1, said
            assert "KAOHE_WEBHOOK_HTTP" in said
            assert "Traceback" not in said
    made = [var_dir, *var_dir.rglob("*")]
    assert var_dir / "kaohe.db" in made
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & PRIVATE] == []
