"""The command `kaohe send-messages`: wiring only."""

import signal
from typing import Annotated

import typer

from app.database import Database
from app.safety import require_safe
from app.settings import settings


def send_messages_command(
    once: Annotated[bool, typer.Option("--once", help="End as soon as nothing is due.")] = False,
) -> None:
    """Send what was written to people until told to stop; the clock does the same beside its nights."""
    from app.features.messages.messenger import Messenger, send  # noqa: PLC0415 loaded late

    config = settings()
    database = Database(config.resolved_database_url())
    require_safe(config, database)
    if once:
        done = send(database, config)
        print(f"{done.sent} sent, {done.failed} failed; nothing more is due now.")
    else:
        messenger = Messenger.of(database, config)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: messenger.stop())
        messenger.run()
    database.dispose()
