"""Changes of a terms document, as JSON Patch (RFC 6902) makes them: replace, add and remove."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from app.errors import Invalid
from app.features.contracts.terms_document import TermsDocument
from app.rules.faults import Fault, pointer_to

_END = "-"
_TERMS = "/terms"
"""What pointers to missing answers begin with: a path may be copied from them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what to do at a JSON pointer into the terms; `value` is not read where something is removed."""

    op: Literal["replace", "add", "remove"]
    path: str
    value: Any = None

    def written(self) -> dict[str, Any]:
        """Give the change as data that can be stored."""
        return {"op": self.op, "path": self.path, "value": self.value}


def patched(document: TermsDocument, changes: Sequence[Change], of: str) -> TermsDocument:
    """Give a document with the changes made in their order; `of` names the document in what is said of faults.

    Raises Invalid where a path leads nowhere, or where the result is no terms document or contradicts itself.
    """
    data: Any = document.model_dump(mode="json", exclude_none=True)
    for place, change in enumerate(changes):
        try:
            data = _made(data, change)
        except LookupError:
            detail = f"There is nothing at '{change.path}' in {of}."
            fault = Fault(f"/changes/{place}/path", "no-such-path", detail, "Name a path of GET …/terms.")
            raise Invalid(detail, faults=[fault]) from None
    return _read(data, of)


def _made(data: Any, change: Change) -> Any:  # noqa: ANN401 JSON is any value
    """Make one change; raises LookupError where its path leads nowhere."""
    # A value may be put into several documents, and be changed itself in each.
    value = copy.deepcopy(change.value)
    if not change.path:
        if change.op == "remove":
            return {}
        return value
    path = change.path.removeprefix(_TERMS)
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    place = data
    for part in way:
        place = place[_key(place, part)]
    if isinstance(place, list) and change.op == "add":
        place.insert(len(place) if last == _END else _index(last, len(place)), value)
    elif isinstance(place, dict) and change.op == "add":
        place[last] = value
    else:
        key = _key(place, last)
        if change.op == "remove":
            del place[key]
        else:
            place[key] = value
    return data


def _key(place: Any, part: str) -> Any:  # noqa: ANN401 JSON is any value
    """Give the key or index of something that is there."""
    if isinstance(place, dict):
        if part not in place:
            raise LookupError(part)
        return part
    if isinstance(place, list):
        return _index(part, len(place) - 1)
    raise LookupError(part)


def _index(part: str, most: int) -> int:
    """Read an index as RFC 6901 writes it: digits without a leading nought."""
    digits = part.isascii() and part.isdigit() and len(part) < len("1000000")
    if not digits or str(int(part)) != part or int(part) > most:
        raise LookupError(part)
    return int(part)


def _read(data: Any, of: str) -> TermsDocument:  # noqa: ANN401 JSON is any value
    """Read the result; its faults point at where they are in it."""
    try:
        document = TermsDocument.model_validate(data)
    except ValidationError as error:
        entries = error.errors(include_url=False, include_input=False)
        faults = [
            Fault(
                "/terms" + pointer_to(entry["loc"], data),
                str(entry["type"]).replace("_", "-"),
                entry["msg"].removeprefix("Value error, "),
                "Correct the change that put it there.",
            )
            for entry in entries
        ]
    else:
        faults = [fault.under("/terms") for fault in document.faults()]
        if not faults:
            return document
    raise Invalid(f"{of} would not be valid: {faults[0].pointer}: {faults[0].detail}", faults=faults)
