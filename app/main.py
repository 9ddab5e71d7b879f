"""Puts the program together: doors, problem handlers, lifespan; wiring only."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.api import measuring, portal, problems, sign_in, supervisor
from app.api import open as open_door
from app.api.directory import Directory
from app.api.doors import check_doors
from app.api.observing import RequestLog
from app.api.openapi import describe
from app.api.rates import Rates
from app.api.rooms import add_routes, plain_name
from app.database import Database
from app.errors import KaoheError
from app.features.access.owners import KnownOwners
from app.features.access.sign_in_rules import SignInRules
from app.features.access_log.recorder import Recorder
from app.features.evidence.storage import Shelf
from app.features.webhooks.destinations import deployment
from app.settings import Settings, settings


def create_app(chosen: Settings | None = None, database: Database | None = None) -> FastAPI:
    """Build the application for these settings, on this database or on the one that the settings name."""
    config = chosen or settings()
    app = assemble()
    equip(app, config, database or Database(config.resolved_database_url()))
    return app


def assemble() -> FastAPI:
    """Build the doors, which hold nothing of a deployment: settings and database come with `equip`."""
    app = FastAPI(
        title="Kaohe 考核",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=plain_name,
    )
    app.add_middleware(RequestLog)
    _handle_errors(app)
    add_routes(app, *supervisor.ROUTERS, *portal.ROUTERS)
    add_routes(app, measuring.router, sign_in.router, open_door.health, open_door.router)
    app.mount("/assets", open_door.ASSETS)
    describe(app)
    check_doors(app)
    app.router.routes.insert(0, Directory(app.router.routes))
    return app


def equip(app: FastAPI, config: Settings, database: Database) -> None:
    """Give the doors what a deployment has of its own."""
    app.state.database = database
    app.state.body_seconds = config.body_seconds
    app.state.meter = measuring.Meter(database)
    app.state.cursor_key = cursor_key(config)
    app.state.evidence = Shelf.of(config)
    app.state.webhooks = deployment(config)
    app.state.rates = Rates(config)
    app.state.owners = KnownOwners()
    app.state.token_days = config.token_days
    app.state.sign_in = SignInRules.of(config)
    app.state.access_log = Recorder(database)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.access_log.start()
    yield
    # The last requests' entries are written before the database is left; that may take as long as a writer waits.
    await run_in_threadpool(app.state.access_log.close)
    app.state.database.dispose()


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(KaoheError, problems.on_kaohe_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid)
    app.add_exception_handler(SQLAlchemyError, problems.on_database_error)
    app.add_exception_handler(Exception, problems.on_unexpected)


def cursor_key(config: Settings) -> bytes:
    """Give the key that signs cursors: the one set, or one that is made once and kept in a private file."""
    if config.cursor_key:
        return config.cursor_key.encode()
    path = Path(config.var_dir) / "cursor.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().encode()
