"""`python -m scheduler`: asks, a few times an hour, for every business date that has not been run yet."""

import logging
import signal
from datetime import timedelta
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app import clock, nightly
from app.clock import BUSINESS_ZONE
from app.database import Database
from app.logs import configure
from app.models.words import AskedBy
from app.settings import settings

log = logging.getLogger("kaohe.clock")


def tick(database: Database) -> int:
    """Run what is due up to today's business date, oldest first, and give how many runs that was.

    A job that fails is noted in its row and asked for again at the next tick; the others go on.
    """
    ran = 0
    for job, day in nightly.due(database, clock.today()):
        try:
            result = nightly.run(database, job, day, AskedBy.CLOCK)
        except Exception:
            log.exception("job %s for %s failed", job, day)
            continue
        log.info("job %s for %s: read %s, written %s", job, day, result.read, result.written)
        ran += 1
    return ran


def main() -> None:
    """Tick now and then every few minutes until told to stop."""
    config = settings()
    configure(config.log_level)
    database = Database(config.resolved_database_url())
    scheduler = BlockingScheduler(timezone=BUSINESS_ZONE)
    trigger = IntervalTrigger(minutes=config.tick_minutes, timezone=BUSINESS_ZONE)
    # No grace limit and one instance: a late tick still ticks, and ticks that were slept through are one.
    scheduler.add_job(
        tick,
        trigger,
        [database],
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=clock.now() + timedelta(seconds=1),
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log.info("the clock is running, every %s minutes", config.tick_minutes)
    scheduler.start()
    database.dispose()


if __name__ == "__main__":
    main()
