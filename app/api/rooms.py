"""How a room of the API begins: under its door's address, with what every answer below /v1 may be.

A room knows its whole address. Routers that are put into one another would have the framework build each route again,
with all that it checks, for every router around it.
"""

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from app.api.problems import RESPONSES
from app.api.requests import KaoheRoute

CENTERS = "/v1"
VENDORS = "/v1/portal"


def centers_room(tag: str, prefix: str = "") -> APIRouter:
    """Begin a room of the centre's door; `prefix` is what its addresses have in common behind `/v1`."""
    return _room(CENTERS + prefix, tag)


def vendors_room(tag: str, prefix: str = "") -> APIRouter:
    """Begin a room of the vendor's door; `prefix` is what its addresses have in common behind `/v1/portal`."""
    return _room(VENDORS + prefix, tag)


def plain_name(route: APIRoute) -> str:
    """Name an operation: a generated client names its functions as we name ours."""
    return route.name


def add_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Have the application serve these rooms' routes as they are."""
    for router in routers:
        app.router.routes.extend(router.routes)


def _room(prefix: str, tag: str) -> APIRouter:
    return APIRouter(
        prefix=prefix,
        route_class=KaoheRoute,
        tags=[tag],
        responses=RESPONSES,
        generate_unique_id_function=plain_name,
    )
