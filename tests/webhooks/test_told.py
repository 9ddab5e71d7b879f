"""Where an event says that what happened can be read, there is a route, and whoever is told may ask it."""

import re

import pytest

from app.features.events.types import TOLD, EventType
from app.models.words import Role, Stream
from tests.client import Client


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_address_of_an_event_is_a_route(client: Client) -> None:
    """Of the served document, read with GET, by the vendor or by the center's people."""
    paths = client.get("/openapi.json").json()["paths"]
    routes = {_shape(path): methods["get"] for path, methods in paths.items() if "get" in methods}
    missing = {}
    for type_, told in TOLD.items():
        for stream in Stream:
            url = told.url(stream)
            if url is None:
                continue
            readers = set(routes.get(_shape(url), {}).get("x-roles", ()))
            expected = {Role.VENDOR.value} if stream is Stream.VENDOR else {Role.AUDITOR.value}
            if not expected <= readers:
                missing[type_, stream] = url
    assert missing == {}


def test_every_type_is_told_to_somebody() -> None:
    """A type that nobody is told of would be written for nobody."""
    assert set(TOLD) == set(EventType)
    assert all(told.vendor or told.center for told in TOLD.values())


def _shape(path: str) -> str:
    """Leave out what a path calls its ids."""
    return re.sub(r"{\w+}", "{}", path)
