"""What is wrong with a document, where, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


def escaped(name: str) -> str:
    """Write a member's name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def pointer_to(parts: Sequence[str | int], document: Any) -> str:  # noqa: ANN401 a document is any JSON value
    """Turn a place into a JSON pointer; the names of union members, which are not in the document, are left out."""
    pointer, value = "", document
    for number, part in enumerate(parts):
        is_member = isinstance(value, dict) and part in value
        is_item = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if is_member or is_item:
            value = value[part]
        elif number < len(parts) - 1 or not isinstance(value, dict):
            continue
        pointer += "/" + escaped(str(part))
    return pointer


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a document that somebody handed in; a check returns them, it never repairs.

    `pointer` is a JSON pointer from the root of what was checked, `code` a kebab-case name that programs
    can rely on, `detail` says what is wrong with the figures in it, `remedy` what the sender can do.
    """

    pointer: str
    code: str
    detail: str
    remedy: str

    def under(self, prefix: str) -> "Fault":
        """Give the same fault as seen from a document that holds the checked one at `prefix`."""
        return Fault(prefix + self.pointer, self.code, self.detail, self.remedy)
