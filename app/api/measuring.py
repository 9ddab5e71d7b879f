"""Counts and times requests, and shows that with the state of nights, outbox and database to whoever watches."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy.pool import QueuePool
from starlette.types import Scope

from app import clock
from app.api.auth import OperationsRead
from app.api.requests import KaoheRoute
from app.database import Database
from app.features.job_runs.queries import last_night
from app.features.webhooks.queries import waiting_since

router = APIRouter(route_class=KaoheRoute, include_in_schema=False)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Stands for every method, or every path, that this service does not know: callers must not make up labels."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds; from what a page takes on an idle machine to what the database waits for a lock."""


@dataclass(frozen=True, slots=True)
class _Series:
    """What one kind of request adds to, found once."""

    count: Callable[[], None]
    time: Callable[[float], None]


class Meter:
    """What one process has measured; labels hold words of the program alone, never what a caller sent."""

    def __init__(self, database: Database) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry(auto_describe=False)
        self._database = database
        labels = ("method", "route", "status")
        self._requests = Counter("kaohe_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "kaohe_request_seconds",
            "From a request's headers to its answer's last byte.",
            ("method", "route"),
            registry=self.registry,
            buckets=BUCKETS,
        )
        self._outbox_age = self._gauge("kaohe_outbox_age_seconds", "How long the oldest event that is due has waited.")
        self._night_age = self._gauge("kaohe_last_night_age_days", "Days since the last business date that has run.")
        self._connections = Gauge(
            "kaohe_database_connections", "Connections of this process.", ("state",), registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        self._series: dict[tuple[str, str, int], _Series] = {}

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answered request."""
        method = scope["method"] if scope["method"] in METHODS else OTHER
        key = (method, _template(scope), status // 100)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._new(*key)
        series.count()
        series.time(seconds)

    def look(self) -> None:
        """Ask the database how nights and outbox stand, and the pool for its connections."""
        with self._database.read() as session:
            now = clock.now()
            since, night = waiting_since(session, now), last_night(session)
        self._outbox_age.set(0 if since is None else (now - since).total_seconds())
        self._night_age.set(math.nan if night is None else (clock.today() - night).days)
        pool = self._database.engine.pool
        if isinstance(pool, QueuePool):
            self._connections.labels("in_use").set(pool.checkedout())
            self._connections.labels("idle").set(pool.checkedin())

    def _new(self, method: str, route: str, status: int) -> _Series:
        count = self._requests.labels(method, route, f"{status}xx")
        return _Series(count.inc, self._seconds.labels(method, route).observe)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(name, says, registry=self.registry)


def _template(scope: Scope) -> str:
    """Give the route as it is declared, with the names of its parameters."""
    route = scope.get("route")
    return route.path if isinstance(route, APIRoute) else OTHER


async def _meter(request: Request) -> Meter:
    meter: Meter = request.app.state.meter
    return meter


@router.get("/metrics")
def read_metrics(_who: OperationsRead, meter: Annotated[Meter, Depends(_meter)]) -> Response:
    """Show all that is measured, in the text format of Prometheus."""
    meter.look()
    return Response(generate_latest(meter.registry), media_type=CONTENT_TYPE_LATEST)
