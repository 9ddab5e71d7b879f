"""An entry as a request leaves it, before it is written."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app import clock
from app.models.columns import new_id
from app.models.words import AccessKind, Role


@dataclass(slots=True)
class Entry:
    """What a request was answered; whose it was that was read is found out when the entry is written."""

    kind: AccessKind
    method: str
    route: str
    status: int
    principal_id: uuid.UUID | None = None
    principal: str | None = None
    role: Role | None = None
    vendor_id: uuid.UUID | None = None
    centers: tuple[uuid.UUID, ...] = ()
    """The service centers that the principal may see."""
    subjects: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None
    address: str | None = None
    code: str | None = None
    times: int = 1
    occurred_at: datetime = field(default_factory=clock.now)
    id: uuid.UUID = field(default_factory=new_id)
    """Given at once, so that a batch that is written again, since nobody knows whether it was, is not there twice."""
