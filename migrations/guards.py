"""What revisions do to the guards of a table: changing a CHECK on both databases, refusing any change of a row."""

import re

from alembic import op


def change_words(table: str, column: str, words: tuple[str, ...]) -> None:
    """Let a column hold these words: replaces the named CHECK, and keeps everything else of the table as it is."""
    name = f"ck_{table}_{column}"
    check = f"CHECK ({column} IN ({', '.join(repr(word) for word in words)}))"
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(table, rf"CONSTRAINT {name} CHECK \(.*?\)\)", f"CONSTRAINT {name} {check}")
        return
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {check}")


def change_length(table: str, column: str, old: int, new: int) -> None:
    """Let a column hold texts of another length."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(table, rf"\b{column} VARCHAR\({old}\)", f"{column} VARCHAR({new})")
        return
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE VARCHAR({new})")


def _rebuild(table: str, pattern: str, text: str) -> None:
    """Replace a part of a table as SQLite's manual describes, from the table's own text.

    Alembic's batch would lose the other CHECKs.
    """
    bind = op.get_bind()
    stored = "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type != 'table', name"
    (_, created), *others = bind.exec_driver_sql(stored, (table,)).all()
    changed, count = re.subn(pattern, text, created)
    if count != 1:
        message = f"{table} has no part {pattern}"
        raise RuntimeError(message)
    fresh = re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {table}_new", changed)
    for statement in (
        fresh,
        f"INSERT INTO {table}_new SELECT * FROM {table}",  # noqa: S608 the names are the revision's own
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}_new RENAME TO {table}",
        *(sql for _, sql in others),
    ):
        bind.exec_driver_sql(statement)


def refuse_changes(table: str) -> None:
    """Let rows only be added to a table: triggers refuse UPDATE and DELETE, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_only_added_to()"
    )


def drop_guarded(table: str) -> None:
    """Drop a table that only takes additions, with its triggers."""
    op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {table}_only_added_to()")
