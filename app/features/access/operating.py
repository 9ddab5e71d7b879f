"""What whoever operates the service does about people of several centers, whom no administrator of one may change."""

import uuid
from collections.abc import Collection

from sqlmodel import Session

from app import clock
from app.errors import Invalid, NotFound
from app.features.access import accounts, rights, rights_queries, sessions, user_queries
from app.features.access.accounts import Held
from app.features.audit.actor import Actor
from app.models.words import Role, SessionEnd
from app.rules.faults import Fault


def grant(session: Session, actor: Actor, name: str, centers: Collection[uuid.UUID]) -> None:
    """Let a person see further service centers, such as a supervising authority; their sessions end."""
    held = _hold(session, name)
    if held.principal.role is Role.VENDOR:
        detail = "Who belongs to a vendor sees that vendor's service center alone."
        raise Invalid(detail, faults=[Fault("/name", "center-of-vendor", detail, "Name somebody of another role.")])
    _regrant(session, actor, "user.granted", held, held.centers | frozenset(centers))


def withdraw(session: Session, actor: Actor, name: str, centers: Collection[uuid.UUID]) -> None:
    """Let a person no longer see some of their service centers; their sessions end.

    The last one stays: who may see nothing is disabled instead. Raises LastAdministrator where a service center
    would have nobody else to administer it.
    """
    held = _hold(session, name)
    left = held.centers - frozenset(centers)
    if not left:
        detail = f"'{name}' would have no service center left."
        raise Invalid(detail, pointer="/service_centers", remedy="Disable them instead: kaohe user disable.")
    rights_queries.hold_centers(session, held.centers)
    accounts.keep_an_administrator(session, held, held.centers - left)
    _regrant(session, actor, "user.withdrawn", held, left)


def disable(session: Session, actor: Actor, name: str, reason: str) -> None:
    """Let a person in no more, whichever service centers they have."""
    held = _hold(session, name)
    rights_queries.hold_centers(session, held.centers)
    accounts.disable(session, actor, held, reason)


def _regrant(session: Session, actor: Actor, action: str, held: Held, centers: frozenset[uuid.UUID]) -> None:
    id_, details = held.principal.id, {"name": held.principal.name}
    concerned = held.centers | centers
    rights_queries.hold_centers(session, concerned)
    with rights.recorded(session, actor, concerned, action, id_, *accounts.touched(id_), details=details):
        accounts.regrant(session, held, centers)
        accounts.raise_version(held)
        sessions.end_all(session, id_, SessionEnd.ROLE_CHANGED, clock.now())


def _hold(session: Session, name: str) -> Held:
    user_id = user_queries.by_name(session, name)
    held = None if user_id is None else accounts.hold(session, user_id)
    if held is None:
        raise NotFound(f"There is no user '{name}'.", pointer="/name", remedy="An administrator makes them first.")
    return held
