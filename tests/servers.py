"""A real server that can be killed at any moment and is back within milliseconds."""

from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn

from app.database import Database
from app.logs import configure
from app.main import create_app
from app.settings import Settings
from tests.kept import Kept, fork_when_told
from tests.ports import HOST, free_port


def keep(url: str, config: Settings, port: int, orders: Connection) -> None:
    """Put the program together once, and fork a server from it whenever one is ordered."""
    configure("CRITICAL")
    app = create_app(config, Database(url))
    fork_when_told(orders, partial(uvicorn.run, app, host=HOST, port=port, log_config=None, access_log=False))


class Server(Kept):
    """The server of one database, on a port of this machine."""

    def __init__(self, url: str, var_dir: Path, **settings: Any) -> None:
        """Prepare it with these further settings; nothing listens yet."""
        port = free_port()
        self.address = f"http://{HOST}:{port}"
        super().__init__(keep, url, Settings(var_dir=var_dir, **settings), port)
