"""Who is calling, and what is theirs: a required argument of every query."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from app.features.audit.actor import Actor
from app.models.words import Role


@dataclass(frozen=True, slots=True)
class OpenSession:
    """The session in which a person calls."""

    id: uuid.UUID
    seen_at: datetime
    """When its use was last noted."""
    expires_at: datetime
    password_due: bool
    """The password was given by somebody else, or is too old: nothing but changing it is allowed."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated principal; `centers` are the service centers it may see, `vendor_id` a vendor's own company."""

    principal_id: uuid.UUID
    name: str
    role: Role
    centers: tuple[uuid.UUID, ...]
    vendor_id: uuid.UUID | None = None
    request_id: str | None = None
    token_id: uuid.UUID | None = None
    """The token that was shown; None where the program itself calls."""
    token_used_at: datetime | None = None
    """When its use was last noted."""
    scopes: frozenset[str] = frozenset()
    """Of role integration: what its token may do."""
    session: OpenSession | None = None
    """Of a person who has signed in; None where a token was shown."""

    @property
    def actor(self) -> Actor:
        """Give the caller as the audit names it."""
        return Actor(self.name, self.principal_id, self.request_id)
