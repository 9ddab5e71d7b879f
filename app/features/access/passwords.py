"""Passwords of people: hashed with argon2id, at most four at once, checked against their profile and their history."""

import secrets
import string
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete
from sqlmodel import Session, col

from app.errors import NotFound, Unavailable
from app.features.access import sign_in_queries
from app.features.audit.changes import Touched
from app.models import PasswordHistory, User
from app.rules import passwords as rules
from app.rules.passwords import PROFILES, Policy

MEMORY_KIB, ROUNDS, LANES = 19 * 1024, 2, 1
"""Argon2id with 19 MiB, two rounds and one lane: the first choice of the OWASP Password Storage Cheat Sheet."""
AT_ONCE = 4
"""How many are hashed at once, so that sign-ins never take more than 76 MiB."""
MOST_WAITING = 16
"""How many wait for their turn: all together stay below half of the 40 threads that answer requests."""
KEPT = max(policy.remembered for policy in PROFILES.values())
"""How many passwords that somebody had are kept."""
TEMPORARY_LENGTH = 16
_EASY = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI"))) + "-+=%"
"""Characters that nobody mistakes for another when a password is read out."""

_SALT_BYTES = 16
"""What RFC 9106 recommends for passwords."""
_argon2 = Argon2Hasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
_hasher = PasswordHash((_argon2,))


class TooBusy(Unavailable):
    """More passwords wait to be checked than there is room for."""

    code = "sign-in-busy"
    title = "Too many people sign in at once"


class Turns:
    """Lets `at_once` work and `waiting` wait; whoever comes after them is refused at once."""

    def __init__(self, at_once: int, waiting: int) -> None:
        """Begin with everybody's place free."""
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._slots = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it; raises TooBusy where too many wait already."""
        if not self._places.acquire(blocking=False):
            raise TooBusy
        try:
            with self._slots:
                yield
        finally:
            self._places.release()


turns = Turns(AT_ONCE, MOST_WAITING)
"""Of this process: every verification and every hash takes one."""


def hashed(password: str) -> str:
    """Hash a password; the caller has a turn."""
    return _hasher.hash(password, salt=secrets.token_bytes(_SALT_BYTES))


def verified(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Tell whether the password fits, and give a new hash where the stored one has older parameters.

    Without a stored hash, as for an unknown name, just as much is computed and nothing fits. The caller has a turn.
    """
    dummy = _dummy()
    fits = _hasher.verify(password, stored or dummy) and stored is not None
    return fits, hashed(password) if fits and _argon2.check_needs_rehash(stored or dummy) else None


@cache
def _dummy() -> str:
    """Give a hash of what nobody knows, with the parameters of all others."""
    return hashed(secrets.token_hex(_SALT_BYTES))


@cache
def blocked() -> frozenset[str]:
    """Read the list of passwords that nobody may take."""
    lines = (Path(__file__).parent / "blocked_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def temporary(name: str) -> str:
    """Make a random password that satisfies every profile."""
    while True:
        made = "".join(_EASY[byte % len(_EASY)] for byte in secrets.token_bytes(TEMPORARY_LENGTH))
        if not any(rules.faults(policy, made, name, blocked()) for policy in PROFILES.values()):
            return made


def give_temporary(session: Session, principal_id: uuid.UUID, now: datetime) -> str:
    """Give a user a temporary password and return it, to be shown once; the user must change it before all else.

    The caller's act names `touched(principal_id)`. Raises NotFound where the principal is no user.
    """
    found = sign_in_queries.user_name(session, principal_id)
    if found is None:
        raise NotFound
    made = temporary(found)
    with turns.turn():
        replace(session, principal_id, hashed(made), now, must_change=True)
    return made


def replace(session: Session, principal_id: uuid.UUID, new: str, now: datetime, *, must_change: bool) -> None:
    """Put a new hash in the place of the present one, which goes into the history; its version is raised.

    The caller's act names `touched(principal_id)`.
    """
    user = session.get_one(User, principal_id, populate_existing=True, with_for_update=True)
    if user.password_hash is not None and user.password_set_at is not None:
        session.add(
            PasswordHistory(principal_id=principal_id, password_hash=user.password_hash, set_at=user.password_set_at)
        )
        session.flush()
        older = sign_in_queries.password_history(session, principal_id)[KEPT:]
        if older:
            session.execute(delete(PasswordHistory).where(col(PasswordHistory.id).in_([row.id for row in older])))
    user.password_hash, user.password_set_at, user.must_change = new, now, must_change
    user.version += 1
    user.updated_at = now
    session.flush()


def was_had(session: Session, policy: Policy, user: User, password: str) -> bool:
    """Tell whether the password is one that the profile remembers of the user; the caller has a turn."""
    had = [row.password_hash for row in sign_in_queries.password_history(session, user.principal_id)]
    present = [user.password_hash] if user.password_hash else []
    return any(_hasher.verify(password, stored) for stored in (present + had)[: policy.remembered])


def touched(principal_id: uuid.UUID) -> tuple[Touched, ...]:
    """Name the rows that a change of a user's password changes, for the act that it is part of."""
    return (
        (User, col(User.principal_id) == principal_id),
        (PasswordHistory, col(PasswordHistory.principal_id) == principal_id),
    )
