"""Collects entries until it is killed, and says of each when it was noted; run as a program of its own.

Argument: the database.
"""

import sys
import time

from app.database import Database
from app.features.access_log.entries import Entry
from app.features.access_log.recorder import Recorder
from app.models.words import AccessKind

PAUSE = 0.01
"""Seconds between two entries: too few of them a second to fill a batch before its time."""


def main(url: str) -> None:
    """Note entries with their numbers as names, for ever."""
    recorder = Recorder(Database(url))
    recorder.start()
    number = 0
    while True:
        number += 1
        recorder.note(Entry(AccessKind.READ, "GET", "/v1/contracts", 200, principal=str(number)))
        sys.stdout.write(f"{number} {time.time()}\n")
        sys.stdout.flush()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
