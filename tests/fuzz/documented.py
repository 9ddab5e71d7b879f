"""The operations of the served OpenAPI document, with requests made of nothing but its examples."""

import base64
import json
import zlib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from app.api.cookies import COOKIE, CSRF_HEADER
from app.features.access.sessions import csrf_token
from app.main import assemble

Document = dict[str, Any]
JSON = "application/json"
_SECRET = "a" * 43
SESSION = f"kaohe_{_SECRET}{zlib.crc32(_SECRET.encode()):08x}"
"""The secret of the session of the person whom the examples speak of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes over the wire; the caller's token is added when it is sent."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def narrowed(self, name: str, value: object) -> "Asked":
        """Give the same request with one query parameter."""
        return replace(
            self, target=f"{self.target}{'&' if '?' in self.target else '?'}{urlencode({name: _text(value)})}"
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with its examples; `words` are of parameters with a closed list, `roles` is empty for anybody."""

    id: str
    method: str
    path: str
    roles: tuple[str, ...]
    places: dict[str, Any]
    query: dict[str, list[Any]]
    words: dict[str, list[Any]]
    headers: dict[str, Any]
    bodies: list[Any]
    media_type: str = JSON
    asked: dict[str, Any] = field(default_factory=dict)
    """The query parameters without which it is refused."""

    def requests(self) -> list[Asked]:
        """Give one request for each example of a body, or the one that there is."""
        target = self.path.format(**{name: quote(str(value), safe="") for name, value in self.places.items()})
        if self.asked:
            target += "?" + urlencode({name: _text(value) for name, value in self.asked.items()})
        headers = {name: str(value) for name, value in self.headers.items()}
        if not self.bodies:
            return [Asked(self.method, target, headers)]
        headers |= {"Content-Type": self.media_type}
        return [Asked(self.method, target, headers, self._written(body)) for body in self.bodies]

    def _written(self, body: Any) -> bytes:  # noqa: ANN401 a body is any JSON value, or a text
        """Write a body as it goes over the wire; the example of raw bytes is a text, whose bytes they are, or bytes."""
        if isinstance(body, bytes):
            return body
        return (json.dumps(body, ensure_ascii=False) if self.media_type == JSON else str(body)).encode()

    def narrowed(self, by: dict[str, list[Any]]) -> list[Asked]:
        """Give one request for each value of a query parameter."""
        (plain,) = self.requests()
        return [plain.narrowed(name, value) for name, values in by.items() for value in values]


@cache
def document() -> Document:
    """Give the document, which is the same whatever application serves it; to make it takes seconds."""
    made: Document = assemble().openapi()
    return made


@cache
def operations() -> tuple[Operation, ...]:
    """Read every operation, in the document's order."""
    return tuple(
        _operation(document(), path, method, stated)
        for path, methods in document()["paths"].items()
        for method, stated in methods.items()
    )


def _operation(document: Document, path: str, method: str, stated: dict[str, Any]) -> Operation:
    parameters = stated.get("parameters", [])
    return Operation(
        id=stated["operationId"],
        method=method.upper(),
        path=path,
        roles=tuple(stated.get("x-roles", ())),
        places={p["name"]: _examples(p)[0] for p in parameters if p["in"] == "path"},
        query={p["name"]: _examples(p) for p in parameters if p["in"] == "query"},
        words={p["name"]: _words(document, p) for p in parameters if p["in"] == "query"},
        headers={p["name"]: _examples(p)[0] for p in parameters if p["in"] == "header" and p["required"]}
        | _session(stated),
        bodies=_bodies(document, stated),
        media_type=_media_type(stated),
        asked={p["name"]: _examples(p)[0] for p in parameters if p["in"] == "query" and p.get("required")},
    )


def _session(stated: dict[str, Any]) -> dict[str, str]:
    """Give what a browser sends where nothing but a session opens."""
    asked, *_ = stated.get("security") or [{}]
    return {"Cookie": f"{COOKIE}={SESSION}", CSRF_HEADER: csrf_token(SESSION)} if "session" in asked else {}


def _examples(parameter: dict[str, Any]) -> list[Any]:
    return list(parameter["schema"].get("examples", ()))


def _words(document: Document, parameter: dict[str, Any]) -> list[Any]:
    return list(_resolved(document, parameter["schema"]).get("enum", ()))


def _resolved(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _bodies(document: Document, stated: dict[str, Any]) -> list[Any]:
    if "requestBody" not in stated:
        return []
    schema = stated["requestBody"]["content"][_media_type(stated)]["schema"]
    stated_bytes = [base64.b64decode(example) for example in schema.get("x-examples-base64", ())]
    return [*_resolved(document, schema).get("examples", ()), *stated_bytes]


def _media_type(stated: dict[str, Any]) -> str:
    """Give the one media type that an operation's body has."""
    (media_type,) = stated.get("requestBody", {}).get("content", {JSON: None})
    return str(media_type)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
