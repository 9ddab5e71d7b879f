"""Sets the demo up: data, nights, principals, tokens; a second run finds everything there."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from app import nightly
from app.database import Database
from app.demo import loader, principals
from app.features.job_runs import queries
from app.models.words import AskedBy

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

FIRST_NIGHT, LAST_NIGHT = date(2025, 3, 25), date(2025, 3, 31)
"""The nights that are run over the demo.

They lie after the last of its facts, and nights in turn end where one run at their end does, so one week of them is
enough to leave every alert on record.
"""


def set_up(database: Database, tokens_path: Path, progress: Progress) -> dict[str, str]:
    """Load what is missing, run the nights that it needs, and give the tokens by principal."""
    vendors, fresh = load(database, progress)
    if fresh or not _have_nights_run(database):
        run_nights(database, progress)
    with database.write() as session:
        return principals.tokens(session, principals.ensure(session, vendors), tokens_path)


def load(database: Database, progress: Progress) -> tuple[dict[str, uuid.UUID], bool]:
    """Load the data files that are missing, each in one transaction.

    Gives the vendors by the codes of their service centers, and whether anything was missing.
    """
    vendors: dict[str, uuid.UUID] = {}
    fresh = False
    for number, path in enumerate(loader.FILES, 1):
        data = loader.read(path)
        with database.write() as session:
            if not loader.is_loaded(session, data):
                loader.load(session, principals.recorders(session), data)
                fresh = True
            fresh |= loader.budget(session, principals.recorders(session), data)
            loader.evaluate(session, principals.recorders(session), data, path.stem)
            vendors[data["service_center"]["code"]] = loader.vendor_of(session, data)
        progress(data["source"], number, len(loader.FILES))
    return vendors, fresh


def run_nights(database: Database, progress: Progress) -> None:
    """Run the demo's nights over all that is loaded."""
    total = (LAST_NIGHT - FIRST_NIGHT).days + 1
    for result in nightly.run_range(database, "all", FIRST_NIGHT, LAST_NIGHT, AskedBy.DEMO):
        progress(f"nights: {result.as_of}", (result.as_of - FIRST_NIGHT).days + 1, total)


def _have_nights_run(database: Database) -> bool:
    """Tell whether every job has judged the last night, or a later one; a set-up that was stopped has left some out."""
    before = LAST_NIGHT - timedelta(days=1)
    with database.read() as session:
        return all(queries.later_run(session, job, before) is not None for job in nightly.JOBS)
