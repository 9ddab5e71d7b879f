"""What revisions do to the guards of a table: changing a CHECK on both databases, refusing any change of a row."""

import re

import sqlalchemy as sa
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


def add_words(table: str, column: str, *words: str) -> None:
    """Let a column hold these words beside those that it holds already."""
    change_words(table, column, (*_words(table, column), *words))


def remove_words(table: str, column: str, *words: str) -> None:
    """Let a column no longer hold these words; rows that have them must be gone."""
    change_words(table, column, tuple(word for word in _words(table, column) if word not in words))


def _words(table: str, column: str) -> list[str]:
    """Read which words the named CHECK of a column allows, from the database itself."""
    name, bind = f"ck_{table}_{column}", op.get_bind()
    if bind.dialect.name == "sqlite":
        stored = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
        created = bind.exec_driver_sql(stored, (table,)).scalar_one()
        (check,) = re.findall(rf"CONSTRAINT {name} CHECK \((.*?)\)\)", created)
    else:
        stored = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"
        check = bind.exec_driver_sql(stored, (name, table)).scalar_one()
    return re.findall(r"'(\w+)'", check)


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


def refuse_changes_once(table: str, column: str) -> None:
    """Let a row be changed once, by what fills `column`, and never deleted: triggers refuse the rest."""
    decided = f"OLD.{column} IS NOT NULL OR NEW.{column} IS NULL"
    message = f"{table} is only added to, and decided once"
    if op.get_bind().dialect.name == "sqlite":
        for what, when in (("UPDATE", f"WHEN {decided} "), ("DELETE", "")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    for name, what, when in (("no_change", "UPDATE", f"WHEN ({decided}) "), ("no_delete", "DELETE", "")):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {what} ON {table} "
            f"FOR EACH ROW {when}EXECUTE FUNCTION {table}_only_added_to()"
        )


def allow_changes(table: str) -> None:
    """Take a table's triggers away, of either kind."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{what}")
        return
    op.execute(f"DROP FUNCTION {table}_only_added_to() CASCADE")


def add_reference(table: str, column: str, parent: str) -> None:
    """Add a nullable column that names a row of another table, with its index."""
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    replace_constraints(table, {}, {f"fk_{table}_{column}": _references(column, parent)})
    op.create_index(f"ix_{table}_{column}", table, [column])


def drop_reference(table: str, column: str, parent: str) -> None:
    """Drop what `add_reference` added."""
    op.drop_index(f"ix_{table}_{column}", table)
    replace_constraints(table, {f"fk_{table}_{column}": _references(column, parent)}, {})
    op.drop_column(table, column)


def _references(column: str, parent: str) -> str:
    return f"FOREIGN KEY({column}) REFERENCES {parent} (id) ON DELETE RESTRICT"


def change_null(table: str, column: str, *, nullable: bool) -> None:
    """Let a column be empty, or no longer."""
    if op.get_bind().dialect.name == "sqlite":
        kind = r"([A-Z]+(?:\(\d+\))?)"
        pattern, text = rf"\b{column} {kind} NOT NULL", rf"{column} \1"
        _rebuild(table, *((pattern, text) if nullable else (rf"\b{column} {kind},", rf"{column} \1 NOT NULL,")))
        return
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} {'DROP' if nullable else 'SET'} NOT NULL")


def replace_constraints(table: str, old: dict[str, str], new: dict[str, str]) -> None:
    """Replace named constraints of a table by others; each is given with its text, as in `CREATE TABLE`."""
    if op.get_bind().dialect.name != "sqlite":
        for name in old:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, text in new.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}")
        return
    stated = "".join(f", CONSTRAINT {name} {text}" for name, text in new.items())
    for number, (name, text) in enumerate(old.items()):
        # The new ones stand where the first old one stood, so that going back gives the same table again.
        _rebuild(table, rf",\s*CONSTRAINT {name} {re.escape(text)}", "" if number else stated)
    if not old:
        _rebuild(table, r"\)\s*$", f"{stated})")
