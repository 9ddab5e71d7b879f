"""Which version of a thing its changer has seen: nobody overwrites what they have not read."""

from app.errors import PreconditionFailed

Seen = frozenset[int] | None
"""The versions that the caller accepts to change; None says: whatever stands now."""


def check_seen(seen: Seen, version: int) -> None:
    """Refuse a change by somebody who has seen another version than the present one."""
    if seen is not None and version not in seen:
        raise PreconditionFailed(f"It stands at version {version} now.", pointer="/header/If-Match")
