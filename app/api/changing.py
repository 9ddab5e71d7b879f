"""Changing things: one transaction, one answer for one key, and nobody overwrites what they have not seen.

A route that changes something declares it with `@changes(...)` and takes a `Change`. What it answers is written into
the transaction before that is committed, so that a retry with the same `Idempotency-Key` gets the first answer.
"""

import functools
import hashlib
import inspect
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session

from app.api.answers import ShownOnce, database_of
from app.database import Database
from app.errors import BadRequest, PreconditionRequired
from app.features.access.caller import Caller
from app.features.idempotency import service as idempotency
from app.features.idempotency.service import Answer
from app.features.seen import Seen
from app.models.columns import canonical

KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ETAG = re.compile(r'(W/)?"(\d{1,9})(?:-\d{4}-\d{2}-\d{2}){0,2}(?:-[0-9a-f]{16})?"')


class IdempotencyKeyMissing(BadRequest):
    """A change that must carry a key."""

    code = "idempotency-key-missing"
    title = "This change needs an Idempotency-Key"
    remedy = "Send the header 'Idempotency-Key' with a new random value, and the same one again when you retry."


class IdempotencyKeyMalformed(BadRequest):
    """A key that cannot be one."""

    code = "idempotency-key-malformed"
    title = "The Idempotency-Key cannot be read"
    remedy = "Send 1 to 255 visible ASCII characters without blanks, such as a UUID."


class EtagMalformed(BadRequest):
    """An If-Match that cannot be read."""

    code = "etag-malformed"
    title = "The If-Match header cannot be read"
    remedy = "Send the ETag as it was given, with its quotes, such as 'If-Match: \"3\"'."


@dataclass(frozen=True, slots=True)
class Change:
    """The transaction of a change, and which version of the thing the caller has seen."""

    session: Session
    seen: Seen = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What a route asks of a change: a key, an If-Match; `shown` is the version that its example has read."""

    key_required: bool
    match: bool
    shown: int = 1

    def check_key(self, request: Request) -> None:
        """Refuse a missing or malformed key before anything else of the request is looked at."""
        key = ", ".join(request.headers.getlist(KEY)) if KEY in request.headers else None
        if key is None and self.key_required:
            raise IdempotencyKeyMissing(pointer=f"/header/{KEY}")
        if key is not None and not _KEY.fullmatch(key):
            raise IdempotencyKeyMalformed(pointer=f"/header/{KEY}")

    def parameters(self, name: str) -> list[dict[str, Any]]:
        """Describe the headers for the OpenAPI document; a route's example has a key of its own, made of its name."""
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"}
        key["examples"] = [str(uuid.uuid5(uuid.NAMESPACE_OID, name))]
        said = "The same key and body give the first answer again; kept 35 days."
        found = [{"name": KEY, "in": "header", "required": self.key_required, "schema": key, "description": said}]
        if self.match:
            said = "The ETag that was read: 428 without, 412 when it is stale."
            etag = {"type": "string", "examples": [f'"{self.shown}"']}
            found.append({"name": "If-Match", "in": "header", "required": True, "schema": etag, "description": said})
        return found


Endpoint = Callable[..., Response]


def changes(
    *, key_required: bool = False, match: bool = False, own_transactions: bool = False, shown: int = 1
) -> Callable[[Endpoint], Endpoint]:
    """Declare that a route changes something.

    With `key_required` a request without an Idempotency-Key is refused (a state changes), without it a key is
    accepted. With `match` the caller says which version it has seen. `own_transactions` is for what is repeatable by
    itself and runs several transactions: its answer is kept after them. `shown` is the version that the documented
    example has read.
    """
    declared = Declared(key_required, match, shown)

    def declare(endpoint: Endpoint) -> Endpoint:
        signature = inspect.signature(endpoint)
        asked = {name: parameter for name, parameter in signature.parameters.items() if name != "change"}
        request = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)

        @functools.wraps(endpoint)
        def changed(*, request: Request, **arguments: Any) -> Response:
            act = functools.partial(endpoint, **arguments)
            return _around(request, act) if own_transactions else _within(request, declared, act)

        changed.__signature__ = signature.replace(parameters=[*asked.values(), request])  # type: ignore[attr-defined]
        changed.declared = declared  # type: ignore[attr-defined]
        return changed

    return declare


def _within(request: Request, declared: Declared, act: Endpoint) -> Response:
    """Act in one transaction with the key and its answer."""
    caller, key = _who(request), request.headers.get(KEY)
    with database_of(request).write() as session:
        if key is not None:
            first = idempotency.claim(session, caller.principal_id, key, _fingerprint(request))
            if first is not None:
                return _replayed(first)
        response = act(change=Change(session, _seen(request) if declared.match else None))
        if key is not None:
            idempotency.keep(session, caller.principal_id, key, _kept(response))
        return response


def _around(request: Request, act: Endpoint) -> Response:
    """Act in its own transactions and keep the answer after them; a twin meanwhile repeats what changes nothing."""
    caller, key, database = _who(request), request.headers.get(KEY), database_of(request)
    if key is None:
        return act()
    with database.read() as session:
        first = idempotency.answered(session, caller.principal_id, key, _fingerprint(request))
    return _replayed(first) if first is not None else _keep_first(database, request, key, act())


def _keep_first(database: Database, request: Request, key: str, response: Response) -> Response:
    principal = _who(request).principal_id
    with database.write() as session:
        first = idempotency.claim(session, principal, key, _fingerprint(request))
        if first is None:
            idempotency.keep(session, principal, key, _kept(response))
            return response
    return _replayed(first)


def _who(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _fingerprint(request: Request) -> str:
    """Tell one request from another by method, path, query where there is one, and canonical body."""
    body, query = canonical(getattr(request, "_json", None)), request.scope["query_string"].decode()
    target = f"{request.scope['path']}?{query}" if query else request.scope["path"]
    text = f"{request.method}\n{target}\n{body}"
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _kept(response: Response) -> Answer:
    headers = {name: value for name, value in response.headers.items() if name in {"location", "etag"}}
    body = response.again if isinstance(response, ShownOnce) else bytes(response.body)
    return Answer(response.status_code, headers, body.decode())


def _replayed(first: Answer) -> Response:
    return Response(first.body, first.status, first.headers | {REPLAYED: "true"}, "application/json")


def _seen(request: Request) -> Seen:
    """Read If-Match: the versions that the caller accepts to change, or None for `*`, whatever stands now."""
    text = ", ".join(request.headers.getlist("if-match")).strip()
    if not text:
        raise PreconditionRequired(pointer="/header/If-Match")
    if text == "*":
        return None
    found = [_ETAG.fullmatch(part.strip()) for part in text.split(",")]
    if not all(found):
        raise EtagMalformed(f"'{text[:100]}' is no ETag of this service.", pointer="/header/If-Match")
    # A weak tag never matches where something is to be changed (RFC 9110, section 13.1.1).
    return frozenset(int(match[2]) for match in found if match and not match[1])
