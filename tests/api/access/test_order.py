"""Whose a thing is, is asked before what is said of it: a broken request learns no more than a good one."""

from typing import Any

import pytest

from tests.api.access.expected import CELLS, OTHER_CENTER, expected, named_in, passes
from tests.api.access.sent import REQUESTS
from tests.api.access.town import Town
from tests.api.asking import JSON

BROKEN: dict[str, dict[str, Any]] = {
    "a body that is not JSON": {"content": b"{", "headers": JSON},
    "a body that is not valid": {"json": {"colour": "red"}},
    "no body": {},
    "an unknown query parameter": {"params": {"colour": "red"}},
    "a body of another type": {"content": b"a=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_whose_it_is_is_asked_before_what_is_said(town: Town, broken: dict[str, Any]) -> None:
    """401, then 403 or 404, and only then 400, 415 or 422: a broken request learns no more than a good one."""
    wrong = {}
    for operation in (operation for operation, sent in REQUESTS.items() if sent.body is not None):
        method, path = operation
        own = {400, 415, 422} if passes("supervisor", operation) else {403}
        theirs = {expected("supervisor", operation, OTHER_CENTER)} if named_in(path) else own
        for whose, of, statuses in (("own", town.own, own), ("another's", town.other_centers, theirs)):
            status = town.office.supervisor.call(method, of.path(path), **dict(broken)).status_code
            if status not in statuses:
                wrong[whose, operation] = status
    assert wrong == {}


def test_a_month_that_is_no_month_is_no_way_to_look_for_anothers_contract(town: Town) -> None:
    """The contract is refused before the period that comes with it."""
    wrong = {"period": "2023-13"}
    found = {
        (method, path): town.office.supervisor.call(method, town.other_centers.path(path, **wrong)).status_code
        for method, path in CELLS
        if "{period}" in path
    }
    assert found == {operation: expected("supervisor", operation, OTHER_CENTER) for operation in found}
    assert found
