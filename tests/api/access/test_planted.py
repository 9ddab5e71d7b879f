"""Planted faults, so that what should find them is seen to: a route that asks nobody, a query without an owner."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Response
from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from app.api import open as open_door
from app.api.answers import Db
from app.api.auth import ContractsRead
from app.api.doors import OPEN_PATHS, check_doors
from app.api.gates import Open
from app.api.requests import KaoheRoute
from app.api.rooms import add_routes
from app.database import Database
from app.errors import NotFound
from app.features.access import queries as access_queries
from app.features.messages import queries as channel_queries
from app.main import assemble, equip
from app.models import Contract, MessageChannel
from app.settings import Settings
from tests.api.access import expected
from tests.api.access.crossing import cross
from tests.api.access.expected import Operation
from tests.api.access.holdings import NOWHERE, NOWHERE_ID, Holding
from tests.api.access.town import Town
from tests.client import Client

READ_ONE: Operation = ("GET", "/v1/planted/{planted_id}")
READ_ALL: Operation = ("GET", "/v1/planted")
READ_OF: Operation = ("GET", "/v1/planted-of-vendors")


def test_a_route_without_a_caller_cannot_be_made() -> None:
    """Who may use a route of a guarded door must be declared."""
    router = APIRouter(prefix="/v1", route_class=KaoheRoute)
    with pytest.raises(RuntimeError, match="/v1/anything must declare exactly one permission"):
        router.add_api_route("/anything", lambda: None)


def _anything(_who: Annotated[None, Depends(Open("nobody is asked"))]) -> None: ...


def test_below_v1_no_route_is_open_by_declaration() -> None:
    """What anybody may use is for signing in; the table's routes ask for a permission of the table."""
    router = APIRouter(prefix="/v1", route_class=KaoheRoute)
    with pytest.raises(RuntimeError, match="/v1/anything must ask for a permission of the table"):
        router.add_api_route("/anything", _anything)


