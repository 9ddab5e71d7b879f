"""Makes principals and tokens, and recognises who is calling."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.errors import Conflict, Invalid, NotFound, Unauthenticated
from app.features.access import names, sign_in_queries, tokens
from app.features.access.caller import Caller
from app.features.access.scopes import check_scopes
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.models import Grant, Principal, ServiceCenter, Token, Vendor
from app.models.words import Role


class PrincipalExists(Conflict):
    """A second principal of one name."""

    code = "principal-exists"
    title = "There is a principal of that name"
    remedy = "Choose another name, or issue a further token for this one."


def create_principal(
    session: Session,
    actor: Actor,
    name: str,
    role: Role,
    centers: Collection[uuid.UUID],
    vendor_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Make a principal with its grants; a vendor's names its company, nobody else's does."""
    names.check(name, "/name")
    if (role is Role.VENDOR) != (vendor_id is not None):
        raise Invalid("A principal of role vendor names its vendor, and no other role does.", pointer="/vendor_id")
    if session.exec(select(Principal.id).where(Principal.name == name)).first():
        raise PrincipalExists(f"'{name}' exists already.", pointer="/name")
    principal = Principal(name=name, role=role, vendor_id=vendor_id, created_at=clock.now())
    touched = (
        (Principal, col(Principal.id) == principal.id),
        (Grant, col(Grant.principal_id) == principal.id),
    )
    with recording(session, actor, None, "principal.created", principal.id, *touched, details={"name": name}):
        session.add(principal)
        session.flush()
        session.add_all(Grant(principal_id=principal.id, service_center_id=center) for center in centers)
    return principal.id


def grant(session: Session, actor: Actor, principal_id: uuid.UUID, center: uuid.UUID) -> None:
    """Let a principal see a service center."""
    if session.get(Grant, (principal_id, center)) is None:
        own = (col(Grant.principal_id) == principal_id) & (col(Grant.service_center_id) == center)
        details = {"service_center_id": str(center)}
        with recording(session, actor, None, "principal.granted", principal_id, (Grant, own), details=details):
            session.add(Grant(principal_id=principal_id, service_center_id=center))


def issue_token(
    session: Session, actor: Actor, name: str, days: int | None = None, scopes: Collection[str] = ()
) -> str:
    """Issue a token for a principal and give it, for the only time; it expires after `days`, or never.

    One of role integration may do what its `scopes` name, and nothing else.
    """
    principal = session.exec(select(Principal).where(Principal.name == name)).first()
    if principal is None:
        remedy = "Make it first: kaohe token create NAME --role ROLE --service-center CODE."
        raise NotFound(f"There is no principal '{name}'.", pointer="/name", remedy=remedy)
    carried = check_scopes(principal.role, scopes)
    token = tokens.mint()
    now = clock.now()
    expires_at = now + timedelta(days=days) if days else None
    row = Token(
        principal_id=principal.id,
        token_hash=tokens.hashed(token),
        created_at=now,
        expires_at=expires_at,
        scopes=carried,
    )
    with recording(
        session, actor, None, "token.issued", row.id, (Token, col(Token.id) == row.id), details={"name": name}
    ):
        session.add(row)
    return token


def authenticate(session: Session, token: str) -> Caller:
    """Recognise the caller by its token, in one statement."""
    if not tokens.is_well_formed(token):
        raise Unauthenticated("The token is not one of this service.")
    rows = sign_in_queries.token_with_grants(session, tokens.hashed(token))
    if not rows:
        raise Unauthenticated("The token is not known.")
    shown = rows[0]
    if shown.disabled_at is not None:
        raise Unauthenticated("The account has been disabled.")
    _check_live(shown.expires_at, shown.revoked_at)
    return Caller(
        shown.id,
        shown.name,
        shown.role,
        tuple(row.service_center_id for row in rows if row.service_center_id is not None),
        shown.vendor_id,
        token_id=shown.token_id,
        token_used_at=shown.last_used_at,
        scopes=frozenset(shown.scopes or ()),
    )


def _check_live(expires_at: datetime | None, revoked_at: datetime | None) -> None:
    if revoked_at is not None:
        raise Unauthenticated("The token has been revoked.")
    if expires_at is not None and expires_at <= clock.now():
        raise Unauthenticated(f"The token expired at {expires_at.isoformat()}.")


def centers_by_code(session: Session, codes: Collection[str]) -> tuple[uuid.UUID, ...]:
    """Find service centers by their codes, for the operator's commands; an unknown code is refused."""
    found = dict(
        session.exec(select(ServiceCenter.code, ServiceCenter.id).where(col(ServiceCenter.code).in_(codes))).all()
    )
    unknown = sorted(set(codes) - set(found))
    if unknown:
        raise NotFound(f"There is no service center with the code {', '.join(unknown)}.", pointer="/service_centers")
    return tuple(found[code] for code in codes)


def vendor_by_name(session: Session, centers: Collection[uuid.UUID], name: str) -> uuid.UUID:
    """Find a vendor of these service centers by name, for the operator's commands."""
    found = session.exec(
        select(Vendor.id).where(Vendor.name == name, col(Vendor.service_center_id).in_(centers))
    ).first()
    if found is None:
        raise NotFound(f"There is no vendor '{name}' in these service centers.", pointer="/vendor")
    return found
