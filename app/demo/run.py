"""Sets the demo up: data, nights, principals, tokens; a second run finds everything there."""

import uuid
from collections.abc import Callable
from pathlib import Path

from app import nightly
from app.database import Database
from app.demo import loader, principals
from app.models.words import AskedBy

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def set_up(database: Database, tokens_path: Path, progress: Progress) -> dict[str, str]:
    """Load what is missing and give the tokens by principal."""
    vendors: dict[str, uuid.UUID] = {}
    for path in loader.FILES:
        data = loader.read(path)
        with database.write() as session:
            fresh = not loader.is_loaded(session, data)
            if fresh:
                loader.load(session, principals.operator(session), data)
            vendors[data["service_center"]["code"]] = loader.vendor_of(session, data["contract"]["number"])
        if fresh:
            _run_nights(database, data, progress)
    with database.write() as session:
        return principals.tokens(session, principals.ensure(session, vendors), tokens_path)


def _run_nights(database: Database, data: dict[str, object], progress: Progress) -> None:
    first, last = loader.nights(data)
    total = (last - first).days + 1
    done = 0
    for result in nightly.run_range(database, "all", first, last, AskedBy.DEMO):
        night = (result.as_of - first).days + 1
        if night != done:
            done = night
            progress(f"{data['source']}：{result.as_of}", done, total)