def test_a_route_of_another_kind_keeps_the_program_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among the open doors it is found when the program is put together, and named."""
    planted = APIRouter()
    planted.add_api_route("/anything", lambda: None)
    monkeypatch.setattr(open_door, "router", planted)
    with pytest.raises(RuntimeError, match=r"^/anything would be open to anybody: .*app/api/doors\.py"):
        assemble()


def test_a_guarded_door_lets_no_route_in_that_forgot_its_class() -> None:
    """A router below /v1 that is of another class asks nobody anything."""
    app, planted = FastAPI(openapi_url=None), APIRouter(prefix="/v1")
    planted.add_api_route("/anything", lambda: None)
    app.include_router(planted)
    with pytest.raises(RuntimeError, match=r"^/v1/anything would be open to anybody"):
        check_doors(app)


def test_what_is_declared_open_must_also_stand_in_the_list_of_what_is() -> None:
    """Beside signing in, a route that declares that it asks nobody keeps the program from starting."""
    app, planted = FastAPI(openapi_url=None), APIRouter(route_class=KaoheRoute)
    planted.add_api_route("/come-in", _anything)
    add_routes(app, planted)
    with pytest.raises(RuntimeError, match=r"^/come-in would be open to anybody"):
        check_doors(app)


def test_neither_a_mount_nor_a_socket_is_overlooked() -> None:
    """Whatever answers under a path is looked at, not only what the document lists."""
    mounted, socket = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    mounted.mount("/files", open_door.ASSETS)
    socket.add_api_websocket_route("/stream", lambda _socket: None)
    for app, path in ((mounted, "/files"), (socket, "/stream")):
        with pytest.raises(RuntimeError, match=rf"^{path} would be open to anybody"):
            check_doors(app)


def test_every_path_that_is_open_is_served(client: Client) -> None:
    """What is no longer served is no longer declared open, or another route could take its place unseen."""
    served = {path for path in OPEN_PATHS if not path.startswith(("/problems/", "/assets", "/readyz", "/sign-"))}
    assert {path: client.get(path).status_code for path in served} == dict.fromkeys(served, 200)


# ---------------------------------------------------------------- queries that forget their owner


def _forgetful() -> APIRouter:
    """Give three routes whose permissions are in order, and whose queries ask nobody whose the rows are."""
    router = APIRouter(prefix="/v1", route_class=KaoheRoute)

    @router.get("/planted/{planted_id}")
    def read_planted(planted_id: uuid.UUID, _who: ContractsRead, db: Db) -> Response:
        """Read a contract by its id alone."""
        with db.read() as session:
            row = session.get(Contract, planted_id)
        if row is None:
            raise NotFound(pointer="/path/planted_id")
        return Response(row.number)

    @router.get("/planted")
    def list_planted(_who: ContractsRead, db: Db) -> list[str]:
        """List the contracts of all centers."""
        with db.read() as session:
            return [str(id_) for id_ in session.execute(select(col(Contract.id))).scalars()]

    @router.get("/planted-of-vendors")
    def filter_planted(_who: ContractsRead, db: Db, vendor_id: uuid.UUID | None = None) -> dict[str, list[str]]:
        """List the contracts of a vendor, of whichever center."""
        of_vendor = select(col(Contract.id)).where(col(Contract.vendor_id) == vendor_id)
        with db.read() as session:
            return {"items": [str(id_) for id_ in session.execute(of_vendor).scalars()]}

    return router


@pytest.fixture
def planted(town: Town, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    """Give the town, asked through an application with the forgetful routes, of which the table says what it should."""
    app = assemble()
    add_routes(app, _forgetful())
    check_doors(app)
    equip(app, Settings(var_dir=tmp_path), database)
    lines = dict.fromkeys((READ_ONE, READ_ALL, READ_OF), ("yyyy----", 200))
    monkeypatch.setattr(expected, "CELLS", expected.CELLS | lines)

    monkeypatch.setitem(NOWHERE.ids, "planted", NOWHERE_ID)

    def with_planted(holding: Holding) -> Holding:
        return Holding(holding.ids | {"planted": holding.ids["contract"]})

    there = town.over(database, Client(app))
    return replace(
        there,
        own=with_planted(town.own),
        other_vendors=with_planted(town.other_vendors),
        other_centers=with_planted(town.other_centers),
    )


def test_the_cross_finds_a_channel_that_is_open_to_colleagues(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks only at the service center shows, tries and removes what is another person's."""

    def of_center(session: Session, _principal_id: uuid.UUID, channel_id: uuid.UUID) -> RowMapping | None:
        return own(session, session.get_one(MessageChannel, channel_id).principal_id, channel_id)

    own = channel_queries.channel
    monkeypatch.setattr(access_queries, "is_own", lambda *_, **__: True)
    monkeypatch.setattr(channel_queries, "channel", of_center)
    document = town.office.client.get("/openapi.json").json()
    wrong = cross(database, town, "auditor", document, [("GET", "/v1/me/channels/{channel_id}")])
    assert "auditor: GET /v1/me/channels/{channel_id} (another person's): 200, not 404" in wrong


def test_the_cross_finds_queries_that_forget_their_owner(database: Database, planted: Town) -> None:
    """By an id, in a list, and in one narrowed by another's id; each with its cell, and nothing that is sound."""
    document = planted.office.client.get("/openapi.json").json()
    sound = [("GET", "/v1/contracts"), ("GET", "/v1/contracts/{contract_id}")]
    assert cross(database, planted, "auditor", document, [*sound, READ_ONE, READ_ALL, READ_OF]) == [
        "auditor: GET /v1/planted/{planted_id} (another center's): 200, not 404",
        "auditor: GET /v1/planted-of-vendors (another center's): 200 narrowed by vendor_id",
        "auditor: GET /v1/planted (own): names what is another's",
    ]
