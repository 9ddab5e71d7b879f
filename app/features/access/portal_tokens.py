"""A vendor's own tokens: issued and revoked by the vendor itself, at most two live for each of its principals."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, NotFound
from app.features.access import portal_queries, sign_in_queries, tokens
from app.features.access.caller import Caller
from app.features.audit.service import recording
from app.models import Token
from app.models.columns import new_id

MOST_LIVE = 2
"""One in use, and the one that takes its place."""


class TooManyTokens(Conflict):
    """A third live token."""

    code = "too-many-tokens"
    title = "There are two live tokens already"
    remedy = "Revoke the one that is no longer used, then issue the new one."


class PrincipalIsPerson(Conflict):
    """A token for somebody who signs in: it would outlast their password, and whatever is done about that."""

    code = "principal-is-person"
    title = "That is a person"
    remedy = "People sign in with name and password; a system gets a name of its own from the service center."


class TokenRevoked(Conflict):
    """A token that is revoked already."""

    code = "token-revoked"
    title = "The token has been revoked"
    remedy = "Nothing is left to do; read it to see since when."


def issue(session: Session, caller: Caller, vendor_id: uuid.UUID, name: str, days: int) -> tuple[uuid.UUID, str]:
    """Issue a token of that name for the caller's own principal and give its id and, for the only time, its secret.

    Raises PrincipalIsPerson for whoever signs in, TooManyTokens where two are live.
    """
    if not portal_queries.hold_principal(session, vendor_id, caller.principal_id):
        raise NotFound
    if sign_in_queries.user_name(session, caller.principal_id) is not None:
        raise PrincipalIsPerson
    now = clock.now()
    if portal_queries.live_tokens(session, vendor_id, caller.principal_id, now) >= MOST_LIVE:
        raise TooManyTokens(f"{caller.name} has {MOST_LIVE} live tokens.")
    id_, secret = new_id(), tokens.mint()
    row = Token(
        id=id_,
        principal_id=caller.principal_id,
        token_hash=tokens.hashed(secret),
        name=name,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    own = (Token, col(Token.id) == row.id)
    center = _center(session, vendor_id)
    with recording(session, caller.actor, center, "token.issued", row.id, own, details={"name": caller.name}):
        session.add(row)
    return id_, secret


def revoke(session: Session, caller: Caller, vendor_id: uuid.UUID, token_id: uuid.UUID) -> datetime:
    """Revoke a token of the vendor's, also the very one that is shown: from the next request on it opens nothing.

    Raises TokenRevoked where it was revoked already.
    """
    if portal_queries.token(session, vendor_id, token_id) is None:
        raise NotFound(pointer="/path/token_id")
    now = clock.now()
    own = (Token, col(Token.id) == token_id)
    details = {"name": caller.name}
    with recording(session, caller.actor, _center(session, vendor_id), "token.revoked", token_id, own, details=details):
        statement = (
            update(Token)
            .where(col(Token.id) == token_id, col(Token.revoked_at).is_(None))
            .values(revoked_at=now)
            .returning(col(Token.id))
            .execution_options(synchronize_session=False)
        )
        if session.execute(statement).first() is None:
            raise TokenRevoked(pointer="/path/token_id")
    return now


def _center(session: Session, vendor_id: uuid.UUID) -> uuid.UUID:
    found = portal_queries.company(session, vendor_id)
    if found is None:
        raise NotFound
    center: uuid.UUID = found["service_center_id"]
    return center
