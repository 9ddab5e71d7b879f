"""Who acts: a principal in a request, the clock, or the operator at the command line."""

import uuid
from dataclasses import dataclass

from app.models.words import AskedBy


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody as the audit names them; a principal has an id, and a request too."""

    name: str
    principal_id: uuid.UUID | None = None
    request_id: str | None = None


OPERATOR = Actor("operator")
"""Whoever types a command on the machine itself."""

NIGHTLY = Actor("nightly")
"""Who drafts by night: nobody who could be taken for the one that approves, whoever asked for the run."""

DELIVERER = Actor("deliverer")
"""What sends webhooks, and notes what has become of them."""

RESERVED = frozenset({OPERATOR.name, NIGHTLY.name, DELIVERER.name, *AskedBy})
"""Names under which the service itself acts: no principal has one of them."""
