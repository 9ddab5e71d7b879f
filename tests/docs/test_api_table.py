"""The API guide's routes are the served ones, with their query parameters and the roles that get in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.models.words import Role
from tests.client import Client
from tests.docs.exchanges import ROOT, talk
from tests.office import Person

GUIDE = "docs/api.md"
PAGING = {"limit", "cursor"}
METHODS = {"get", "post", "put", "patch", "delete"}
_ROW = re.compile(r"^\| ([A-Z]+) \| `(/\S*)` \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """A row of the guide's table of routes."""

    method: str
    path: str
    who: str
    what: str
    query: frozenset[str]

    @property
    def roles(self) -> set[str]:
        """Read who may come in; `anybody` needs no token and is not asked here."""
        return {role.value for role in Role} if self.who == "everybody" else set(self.who.split(", "))


def _rows() -> Iterator[Row]:
    for method, path, who, what, query in _ROW.findall((ROOT / GUIDE).read_text("utf-8")):
        yield Row(method, path, who, what, frozenset(re.findall(r"`(\w+)`", query)))


def test_table_names_every_route_with_its_query(client: Client) -> None:
    """Method, path and parameters are compared with the served document; a list is what can be paged."""
    document = client.get("/openapi.json").json()
    served = {
        (method.upper(), path): {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }
    printed = {
        (row.method, row.path): row.query | (PAGING if row.what.startswith("list") else set()) for row in _rows()
    }
    assert printed == served


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_table_names_who_gets_in(client: Client) -> None:
    """The roles of every row are those that the served document lets in.

    That the service does what the document says is what tests/api/access shows, caller by caller.
    """
    document = client.get("/openapi.json").json()
    let_in = {
        (method.upper(), path): set(operation.get("x-roles", ()))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert {(row.method, row.path): set() if row.who == "anybody" else row.roles for row in _rows()} == let_in


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_exchanges_of_the_guide_answer_as_printed(demo_supervisor: Person) -> None:
    """The conventions' examples are real."""
    assert talk(GUIDE, demo_supervisor) > 3
