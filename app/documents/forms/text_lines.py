"""Breaks texts into lines of a width, as Chinese papers do: anywhere but within a figure or before a closing mark."""

import re
from collections.abc import Callable, Iterator

_PIECE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,%/_+]*-?|.", re.DOTALL)
_NOT_FIRST = frozenset("，。；：、？！）》〉】」』”’…—％%,.;:?!)]}")
_NOT_LAST = frozenset("（《〈【「『“‘([{")

Width = Callable[[str], float]


def broken(text: str, room: float, width: Width) -> list[str]:
    """Give the lines of a text; a figure or a word is broken only where it is wider than a whole line."""
    found: list[str] = []
    for part in text.split("\n"):
        line = ""
        for piece in _pieces(part):
            if line and width(line + piece) > room:
                found.append(line.rstrip(" "))
                line = piece.lstrip(" ")
            else:
                line += piece
            while width(line) > room and len(line) > 1:
                kept = _fitting(line, room, width)
                found.append(line[:kept])
                line = line[kept:]
        found.append(line.rstrip(" "))
    return found


def _pieces(text: str) -> Iterator[str]:
    """Give what stays together: a figure, a word, a letter with the marks that must not begin or end a line."""
    held = ""
    for piece in _PIECE.findall(text):
        if held and piece[0] not in _NOT_FIRST and held[-1] not in _NOT_LAST:
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _fitting(line: str, room: float, width: Width) -> int:
    """Count the letters that fit, at least one."""
    kept = 1
    while kept < len(line) and width(line[: kept + 1]) <= room:
        kept += 1
    return kept
