"""A person's account while it is changed: held, its rows named for the audit, its rights granted and taken away."""

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict
from app.features.access import passwords, revoking, rights, rights_queries, sessions, user_queries
from app.features.audit.actor import Actor
from app.features.audit.changes import Touched
from app.models import Grant, Principal, User
from app.models.words import Role, SessionEnd


class UserDisabled(Conflict):
    """Somebody who is disabled already."""

    code = "user-disabled"
    title = "They are disabled already"
    remedy = "Nothing is left to do; read them to see since when."


@dataclass(frozen=True, slots=True)
class Held:
    """A person whose rows nobody else changes until the transaction ends; `centers` as they were found."""

    principal: Principal
    account: User
    centers: frozenset[uuid.UUID]


def hold(session: Session, user_id: uuid.UUID) -> Held | None:
    """Hold a person's account."""
    found = user_queries.hold(session, user_id)
    if found is None:
        return None
    return Held(*found, frozenset(rights_queries.grants(session, [user_id]).get(user_id, ())))


def touched(user_id: uuid.UUID) -> tuple[Touched, ...]:
    """Name all the rows that an account consists of."""
    return (
        (Principal, col(Principal.id) == user_id),
        (Grant, col(Grant.principal_id) == user_id),
        *passwords.touched(user_id),
    )


def recorded(session: Session, actor: Actor, action: str, held: Held, **said: str) -> AbstractContextManager[None]:
    """Record what is done to somebody inside, and tell the service centers that they had before it."""
    id_, details = held.principal.id, {"name": held.principal.name, **said}
    return rights.recorded(session, actor, held.centers, action, id_, *touched(id_), details=details)


def raise_version(held: Held) -> None:
    """Say that the account has changed, and when."""
    held.account.version += 1
    held.account.updated_at = clock.now()


def regrant(session: Session, held: Held, centers: frozenset[uuid.UUID]) -> None:
    """Let somebody see these service centers and no others."""
    id_ = held.principal.id
    gone = (col(Grant.principal_id) == id_, col(Grant.service_center_id).in_(held.centers - centers))
    session.execute(delete(Grant).where(*gone).execution_options(synchronize_session=False))
    session.add_all(Grant(principal_id=id_, service_center_id=center) for center in sorted(centers - held.centers))


def keep_an_administrator(session: Session, held: Held, leaves: frozenset[uuid.UUID]) -> None:
    """Refuse that the last administrator leaves these service centers; who is none may leave them."""
    if held.principal.role is Role.ADMIN and held.principal.disabled_at is None:
        rights.keep_an_administrator(session, held.principal.id, leaves)


def disable(session: Session, actor: Actor, held: Held, reason: str) -> None:
    """Let a person in no more: end their sessions and revoke their tokens at once."""
    if held.principal.disabled_at is not None:
        raise UserDisabled(f"Since {held.principal.disabled_at.isoformat()}.")
    keep_an_administrator(session, held, held.centers)
    with recorded(session, actor, "user.disabled", held, reason=reason):
        held.principal.disabled_at = clock.now()
        raise_version(held)
        sessions.end_all(session, held.principal.id, SessionEnd.DISABLED, clock.now())
    revoking.revoke_all(session, actor, held.principal, held.centers)
