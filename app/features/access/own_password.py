"""A person's own password, changed by whoever knows the present one."""

import math

from sqlmodel import Session

from app import clock
from app.database import Database
from app.errors import Conflict, Invalid
from app.features.access import passwords, sessions, sign_in, sign_in_queries
from app.features.access.caller import Caller
from app.features.access.sign_in import SignInLocked
from app.features.access.sign_in_rules import SignInRules
from app.features.audit.service import recording
from app.models import User
from app.models.words import SessionEnd
from app.rules import passwords as rules_of
from app.rules.faults import Fault


class CurrentPasswordWrong(Invalid):
    """The present password was not the one that was sent."""

    code = "current-password-wrong"
    title = "The current password is not right"
    remedy = "Send the password with which you signed in; failures count as failed sign-ins do."


class PasswordRefused(Invalid):
    """A new password that the profile does not allow."""

    code = "password-refused"
    title = "The new password may not be taken"
    remedy = "Choose another one as the errors say."


def change(database: Database, rules: SignInRules, caller: Caller, current: str, new: str) -> None:
    """Change the caller's own password; all their other sessions end.

    Raises CurrentPasswordWrong, PasswordRefused with a fault for each rule that the new one breaks, SignInLocked where
    the present one was guessed at too often, and Conflict where somebody else changed it meanwhile.
    """
    now = clock.now()
    with passwords.turns.turn():
        locked_until = sign_in.count(database, rules, caller.name, now)
        if locked_until is not None:
            raise SignInLocked(retry_after=max(math.ceil((locked_until - now).total_seconds()), 1))
        with database.read() as session:
            user = session.get_one(User, caller.principal_id)
            fits, _ = passwords.verified(current, user.password_hash)
            if not fits:
                raise CurrentPasswordWrong(pointer="/current")
            faults = _faults(session, rules, caller, user, new)
        hashed = None if faults else passwords.hashed(new)
    with database.write() as session:
        sign_in.unlock(session, caller.name)
        if hashed is not None:
            _take(session, caller, user.password_hash, hashed)
    if faults:
        raise PasswordRefused(faults=faults)


def _faults(session: Session, rules: SignInRules, caller: Caller, user: User, new: str) -> list[Fault]:
    found = rules_of.faults(rules.policy, new, caller.name, passwords.blocked(), "/new")
    if len(new) <= rules_of.LONGEST and passwords.was_had(session, rules.policy, user, new):
        found.append(rules_of.reused("/new"))
    return found


def _take(session: Session, caller: Caller, checked: str | None, hashed: str) -> None:
    """Put the new password in the place of the one that was checked."""
    now, person = clock.now(), caller.principal_id
    held = sign_in_queries.person(session, caller.name, hold=True)
    if held is None or held[1].password_hash != checked:
        raise Conflict("The password was changed by somebody else meanwhile.")
    touched = passwords.touched(person)
    with recording(session, caller.actor, None, "user.password_changed", person, *touched):
        passwords.replace(session, person, hashed, now, must_change=False)
    keep = caller.session.id if caller.session else None
    sessions.end_all(session, person, SessionEnd.PASSWORD_CHANGED, now, keep=keep)
