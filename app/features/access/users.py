"""People: made, changed, disabled by the administrators of their service centers; whoever changes rights ends sessions.

A person never loses their own rights by their own act, and no service center its last administrator who can sign in.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, Invalid, NotFound
from app.features.access import accounts, names, passwords, revoking, rights, sessions, sign_in
from app.features.access.accounts import Held
from app.features.access.caller import Caller
from app.features.access.service import PrincipalExists
from app.features.seen import Seen, check_seen
from app.features.upserts import upsert
from app.models import Grant, Principal, User
from app.models.columns import new_id
from app.models.words import Language, Role, SessionEnd
from app.rules.faults import Fault


class OwnAccount(Conflict):
    """Something that nobody does to their own account."""

    code = "own-account"
    title = "Nobody does that to their own account"
    remedy = "Ask another administrator; your own password is changed with POST /password."


class UserEnabled(Conflict):
    """Somebody who is not disabled."""

    code = "user-enabled"
    title = "They are not disabled"
    remedy = "Where they cannot sign in, unlock them or give them a new password."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an administrator decides about a person."""

    display_name: str
    language: Language
    role: Role
    service_centers: Sequence[uuid.UUID]


def create(
    session: Session, caller: Caller, name: str, wanted: Account, vendor_id: uuid.UUID | None
) -> tuple[uuid.UUID, str]:
    """Make a person and give their id and, for the only time, a password with which they can do nothing but change it.

    Raises PrincipalExists where somebody, or some system, has that name.
    """
    names.check(name, "/name")
    _check_person(wanted.role)
    centers = rights.named_centers(caller, wanted.service_centers)
    rights.check_company(session, wanted.role, vendor_id, centers)
    rights.hold(session, caller, centers)
    id_, now = new_id(), clock.now()
    details = {"name": name, "role": wanted.role}
    with rights.recorded(session, caller.actor, centers, "user.created", id_, *accounts.touched(id_), details=details):
        _add_principal(session, id_, name, wanted.role, vendor_id)
        session.add(
            User(
                principal_id=id_,
                display_name=wanted.display_name,
                language=wanted.language,
                must_change=True,
                # The password raises it to 1.
                version=0,
                created_at=now,
                updated_at=now,
            )
        )
        session.add_all(Grant(principal_id=id_, service_center_id=center) for center in sorted(centers))
        session.flush()
        password = passwords.give_temporary(session, id_, now)
    return id_, password


def change(session: Session, caller: Caller, user_id: uuid.UUID, wanted: Account, seen: Seen) -> None:
    """Change what a person is called and may do; another role or other service centers end their sessions at once.

    Raises OwnAccount where the caller would change their own rights, LastAdministrator where a service center would
    have no other administrator.
    """
    _check_person(wanted.role)
    held, centers = _hold(session, caller, user_id), rights.named_centers(caller, wanted.service_centers)
    rights.hold(session, caller, held.centers | centers)
    check_seen(seen, held.account.version)
    moved = (wanted.role, centers) != (held.principal.role, held.centers)
    if moved:
        _refuse_own(caller, user_id)
        _check_kind(held, wanted.role, centers)
        accounts.keep_an_administrator(
            session, held, held.centers - (centers if wanted.role is Role.ADMIN else frozenset())
        )
    details = {"name": held.principal.name, "role": wanted.role, "role_before": held.principal.role}
    concerned = held.centers | centers
    with rights.recorded(
        session, caller.actor, concerned, "user.changed", user_id, *accounts.touched(user_id), details=details
    ):
        held.principal.role = wanted.role
        held.account.display_name, held.account.language = wanted.display_name, wanted.language
        accounts.raise_version(held)
        accounts.regrant(session, held, centers)
        if moved:
            sessions.end_all(session, user_id, SessionEnd.ROLE_CHANGED, clock.now())


def disable(session: Session, caller: Caller, user_id: uuid.UUID, reason: str) -> None:
    """Let a person in no more: end their sessions and revoke their tokens at once."""
    held = _hold_with_centers(session, caller, user_id)
    _refuse_own(caller, user_id)
    accounts.disable(session, caller.actor, held, reason)


