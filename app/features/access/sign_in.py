"""Signing in: one answer for every wrong name and password, and a lock after some of them."""

import hashlib

from sqlalchemy import delete
from sqlmodel import Session, col

from app.models import SignInFailures


def unlock(session: Session, name: str) -> bool:
    """Forget the failed sign-ins of a name; False where there were none."""
    statement = (
        delete(SignInFailures)
        .where(col(SignInFailures.name_hash) == _name_hash(name))
        .returning(col(SignInFailures.name_hash))
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).first() is not None


def _name_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
