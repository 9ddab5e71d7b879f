"""The command `kaohe deliver`: wiring only."""

import asyncio
import signal
from typing import Annotated

import typer

from app.database import Database
from app.safety import require_safe
from app.settings import settings


def deliver_command(
    once: Annotated[bool, typer.Option("--once", help="End as soon as nothing is due.")] = False,
) -> None:
    """Deliver events to vendors' systems until told to stop; the clock does the same beside its nights."""
    from app.features.webhooks.delivering import Deliverer, Plan, deliver  # noqa: PLC0415 loaded late

    config = settings()
    database = Database(config.resolved_database_url())
    require_safe(config, database)
    plan = Plan.of(config)
    if once:
        print(f"{deliver(database, plan)} attempts; nothing more is due.")
    else:
        deliverer = Deliverer(database, plan)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: deliverer.stop())
        asyncio.run(deliverer.run())
    database.dispose()
