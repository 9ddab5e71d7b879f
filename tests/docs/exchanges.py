"""The exchanges that the documents print: a request, an empty line, the status and some members of the answer."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.office import Person

ROOT = Path(__file__).resolve().parents[2]
_BOX = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADER = re.compile(r"[A-Z][A-Za-z-]+: ")
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One box of a document; texts still hold names in braces for ids that earlier answers gave."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer: Any


def exchanges(document: str) -> Iterator[Exchange]:
    """Read the boxes of a document in their order."""
    for box in _BOX.findall((ROOT / document).read_text("utf-8")):
        request, answer = box.split("\n\n", 1)
        line, _, rest = request.partition("\n")
        method, path = line.split(" ")
        headers, body = _headers(rest)
        status, _, members = answer.partition("\n")
        yield Exchange(method, path, headers, body, int(status), json.loads(members))


def _headers(rest: str) -> tuple[dict[str, str], str]:
    """Take the header lines off, such as `If-Match: "1"`, which stand before the body."""
    lines = rest.splitlines()
    count = next((place for place, line in enumerate(lines) if not _HEADER.match(line)), len(lines))
    headers = dict(line.split(": ", 1) for line in lines[:count])
    return headers, "\n".join(lines[count:])


def filled(text: str, known: dict[str, str]) -> str:
    """Put what is known in the place of its name; JSON's own braces stay."""
    return _NAME.sub(lambda name: known.get(name[1], name[0]), text)


def compare(printed: Any, answered: Any, known: dict[str, str], place: str = "") -> None:  # noqa: ANN401 JSON
    """Check that the answer holds what is printed, and learn the ids that it names."""
    if isinstance(printed, dict):
        assert printed.keys() <= answered.keys(), f"{place}: {sorted(printed.keys() - answered.keys())} in {answered}"
        for name, member in printed.items():
            compare(member, answered[name], known, f"{place}/{name}")
    elif isinstance(printed, list):
        whole = printed[-1:] != ["…"]
        wanted = printed if whole else printed[:-1]
        assert len(answered) == len(wanted) if whole else len(answered) > len(wanted), f"{place}: {answered}"
        for number, item in enumerate(wanted):
            compare(item, answered[number], known, f"{place}/{number}")
    elif isinstance(printed, str) and (name := _NAME.fullmatch(printed)):
        assert known.setdefault(name[1], answered) == answered, place
    else:
        assert answered == printed, place


def talk(document: str, person: Person) -> int:
    """Send a document's requests in turn, check that they are answered as printed, and count them."""
    known: dict[str, str] = {}
    boxes = list(exchanges(document))
    for box in boxes:
        path, body = filled(box.path, known), filled(box.body, known)
        # A key of its own goes with every change, as the document says; an If-Match only where it is printed.
        headers = {"If-Match": None} | ({"Content-Type": "application/json"} if body else {}) | box.headers
        answer = person.call(box.method, path, content=body.encode(), headers=headers)
        assert answer.status_code == box.status, f"{box.method} {path}: {answer.text}"
        compare(box.answer, answer.json(), known, f"{box.method} {path}")
    return len(boxes)
