"""Notes when a token was last used, and a session last seen: now and then, and never so that a request waits for it."""

import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.features.access.caller import Caller
from app.models import Token, UserSession

EVERY = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=1)
_log = structlog.get_logger()


def note_use(database: Database, caller: Caller) -> None:
    """Note that the caller's token was used now, unless that was noted within the hour; a session's, within the minute.

    Skipped where a writer is at work; the next request of the token tries again. Whatever goes wrong is logged and
    nothing more: the request itself only reads.
    """
    now = clock.now()
    if not _is_due(caller, now):
        return
    try:
        with database.spare() as session:
            if session is not None and caller.token_id is not None:
                _note(session, caller.token_id, now)
            elif session is not None and caller.session is not None:
                _note_seen(session, caller.session.id, now)
    except SQLAlchemyError as error:
        _log.info("token_use_not_noted", error=type(error).__name__)


def _is_due(caller: Caller, now: datetime) -> bool:
    if caller.session is not None:
        return caller.session.seen_at <= now - SEEN_EVERY
    return caller.token_id is not None and (caller.token_used_at is None or caller.token_used_at <= now - EVERY)


def _note(session: Session, token_id: uuid.UUID, now: datetime) -> None:
    """Write the instant where nobody has; a row that another transaction holds is left alone."""
    older = (col(Token.last_used_at).is_(None)) | (col(Token.last_used_at) <= now - EVERY)
    free = select(col(Token.id)).where(col(Token.id) == token_id, older).with_for_update(skip_locked=True)
    statement = update(Token).where(col(Token.id).in_(free)).values(last_used_at=now)
    session.execute(statement.execution_options(synchronize_session=False))


def _note_seen(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """As above; a session that has ended meanwhile stays as it was."""
    older = (col(UserSession.last_seen_at) <= now - SEEN_EVERY) & col(UserSession.ended_at).is_(None)
    free = select(col(UserSession.id)).where(col(UserSession.id) == session_id, older).with_for_update(skip_locked=True)
    statement = update(UserSession).where(col(UserSession.id).in_(free)).values(last_seen_at=now)
    session.execute(statement.execution_options(synchronize_session=False))
