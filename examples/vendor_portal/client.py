"""Speaks to Kaohe over HTTP with a vendor's token: reads, pages, and changes that may be sent again safely."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

Json = dict[str, Any]

PATIENCE_SECONDS = 30
TRIES = 5
TRY_AGAIN = frozenset({429, 503})
"""Answers that say that nothing was done and that it may be tried again."""


class Refused(Exception):
    """Kaohe refused; `problem` is its document, whose `code` and `errors` a program may rely on."""

    def __init__(self, status: int, problem: Json) -> None:
        """Keep the document, and say what it says."""
        places = "; ".join(f"{error['pointer']}: {error['detail']}" for error in problem.get("errors", ()))
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')} {problem.get('remedy')} {places}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """Name what is wrong."""
        return str(self.problem.get("code", "unknown"))


class Unreachable(Exception):
    """No answer came, after several tries; whether something was done, only the same key sent again will tell."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and the tag of the version that was read."""

    body: Any
    etag: str | None


@dataclass(frozen=True, slots=True)
class Kaohe:
    """A Kaohe service and the token of one vendor."""

    url: str
    token: str
    wait: Callable[[float], None] = time.sleep

    def read(self, path: str, **query: str | int) -> Answer:
        """Read one thing or one page."""
        return self._send("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path, None, {})

    def pages(self, path: str, **query: str | int) -> Iterator[Json]:
        """Read a list to its end, item by item."""
        while True:
            page = self.read(path, **query).body
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def change(self, method: str, path: str, body: Json, key: str, etag: str | None = None) -> Answer:
        """Change something; `key` names the act itself, so that sent again, even days later, it is done once."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._send(method, path, json.dumps(body).encode(), headers | ({"If-Match": etag} if etag else {}))

    def upload(self, path: str, content: bytes, key: str) -> Answer:
        """Send the bytes of a file."""
        return self._send("PUT", path, content, {"Content-Type": "application/octet-stream", "Idempotency-Key": key})

    def _send(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        """Send a request, again where nothing was answered or where the answer says that it may be tried again."""
        for number in range(1, TRIES + 1):
            try:
                return self._sent(method, path, content, headers)
            except urllib.error.HTTPError as error:
                problem = _problem(error)
                if error.code not in TRY_AGAIN or number == TRIES:
                    raise Refused(error.code, problem) from None
                self.wait(float(error.headers.get("Retry-After") or number))
            except (OSError, HTTPException) as error:
                if number == TRIES:
                    raise Unreachable(f"{method} {path}: {error}") from error
                self.wait(number)
        raise AssertionError

    def _sent(self, method: str, path: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(  # noqa: S310 whoever runs this chose the address
            self.url + path, content, {"Authorization": f"Bearer {self.token}"} | headers, method=method
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 the same
            text = answer.read()
            return Answer(json.loads(text) if text else None, answer.headers["ETag"])


def _problem(error: urllib.error.HTTPError) -> Json:
    """Read the problem document; what stands between may answer with something else."""
    text = error.read()
    try:
        problem = json.loads(text)
    except ValueError:
        return {"code": "no-problem-document", "detail": text[:200].decode(errors="replace")}
    return problem if isinstance(problem, dict) else {"code": "no-problem-document"}
