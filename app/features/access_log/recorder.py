"""Collects entries beside the requests and writes them in batches on a thread of its own: no read waits for a write."""

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError

from app.database import Database, lacks_schema, takes_no_changes
from app.features.access_log import writing
from app.features.access_log.entries import Entry
from app.models.words import AccessKind

EVERY_SECONDS = 1.0
"""How long an entry waits at most for its batch; what a kill of the process loses."""
BATCH = 200
"""So many entries are written at once without waiting."""
_MOST_AT_ONCE = 1000
_MOST_WAITING = 20_000
"""Some ten megabytes: how many entries are kept while the database takes none."""

_log = structlog.get_logger("kaohe.access_log")


class Recorder:
    """The access log of one process. Without `start` nothing is written but by `flush`."""

    def __init__(self, database: Database, most_waiting: int = _MOST_WAITING) -> None:
        """Collect for `database`, at most so many entries."""
        self._database = database
        self._most = most_waiting
        self._waiting: deque[Entry] = deque()
        self._lost = 0
        # Held for as long as it takes to put an entry in a row or copy the row's beginning, never while writing.
        self._row = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def note(self, entry: Entry) -> None:
        """Take an entry; one too many is counted as lost."""
        with self._row:
            if len(self._waiting) >= self._most:
                self._lost += 1
                return
            self._waiting.append(entry)
            many = len(self._waiting) >= BATCH
        if many:
            self._wake.set()

    def start(self) -> None:
        """Write from now on by itself, once a second or when a batch is full."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is there and stop."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.flush()
        with self._row:
            left = len(self._waiting) + self._lost
        if left:
            _log.error("access_log_entries_lost", number=left)

    def flush(self) -> int:
        """Write what is there now and give how many entries that was; what the database refuses is kept."""
        written = 0
        with self._writing:
            while batch := self._beginning():
                if not self._write(batch):
                    break
                with self._row:
                    for _ in batch:
                        self._waiting.popleft()
                written += len(batch)
            self._tell_of_losses()
        return written

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()
            try:
                self.flush()
            except Exception:  # noqa: BLE001 the thread must not end: whatever it is, the next second tries again
                _log.exception("access_log_not_written")

    def _beginning(self) -> list[Entry]:
        with self._row:
            return list(islice(self._waiting, _MOST_AT_ONCE))

    def _tell_of_losses(self) -> None:
        with self._row:
            lost, free = self._lost, len(self._waiting) < self._most
        if not lost or not free:
            return
        _log.error("access_log_entries_lost", number=lost)
        if self._write([Entry(AccessKind.LOSS, "", "", 0, times=lost)]):
            with self._row:
                self._lost -= lost

    def _write(self, batch: Sequence[Entry]) -> bool:
        """Write a batch in one transaction; False where the database takes nothing just now."""
        try:
            with self._database.write() as session:
                writing.write(session, batch)
        except SQLAlchemyError as error:
            if len(batch) > 1 and not _is_away(error):
                # One of them must not keep the others out.
                return all(self._write([entry]) for entry in batch)
            if _is_away(error):
                _log.warning("access_log_waits", error=type(error).__name__, entries=len(batch))
                return False
            if not isinstance(error, IntegrityError):
                self._lose(error)
        return True

    def _lose(self, error: SQLAlchemyError) -> None:
        _log.error("access_log_entry_refused", error=type(error).__name__)
        with self._row:
            self._lost += 1


def _is_away(error: SQLAlchemyError) -> bool:
    """Tell a database that takes nothing from one that does not take this; an entry that is there is refused too."""
    if not isinstance(error, DBAPIError):
        return True
    return isinstance(error, OperationalError | InterfaceError) or lacks_schema(error) or takes_no_changes(error)
