"""Reads a database's schema as the database itself writes it, so that two ways to it can be compared."""

import re

from sqlalchemy import Connection, inspect

_POSTGRESQL = {
    "column": """
        SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,
               column_default) FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "function": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def schema(connection: Connection) -> dict[str, str]:
    """Give everything that makes up the schema, each by kind and name."""
    if connection.dialect.name == "postgresql":
        return {
            f"{kind} {name}": definition
            for kind, statement in _POSTGRESQL.items()
            for name, definition in connection.exec_driver_sql(statement)
        }
    stored = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {f"{kind} {name}": _plain(sql) for kind, name, sql in stored}


def guards(connection: Connection) -> dict[str, str]:
    """Give the CHECKs and the indexes, each by table and name; the migrations' own table has none of ours."""
    if connection.dialect.name == "postgresql":
        found = schema(connection)
        return {
            name: _sorted_words(definition)
            for name, definition in found.items()
            if definition.startswith(("CHECK", "CREATE")) and "alembic_version" not in name and "trigger" not in name
        }
    inspector = inspect(connection)
    checks = {
        f"constraint {table}.{check['name']}": _sorted_words(_plain(check["sqltext"]))
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }
    return checks | {name: sql for name, sql in schema(connection).items() if name.startswith("index")}


def _sorted_words(definition: str) -> str:
    """Sort the words that a CHECK lists: a revision adds its own at the end, wherever the model has them."""
    return re.sub(
        r"(?<=IN\()[^)]*|(?<=ARRAY\[)[^]]*", lambda found: ",".join(sorted(re.split(r",\s*", found[0]))), definition
    )


def _plain(sql: str) -> str:
    """Leave out what SQLite keeps of how a statement was typed: blanks, and quotes round names."""
    return re.sub(r"\s*([(),])\s*", r"\1", " ".join(sql.replace('"', "").split()))
