"""Remembers whose the things are that paths name: what never changes need not be asked for at every request."""

import threading
import uuid

MOST = 20_000
"""Some ten megabytes."""

LASTING = frozenset(
    {
        "contract_id",
        "vendor_id",
        "service_center_id",
        "assessment_id",
        "finding_id",
        "settlement_id",
        "payment_id",
        "appeal_id",
        "alert_id",
        "due_date_id",
    }
)
"""The parameters that name what is nobody else's tomorrow: its owners are written once, with the thing itself."""

Owners = tuple[uuid.UUID | None, uuid.UUID | None]
"""Service center and vendor."""


class KnownOwners:
    """The owners of things that were found on record; what was not found is never remembered, for it may come."""

    def __init__(self, most: int = MOST) -> None:
        """Remember so many at most; the oldest gives way."""
        self._most = most
        self._lock = threading.Lock()
        self._known: dict[tuple[str, uuid.UUID], Owners] = {}

    def of(self, parameter: str, id_: uuid.UUID) -> Owners | None:
        """Give the owners of what a parameter names, or None where they are to be asked for."""
        return self._known.get((parameter, id_))

    def keep(self, parameter: str, id_: uuid.UUID, owners: Owners) -> None:
        """Remember the owners of a thing."""
        with self._lock:
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            self._known[parameter, id_] = owners
