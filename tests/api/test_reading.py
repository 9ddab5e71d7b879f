"""The plan by which a route takes parameters and body; what is wrong with them the framework says, as it always did."""

import asyncio
from typing import Annotated, Any

import pytest
from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.dependencies.utils import get_dependant
from pydantic import BaseModel

from app.api.reading import UNSENT, Reading, Unfit, done, gives_answers


async def _doubled(number: Annotated[int, Query(ge=1)] = 7) -> int:
    return 2 * number


def _listed(
    request: Request, name: Annotated[str, Path()], twice: Annotated[int, Depends(_doubled)], year: int | None = None
) -> Response:
    return Response(f"{request.method} {name} {twice} {year}")


def _asked(query: str, **path: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "query_string": query.encode(), "headers": [], "path_params": path}
    )


def _reading(endpoint: Any) -> Reading:  # noqa: ANN401 any endpoint
    return Reading(get_dependant(path="/{name}", call=endpoint))


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "GET a 14 None"), ("number=3&year=2023", "GET a 6 2023"), ("number=4", "GET a 8 None")],
)
def test_an_endpoint_gets_what_it_declares(query: str, said: str) -> None:
    """Path, query, defaults, the request itself, and what its dependencies make of theirs."""
    answer = _listed(**_reading(_listed).values(_asked(query, name="a")))
    assert bytes(answer.body).decode() == said


@pytest.mark.parametrize(("query", "path"), [("number=0", "a"), ("number=x", "a"), ("year=", "a"), ("", None)])
def test_what_does_not_fit_is_left_to_the_framework(query: str, path: str | None) -> None:
    """Wrong, empty, or missing."""
    with pytest.raises(Unfit):
        _reading(_listed).values(_asked(query, **({"name": path} if path else {})))


class _Named(BaseModel):
    name: str


def _changed(body: _Named) -> Response:
    return Response(body.name)


def _noted(body: _Named | None = None) -> Response:
    return Response(body.name if body else "nothing")


@pytest.mark.parametrize(
    ("endpoint", "sent", "said"),
    [
        (_changed, {"name": "a"}, "a"),
        (_noted, {"name": "b"}, "b"),
        (_noted, UNSENT, "nothing"),
        (_noted, None, "nothing"),
    ],
)
def test_an_endpoint_gets_the_body_as_its_model(endpoint: Any, sent: Any, said: str) -> None:  # noqa: ANN401 any JSON
    """One that may be left out is what stands in its place then."""
    answer = endpoint(**_reading(endpoint).values(_asked("", name="a"), sent))
    assert bytes(answer.body).decode() == said


@pytest.mark.parametrize("sent", [UNSENT, None, {}, {"name": 1}, []])
def test_a_body_that_does_not_fit_is_left_to_the_framework(sent: Any) -> None:  # noqa: ANN401 JSON is any value
    """Missing, empty, or of another shape."""
    with pytest.raises(Unfit):
        _reading(_changed).values(_asked("", name="a"), sent)


def test_a_route_that_would_wait_or_declares_more_is_refused() -> None:
    """The program does not start then."""

    def elsewhere() -> int:
        return 1

    def waiting(number: Annotated[int, Depends(elsewhere)]) -> Response:
        return Response(str(number))

    def by_header(number: Annotated[int, Header()]) -> Response:
        return Response(str(number))

    with pytest.raises(RuntimeError, match="must be 'async def'"):
        _reading(waiting)
    with pytest.raises(RuntimeError, match="nothing but parameters of path and query"):
        _reading(by_header)
    with pytest.raises(RuntimeError, match="waits for something"):
        done(asyncio.sleep(0))


def test_what_gives_no_ready_answer_is_the_frameworks() -> None:
    """An endpoint that gives a model, or waits."""

    def modelled() -> dict[str, int]:
        return {}

    async def later() -> Response:
        return Response()

    assert [gives_answers(endpoint) for endpoint in (_listed, modelled, later)] == [True, False, False]
