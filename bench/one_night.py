"""One night in a process of its own, whose memory and CPU are measured: `python -m bench.one_night URL DAY`."""

import gc
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date

from app import nightly
from app.database import Database
from bench.seeds import noon_of

KIB = 1024 if sys.platform != "darwin" else 1024 * 1024


@dataclass(frozen=True, slots=True)
class JobTime:
    """What one job of the night took, in seconds, and what it did."""

    job: str
    wall: float
    cpu: float
    read: int
    written: int
    failed: int
    statements: int


def night(url: str, day: date) -> list[JobTime]:
    """Run every job of a night as the clock does, at noon of its day."""
    database, found = Database(url), []
    with noon_of(day):
        for name in nightly.JOBS:
            began, cpu = time.perf_counter(), time.process_time()
            result = nightly.ensure(database, name, day)
            if result is None:
                message = f"{name} has run for {day} already"
                raise RuntimeError(message)
            found.append(
                JobTime(
                    name,
                    time.perf_counter() - began,
                    time.process_time() - cpu,
                    result.read,
                    result.written,
                    result.failed,
                    result.statements,
                )
            )
    database.dispose()
    return found


def main() -> None:
    """Run a night and print what its jobs took, and the most memory that the process held, in MiB."""
    _, url, day = sys.argv
    # As the clock and the command do.
    gc.freeze()
    jobs = night(url, date.fromisoformat(day))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
    print(json.dumps({"jobs": [asdict(job) for job in jobs], "peak": peak}))


if __name__ == "__main__":
    main()
