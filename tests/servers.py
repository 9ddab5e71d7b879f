"""A real server that can be killed at any moment and is back within milliseconds."""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn

from app.database import Database
from app.logs import configure
from app.main import create_app
from app.settings import Settings
from tests.forked import PROCESSES
from tests.ports import HOST, free_port

PATIENCE_SECONDS = 60.0


def keep(url: str, config: Settings, port: int, orders: Connection) -> None:
    """Put the program together once, and fork a server from it whenever one is ordered; say which, and when it died."""
    configure("CRITICAL")
    app = create_app(config, Database(url))
    while orders.recv():
        server = os.fork()
        if server == 0:
            uvicorn.run(app, host=HOST, port=port, log_config=None, access_log=False)
            os._exit(0)
        orders.send(server)
        _, status = os.waitpid(server, 0)
        orders.send(os.waitstatus_to_exitcode(status))


class Server:
    """The server of one database, on a port of this machine."""

    def __init__(self, url: str, var_dir: Path, **settings: Any) -> None:
        """Prepare it with these further settings; nothing listens yet."""
        port = free_port()
        self.address = f"http://{HOST}:{port}"
        self._orders, theirs = PROCESSES.Pipe()
        self._keeper = PROCESSES.Process(
            target=keep, args=(url, Settings(var_dir=var_dir, **settings), port, theirs), daemon=True
        )
        self._keeper.start()
        theirs.close()
        self._server = 0

    def start(self) -> None:
        """Start it; it listens a moment later."""
        self._orders.send("start")
        self._server = self._heard()

    def kill(self) -> None:
        """Kill it with SIGKILL, and wait until it is dead."""
        os.kill(self._server, signal.SIGKILL)
        assert self._heard() == -signal.SIGKILL, "the server had ended by itself"

    def end(self) -> None:
        """Let go of it; it must have been killed."""
        self._orders.send(None)
        self._keeper.join()
        self._orders.close()

    def _heard(self) -> int:
        assert self._orders.poll(PATIENCE_SECONDS), "the server's keeper is stuck"
        return int(self._orders.recv())
