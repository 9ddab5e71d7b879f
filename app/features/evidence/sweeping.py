"""What a night does for the folder of evidence: forget what was never sent, remove what nothing names."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.features.evidence import queries
from app.features.evidence.storage import Shelf
from app.models import Evidence

UNFILLED_FOR = timedelta(days=7)
UNNAMED_FOR = timedelta(days=1)
"""How long a file may lie there that no row names: its row may be about to say that it is stored."""
BATCH = 500


def sweep(database: Database, shelf: Shelf, actor: Actor) -> int:
    """Forget files whose bytes never came within 7 days, remove files that no row names, and give how many of both."""
    forgotten = 0
    while True:
        with database.write() as session:
            found = forget_unfilled(session, actor)
        forgotten += found
        if found < BATCH:
            break
    return forgotten + remove_unnamed(database, shelf)


def forget_unfilled(session: Session, actor: Actor) -> int:
    """Delete at most a batch of files that were declared 7 days ago and never sent, and give how many."""
    of_center = defaultdict(list)
    for center_id, evidence_id in queries.hold_unfilled(session, clock.now() - UNFILLED_FOR, BATCH):
        of_center[center_id].append(evidence_id)
    for center_id, ids in of_center.items():
        these = col(Evidence.id).in_(ids)
        with recording(session, actor, center_id, "evidence.forgotten", center_id, (Evidence, these)):
            session.execute(delete(Evidence).where(these, col(Evidence.stored_at).is_(None)))
    return sum(map(len, of_center.values()))


def remove_unnamed(database: Database, shelf: Shelf) -> int:
    """Remove files older than a day that no row names, and what broke off on its way; gives how many."""
    if not shelf.folder.is_dir():
        return 0
    before = (clock.now() - UNNAMED_FOR).timestamp()
    removed = shelf.drop_incoming(before)
    # Alone: whoever puts the same bytes there again and says so in a row must not have them taken away in between.
    with shelf.held(alone=True):
        old = list(shelf.files(before))
        for start in range(0, len(old), BATCH):
            paths = old[start : start + BATCH]
            with database.read() as session:
                named = queries.named(session, [path.name for path in paths])
            unnamed = [path for path in paths if path.name not in named]
            for path in unnamed:
                path.unlink(missing_ok=True)
            removed += len(unnamed)
    return removed
