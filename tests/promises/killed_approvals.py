"""Approves settlements in processes that are killed at a statement of theirs; run as a program of its own.

Arguments: the database, the principal's id and name, its service center, the contract, and for each settlement its
id with the number of the statement before which the process is killed, `<id>:<number>`.
"""

import os
import signal
import sys
import uuid
from typing import Any

from sqlalchemy import event

from app.database import Database
from app.features.access.caller import Caller
from app.features.settlements import service
from app.models.words import Role


def approve_and_die(url: str, caller: Caller, contract: uuid.UUID, settlement: uuid.UUID, at: int) -> None:
    """Approve, and be killed before a statement, or before the commit where there are fewer."""
    database = Database(url)
    seen = 0

    def strike(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", strike)
    event.listen(database.engine, "commit", strike)
    with database.write() as session:
        service.approve(session, caller, contract, settlement)


def main() -> None:
    """Let one process after the other approve and die; one that outlives its statement has approved."""
    url, principal, name, center, contract, *points = sys.argv[1:]
    caller = Caller(uuid.UUID(principal), name, Role.FINANCE, (uuid.UUID(center),))
    for point in points:
        settlement, at = point.split(":")
        child = os.fork()
        if child == 0:
            approve_and_die(url, caller, uuid.UUID(contract), uuid.UUID(settlement), int(at))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        # At once: the next process would inherit what is not written yet.
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else "approved\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
