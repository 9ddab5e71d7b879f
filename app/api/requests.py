"""Requests read strictly: who first, then the query, then a body of bounded size in strict JSON."""

import asyncio
import hashlib
import inspect
import json
import re
from collections.abc import Callable, Collection, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from app.api.auth import Permission
from app.api.changing import Declared
from app.api.gates import Gate, Open, SignedIn, described
from app.api.rates import RateClass, class_of
from app.api.reading import UNSENT, Reading, Unfit, done, gives_answers, in_one_thread
from app.api.receiving import RawBody, TooSlow
from app.errors import BadRequest, TooLarge, UnsupportedMedia
from app.features.evidence.storage import Received
from app.rules.faults import Fault, escaped

LARGEST_BODY = 1 << 20
_DEEPEST = 64
_TABLED = "/v1"
"""Below it every route asks for a permission of the table."""


_Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose body has been read and checked before the framework asks for it."""

    async def load(self) -> Any:  # noqa: ANN401 JSON is any value
        """Read the body up to its limit and give what it says; refuses what is not strict JSON, or comes too slowly."""
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
        return self._json if body else UNSENT

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
        """Take down where it lies and who may use it; the framework builds it when it is first needed."""
        self.path, self.endpoint, self.methods = path, endpoint, set(options.get("methods") or ("GET",))
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.gate = self._only_gate()
        self.declared: Declared | None = getattr(endpoint, "declared", None)
        self.raw_body: RawBody | None = getattr(endpoint, "raw_body", None)
        self._reads = self.methods == {"GET"} and gives_answers(endpoint)
        self._unbuilt = options

    def build(self) -> None:
        """Have the framework build it, parameters, bodies and answers: in most processes few routes are ever asked."""
        if not self._unbuilt:
            return
        endpoint, options = self.endpoint, dict(self._unbuilt)
        # In a list of operations the first sentence about one says more than its name in capitals.
        options["summary"] = options.get("summary") or (inspect.getdoc(endpoint) or "").partition("\n")[0].rstrip(".")
        options["responses"] = {**_responses(self.declared, self.methods), **(options.get("responses") or {})}
        options["openapi_extra"] = self._described()
        super().__init__(self.path, endpoint, **options)
        self._unbuilt = {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as a route that is built by now."""
        self.build()
        await super().handle(scope, receive, send)

    def _only_gate(self) -> Gate:
        """Give the one gate that the route declares among its parameters."""
        taken = inspect.get_annotations(self.endpoint).values()
        asked = [
            mark.dependency for one in taken for mark in getattr(one, "__metadata__", ()) if isinstance(mark, Depends)
        ]
        gates = [gate for gate in asked if isinstance(gate, Permission | Open | SignedIn)]
        if len(gates) != 1:
            message = f"{self.path} must declare exactly one permission, by taking a caller"
            raise RuntimeError(message)
        (gate,) = gates
        if self.path.startswith(_TABLED) and not isinstance(gate, Permission):
            message = f"{self.path} must ask for a permission of the table, as everything below {_TABLED} does"
            raise RuntimeError(message)
        return gate

    def _described(self) -> dict[str, Any]:
        """Say what the framework does not know: who may use it, and what it asks of the headers."""
        said = described(self.gate, changes=self.methods != {"GET"})
        if not isinstance(self.gate, Open):
            said["x-rate-class"] = class_of(self.endpoint, self.methods)
        if self.declared:
            said["parameters"] = self.declared.parameters(self.endpoint.__name__)
        elif self.methods == {"GET"}:
            said["parameters"] = [_IF_NONE_MATCH]
        if self.raw_body:
            said["requestBody"] = self.raw_body.described()
        return said

    def get_route_handler(self) -> _Handle:
        """Wrap the framework's handler in the checks that come first."""
        handle = super().get_route_handler()
        gate, kind = self.gate, class_of(self.endpoint, self.methods)
        known = {field.alias for d in (self.dependant, *self.dependant.dependencies) for field in d.query_params}
        reads_body = self.body_field is not None
        declared, raw = self.declared, self.raw_body
        respond: Callable[..., Response] = self.endpoint
        # What is left for after the answer, and bytes, are for the framework to hand over.
        left = raw or self.dependant.background_tasks_param_name
        reading = Reading(self.dependant) if declared and not left and gives_answers(self.endpoint) else None

        async def checked(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            strict.state.rate_class = kind
            strict.state.caller = await run_in_threadpool(gate.admit, strict)
            check_query(strict, known)
            if declared:
                declared.check_key(strict)
            sent = await strict.load() if reads_body else UNSENT
            if raw:
                return await _with_bytes(strict, raw, handle)
            if reading:
                try:
                    values = reading.values(strict, sent)
                except Unfit:
                    return await handle(strict)
                return await run_in_threadpool(respond, **values)
            response = await handle(strict)
            return unless_known(strict, response) if strict.method == "GET" else response

        return self._in_one_thread(kind, known, handle) if self._reads else checked

    def _in_one_thread(self, kind: RateClass, known: set[str], handle: _Handle) -> _Handle:
        """Have a read admitted and answered in one thread: each change of threads costs it about a fifth."""
        gate, reading = self.gate, Reading(self.dependant)
        respond: Callable[..., Response] = self.endpoint

        def read(strict: StrictRequest) -> Response:
            strict.state.caller = gate.admit(strict)
            check_query(strict, known)
            try:
                values = reading.values(strict)
            except Unfit:
                return unless_known(strict, done(handle(strict)))
            return unless_known(strict, respond(**values))

        async def answered(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            strict.state.rate_class = kind
            return await in_one_thread(read, strict, quick=kind is not RateClass.HEAVY)

        return answered


async def _with_bytes(strict: StrictRequest, raw: RawBody, handle: _Handle) -> Response:
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
