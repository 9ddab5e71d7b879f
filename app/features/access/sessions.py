"""Sessions of people: a new random cookie at each sign-in, idle and absolute limits, ended at once where it matters."""

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col

from app import clock
from app.errors import Unauthenticated
from app.features.access import sign_in_queries, tokens
from app.features.access.caller import Caller, OpenSession
from app.features.access.sign_in_rules import SignInRules
from app.models import UserSession
from app.models.words import SessionEnd
from app.rules.passwords import is_too_old

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


def authenticate(session: Session, secret: str, rules: SignInRules) -> Caller:
    """Recognise who has signed in by the cookie's secret, in one statement, with what they may see now."""
    if not tokens.is_well_formed(secret):
        raise _none("The cookie is not one of this service.")
    rows = sign_in_queries.session_with_grants(session, tokens.hashed(secret))
    if not rows:
        raise _none("The session is not known.")
    own = rows[0]
    now = clock.now()
    if own.disabled_at is not None:
        raise _none("The account has been disabled.")
    if own.ended_at is not None:
        raise _none("The session has ended.")
    if own.expires_at <= now or own.last_seen_at + rules.idle <= now:
        raise _none("The session has expired.")
    due = own.must_change or (own.password_set_at is not None and is_too_old(rules.policy, own.password_set_at, now))
    return Caller(
        own.id,
        own.name,
        own.role,
        tuple(row.service_center_id for row in rows if row.service_center_id is not None),
        own.vendor_id,
        session=OpenSession(own.session_id, own.last_seen_at, own.expires_at, due),
    )


def _none(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, remedy="Sign in again: POST /sign-in.")


def csrf_token(secret: str) -> str:
    """Derive what a page must send back in a header: who cannot read it cannot have the browser send it."""
    return hmac.digest(secret.encode(), _CSRF, hashlib.sha256).hex()


def end(session: Session, secret: str, reason: SessionEnd, now: datetime) -> uuid.UUID | None:
    """End the session of this secret and tell whose it was; None where there is none that is still going on."""
    if not tokens.is_well_formed(secret):
        return None
    ended = _end(session, col(UserSession.token_hash) == tokens.hashed(secret), reason, now)
    return ended[0] if ended else None


def end_all(
    session: Session, principal_id: uuid.UUID, reason: SessionEnd, now: datetime, keep: uuid.UUID | None = None
) -> int:
    """End all sessions of a user, but for the one to `keep`, from the next request on; gives how many there were."""
    of = col(UserSession.principal_id) == principal_id
    return len(_end(session, of if keep is None else of & (col(UserSession.id) != keep), reason, now))


def _end(session: Session, which: ColumnElement[bool], reason: SessionEnd, now: datetime) -> list[uuid.UUID]:
    statement = (
        update(UserSession)
        .where(which, col(UserSession.ended_at).is_(None))
        .values(ended_at=now, end_reason=reason)
        .returning(col(UserSession.principal_id))
        .execution_options(synchronize_session=False)
    )
    return list(session.execute(statement).scalars())
