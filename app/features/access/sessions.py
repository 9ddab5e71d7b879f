"""Sessions of people: a new random cookie at each sign-in, idle and absolute limits, ended at once where it matters."""

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col

from app.features.access import tokens
from app.models import UserSession
from app.models.words import SessionEnd

_CSRF = b"kaohe csrf"


def begin(session: Session, principal_id: uuid.UUID, now: datetime, lasts: timedelta) -> tuple[str, datetime]:
    """Begin a session of a user and give its secret, for the only time, with the instant at which it ends at last."""
    secret, expires_at = tokens.mint(), now + lasts
    row = UserSession(
        principal_id=principal_id,
        token_hash=tokens.hashed(secret),
        last_seen_at=now,
        expires_at=expires_at,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return secret, expires_at


def csrf_token(secret: str) -> str:
    """Derive what a page must send back in a header: who cannot read it cannot have the browser send it."""
    return hmac.digest(secret.encode(), _CSRF, hashlib.sha256).hex()


def end(session: Session, secret: str, reason: SessionEnd, now: datetime) -> bool:
    """End the session of this secret; False where there is none that is still going on."""
    if not tokens.is_well_formed(secret):
        return False
    return _end(session, col(UserSession.token_hash) == tokens.hashed(secret), reason, now) > 0


def end_all(
    session: Session, principal_id: uuid.UUID, reason: SessionEnd, now: datetime, keep: uuid.UUID | None = None
) -> int:
    """End all sessions of a user, but for the one to `keep`, from the next request on; gives how many there were."""
    of = col(UserSession.principal_id) == principal_id
    return _end(session, of if keep is None else of & (col(UserSession.id) != keep), reason, now)


def _end(session: Session, which: ColumnElement[bool], reason: SessionEnd, now: datetime) -> int:
    statement = (
        update(UserSession)
        .where(which, col(UserSession.ended_at).is_(None))
        .values(ended_at=now, end_reason=reason)
        .returning(col(UserSession.id))
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(statement).all())
