"""A service that listens on this machine in a thread of the test, so that real clients can ask it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from app.database import Database
from app.settings import Settings
from tests.names import app_with_names

PATIENCE_SECONDS = 30.0


@contextmanager
def serving(
    database: Database, var_dir: Path, port: int = 0, config: Settings | None = None, **webhooks: Any
) -> Iterator[str]:
    """Serve a database on this port or a free one, and give the address; `var_dir` keeps its files.

    Names are looked up in the test; `webhooks` are further changes of the deployment's webhooks.
    """
    app = app_with_names(config or Settings(var_dir=var_dir), database, **webhooks)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server)}"
    finally:
        server.should_exit = True
        thread.join()


def _port(server: uvicorn.Server) -> int:
    """Wait until it listens, and tell where."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not server.started:
        assert time.monotonic() < end, "the service does not start"
        time.sleep(0.01)
    return int(server.servers[0].sockets[0].getsockname()[1])
