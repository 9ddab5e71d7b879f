"""The name service of the tests, which ask no other: who is where, and applications that look names up here."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI

from app.database import Database
from app.features.webhooks.sealing import Sealer
from app.main import create_app
from app.settings import Settings

PUBLIC = "8.8.4.4"
NAMES: dict[str, Sequence[str]] = {
    "vendor.example": (PUBLIC,),
    "second.example": (PUBLIC, "2606:4700:4700::1111"),
    "inside.example": ("10.20.30.40",),
    "halfway.example": (PUBLIC, "10.20.30.40"),
    "loopback.example": ("127.0.0.1",),
    "metadata.example": ("169.254.169.254",),
    "mapped.example": ("::ffff:127.0.0.1",),
}
"""The addresses are never dialled: at registration they are only looked at."""


async def resolve(host: str, _port: int) -> Sequence[str]:
    """Give the addresses of a host; nobody knows any other."""
    if host not in NAMES:
        raise OSError(host)
    return NAMES[host]


def app_with_names(config: Settings, database: Database, **state: Any) -> FastAPI:
    """Build the application so that it looks names up here."""
    app = create_app(config, database)
    app.state.webhooks = replace(app.state.webhooks, resolve=resolve, **state)
    return app


class Legible(Sealer):
    """Seals the same alike every time, so that two databases that do the same hold the same."""

    def seal(self, secret: str) -> str:
        """Give what may be stored."""
        return f"sealed {hashlib.sha256(secret.encode()).hexdigest()}"
