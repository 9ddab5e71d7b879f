"""Requests read strictly: who first, then the query, then a body of bounded size in strict JSON."""

import asyncio
import functools
import hashlib
import inspect
import json
import re
from collections.abc import Callable, Collection, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from app.api.auth import Permission
from app.api.changing import Declared
from app.api.gates import Gate, Open, SignedIn, described
from app.api.rates import class_of
from app.api.receiving import RawBody, TooSlow
from app.errors import BadRequest, TooLarge, UnsupportedMedia
from app.features.evidence.storage import Received
from app.rules.faults import Fault, escaped

LARGEST_BODY = 1 << 20
_DEEPEST = 64
_TABLED = "/v1"
"""Below it every route asks for a permission of the table."""


class StrictRequest(Request):
    """A request whose body has been read and checked before the framework asks for it."""

    async def load(self) -> None:
        """Read the body up to its limit and parse it; refuses what is not strict JSON, or comes too slowly."""
        seconds: int = self.app.state.body_seconds
        try:
            async with asyncio.timeout(seconds):
                body = await self._limited_body()
        except TimeoutError as error:
            raise TooSlow(f"It took more than {seconds} seconds.") from error
        if body and not _is_json(self.headers.get("content-type", "")):
            raise UnsupportedMedia(f"It came as '{self.headers.get('content-type', '')}'.")
        self._body = body
        self._json = parse(body) if body else None

    def load_bytes(self, received: Received) -> None:
        """Take received bytes as the body; what tells a retry from another request is their hash."""
        self.state.received = received
        self._json = {"size": received.size, "sha256": received.sha256}

    async def _limited_body(self) -> bytes:
        declared = self.headers.get("content-length", "0")
        # Some figures of other scripts are digits and no numbers; the body is counted as it comes anyway.
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > LARGEST_BODY:
            raise TooLarge(f"The body has {declared[:20]} bytes; the limit is {LARGEST_BODY}.")
        body = bytearray()
        async for chunk in self.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise TooLarge(f"The body has more than {LARGEST_BODY} bytes.")
        return bytes(body)


def _is_json(content_type: str) -> bool:
    media = content_type.split(";", maxsplit=1)[0].strip().lower()
    return media == "application/json" or (media.startswith("application/") and media.endswith("+json"))


