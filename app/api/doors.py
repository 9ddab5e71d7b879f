"""What the program looks at before it starts: whoever comes to any of its paths is either asked who they are, or named.

A route says itself who may use it. A route of another kind would say nothing and be open, so each such path stands
here; one that does not keeps the program from starting.
"""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.api.directory import Directory
from app.api.gates import Open
from app.api.requests import KaoheRoute

OPEN_PATHS = frozenset(
    {
        "/",
        "/docs",
        "/openapi.json",
        "/assets",
        "/problems",
        "/problems/{code}",
        "/livez",
        "/readyz",
        "/sign-in",
        "/sign-out",
    },
)
"""What anybody may ask for: how to use the service, whether it is well, and to come in. No deployment's data."""


def check_doors(app: FastAPI) -> None:
    """Raise RuntimeError that names the first path which neither asks for a permission nor is open by declaration."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Directory):
            # It leads to nothing but routes that are looked at themselves.
            continue
        guarded = isinstance(route.original_route, KaoheRoute) and not isinstance(route.original_route.gate, Open)
        if not guarded and route.path not in OPEN_PATHS:
            message = (
                f"{route.path} would be open to anybody: serve it by a KaoheRoute that declares a permission, "
                "or name it among the open paths of app/api/doors.py"
            )
            raise RuntimeError(message)
