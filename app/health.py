"""Whether the database has the schema that this program was written for."""

from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.database import alembic_config, lacks_schema
from app.errors import Unavailable


@lru_cache
def head() -> str:
    """Give the newest revision of the migrations that came with this program."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 loaded late

    return ScriptDirectory.from_config(alembic_config("")).get_current_head() or ""


def schema_revision(session: Session) -> str:
    """Give the database's revision; raises Unavailable where it is not the program's."""
    try:
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    except DBAPIError as error:
        if not lacks_schema(error):
            raise
        raise Unavailable("The database has no schema yet.", remedy="Run 'kaohe migrate'.") from error
    if found != head():
        raise Unavailable(f"The database is at {found}, the program at {head()}.", remedy="Run 'kaohe migrate'.")
    return str(found)