def parse(body: bytes) -> Any:  # noqa: ANN401 JSON is any value
    """Parse JSON and refuse what other programs would read differently, or a database could not store."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        fault = Fault(
            "", "invalid-json", str(error)[:300] or "It is nested too deeply.", "Send one JSON document in UTF-8."
        )
        raise BadRequest(f"The body is not JSON: {fault.detail}", faults=[fault]) from error
    _check_strings(value, "", 0)
    return value


def _no_constant(name: str) -> None:
    message = f"{name} is not a JSON number"
    raise ValueError(message)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        message = f"a member is there twice: {next(name for name in names if names.count(name) > 1)!r}"
        raise ValueError(message)
    return members


def _check_strings(value: Any, pointer: str, depth: int) -> None:  # noqa: ANN401 JSON is any value
    if depth > _DEEPEST:
        raise _bad(pointer, "nested-too-deeply", f"The body is nested more than {_DEEPEST} levels.")
    if isinstance(value, str):
        _check_string(value, pointer)
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_string(name, pointer)
            _check_strings(member, f"{pointer}/{escaped(name)}", depth + 1)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _check_strings(item, f"{pointer}/{place}", depth + 1)


_HALF = re.compile("[\ud800-\udfff]")


def _check_string(text: str, pointer: str) -> None:
    if "\x00" in text:
        raise _bad(pointer, "nul-character", "A text holds a NUL character.")
    if _HALF.search(text):
        raise _bad(pointer, "lone-surrogate", "A text holds half of a surrogate pair.")


def _bad(pointer: str, code: str, detail: str) -> BadRequest:
    return BadRequest(detail, faults=[Fault(pointer, code, detail, "Remove it and send the text again.")])


class KaoheRoute(APIRoute):
    """A route in the order of checks that api.md promises: 401, 429, 403 or 404, 400 or 422, then 409.

    It must declare who may use it, by taking a caller; one that does not makes the program refuse to start. Below /v1
    that is always a permission of the table.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Have the documentation say who may use it."""
        self.declared: Declared | None = getattr(endpoint, "declared", None)
        self.raw_body: RawBody | None = getattr(endpoint, "raw_body", None)
        also = _responses(self.declared, options.get("methods"))
        # In a list of operations the first sentence about one says more than its name in capitals.
        options["summary"] = options.get("summary") or (inspect.getdoc(endpoint) or "").partition("\n")[0].rstrip(".")
        options["responses"] = {**also, **(options.get("responses") or {})}
        reads = set(options.get("methods") or ()) == {"GET"} and not inspect.iscoroutinefunction(endpoint)
        self._in_one_thread = reads
        super().__init__(path, _in_place(endpoint) if reads else endpoint, **options)
        if reads:
            _check_in_place(self.dependant)
        self.openapi_extra = described(self.gate, changes=self.methods != {"GET"})
        if not isinstance(self.gate, Open):
            self.openapi_extra["x-rate-class"] = class_of(endpoint, self.methods)
        if self.declared:
            self.openapi_extra["parameters"] = self.declared.parameters(endpoint.__name__)
        elif self.methods == {"GET"}:
            self.openapi_extra["parameters"] = [_IF_NONE_MATCH]

    @property
    def gate(self) -> Gate:
        """Give the one gate that the route declares among its parameters."""
        gates = [d.call for d in self.dependant.dependencies if isinstance(d.call, Permission | Open | SignedIn)]
        if len(gates) != 1:
            message = f"{self.path} must declare exactly one permission, by taking a caller"
            raise RuntimeError(message)
        (gate,) = gates
        if self.path.startswith(_TABLED) and not isinstance(gate, Permission):
            message = f"{self.path} must ask for a permission of the table, as everything below {_TABLED} does"
            raise RuntimeError(message)
        return gate

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler in the checks that come first."""
        handle = super().get_route_handler()
        gate, kind = self.gate, class_of(self.endpoint, self.methods)
        known = {field.alias for d in (self.dependant, *self.dependant.dependencies) for field in d.query_params}
        reads_body = self.body_field is not None
        declared, raw = self.declared, self.raw_body

        def read(strict: StrictRequest) -> Response:
            strict.state.caller = gate.admit(strict)
            check_query(strict, known)
            return unless_known(strict, _done(handle(strict)))

        async def read_in_one_thread(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            strict.state.rate_class = kind
            return await run_in_threadpool(read, strict)

        async def checked(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            strict.state.rate_class = kind
            strict.state.caller = await run_in_threadpool(gate.admit, strict)
            check_query(strict, known)
            if declared:
                declared.check_key(strict)
            if reads_body:
                await strict.load()
            if raw:
                return await _with_bytes(strict, raw, handle)
            response = await handle(strict)
            return unless_known(strict, response) if strict.method == "GET" else response

        return read_in_one_thread if self._in_one_thread else checked


def _in_place(endpoint: Callable[..., Response]) -> Callable[..., Coroutine[Any, Any, Response]]:
    """Have the framework call an endpoint where it is itself: a read is admitted and answered in one thread.

    Each change of threads costs a read about a fifth of all that it takes.
    """

    @functools.wraps(endpoint)
    async def called(*args: Any, **values: Any) -> Response:
        return endpoint(*args, **values)

    return called


def _check_in_place(dependant: Dependant) -> None:
    """Refuse a dependency that the framework would take to another thread: the thread of a read cannot wait for it."""
    for needed in dependant.dependencies:
        _check_in_place(needed)
        # An instance, such as a permission, is called by what its class says.
        called = needed.call if inspect.isroutine(needed.call) else vars(type(needed.call)).get("__call__")
        if not inspect.iscoroutinefunction(called):
            message = f"{needed.call} must be 'async def' and wait for nothing: a GET at {dependant.path} depends on it"
            raise RuntimeError(message)


def _done(answering: Coroutine[Any, Any, Response]) -> Response:
    """Run to its end, in this thread, what waits for nothing."""
    try:
        answering.send(None)
    except StopIteration as end:
        response: Response = end.value
        return response
    answering.close()
    message = "what a GET depends on waits for something"
    raise RuntimeError(message)


async def _with_bytes(
    strict: StrictRequest, raw: RawBody, handle: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    """Receive the bytes and have them handled; whatever becomes of that, the file in which they came is gone then."""
    async with raw.arriving(strict) as received:
        strict.load_bytes(received)
        return await handle(strict)


def check_query(request: Request, known: set[str]) -> None:
    """Refuse parameters that the route does not know, that come twice, or that hold what no text may."""
    sent = request.query_params.multi_items()
    names = [name for name, _ in sent]
    for name, value in sent:
        if name not in known:
            detail = f"There is no query parameter '{name}' here."
            remedy = f"Known here: {', '.join(sorted(known)) or 'none'}."
            raise BadRequest(detail, faults=[Fault(f"/query/{name}", "unknown-query-parameter", detail, remedy)])
        if names.count(name) > 1:
            detail = f"The query parameter '{name}' comes more than once."
            raise BadRequest(
                detail, faults=[Fault(f"/query/{name}", "repeated-query-parameter", detail, "Send it once.")]
            )
        _check_string(value, f"/query/{name}")


_IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "An ETag that was given before: 304 while the answer is the same.",
}


def _responses(declared: Declared | None, methods: Collection[str] | None) -> dict[int | str, dict[str, Any]]:
    """Say which further answers a route has, by what it declares."""
    if declared is None and set(methods or ()) != {"GET"}:
        return {}
    if declared is None:
        return {304: {"description": "The same answer as the one whose ETag was sent"}}
    if not declared.match:
        return {}
    return {
        412: {"description": "Changed since it was read"},
        428: {"description": "If-Match is missing"},
    }


def unless_known(request: Request, response: Response) -> Response:
    """Answer 304 where the caller has this very answer already; what has no version is told by its content."""
    if response.status_code != HTTPStatus.OK:
        return response
    if "etag" not in response.headers:
        response.headers["ETag"] = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    own = response.headers["etag"]
    response.headers["Cache-Control"] = "private, no-cache"
    known = [tag.strip() for tag in ", ".join(request.headers.getlist("if-none-match")).split(",")]
    if own in known or f"W/{own}" in known or "*" in known:
        headers = {name: response.headers[name] for name in ("etag", "cache-control")}
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return response
