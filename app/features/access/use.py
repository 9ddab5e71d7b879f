"""Notes when a token was last used: at most once an hour, and never so that a request waits for it."""

import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.features.access.caller import Caller
from app.models import Token

EVERY = timedelta(hours=1)
_log = structlog.get_logger()


def note_use(database: Database, caller: Caller) -> None:
    """Note that the caller's token was used now, unless that was noted within the hour.

    Skipped where a writer is at work; the next request of the token tries again. Whatever goes wrong is logged and
    nothing more: the request itself only reads.
    """
    now = clock.now()
    if caller.token_id is None or (caller.token_used_at is not None and caller.token_used_at > now - EVERY):
        return
    try:
        with database.spare() as session:
            if session is not None:
                _note(session, caller.token_id, now)
    except SQLAlchemyError as error:
        _log.info("token_use_not_noted", error=type(error).__name__)


def _note(session: Session, token_id: uuid.UUID, now: datetime) -> None:
    """Write the instant where nobody has; a row that another transaction holds is left alone."""
    older = (col(Token.last_used_at).is_(None)) | (col(Token.last_used_at) <= now - EVERY)
    free = select(col(Token.id)).where(col(Token.id) == token_id, older).with_for_update(skip_locked=True)
    statement = update(Token).where(col(Token.id).in_(free)).values(last_used_at=now)
    session.execute(statement.execution_options(synchronize_session=False))
