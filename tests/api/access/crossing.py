"""Asks operations as one caller about their own things, others' and nobody's, and says what is wrong.

Every sentence is one cell, so that a fault shows everywhere where it is one.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from httpx2 import Response

from app.database import Database
from tests.api.access.expected import (
    CELLS,
    NOTHING,
    OTHER_CENTER,
    OTHER_VENDOR,
    OWN,
    WHOSE,
    Operation,
    expected,
    letter,
    passes,
)
from tests.api.access.holdings import NOWHERE, NOWHERE_ID, Holding
from tests.api.access.sent import REQUESTS, Sent
from tests.api.access.town import Town
from tests.api.asking import expect_problem
from tests.nights import every_row

REFUSALS = {403: "forbidden", 404: "not-found"}
BY_TIME = "$yesterday"
"""What a body says that is nobody's."""


def cross(
    database: Database, town: Town, who: str, document: dict[str, Any], operations: Iterable[Operation] = CELLS
) -> list[str]:
    """Ask everything as one caller and say which cells are wrong: refusals first, which must change nothing."""
    ordered = sorted(operations, key=list(REQUESTS).index) if set(operations) <= set(REQUESTS) else list(operations)
    town = town.seen_by(who)
    before = every_row(database)
    wrong = [said for operation in ordered for said in _refusals(town, who, operation)]
    wrong += [said for operation in ordered for said in _others_bodies(town, who, operation)]
    wrong += [said for operation in ordered for said in _others_filters(town, who, operation, document)]
    if every_row(database) != before:
        wrong.append(f"{who}: a refused request changed something")
    return wrong + [said for operation in ordered for said in _successes(town, who, operation)]


def _cell(who: str, operation: Operation, whose: str) -> str:
    return f"{who}: {' '.join(operation)} ({whose})"


def _is_elsewhere(town: Town, operation: Operation, whose: str) -> bool:
    """Tell whether an address about somebody else's things is another than about one's own."""
    return whose == OWN or town.address(operation, town.of(whose)) != town.address(operation, town.own)


def _refusals(town: Town, who: str, operation: Operation) -> Iterator[str]:
    """Ask for what must be refused; what is refused as not there looks as if it had never been."""
    nothing = None
    for whose in (NOTHING, *WHOSE[:-1]):
        status = expected(who, operation, whose)
        if status not in REFUSALS or not _is_elsewhere(town, operation, whose):
            continue
        answer = town.ask(who, operation, town.of(whose))
        if answer.status_code != status:
            yield f"{_cell(who, operation, whose)}: {answer.status_code}, not {status}"
            continue
        problem = expect_problem(answer, status, REFUSALS[status])
        if status == 403 and f"'{town.role(who)}'" not in problem["detail"]:
            yield f"{_cell(who, operation, whose)}: the refusal does not name the role"
        is_hidden = status == 404 or letter(who, operation) == "-"
        if whose == NOTHING:
            nothing = as_of_nothing(answer, NOWHERE)
        elif nothing and is_hidden and as_of_nothing(answer, town.of(whose)) != nothing:
            yield f"{_cell(who, operation, whose)}: told apart from what is not there"


def as_of_nothing(answer: Response, of: Holding) -> dict[str, Any]:
    """Give a problem without the request's id, and with the ids that were asked for replaced by those of nothing."""
    text = answer.text
    for id_ in of.ids.values():
        text = text.replace(id_, NOWHERE_ID)
    document: dict[str, Any] = json.loads(text)
    return {name: member for name, member in document.items() if name != "request_id"}


def _others_bodies(town: Town, who: str, operation: Operation) -> Iterator[str]:
    """Ask with bodies that name another center's things, where one's own pass."""
    sent = REQUESTS.get(operation, Sent())
    body = json.dumps([sent.body, sent.query]).replace(BY_TIME, "")
    if "$" not in body or not passes(who, operation):
        return
    answer = town.ask(who, operation, town.own, said=town.other_centers)
    if not 400 <= answer.status_code < 500:
        yield f"{_cell(who, operation, OTHER_CENTER)}: {answer.status_code} for a body that names it"


def _others_filters(town: Town, who: str, operation: Operation, document: dict[str, Any]) -> Iterator[str]:
    """Ask for lists narrowed to another's ids: they find what an id of nothing finds."""
    method, path = operation
    if method != "GET" or not passes(who, operation):
        return
    described = document["paths"].get(path, {}).get("get", {}).get("parameters", ())
    names = [p["name"] for p in described if p["in"] == "query" and p["name"].endswith("_id")]
    for name in (name for name in names if name.removesuffix("_id") in NOWHERE.ids):
        address = town.address(operation, town.own)
        nothing = town.person(who).get(address, **{name: NOWHERE_ID})
        for whose in (OTHER_CENTER, OTHER_VENDOR) if who == "vendor" else (OTHER_CENTER,):
            theirs = town.of(whose).ids[name.removesuffix("_id")]
            found = town.person(who).get(address, **{name: theirs})
            items = [_found(answer.text.replace(theirs, NOWHERE_ID), answer) for answer in (found, nothing)]
            if found.status_code != nothing.status_code or items[0] != items[1]:
                yield f"{_cell(who, operation, whose)}: {found.status_code} narrowed by {name}"


def _found(text: str, answer: Response) -> Any:  # noqa: ANN401 JSON is any value
    """Give a page's items, or a file as it is; the cursor of a stream says of which stream it is, and tells nothing."""
    is_page = answer.headers["content-type"] == "application/json"
    return json.loads(text)["items"] if is_page else "" if answer.is_error else text


def _successes(town: Town, who: str, operation: Operation) -> Iterator[str]:
    """Ask for what passes: one's own, and among the people of a center what any of its vendors has."""
    others = (OTHER_CENTER, OTHER_VENDOR) if who == "vendor" else (OTHER_CENTER,)
    named = {id_ for whose in others for id_ in town.of(whose).ids.values()} - set(town.own.ids.values())
    for whose in (OWN, OTHER_VENDOR):
        status = expected(who, operation, whose)
        if status in REFUSALS or not _is_elsewhere(town, operation, whose):
            continue
        answer = town.ask(who, operation, town.of(whose), said=town.of(whose))
        if answer.status_code != status:
            yield f"{_cell(who, operation, whose)}: {answer.status_code}, not {status}: {answer.text[:200]}"
        elif any(id_ in answer.text for id_ in named):
            yield f"{_cell(who, operation, whose)}: names what is another's"
