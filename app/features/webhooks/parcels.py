"""A delivery under way: what one attempt needs, and what came of it."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from app.rules.destinations import Network

GONE = 410
"""The status by which a receiver says that nothing shall come any more."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that was claimed, with all that one attempt at it needs."""

    delivery_id: uuid.UUID
    attempt_id: uuid.UUID
    number: int
    step: int
    endpoint_id: uuid.UUID
    event_id: uuid.UUID
    event_type: str
    url: str
    body: bytes = field(repr=False)
    sealed: tuple[str, ...] = field(repr=False)
    """The live secrets, still encrypted, the current one first."""
    lifted: tuple[Network, ...] = ()
    """The private networks that the vendor was allowed."""
    trusted: bool = True
    """Whether the endpoint answered when it was last asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt; `error` is None where it arrived, and otherwise a word for what went wrong.

    `status` and `body` are what was read before that. `ours` tells that the fault lies with this deployment, so that
    it says nothing about the endpoint.
    """

    error: str | None
    status: int | None = None
    body: bytes = b""
    retry_after: timedelta | None = None
    ours: bool = False
