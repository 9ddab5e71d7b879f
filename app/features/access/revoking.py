"""Revokes tokens, one by one for whoever asks, or all that somebody has where a person is no longer to be let in."""

import uuid
from collections.abc import Collection

from sqlalchemy import update
from sqlmodel import Session, col

from app import clock
from app.features.access import machine_token_queries, rights, rights_queries
from app.features.access.portal_tokens import TokenRevoked
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.models import Principal, Token


def revoke(
    session: Session,
    actor: Actor,
    token_id: uuid.UUID,
    name: str,
    vendor_id: uuid.UUID | None,
    centers: Collection[uuid.UUID],
) -> None:
    """Revoke a token of the principal of that name, vendor and centers: from the next request on it opens nothing.

    Raises TokenRevoked where it was revoked already.
    """
    own, details = (Token, col(Token.id) == token_id), {"name": name}
    if vendor_id is not None:
        # What vendors issue themselves stands in their service center's chain, and a row never goes back from there.
        center = rights_queries.center_of_vendor(session, vendor_id)
        with recording(session, actor, center, "token.revoked", token_id, own, details=details):
            _revoke(session, token_id)
        return
    with rights.recorded(session, actor, centers, "token.revoked", token_id, own, details=details):
        _revoke(session, token_id)


def revoke_all(session: Session, actor: Actor, principal: Principal, centers: Collection[uuid.UUID]) -> None:
    """Revoke whatever tokens a principal has that is held, each as an act of its own."""
    for token_id in machine_token_queries.unrevoked(session, principal.id):
        revoke(session, actor, token_id, principal.name, principal.vendor_id, centers)


def _revoke(session: Session, token_id: uuid.UUID) -> None:
    statement = (
        update(Token)
        .where(col(Token.id) == token_id, col(Token.revoked_at).is_(None))
        .values(revoked_at=clock.now())
        .returning(col(Token.id))
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).first() is None:
        raise TokenRevoked(pointer="/path/machine_token_id")