def enable(session: Session, caller: Caller, user_id: uuid.UUID) -> None:
    """Let a disabled person in again, with the password and the rights that they had."""
    held = _hold_with_centers(session, caller, user_id)
    if held.principal.disabled_at is None:
        raise UserEnabled
    with accounts.recorded(session, caller.actor, "user.enabled", held):
        held.principal.disabled_at = None
        accounts.raise_version(held)


def reset_password(session: Session, caller: Caller, user_id: uuid.UUID) -> str:
    """Give a person a new password, shown once, which they must change; their sessions and tokens end.

    Nobody resets their own: whoever has found a session open would take the account over with it.
    """
    held = _hold_with_centers(session, caller, user_id)
    _refuse_own(caller, user_id)
    with accounts.recorded(session, caller.actor, "user.password_reset", held):
        password = passwords.give_temporary(session, user_id, clock.now())
        sessions.end_all(session, user_id, SessionEnd.PASSWORD_CHANGED, clock.now())
    revoking.revoke_all(session, caller.actor, held.principal, held.centers)
    return password


def unlock(session: Session, caller: Caller, user_id: uuid.UUID) -> None:
    """Forget the failed sign-ins of a person, so that they need not wait; nothing happens where there are none."""
    held = _hold_with_centers(session, caller, user_id)
    with accounts.recorded(session, caller.actor, "user.unlocked", held):
        sign_in.unlock(session, held.principal.name)


def end_sessions(session: Session, caller: Caller, user_id: uuid.UUID) -> None:
    """Sign a person out everywhere."""
    held = _hold_with_centers(session, caller, user_id)
    with accounts.recorded(session, caller.actor, "user.sessions_ended", held):
        sessions.end_all(session, user_id, SessionEnd.ENDED, clock.now())


def _hold(session: Session, caller: Caller, user_id: uuid.UUID) -> Held:
    held = accounts.hold(session, user_id)
    if held is None or not held.centers & set(caller.centers):
        raise NotFound(pointer="/path/user_id")
    rights.check_all_own(caller, held.centers)
    return held


def _hold_with_centers(session: Session, caller: Caller, user_id: uuid.UUID) -> Held:
    held = _hold(session, caller, user_id)
    rights.hold(session, caller, held.centers)
    return held


def _check_person(role: Role) -> None:
    if role is Role.INTEGRATION:
        detail = "The role 'integration' is of other systems, and a person is none."
        raise Invalid(detail, faults=[Fault("/role", "role-of-machines", detail, "Issue a token: POST /v1/tokens.")])


def _check_kind(held: Held, role: Role, centers: frozenset[uuid.UUID]) -> None:
    if Role.VENDOR not in {role, held.principal.role}:
        return
    if role is not held.principal.role:
        detail = "Who belongs to a vendor belongs to it for good, and nobody joins one later."
        raise Invalid(detail, faults=[Fault("/role", "vendor-for-good", detail, "Disable them, and make a new user.")])
    if centers != held.centers:
        detail = "Who belongs to a vendor sees that vendor's service center alone."
        raise Invalid(detail, faults=[Fault("/service_centers", "center-of-vendor", detail, "Leave it as it is.")])


def _refuse_own(caller: Caller, user_id: uuid.UUID) -> None:
    if caller.principal_id == user_id:
        raise OwnAccount


def _add_principal(session: Session, id_: uuid.UUID, name: str, role: Role, vendor_id: uuid.UUID | None) -> None:
    values = {"id": id_, "name": name, "role": role, "vendor_id": vendor_id, "created_at": clock.now()}
    statement = upsert(session, Principal).values(**values).on_conflict_do_nothing(index_elements=["name"])
    if session.execute(statement.returning(col(Principal.id))).first() is None:
        remedy = "Choose another name: people and systems share one list of names."
        raise PrincipalExists(f"'{name}' is taken.", pointer="/name", remedy=remedy)
