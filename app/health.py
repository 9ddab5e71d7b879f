"""Whether the database has the schema that this program was written for."""

import re
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.database import ROOT, lacks_schema
from app.errors import Unavailable

_NAMED = re.compile(r'^revision = "(.+)"$', re.MULTILINE)
_FOLLOWED = re.compile(r'^down_revision = "(.+)"$', re.MULTILINE)


@lru_cache
def head() -> str:
    """Give the newest revision of the migrations that came with this program: the one that no other follows.

    Read off their texts: Alembic would be loaded for it, and run every migration's file, which takes 0.2 s.
    """
    texts = "\n".join(path.read_text() for path in (ROOT / "migrations" / "versions").glob("*.py"))
    newest: str
    (newest,) = set(_NAMED.findall(texts)) - set(_FOLLOWED.findall(texts))
    return str(newest)


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
