"""Tokens of machines: issued and revoked by the administrators of the service centers that they open, two live at most.

A machine is a principal that is no person: it is made with its first token, and stays what it was made as.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col

from app import clock
from app.errors import Conflict, Invalid, NotFound
from app.features.access import machine_token_queries, names, revoking, rights, rights_queries, tokens
from app.features.access.caller import Caller
from app.features.access.machine_token_queries import Known
from app.features.access.portal_tokens import MOST_LIVE, PrincipalIsPerson, TooManyTokens
from app.features.access.scopes import check_scopes
from app.features.access.service import PrincipalExists
from app.features.audit.changes import Touched
from app.features.upserts import upsert
from app.models import Grant, Principal, Token
from app.models.columns import new_id
from app.models.words import Role
from app.rules.faults import Fault

LONGEST_DAYS = 366
"""A year, whichever: whoever issues a token for longer forgets that it is there."""

_WITH_REASON = {
    Role.ADMIN: (
        "A machine that administers is asked for with a reason.",
        "Take another role, which is nearly always enough, or state the reason.",
    ),
    Role.VENDOR: (
        "Whoever holds the token acts in the vendor's name: it is asked for with a reason.",
        "Let the vendor issue it at the portal, or state the reason.",
    ),
}
"""Roles whose tokens need a reason: what is wrong without one, and what to do."""


class PrincipalDiffers(Conflict):
    """A further token for a machine that is said to be something else than it is."""

    code = "principal-differs"
    title = "The machine was made with other rights"
    remedy = "State its role, service centers and vendor as its tokens show them, or give another machine its own name."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to issue: for which machine, what that may do, for how long; `reason` says why where that is much."""

    principal: str
    role: Role
    service_centers: Sequence[uuid.UUID]
    vendor_id: uuid.UUID | None
    scopes: Collection[str]
    name: str | None
    days: int
    reason: str | None


def issue(session: Session, caller: Caller, new: NewToken, longest_days: int) -> tuple[uuid.UUID, str]:
    """Issue a token for a machine, made where it is not there, and give its id and, for the only time, its secret.

    Raises TooManyTokens where two are live.
    """
    _check(new, longest_days)
    carried = check_scopes(new.role, new.scopes)
    centers = rights.named_centers(caller, new.service_centers)
    rights.check_company(session, new.role, new.vendor_id, centers)
    token_id, secret, now = new_id(), tokens.mint(), clock.now()
    known = machine_token_queries.hold_principal(session, new.principal)
    if known is None:
        names.check(new.principal, "/principal")
    else:
        _check_further(session, caller, new, known, centers)
    rights.hold(session, caller, centers)
    principal_id = known.id if known else new_id()
    if machine_token_queries.live_tokens(session, principal_id, now) >= MOST_LIVE:
        raise TooManyTokens(f"{new.principal} has {MOST_LIVE} live tokens.")
    row = Token(
        id=token_id,
        principal_id=principal_id,
        token_hash=tokens.hashed(secret),
        name=new.name,
        scopes=carried,
        created_at=now,
        expires_at=now + timedelta(days=new.days),
    )
    said = {"name": new.principal, "role": new.role, "scopes": carried or [], "days": new.days, "reason": new.reason}
    touched: tuple[Touched, ...] = (
        (Principal, col(Principal.id) == principal_id),
        (Grant, col(Grant.principal_id) == principal_id),
        (Token, col(Token.id) == token_id),
    )
    with rights.recorded(session, caller.actor, centers, "token.issued", token_id, *touched, details=said):
        if known is None:
            _make(session, principal_id, new, centers)
        session.add(row)
    return token_id, secret


def revoke(session: Session, caller: Caller, token_id: uuid.UUID) -> None:
    """Revoke a token, whosever it is: from the next request on it opens nothing.

    Raises TokenRevoked where it was revoked already, BeyondOwnCenters where its principal sees more than the caller.
    """
    found = machine_token_queries.token(session, caller.centers, token_id)
    if found is None:
        raise NotFound(pointer="/path/machine_token_id")
    centers = rights_queries.grants(session, [found["principal_id"]])[found["principal_id"]]
    rights.check_all_own(caller, centers)
    rights.hold(session, caller, centers)
    revoking.revoke(session, caller.actor, token_id, found["principal"], found["vendor_id"], centers)


def _check(new: NewToken, longest_days: int) -> None:
    if new.days > longest_days:
        detail = f"Here a token is good for at most {longest_days} days."
        remedy = "Ask for fewer, and rotate it before they have passed."
        raise Invalid(detail, faults=[Fault("/expires_in_days", "token-too-long", detail, remedy)])
    if new.role in _WITH_REASON and new.reason is None:
        detail, remedy = _WITH_REASON[new.role]
        raise Invalid(detail, faults=[Fault("/reason", "reason-missing", detail, remedy)])


def _check_further(
    session: Session, caller: Caller, new: NewToken, known: Known, centers: frozenset[uuid.UUID]
) -> None:
    """Refuse a further token for what is not the caller's, is no machine, or was made as something else."""
    present = rights_queries.grants(session, [known.id]).get(known.id, set())
    if not present & set(caller.centers):
        remedy = "Choose another name: people and systems of all service centers share one list of names."
        raise PrincipalExists(f"'{new.principal}' is taken.", pointer="/principal", remedy=remedy)
    if known.is_person:
        raise PrincipalIsPerson(pointer="/principal")
    rights.check_all_own(caller, present)
    for pointer, stands, stated in (
        ("/role", known.role, new.role),
        ("/service_centers", present, set(centers)),
        ("/vendor_id", known.vendor_id, new.vendor_id),
    ):
        if stands != stated:
            raise PrincipalDiffers(f"'{new.principal}' was made with another {pointer[1:]}.", pointer=pointer)


def _make(session: Session, principal_id: uuid.UUID, new: NewToken, centers: frozenset[uuid.UUID]) -> None:
    values = {
        "id": principal_id,
        "name": new.principal,
        "role": new.role,
        "vendor_id": new.vendor_id,
        "created_at": clock.now(),
    }
    statement = upsert(session, Principal).values(**values).on_conflict_do_nothing(index_elements=["name"])
    if session.execute(statement.returning(col(Principal.id))).first() is None:
        raise PrincipalExists(f"'{new.principal}' was made at the same time.", pointer="/principal")
    session.add_all(Grant(principal_id=principal_id, service_center_id=center) for center in sorted(centers))
    session.flush()
