"""Who acts: a principal in a request, the clock, or the operator at the command line."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody as the audit names them; a principal has an id, and a request too."""

    name: str
    principal_id: uuid.UUID | None = None
    request_id: str | None = None


OPERATOR = Actor("operator")
"""Whoever types a command on the machine itself."""
