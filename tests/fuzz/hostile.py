"""Hostile requests: the document's own examples, each spoilt in one, two or three ways; the same for the same seed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import quote

from tests.fuzz.documented import Asked, Operation
from tests.fuzz.values import BODIES, FRAGMENTS, HEADERS, METHODS, PAGES, QUERIES, SEGMENTS, STRINGS, VALUES
from tests.fuzz.wire import Raw
from tests.fuzz.world import Tokens

_MARK = "\ue000mark\ue000"
Spoil = Callable[[Random, Raw], Raw]
Sent = Callable[[Tokens], Raw]
"""A request to which the sender's own token is added: the two databases have different ones."""


def requests(seed: str, operation: Operation, size: int) -> Iterator[Sent]:
    """Make so many requests that spoil an operation's examples; the first is good."""
    random = Random(f"{seed} {operation.id}")  # noqa: S311 the same requests again is what is wanted
    good = operation.requests() + (operation.narrowed(operation.query) if operation.method == "GET" else [])
    for number in range(size):
        asked = random.choice(good)
        token = _role(random, operation)
        ways = [random.choice(_WAYS if asked.body else _BODILESS) for _ in range(random.choice((1, 1, 1, 2, 3)))]
        state = random.getrandbits(64)
        yield _sender(asked, token, ways if number else [], state)


def _sender(asked: Asked, role: str | None, ways: list[Spoil], state: int) -> Sent:
    def send(tokens: Tokens) -> Raw:
        random = Random(state)  # noqa: S311 as above
        raw = Raw.of(_with_own_key(random, asked), tokens[role] if role else None)
        for way in ways:
            raw = way(random, raw)
        return raw

    return send


def _with_own_key(random: Random, asked: Asked) -> Asked:
    """Give most requests a key of their own, so that they are more than retries of the first with another body."""
    own = {"Idempotency-Key": f"{random.getrandbits(64):x}"}
    kept = "Idempotency-Key" not in asked.headers or random.random() < 0.2
    return asked if kept else replace(asked, headers=asked.headers | own)


def _role(random: Random, operation: Operation) -> str | None:
    """Choose mostly somebody who may."""
    everybody = ("admin", "supervisor", "finance", "auditor", "vendor", None)
    return random.choice(everybody) if random.random() < 0.1 or not operation.roles else random.choice(operation.roles)


def _with_body(raw: Raw, body: bytes) -> Raw:
    headers = tuple((name, value) for name, value in raw.headers if name != b"content-length")
    return replace(raw, headers=(*headers, (b"content-length", str(len(body)).encode())), chunks=(body,))


def _other_body(random: Random, raw: Raw) -> Raw:
    return _with_body(raw, random.choice(BODIES))


def _cut_body(random: Random, raw: Raw) -> Raw:
    body = b"".join(raw.chunks)
    place = random.randrange(len(body) + 1)
    return _with_body(raw, body[:place] + random.choice((b"", b"\xff", b"\x00", b"}", b'"')) + body[place + 1 :])


def _chunked(random: Random, raw: Raw) -> Raw:
    """Send the body in pieces, empty ones among them, and more or less of it than its length says."""
    body = b"".join(raw.chunks)
    place = random.randrange(len(body) + 1)
    pieces = (body[:place], b"", body[place:], random.choice((b"", b" ", b"x")))
    return replace(raw, chunks=pieces)


def _other_value(random: Random, raw: Raw) -> Raw:
    """Change the value at one place of a good body, or leave it out, or put something beside it."""
    document = _parsed(raw)
    if document is None:
        return raw
    holder, key = random.choice(list(_places(document)))
    what = random.randrange(6)
    if what == 0 and isinstance(holder, dict):
        del holder[key]
    elif what == 1 and isinstance(holder, dict):
        holder[random.choice(STRINGS)] = random.choice(VALUES)
    elif what == 2 and isinstance(holder, list):
        holder *= random.choice((2, 60))
    else:
        holder[key] = random.choice(VALUES)
    return _with_body(raw, _written(document))


def _no_value(random: Random, raw: Raw) -> Raw:
    """Put into one place of a good body what is no JSON value, or a second member of the same name."""
    document = _parsed(raw)
    if document is None:
        return raw
    holder, key = random.choice(list(_places(document)))
    holder[key] = _MARK
    fragment = random.choice((*FRAGMENTS, f'1, "{key}": 1'.encode("utf-8", "surrogatepass")))
    return _with_body(raw, _written(document).replace(f'"{_MARK}"'.encode(), fragment))


def _parsed(raw: Raw) -> Any:  # noqa: ANN401 JSON is any value
    """Read a body that has not been spoilt yet and has something to be spoilt."""
    try:
        document = json.loads(b"".join(raw.chunks))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and document else None


def _written(document: Any) -> bytes:  # noqa: ANN401 JSON is any value
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 JSON is any value
    """Give every place of a document: what holds it, and under which key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _other_query(random: Random, raw: Raw) -> Raw:
    added = random.choice(QUERIES)
    return replace(raw, query=b"&".join(part for part in (raw.query, added) if part))


def _other_filter(random: Random, raw: Raw) -> Raw:
    """Give a parameter of the request, or one that other lists know, a value that it does not take."""
    name = raw.query.partition(b"=")[0] or random.choice(
        (b"as_of", b"period", b"year", b"updated_since", b"contract_id")
    )
    return replace(raw, query=name + b"=" + quote(random.choice(STRINGS).encode()).encode())


def _other_header(random: Random, raw: Raw) -> Raw:
    """Set a header to something odd, instead of what it was or beside it."""
    name = random.choice(tuple(HEADERS))
    kept = raw.headers if random.random() < 0.15 else tuple(header for header in raw.headers if header[0] != name)
    return replace(raw, headers=(*kept, (name, random.choice(HEADERS[name]))))


def _no_header(random: Random, raw: Raw) -> Raw:
    left_out = random.randrange(len(raw.headers) + 1)
    return replace(raw, headers=raw.headers[:left_out] + raw.headers[left_out + 1 :])


def _other_segment(random: Random, raw: Raw) -> Raw:
    parts = raw.path.split(b"/")
    place = random.randrange(1, len(parts))
    odd = random.choice(SEGMENTS).encode()
    parts[place : place + random.choice((0, 1, 1, 1))] = [odd]
    return replace(raw, path=b"/".join(parts))


def _other_path(random: Random, raw: Raw) -> Raw:
    end = random.choice((b"", b"/", b"//", b"%00", b"/%2e%2e/x", b"/" + b"a" * 9000))
    return replace(raw, path=random.choice((raw.path, *(page.encode() for page in PAGES))) + end)


def _other_method(random: Random, raw: Raw) -> Raw:
    return replace(raw, method=random.choice(METHODS))


_BODILESS: tuple[Spoil, ...] = (
    *(_other_query, _other_filter, _other_filter, _other_header, _other_header, _no_header),
    *(_other_segment, _other_path, _other_method, _other_body),
)
_WAYS: tuple[Spoil, ...] = (*_BODILESS, *(_other_value,) * 12, _no_value, _no_value, _cut_body, _chunked)
