"""Scopes: what the token of another system may do; each names a resource of the API and what is done with it."""

from collections.abc import Collection

from app.errors import Invalid
from app.models.words import Role
from app.rules.faults import Fault

SIGNALS_WRITE = "signals:write"
SIGNALS_READ = "signals:read"
METRICS_READ = "metrics:read"
"""Of `/metrics`: how the service runs, nothing of what it keeps."""
SCOPES = frozenset({SIGNALS_WRITE, SIGNALS_READ, METRICS_READ})
"""Every scope that there is."""


def check_scopes(role: Role, scopes: Collection[str]) -> list[str] | None:
    """Give the scopes as a token keeps them; None for a role whose rights are the role's own.

    A token of role `integration` needs at least one, every other role takes none, and an unknown one is refused.
    """
    known = ", ".join(sorted(SCOPES))
    unknown = sorted(set(scopes) - SCOPES)
    if unknown:
        detail = f"There is no scope '{unknown[0]}'."
        raise _refused("unknown-scope", detail, f"Name scopes of: {known}.")
    if role is Role.INTEGRATION and not scopes:
        detail = "A token of role integration may do nothing without a scope."
        raise _refused("scope-missing", detail, f"Name at least one of: {known}.")
    if role is not Role.INTEGRATION and scopes:
        detail = f"A token of role {role} carries no scopes: its role says what it may do."
        raise _refused(
            "scope-of-another-role", detail, "Leave the scopes out, or issue it to a principal of role integration."
        )
    return sorted(set(scopes)) or None


def _refused(code: str, detail: str, remedy: str) -> Invalid:
    return Invalid(detail, faults=[Fault("/scopes", code, detail, remedy)])
