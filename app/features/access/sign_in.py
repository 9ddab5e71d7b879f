"""Signing in: one answer for every wrong name and password, and a lock after some of them."""

import hashlib
import math
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import case, delete, or_
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.errors import TooManyRequests, Unauthenticated
from app.features.access import passwords, sessions, sign_in_queries
from app.features.access.sign_in_rules import SignInRules
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.features.upserts import upsert
from app.models import Principal, SignInFailures, User
from app.models.words import SessionEnd

TEMPORARY_LASTS = timedelta(days=7)
"""A password that somebody else gave opens nothing after so long (ASVS 4.0.3, 2.3.1: initial passwords expire after a
short period)."""


class SignInRefused(Unauthenticated):
    """A name and password that do not open anything, for whatever reason."""

    code = "sign-in-refused"
    title = "Name and password do not open anything"
    remedy = "Check both; after some failures the name is locked. An administrator can give a new password."


class SignInLocked(TooManyRequests):
    """A name that failed too often."""

    code = "sign-in-locked"
    title = "Too many sign-ins with this name have failed"
    remedy = "Wait as long as the header 'Retry-After' says, or have an administrator unlock the name."


class Verdict(StrEnum):
    """What became of an attempt; the answer tells no more than signed in, refused or locked."""

    SIGNED_IN = "signed_in"
    UNKNOWN = "unknown"
    WITHOUT_PASSWORD = "without_password"  # noqa: S105 a verdict, not a secret
    WRONG = "wrong"
    DISABLED = "disabled"
    LAPSED = "lapsed"
    """A temporary password, after its days."""
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt to sign in, of whom, and the session that began."""

    verdict: Verdict
    principal_id: uuid.UUID | None = None
    """Whom the name names; None where it names nobody."""
    secret: str = field(default="", repr=False)
    """Of the session that began; else empty."""
    retry_after: int = 0
    """Seconds until a locked name opens."""

    def refuse(self) -> None:
        """Raise what a failed attempt is answered with; nothing where it succeeded."""
        if self.verdict is Verdict.LOCKED:
            raise SignInLocked(retry_after=self.retry_after)
        if self.verdict is not Verdict.SIGNED_IN:
            raise SignInRefused


def attempt(
    database: Database,
    rules: SignInRules,
    name: str,
    password: str,
    *,
    former: str | None = None,
    request_id: str | None = None,
) -> Outcome:
    """Try a name and a password, and begin a session where they fit; this is where the outcome is known.

    `former` is the session that the browser had: it is ended, and never taken over. Raises TooBusy where too many
    passwords wait to be checked; that counts for nothing.
    """
    now = clock.now()
    with passwords.turns.turn():
        # Counted before the password is looked at, so that many at once are not all tried before the first counts.
        locked_until = count(database, rules, name, now)
        with database.read() as session:
            found = sign_in_queries.person(session, name)
        if locked_until is not None:
            seconds = math.ceil((locked_until - now).total_seconds())
            return Outcome(Verdict.LOCKED, found[0].id if found else None, retry_after=max(seconds, 1))
        fits, renewed = passwords.verified(password, _opens(found))
    verdict = _verdict(found, now, fits=fits)
    if found is None or verdict is not Verdict.SIGNED_IN:
        return Outcome(verdict, found[0].id if found else None)
    principal, user = found
    actor = Actor(principal.name, principal.id, request_id)
    with database.write() as session:
        again = sign_in_queries.person(session, name, hold=True)
        if again is None or again[0].disabled_at is not None or again[1].password_hash != user.password_hash:
            # Disabled, or given another password, while this one was being checked.
            return Outcome(Verdict.WRONG, principal.id)
        if former is not None:
            sessions.end(session, former, SessionEnd.SIGNED_IN_AGAIN, now)
        if renewed is not None:
            _renew(session, actor, again[1], renewed, now)
        unlock(session, name)
        secret, _ = sessions.begin(session, principal.id, now, rules.lasts)
    return Outcome(Verdict.SIGNED_IN, principal.id, secret)


def _opens(found: tuple[Principal, User] | None) -> str | None:
    """Give the hash that the password must fit; None where none does: then a dummy takes as long."""
    return None if found is None or found[0].disabled_at is not None else found[1].password_hash


def _verdict(found: tuple[Principal, User] | None, now: datetime, *, fits: bool) -> Verdict:
    if found is None:
        return Verdict.UNKNOWN
    principal, user = found
    if principal.disabled_at is not None:
        return Verdict.DISABLED
    if user.password_set_at is None:
        return Verdict.WITHOUT_PASSWORD
    if not fits:
        return Verdict.WRONG
    if user.must_change and user.password_set_at + TEMPORARY_LASTS <= now:
        return Verdict.LAPSED
    return Verdict.SIGNED_IN


def _renew(session: Session, actor: Actor, user: User, renewed: str, now: datetime) -> None:
    """Keep the same password under the parameters of today."""
    own = (User, col(User.principal_id) == user.principal_id)
    with recording(session, actor, None, "user.password_hashed_anew", user.principal_id, own):
        user.password_hash = renewed
        user.version += 1
        user.updated_at = now


def count(database: Database, rules: SignInRules, name: str, now: datetime) -> datetime | None:
    """Count an attempt as failed until it succeeds, in a transaction of its own; gives until when the name is locked.

    Whether there is such a user makes no difference. What is counted is kept whatever becomes of the request, and of
    any number at the same moment each is counted: one statement decides.
    """
    key = name_hash(name)
    with database.write() as session:
        first = or_(
            col(SignInFailures.failed_at) <= now - rules.window,
            # A lock that is over has been paid for.
            col(SignInFailures.locked_until).is_not(None),
        )
        failures = case((first, 1), else_=col(SignInFailures.failures) + 1)
        until = now + rules.locked
        statement = upsert(session, SignInFailures).values(name_hash=key, failures=1, failed_at=now)
        counted = statement.on_conflict_do_update(
            index_elements=["name_hash"],
            set_={
                "failures": failures,
                "failed_at": now,
                "locked_until": case((failures >= rules.failures, until), else_=None),
            },
            where=or_(col(SignInFailures.locked_until).is_(None), col(SignInFailures.locked_until) <= now),
        ).returning(col(SignInFailures.name_hash))
        if session.execute(counted).first() is not None:
            return None
        return sign_in_queries.locked_until(session, key)


def unlock(session: Session, name: str) -> bool:
    """Forget the failed sign-ins of a name; False where there were none."""
    statement = (
        delete(SignInFailures)
        .where(col(SignInFailures.name_hash) == name_hash(name))
        .returning(col(SignInFailures.name_hash))
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).first() is not None


def name_hash(name: str) -> str:
    """Give the hash under which a name's failures are counted."""
    return hashlib.sha256(name.encode()).hexdigest()


def sign_out(database: Database, secret: str | None) -> uuid.UUID | None:
    """End the session of the cookie that came, at once, and tell whose it was; None where none was going on."""
    if secret is None:
        return None
    with database.write() as session:
        return sessions.end(session, secret, SessionEnd.SIGNED_OUT, clock.now())
