"""The demo's principals and their tokens, kept in a private file so that a second run gives the same."""

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlmodel import Session, col, select

from app.errors import Unauthenticated
from app.features.access import service
from app.features.access.caller import Caller
from app.features.access.scopes import SCOPES
from app.features.audit.actor import OPERATOR
from app.models import Principal, ServiceCenter
from app.models.words import Role

STAFF = (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR)


def recorders(session: Session) -> dict[Role, Caller]:
    """Give those who enter the demo, made the first time: who records, who drafts, who approves."""
    return {role: _recorder(session, role) for role in (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE)}


def _recorder(session: Session, role: Role) -> Caller:
    found = session.exec(select(Principal.id).where(Principal.name == role.value)).first()
    id_ = found or service.create_principal(session, OPERATOR, role, role, ())
    return Caller(id_, role, role, ())


def ensure(session: Session, vendors: Mapping[str, uuid.UUID]) -> list[str]:
    """Make the principals that are missing, over all demo centres and one for each, and give all their names.

    `vendors` names by centre code the vendor whose portal a centre's vendor principal sees; the first one is also
    the plain `vendor`.
    """
    demo = col(ServiceCenter.code).in_(vendors)
    centers = dict(session.exec(select(ServiceCenter.code, ServiceCenter.id).where(demo)).all())
    everywhere = list(centers.values())
    names: list[str] = []
    for role in STAFF:
        names.append(_ensure(session, role, role, everywhere))
        names += [_ensure(session, f"{role}-{code}", role, [centers[code]]) for code in vendors]
    first = next(iter(vendors))
    names.append(_ensure(session, Role.VENDOR, Role.VENDOR, [centers[first]], vendors[first]))
    names += [
        _ensure(session, f"{Role.VENDOR}-{code}", Role.VENDOR, [centers[code]], vendor)
        for code, vendor in vendors.items()
    ]
    names.append(_ensure(session, Role.INTEGRATION, Role.INTEGRATION, [centers[first]]))
    names += [_ensure(session, f"{Role.INTEGRATION}-{code}", Role.INTEGRATION, [centers[code]]) for code in vendors]
    return names


def _ensure(
    session: Session, name: str, role: Role, centers: Sequence[uuid.UUID], vendor: uuid.UUID | None = None
) -> str:
    id_ = session.exec(select(Principal.id).where(Principal.name == name)).first()
    if id_ is None:
        service.create_principal(session, OPERATOR, name, role, centers, vendor)
    else:
        for center in centers:
            service.grant(session, OPERATOR, id_, center)
    return str(name)


def tokens(session: Session, names: Sequence[str], path: Path) -> dict[str, str]:
    """Give each principal's token: the one in the file while it is valid, else a new one; the file is rewritten."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    valid = {name: token for name, token in kept.items() if name in names and _is_valid(session, name, token)}
    given = {name: valid.get(name) or _issue(session, name) for name in names}
    if given != kept:
        _write_private(path, json.dumps(given, indent=1))
    return given


def _issue(session: Session, name: str) -> str:
    """Issue a token; that of another system carries every scope."""
    role = session.exec(select(Principal.role).where(Principal.name == name)).one()
    return service.issue_token(session, OPERATOR, name, scopes=SCOPES if role is Role.INTEGRATION else ())


def _is_valid(session: Session, name: str, token: str) -> bool:
    try:
        return service.authenticate(session, token).name == name
    except Unauthenticated:
        return False


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    path.chmod(0o600)
