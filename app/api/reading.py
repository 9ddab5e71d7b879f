"""Reads what a route declares of its request, by a plan that is made once, and has a GET answered in one thread.

The framework looks through the declarations anew with every request, which costs a list an eighth of all that it takes.
What does not fit is left to the framework, which says what is wrong with it.
"""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant

READERS = 3
"""Threads for quick reads. Python runs one at a time, and SQLite's driver gives way to another at every row: among the
framework's forty a read took up to three times its CPU, for changing threads. What takes long keeps to the forty.
"""
UNSENT = object()
"""Stands for the body of a request that has none."""

_Asked = TypeVar("_Asked", bound=Request)
_of_loop: RunVar[CapacityLimiter] = RunVar("kaohe_readers")


async def in_one_thread(read: Callable[[_Asked], Response], request: _Asked, *, quick: bool) -> Response:
    """Answer in another thread than the event loop's: in one of the few for quick reads, or in one of the forty."""
    return await to_thread.run_sync(read, request, limiter=_readers() if quick else None)


def _readers() -> CapacityLimiter:
    """Give the limit of the running event loop, made with its first read."""
    try:
        return _of_loop.get()
    except LookupError:
        limiter = CapacityLimiter(READERS)
        _of_loop.set(limiter)
        return limiter


class Unfit(Exception):
    """A parameter is missing or wrong."""


class Reading:
    """What an endpoint, or something it depends on, takes of a request: path, query, body, and what these make."""

    def __init__(self, dependant: Dependant) -> None:
        """Make the plan; RuntimeError for what a route may not depend on, or may not declare."""
        self._request = dependant.request_param_name
        self._needed = [(needed.name, _in_place(needed), Reading(needed)) for needed in dependant.dependencies]
        self._path = [_Parameter(field) for field in dependant.path_params]
        self._query = [_Parameter(field) for field in dependant.query_params]
        self._body = [_Parameter(field) for field in dependant.body_params]
        if dependant.header_params or dependant.cookie_params or len(self._body) > 1:
            message = f"{dependant.call} may declare nothing but parameters of path and query, and one body"
            raise RuntimeError(message)

    def values(self, request: Request, body: Any = UNSENT) -> dict[str, Any]:  # noqa: ANN401 JSON is any value
        """Give what to call it with; raises Unfit, and whatever the things raise that it depends on."""
        given: dict[str, Any] = {}
        for name, make, reading in self._needed:
            made = done(make(**reading.values(request)))
            if name is not None:
                given[name] = made
        if self._request is not None:
            given[self._request] = request
        for parameter in self._path:
            given[parameter.name] = parameter.read(request.path_params)
        for parameter in self._query:
            given[parameter.name] = parameter.read(request.query_params)
        for parameter in self._body:
            given[parameter.name] = parameter.take(body)
        return given


class _Parameter:
    """A parameter by the name that callers give it, and what reads its text."""

    def __init__(self, field: Any) -> None:  # noqa: ANN401 the framework's own, of no public type
        self.name: str = field.name
        self._alias: str = field.alias
        self._validate = field.validate
        self._required: bool = field.field_info.is_required()
        self._default = field.default

    def read(self, sent: Mapping[str, str]) -> Any:  # noqa: ANN401 of any type
        return self.take(sent.get(self._alias, UNSENT))

    def take(self, sent: Any) -> Any:  # noqa: ANN401 of any type
        if sent is UNSENT:
            if self._required:
                raise Unfit
            return self._default
        value, faults = self._validate(sent)
        if faults:
            raise Unfit
        return value


def _in_place(needed: Dependant) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Refuse a dependency that the framework would take to another thread: nobody here could wait for it."""
    call: Any = needed.call
    # An instance, such as a permission, is called by what its class says.
    called = call if inspect.isroutine(call) else vars(type(call)).get("__call__")
    if not inspect.iscoroutinefunction(called):
        message = f"{call} must be 'async def' and wait for nothing: {needed.path} depends on it"
        raise RuntimeError(message)
    made: Callable[..., Coroutine[Any, Any, Any]] = call
    return made


def gives_answers(endpoint: Callable[..., Any]) -> bool:
    """Tell whether an endpoint waits for nothing and gives ready answers; any other one the framework calls."""
    given = inspect.signature(endpoint).return_annotation
    return inspect.isclass(given) and issubclass(given, Response) and not inspect.iscoroutinefunction(endpoint)


def done(making: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 what is made is of any type
    """Run to its end, in this thread, what waits for nothing."""
    try:
        making.send(None)
    except StopIteration as end:
        return end.value
    making.close()
    message = "what a route depends on waits for something"
    raise RuntimeError(message)
