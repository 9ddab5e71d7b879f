"""Forgets failed sign-ins that lock nobody any more, and sessions that ended long ago."""

from datetime import date, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app import clock
from app.models import SignInFailures, UserSession

FAILURES_KEPT = timedelta(days=2)
"""Longer than any window and any lock that can be set."""
SESSIONS_KEPT = timedelta(days=183)
"""Six months, as long as logs are kept (网络安全法, article 21)."""


def forget(session: Session, as_of: date) -> None:
    """Delete what is older on a business date than it is kept: names that anybody may make up would pile up else."""
    today = clock.midnight(as_of)
    session.execute(delete(SignInFailures).where(col(SignInFailures.failed_at) < today - FAILURES_KEPT))
    session.execute(delete(UserSession).where(col(UserSession.expires_at) < today - SESSIONS_KEPT))
