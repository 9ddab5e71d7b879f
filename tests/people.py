"""People who sign in, and the browsers in which they do."""

import uuid
from datetime import datetime
from functools import cache
from typing import Any

from httpx2 import Response
from sqlmodel import Session

from app import clock
from app.api.cookies import COOKIE, CSRF_HEADER
from app.database import Database
from app.features.access import passwords
from app.features.access import service as access
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.models import User
from app.models.words import Language, Role
from tests.client import Client

PASSWORD = "Zhe-2024-ge-chuangkou"  # noqa: S105 an invented one
OTHER = "Nei-2025-ge-dating+men"


@cache
def hash_of(password: str) -> str:
    """Hash a password once for all tests."""
    return passwords.hashed(password)


def enter_user(
    session: Session,
    name: str,
    role: Role,
    centers: list[uuid.UUID],
    *,
    password: str | None = PASSWORD,
    must_change: bool = False,
    set_at: datetime | None = None,
) -> uuid.UUID:
    """Enter a person with a password that was set just now, or then, or without one."""
    now = clock.now()
    person = access.create_principal(session, OPERATOR, name, role, centers)
    with recording(session, OPERATOR, None, "user.created", person, *passwords.touched(person)):
        session.add(
            User(
                principal_id=person,
                display_name=f"{name}（虚构）",
                language=Language.CHINESE,
                password_hash=None if password is None else hash_of(password),
                password_set_at=None if password is None else set_at or now,
                must_change=must_change,
                version=1,
                created_at=now,
                updated_at=now,
            )
        )
    return person


def person(database: Database, name: str, role: Role, centers: list[uuid.UUID], **more: Any) -> uuid.UUID:
    """Enter a person in a transaction of their own."""
    with database.write() as session:
        return enter_user(session, name, role, centers, **more)


class Browser:
    """Keeps the cookie and the token that the service gave last, and sends both, unless told otherwise."""

    def __init__(self, client: Client) -> None:
        """Begin without a session."""
        self.client = client
        self.cookie: str | None = None
        self.csrf = ""

    def sign_in(self, name: str, password: str = PASSWORD, **headers: str) -> Response:
        """Sign in, keeping what is given."""
        answer = self.post("/sign-in", {"name": name, "password": password}, **headers)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf_token"]
        return answer

    def get(self, path: str, **headers: str) -> Response:
        """Read."""
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Response:
        """Change."""
        own = {CSRF_HEADER: self.csrf, "Idempotency-Key": str(uuid.uuid4()), "If-Match": "*"}
        return self._call("POST", path, body, own | headers)

    def _call(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> Response:
        own = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        answer = self.client.request(method, path, json=body, headers=own | headers)
        for given in answer.headers.get_list("set-cookie"):
            value = given.removeprefix(f"{COOKIE}=").split(";")[0].strip('"')
            self.cookie = value or None
        # The client's own jar leaves out what is for TLS alone; nothing may hide in it.
        self.client.cookies.clear()
        return answer
