"""Migrations go up and down on both databases, and the tables are exactly what the models say."""

import re
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from app.database import alembic_config, migrate
from app.health import head


def _tables(url: str) -> set[str]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_up_down_and_up_again(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    migrate(empty_database_url)
    tables = _tables(empty_database_url)
    assert tables
    command.downgrade(config, "base")
    assert _tables(empty_database_url) == set()
    migrate(empty_database_url)
    assert _tables(empty_database_url) == tables


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    tables = _tables(database_url)
    migrate(database_url)
    assert _tables(database_url) == tables


def test_models_and_migrations_agree(database_url: str) -> None:
    # Raises with the list of differences where a migration is missing.
    command.check(alembic_config(database_url))


def test_history_is_one_line_of_dated_files() -> None:
    scripts = ScriptDirectory.from_config(alembic_config("sqlite://"))
    names = [Path(revision.path).name for revision in scripts.walk_revisions()]
    # The program reads its newest one off the files, since loading Alembic takes as long as an idle night.
    assert scripts.get_heads() == [head()]
    assert [name for name in names if not re.fullmatch(r"20\d{6}_[a-z0-9_]+\.py", name)] == []
