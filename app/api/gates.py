"""The other gates of a route: open to anybody by declaration, and open to whoever has signed in.

What a route below /v1 asks is always a permission of the table; these two are for signing in, and for what lies around
it. A route that declares no gate makes the program refuse to start.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from app.api import cookies
from app.api.auth import Permission, identified, recognise
from app.api.rates import check_stranger
from app.database import Database
from app.errors import KaoheError, Unauthenticated
from app.features.access.caller import Caller
from app.features.access.use import note_use


@dataclass(frozen=True, slots=True)
class Open:
    """Anybody may come in, from a page of this host or by a program; what is given is checked by the route itself."""

    why: str
    """Why nobody is asked who they are, for whoever reads the code."""

    def admit(self, request: Request) -> None:
        """Refuse only what a browser sends for a page of another host, and whoever comes too often."""
        check_stranger(request)
        cookies.check_origin(request)
        # For what it refuses: a route that looks at the session itself must not pass over a token beside it.
        cookies.secret_of(request)

    def roles(self) -> list[str]:
        """Name nobody: no role is asked for."""
        return []

    async def __call__(self) -> None:
        """Give the route nothing."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever has signed in may come in, of any role, also while their password waits to be changed."""

    def admit(self, request: Request) -> Caller:
        """Recognise the person by their session; a token opens nothing here."""
        database: Database = request.app.state.database
        try:
            if cookies.secret_of(request) is None:
                raise Unauthenticated("The request carries no session.", remedy="Sign in first: POST /sign-in.")
        except KaoheError:
            check_stranger(request)
            raise
        with database.glance() as session:
            caller = recognise(session, request)
        note_use(database, caller)
        return identified(caller)

    def roles(self) -> list[str]:
        """Name nobody: any role will do."""
        return []

    async def __call__(self, request: Request) -> Caller:
        """Give the caller."""
        caller: Caller = request.state.caller
        return caller


Gate = Permission | Open | SignedIn
"""What a route declares, exactly one of."""


def described(gate: Gate, *, changes: bool) -> dict[str, Any]:
    """Say in the OpenAPI document what a gate asks for."""
    if isinstance(gate, Open):
        return {"security": []}
    own: dict[str, list[str]] = {"session": [], "csrf": []} if changes else {"session": []}
    if isinstance(gate, SignedIn):
        return {"security": [own]}
    return {"security": [{"token": []}, own], "x-roles": gate.roles()}
