"""Every operation of the document, crossed with every caller and with whose the things are that its path names."""

from typing import Any

import pytest

from app.database import Database
from app.models.words import Role
from tests.api.access.crossing import cross
from tests.api.access.expected import CELLS, OPEN, WHO, Operation, named_in, passes
from tests.api.access.holdings import NOWHERE
from tests.api.access.sent import REQUESTS
from tests.api.access.town import Town
from tests.conftest import DIALECTS
from tests.proof import PROOF


def operations(document: dict[str, Any]) -> dict[Operation, dict[str, Any]]:
    """Give the document's operations by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_has_its_line_in_the_table_and_something_to_send(document: dict[str, Any]) -> None:
    """A new route fails here, by name, until somebody has said who may use it; and so does a line about none."""
    served = set(operations(document)) - OPEN
    assert sorted(served - set(CELLS)) == []
    assert sorted(set(CELLS) - served) == []
    assert sorted(served ^ set(REQUESTS)) == []


def test_the_document_says_of_every_operation_whom_the_table_lets_pass(document: dict[str, Any]) -> None:
    """`x-roles` names the roles, and a token is asked for exactly where one is needed."""
    said = {operation: set(found.get("x-roles", ())) for operation, found in operations(document).items()}
    roles = {who: who if who in set(Role) else Role.INTEGRATION.value for who in WHO}
    expected = {operation: {roles[who] for who in WHO if passes(who, operation)} for operation in CELLS}
    assert said == expected | {operation: set() for operation in OPEN}
    token: dict[str, list[str]] = {"token": []}
    assert {name for name, found in operations(document).items() if token in found.get("security", ())} == set(CELLS)


@pytest.mark.parametrize(
    ("who", "dialect"),
    [(who, DIALECTS[0]) for who in WHO] + [("vendor", DIALECTS[1])] * bool(PROOF),
    indirect=["dialect"],
)
def test_everybody_gets_what_the_table_says(database: Database, town: Town, document: dict[str, Any], who: str) -> None:
    """Each cell: its status, nothing of another's in the answer, and no trace of what was refused.

    `make proof` has the vendor walk over PostgreSQL as well.
    """
    assert cross(database, town, who, document) == []


@pytest.mark.parametrize("who", WHO)
def test_an_id_of_another_beside_ones_own_is_not_there(town: Town, who: str) -> None:
    """One own id does not open a path that names another's as well, in either place."""
    found = {}
    for operation in CELLS:
        names = named_in(operation[1])
        for name in names if len(names) > 1 else ():
            theirs = town.other_centers.ids[name.removesuffix("_id")]
            answer = town.ask(who, operation, town.own, beside={name: theirs})
            found[operation, name] = answer.status_code
    assert {key: status for key, status in found.items() if status not in {403, 404}} == {}
    assert len(found) == 28


def test_the_cross_asks_about_everything_that_a_query_may_name(document: dict[str, Any]) -> None:
    """Of whatever ids lists can be narrowed by, the town has another's, or they are no ids of things."""
    named = {
        parameter["name"].removesuffix("_id")
        for operation in operations(document).values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["name"].endswith("_id")
    }
    assert named - set(NOWHERE.ids) == {"request", "subject", "incident"}
