"""`python -m scheduler`: asks, a few times an hour, for every business date that has not been run yet.

Beside that it delivers events to vendors' systems as they come, and sends what nights have written to people.
"""

import asyncio
import gc
import logging
import signal
import threading
from datetime import timedelta
from pathlib import Path
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app import clock, nightly
from app.clock import BUSINESS_ZONE
from app.database import Database
from app.features.evidence.storage import Shelf
from app.features.messages.messenger import Messenger
from app.features.webhooks.delivering import Deliverer, Plan
from app.leadership import Leadership
from app.logs import configure
from app.safety import keep_private, require_safe
from app.settings import settings

log = logging.getLogger("kaohe.clock")


def tick(database: Database, leadership: Leadership, heads: Path | None = None) -> int:
    """Run what is due up to today's business date, oldest first, and give how many runs that was.

    While another clock is at it there is nothing to do here. A job that fails is noted in its row and asked for again
    at the next tick. After a night's runs the audit's heads leave the database for the file `heads`.
    """
    with leadership.tick() as goes:
        if not goes:
            log.info("another clock is ticking")
            return 0
        ran = 0
        for result in nightly.catch_up(database, clock.today()):
            log.info("job %s for %s: read %s, written %s", result.job, result.as_of, result.read, result.written)
            ran += 1
        if ran and heads:
            nightly.close_night(database, heads, Shelf.of(settings()), settings().access_log_days)
        return ran


def main() -> None:
    """Tick now and then every few minutes, deliver, and send messages, until told to stop."""
    # What is loaded by now stays; to look it through for waste, again and again, would take a fifth of a night.
    gc.freeze()
    keep_private()
    config = settings()
    configure(config.log_level)
    database = Database(config.resolved_database_url())
    require_safe(config, database)
    scheduler = BlockingScheduler(timezone=BUSINESS_ZONE)
    trigger = IntervalTrigger(minutes=config.tick_minutes, timezone=BUSINESS_ZONE)
    # No grace limit and one instance: a late tick still ticks, and ticks that were slept through are one.
    scheduler.add_job(
        tick,
        trigger,
        [database, Leadership(database), config.resolved_audit_heads()],
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=clock.now() + timedelta(seconds=1),
    )

    deliverer = Deliverer(database, Plan.of(config))
    delivering = threading.Thread(target=lambda: asyncio.run(deliverer.run()), name="delivering")
    messenger = Messenger.of(database, config)
    sending = threading.Thread(target=messenger.run, name="messages")

    def stop(_number: int, _frame: FrameType | None) -> None:
        deliverer.stop()
        messenger.stop()
        scheduler.shutdown(wait=False)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log.info("the clock is running, every %s minutes", config.tick_minutes)
    delivering.start()
    sending.start()
    scheduler.start()
    # What is in flight is noted first, which takes no longer than one attempt.
    delivering.join()
    sending.join()
    database.dispose()


if __name__ == "__main__":
    main()
