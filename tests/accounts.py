"""People with accounts, made through the door that makes them, and what speaks for them in tests."""

from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from app.features.access import service as access
from app.features.audit.actor import OPERATOR
from app.models import Principal, User
from app.models.words import Role
from tests.office import Office, Person


def person_body(name: str, role: Role, *offices: Office, **more: Any) -> dict[str, Any]:
    """Give the body of a new user of these offices."""
    centers = [str(office.center) for office in offices]
    return {
        "name": name,
        "display_name": name.title(),
        "language": "zh",
        "role": role.value,
        "service_centers": centers,
    } | more


def made(by: Person, name: str, role: Role, *offices: Office, **more: Any) -> str:
    """Make a user and give their address."""
    answer = by.post("/v1/users", person_body(name, role, *offices, **more))
    assert answer.status_code == 201, answer.text
    return f"/v1/users/{answer.json()['id']}"


def changed(name: str, role: Role, *offices: Office) -> dict[str, Any]:
    """Give the body that changes a user to this."""
    body = person_body(name, role, *offices)
    del body["name"]
    return body


def speaking(office: Office, name: str) -> Person:
    """Give a token of the operator's to somebody, so that a test may speak for them."""
    with office.database.write() as session:
        return Person(office.client, access.issue_token(session, OPERATOR, name))


def settled(office: Office, *names: str) -> None:
    """Have people choose a password of their own, as everybody does who signs in for the first time."""
    whose = select(Principal.id).where(col(Principal.name).in_(names))
    with office.database.write() as session:
        session.execute(update(User).where(col(User.principal_id).in_(whose)).values(must_change=False))


def administrator(office: Office, name: str, *others: Office) -> Person:
    """Give a machine that administers an office, and others with it: somebody who is not the last of anything."""
    with office.database.write() as session:
        centers = [at.center for at in (office, *others)]
        access.create_principal(session, OPERATOR, name, Role.ADMIN, centers)
        return Person(office.client, access.issue_token(session, OPERATOR, name))
